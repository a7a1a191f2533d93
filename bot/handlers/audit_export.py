"""Sends somebody the audit log as a file, in a direct message. It is work for the queue."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.gate import audit
from bot.gate.audit_export import Form, heading, lines
from bot.gate.audit_search import NotUnderstood, understand
from bot.gate.calls import Caller, CallerKind
from bot.scheduling.queue import Claim, JobQueue, TryLater
from bot.scheduling.zones import is_zone
from bot.slack.files import send_file
from bot.slack.sender import Sender
from bot.store.database import Store
from bot.store.rights import Right, may
from bot.store.tables import Member, Organisation

log = structlog.get_logger(__name__)

EXPORT = "audit_export"
"""The kind of job that sends one."""

MOST = 20_000
"""Entries in a file that goes through Slack, about ten megabytes."""

SLACK_WAIT = timedelta(seconds=15)

_REASONS = {
    "missing_scope": (
        "the app lacks the permission files:write. An administrator can add it by installing the "
        "app again with its current manifest"
    ),
}


@dataclass(frozen=True)
class Order:
    """Which entries somebody wants in which form. `words` are as they were typed."""

    member_id: str
    form: Form
    words: str


async def put_export(
    queue: JobQueue, session: AsyncSession, organisation_id: str, order: Order
) -> None:
    await queue.put(
        session,
        organisation_id=organisation_id,
        kind=EXPORT,
        subject=json.dumps(asdict(order)),
        lock=f"audit:{order.member_id}",
    )


def zone_of(member: Member) -> ZoneInfo:
    return ZoneInfo(member.timezone if is_zone(member.timezone) else "UTC")


class AuditExport:
    """The handler of export jobs."""

    def __init__(self, store: Store, client: AsyncWebClient, sender: Sender) -> None:
        self._store = store
        self._client = client
        self._sender = sender

    async def send(self, claim: Claim) -> None:
        order = Order(**json.loads(claim.subject))
        async with self._store.reading(claim.organisation_id) as session:
            member = await session.get_one(Member, order.member_id)
            if not may(member, Right.READ_AUDIT):
                log.warning("audit.export_refused", member=member.id)
                return
            try:
                data, told = await self._written(session, member, order)
            except NotUnderstood as error:  # what it names was renamed in the meantime
                await self._sender.tell(member.user_id, f"There is no file: {error}")
                return
        await self._deliver(member, order, data, told)

    async def _written(
        self, session: AsyncSession, member: Member, order: Order
    ) -> tuple[bytes, str]:
        """The file, and what it holds in words."""
        now, form = self._store.clock(), Form(order.form)
        wanted = await understand(
            session, order.words, now=now, zone=zone_of(member), reader=member
        )
        organisation = await session.get_one(Organisation, member.organisation_id)
        rows = [line async for line in lines(session, organisation, wanted, form)]
        entries = "1 entry" if len(rows) == 1 else f"{len(rows)} entries"
        whole = "".join([heading(form), *rows]).encode()
        return whole, f"{entries} {wanted.told}".strip()

    async def _deliver(self, member: Member, order: Order, data: bytes, told: str) -> None:
        name = f"audit-{self._store.clock():%Y-%m-%d}.{order.form}"
        words = f"The audit log you asked for: {told}."
        try:
            await send_file(self._client, member.user_id, name=name, data=data, words=words)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack.unreachable", error=str(error))
            raise TryLater(SLACK_WAIT) from None
        except SlackApiError as error:
            reason = str(error.response["error"])
            await self._record(member, "failed", f"could not be sent the audit log: {reason}")
            why = _REASONS.get(reason, f"Slack refused it ({reason})")
            await self._sender.tell(
                member.user_id, f"I could not send you the audit log: {why}. Nothing was sent."
            )
            return
        await self._record(member, "done", f"was sent the audit log as {order.form}: {told}")

    async def _record(self, member: Member, outcome: str, deed: str) -> None:
        async with self._store.writing(member.organisation_id) as session:
            audit.record(
                session,
                Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name),
                at=self._store.clock(),
                action="export",
                outcome=outcome,
                sentence=f"{member.name} {deed}",
            )
