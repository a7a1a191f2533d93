"""What an agent shows beside its messages: status line, session, suggested prompts."""

from __future__ import annotations

from dataclasses import replace

from playground.workspace.changes import Changes, PromptsSet, SessionSet, StatusSet
from playground.workspace.timing import Delays, Tasks

ThreadKey = tuple[str, str, str]
"""App, channel, thread."""


class AgentThreads:
    def __init__(self, delays: Delays, changes: Changes, tasks: Tasks) -> None:
        self._delays = delays
        self._changes = changes
        self._tasks = tasks
        self.statuses: dict[ThreadKey, StatusSet] = {}
        self.sessions: dict[ThreadKey, SessionSet] = {}
        self.prompts: dict[str, PromptsSet] = {}

    def set_status(self, status: StatusSet) -> None:
        """An empty status clears; a status that is not refreshed ends by itself."""
        key = (status.app_id, status.channel_id, status.thread_ts)
        if not status.status:
            self.clear_status(*key)
            return
        self.statuses[key] = status
        self._changes.announce(status)
        self._tasks.later(self._delays.status, lambda: self._expire(key, status))

    def _expire(self, key: ThreadKey, status: StatusSet) -> None:
        if self.statuses.get(key) is status:
            self.clear_status(*key)

    def clear_status(self, app_id: str, channel_id: str, thread_ts: str) -> None:
        if self.statuses.pop((app_id, channel_id, thread_ts), None):
            self._changes.announce(StatusSet(app_id, channel_id, thread_ts, ""))

    def set_session(
        self, app_id: str, channel_id: str, thread_ts: str, status: str, title: str | None = None
    ) -> None:
        key = (app_id, channel_id, thread_ts)
        known = self.sessions.get(key) or SessionSet(app_id, channel_id, thread_ts, status, "")
        known = replace(known, status=status, title=known.title if title is None else title)
        self.sessions[key] = known
        self._changes.announce(known)

    def set_prompts(self, prompts: PromptsSet) -> None:
        self.prompts[prompts.channel_id] = prompts
        self._changes.announce(prompts)
