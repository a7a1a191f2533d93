"""Whatever nothing else takes: acknowledged, so that Slack does not call it a failure."""

from __future__ import annotations

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)


def register(app: AsyncApp) -> None:
    async def ignored(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        actions = [action.get("action_id") for action in body.get("actions") or ()]
        log.info("slack.payload_ignored", type=body.get("type"), actions=actions)
        return await ack()

    anything = re.compile(".*")
    app.action(anything)(ignored)
    app.view(anything)(ignored)
    app.view_closed(anything)(ignored)
    app.shortcut(anything)(ignored)
    app.options(anything)(ignored)
