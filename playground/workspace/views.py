"""Modals in their stacks of three, and Home tabs."""

from __future__ import annotations

import copy

from playground.workspace.changes import Changes, HomePublished, ViewClosed, ViewShown
from playground.workspace.elements import fill_in_ids, interactive_elements
from playground.workspace.ids import Clock, Ids
from playground.workspace.model import Installation, Json, ViewRecord

STACK_MAX = 3


class ViewError(Exception):
    """`code` is Slack's error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Views:
    def __init__(self, clock: Clock, ids: Ids, changes: Changes) -> None:
        self._clock = clock
        self._ids = ids
        self._changes = changes
        self._stacks: dict[str, list[ViewRecord]] = {}
        self._homes: dict[tuple[str, str], ViewRecord] = {}

    def stack(self, user_id: str) -> list[ViewRecord]:
        """Bottom first; the last one is what the person sees."""
        return list(self._stacks.get(user_id, ()))

    def home(self, app_id: str, user_id: str) -> ViewRecord | None:
        return self._homes.get((app_id, user_id))

    def find(self, view_id: str) -> ViewRecord | None:
        return next((view for view in self._all() if view.id == view_id), None)

    def by_external_id(self, app_id: str, external_id: str) -> ViewRecord | None:
        for view in self._all():
            if view.app_id == app_id and view.body.get("external_id") == external_id:
                return view
        return None

    def _all(self) -> list[ViewRecord]:
        modals = [view for stack in self._stacks.values() for view in stack]
        return modals + list(self._homes.values())

    def open(self, installation: Installation, user_id: str, body: Json) -> ViewRecord:
        """A modal that is open already is replaced with its whole stack."""
        self._check_external_id(installation.app_id, body, None)
        view = self._record(installation, user_id, body)
        self._stacks[user_id] = [view]
        self._changes.announce(ViewShown(view, "opened"))
        return view

    def push(self, installation: Installation, user_id: str, body: Json) -> ViewRecord:
        """Raises ViewError(push_limit_reached) when three views are open."""
        stack = self._stacks.get(user_id) or []
        if not stack:
            raise ViewError("not_found")
        if len(stack) >= STACK_MAX:
            raise ViewError("push_limit_reached")
        self._check_external_id(installation.app_id, body, None)
        view = self._record(installation, user_id, body)
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._changes.announce(ViewShown(view, "pushed"))
        return view

    def update(self, view: ViewRecord, body: Json, expected_hash: str | None) -> None:
        """Values typed so far stay where block_id and action_id stay the same."""
        if expected_hash and expected_hash != view.hash:
            raise ViewError("hash_conflict")
        self._check_external_id(view.app_id, body, view)
        view.body = self._prepare(body)
        view.hash = self._hash()
        view.state = _kept_state(view)
        self._changes.announce(ViewShown(view, "updated"))

    def publish(
        self, installation: Installation, user_id: str, body: Json, expected_hash: str | None
    ) -> ViewRecord:
        known = self.home(installation.app_id, user_id)
        if expected_hash and known and expected_hash != known.hash:
            raise ViewError("hash_conflict")
        self._check_external_id(installation.app_id, body, known)
        view = self._record(installation, user_id, body)
        if known:
            view.id = view.root_id = known.id
        self._homes[(installation.app_id, user_id)] = view
        self._changes.announce(HomePublished(view))
        return view

    def close(self, view: ViewRecord) -> None:
        """Closes this one; the one below shows again."""
        stack = self._stacks.get(view.user_id, [])
        if view in stack:
            stack.remove(view)
        self._changes.announce(ViewClosed(view.user_id, view.id))

    def clear(self, user_id: str) -> list[ViewRecord]:
        """Closes the whole stack; returns what was open, top first."""
        closed = self._stacks.pop(user_id, [])
        self._changes.announce(ViewClosed(user_id, None))
        return closed[::-1]

    def _check_external_id(self, app_id: str, body: Json, own: ViewRecord | None) -> None:
        external_id = body.get("external_id")
        if not external_id:
            return
        holder = self.by_external_id(app_id, external_id)
        if holder is not None and holder is not own:
            raise ViewError("duplicate_external_id")

    def _record(self, installation: Installation, user_id: str, body: Json) -> ViewRecord:
        view_id = self._ids.make("V")
        return ViewRecord(
            id=view_id,
            app_id=installation.app_id,
            team_id=installation.team_id,
            user_id=user_id,
            bot_id=installation.bot_id,
            hash=self._hash(),
            body=self._prepare(body),
            root_id=view_id,
        )

    def _hash(self) -> str:
        return f"{int(self._clock())}.{self._ids.secret(8)}"

    def _prepare(self, body: Json) -> Json:
        prepared = copy.deepcopy(body)
        fill_in_ids(prepared["blocks"], self._ids.short)
        return prepared


def _kept_state(view: ViewRecord) -> Json:
    kept: Json = {}
    for block, element in interactive_elements(view.body["blocks"]):
        block_id, action_id = block["block_id"], element["action_id"]
        value = view.state["values"].get(block_id, {}).get(action_id)
        if value:
            kept.setdefault(block_id, {})[action_id] = value
    return {"values": kept}
