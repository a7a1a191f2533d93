"""The walk: two organisations in one workspace, every table, every command, button, modal, event.

Somebody who owns one of them does everything there is, honestly and with forged identities of the
other. Nothing of the other may be answered, stored here, or changed there.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import NoResultFound

from bot.handlers.commands import COMMANDS
from bot.people.organisations import resolve
from bot.store.chain import Untouchable
from bot.store.database import Store
from bot.store.tables import Conversation, Job, Organisation
from tests.fixtures_store import MovableClock, add_organisations, counted_ids
from tests.support.desk import Desk, text_of
from tests.support.harbor import TEAM, Harbor
from tests.support.one_thread import Disk, Process, drive
from tests.support.two_organisations import (
    HERE,
    THERE,
    Side,
    fill,
    scoped_tables,
    snapshot,
)

SIDES = [(HERE, THERE), (THERE, HERE)]
each_way = pytest.mark.parametrize(("here", "there"), SIDES, ids=["default", "other"])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "walk.db")
    yield made
    made.close()


@pytest.fixture
async def store(disk: Disk, clock: MovableClock) -> AsyncIterator[Store]:
    """Without the driver's thread: the walk has thousands of steps, one after another."""
    process = Process(disk, clock, counted_ids())
    await add_organisations(process.store)
    yield process.store
    await process.stop()


@pytest.fixture(scope="module")
def filled() -> Iterator[list[Connection]]:
    """The database of the walk, once it has been filled."""
    made: list[Connection] = []
    yield made
    for one in made:
        one.close()


@pytest.fixture
async def walk(desk: Desk, disk: Disk, filled: list[Connection]) -> Desk:
    """The desk over two organisations, each with its channel and its owner."""
    for side in (HERE, THERE):
        desk.slack.add(side.owner, f"{side.mark} owner")
        if not filled:
            await fill(desk.harbor.store, side)
    if filled:
        disk.restore(filled[0])
    else:
        filled.append(disk.copy())
    return desk


def key_of(cls: type[Any], side: Side) -> Any:
    """The key of a side's row, as far as it is made of marks."""
    keys = [column.name for column in cls.__table__.primary_key.columns]
    return f"{side.mark}{cls.__tablename__}" if keys == ["id"] else None


@each_way
@pytest.mark.parametrize("cls", scoped_tables(), ids=lambda cls: cls.__tablename__)
async def test_no_table_shows_or_changes_rows_of_the_other(
    walk: Desk, cls: type[Any], here: Side, there: Side
) -> None:
    store = walk.harbor.store
    before = await snapshot(store, there)
    async with store.reading(here.id) as session:
        rows = (await session.scalars(select(cls))).all()
        assert rows, "the walk must have a row of its own in every table"
        assert {row.organisation_id for row in rows} == {here.id}
        foreign = key_of(cls, there)
        if foreign is not None and not isinstance(rows[0].id, int):
            assert await session.get(cls, foreign) is None
    key = next(iter(cls.__table__.primary_key.columns))  # of tables that only link others
    column = next((one for one in cls.__table__.columns if not one.foreign_keys), key)
    async with store.writing(here.id) as session:
        wanted = select(cls).where(cls.organisation_id == there.id)
        assert (await session.scalars(wanted)).all() == []
    same = {column.key: getattr(cls, column.key)}
    await change(store, here, update(cls).values(**same))
    assert await snapshot(store, there) == before


@each_way
async def test_whoever_deletes_every_row_of_every_table_deletes_none_of_the_other(
    walk: Desk, here: Side, there: Side
) -> None:
    store = walk.harbor.store
    before = await snapshot(store, there)
    assert all(before.values())
    for cls in reversed(scoped_tables()):
        await change(store, here, delete(cls))
    assert await snapshot(store, there) == before


async def change(store: Store, side: Side, statement: Any) -> None:
    """Changes what a statement reaches from a side; what is on record refuses every change."""
    with suppress(Untouchable):
        async with store.writing(side.id) as session:
            await session.execute(statement.execution_options(synchronize_session=False))


NAMING = ("create", "rename")
"""Second words that give a name to something of one's own: the other's name too, if one likes."""


def command_lines(typed: str = "", *, naming: bool = True) -> Iterator[str]:
    """Every command with every second word that its usage shows, followed by what is typed."""
    for command in COMMANDS.values():
        yield f"{command.name} {typed}".strip()
        _, _, shown = command.usage.partition(" ")
        for word in re.findall(r"(?:^|[\[|] *)([a-z-]+)", shown):
            if naming or word not in NAMING:
                yield f"{command.name} {word} {typed}".strip()


def identities(side: Side) -> list[str]:
    """What somebody could know of an organisation and type."""
    return [
        f"{side.mark} organisation",
        side.id,
        f"@{side.mark.lower()}",
        f"{side.mark} connections label",
        f"<@{side.owner}|x>",
        f"<@{side.owner}> editor",
        f"{side.mark}@harbor.example",
        f"{side.mark}invitations",
    ]


def blocks_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every element with an action in what was answered."""
    if isinstance(value, dict):
        if "action_id" in value:
            yield value
        for inner in value.values():
            yield from blocks_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from blocks_in(inner)


class Walker:
    """Does things as one person and checks that nothing of the other side is answered."""

    def __init__(self, desk: Desk, who: Side, there: Side) -> None:
        self.desk = desk
        self.who = who
        self.there = there
        self.channel = who.channel
        self.done = 0
        self.known = [f"{there.mark}{cls.__tablename__}" for cls in scoped_tables()]
        self.known += [f"{there.mark} {word}" for word in ("organisation", "connections", "agents")]

    async def type(self, line: str, typed: str = "") -> None:
        told = await drive(self.desk.command(self.who.owner, line, channel=self.channel))
        self.check(line, told, typed)

    async def press(self, action: str, value: str) -> None:
        try:
            told = await drive(self.desk.press(self.who.owner, action, value, channel=self.channel))
        except NoResultFound:
            return  # the store knows no such row here
        self.check(f"{action} {value}", told, value)

    async def press_in(self, view: dict[str, Any]) -> None:
        """Presses everything in a modal that can be pressed there."""
        for element in blocks_in(view["blocks"]):
            options = [one["value"] for one in element.get("options", ())]
            for value in options or [element.get("value", "")]:
                if element["action_id"] not in self.desk.listeners.named("action"):
                    continue
                try:
                    told = await drive(
                        self.desk.press_in_view(self.who.owner, view, element["action_id"], value)
                    )
                except NoResultFound:
                    continue
                self.check(element["action_id"], told, json.dumps(view))

    async def submit(self, view: dict[str, Any]) -> None:
        metadata = json.loads(view.get("private_metadata") or "{}")
        try:
            told = await drive(
                self.desk.submit(self.who.owner, view["callback_id"], metadata, state_of(view))
            )
        except NoResultFound:
            return
        self.check(view["callback_id"], told, json.dumps(metadata))

    async def look_around(self) -> None:
        """Opens every modal in one's own organisation, and what can be opened from there."""
        for line in command_lines(f"@{self.who.mark.lower()}", naming=False):
            await self.type(line, self.who.mark)
        for view in opened(self.desk):
            await self.press_in(view)

    def check(self, deed: str, told: str, typed: str) -> None:
        """That an answer has nothing of the other side but what was typed."""
        self.done += 1
        if self.there.mark.lower() in typed.lower():
            foreign = [one for one in self.known if one not in typed]
        else:
            foreign = [self.there.mark, self.there.mark.lower()]
        for one in [*foreign, self.there.secret]:
            assert one not in told, f"{deed} tells {one}: {told}"


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """A modal's values as somebody would submit them who changed nothing."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        element = block.get("element") or block.get("accessory") or {}
        if "action_id" not in element:
            continue
        options = element.get("options") or [{"value": ""}]
        initial = element.get("initial_option") or options[0]
        held = {
            "type": element["type"],
            "value": element.get("initial_value", ""),
            "selected_option": initial,
            "selected_options": element.get("initial_options", []),
            "selected_users": element.get("initial_users", []),
            "selected_conversation": element.get("initial_conversation"),
        }
        state[block.get("block_id", "b")] = {element["action_id"]: held}
    return state


async def stored_here(harbor: Harbor, there: Side) -> str:
    """Everything that is stored outside of the other organisation."""
    held: list[Any] = []
    async with harbor.store.installation() as session:
        others = (await session.scalars(select(Organisation.id))).all()
        held += [one.subject for one in await session.scalars(select(Job))]
    for organisation_id in others:
        if organisation_id != there.id:
            held.append(await snapshot(harbor.store, Side(organisation_id, "", "", "", "")))
    return text_of(held)


def opened(desk: Desk) -> list[dict[str, Any]]:
    """Every modal that was opened so far."""
    methods = ("views_open", "views_push", "views_update")
    return [one["view"] for method in methods for one in desk.slack.sent(method)]


def buttons(desk: Desk) -> set[tuple[str, str]]:
    """Every button, and entry of a menu, that was shown so far outside of modals."""
    away = ("views_open", "views_push", "views_update")
    posts = [sent for method, sent in desk.slack.calls if method not in away]
    shown = list(blocks_in([desk.heard, posts]))
    entries = [(one, entry) for one in shown for entry in one.get("options") or [one]]
    return {(one["action_id"], str(entry.get("value") or "")) for one, entry in entries}


def of_messages(desk: Desk) -> list[str]:
    """The actions of buttons in messages: those of modals come with a modal of one's own."""
    in_modals = {one["action_id"] for view in opened(desk) for one in blocks_in(view["blocks"])}
    return [one for one in desk.listeners.named("action") if one not in in_modals]


@each_way
async def test_no_honest_command_button_or_event_tells_of_the_other(
    walk: Desk, here: Side, there: Side
) -> None:
    walker = Walker(walk, here, there)
    before = await snapshot(walk.harbor.store, there)
    for line in command_lines():
        await walker.type(line)
    for typed in [*identities(here)[:4], "<@UBO|bo> editor", "crew@harbor.example"]:
        for line in command_lines(typed, naming=False):
            await walker.type(line, typed)
    for action, value in sorted(buttons(walk)):
        await walker.press(action, value)
    await walker.look_around()
    for view in opened(walk):
        if view.get("callback_id") in walk.listeners.named("view"):
            await walker.submit(view)
    for text in ("hello", f"@{here.mark.lower()} what is up?", "<@UBOT> what is up?"):
        await walk.say(here.owner, text, channel=here.channel)
        await walk.say(here.owner, text, channel=f"D{here.owner}")
    walker.check("home", await walk.open_home(here.owner), "")
    assert walker.done > 100
    assert await snapshot(walk.harbor.store, there) == before
    stored = await stored_here(walk.harbor, there)
    assert there.mark not in stored
    assert there.secret not in stored


@each_way
async def test_no_forged_identity_reaches_into_the_other(
    walk: Desk, here: Side, there: Side
) -> None:
    walker = Walker(walk, here, there)
    before = await snapshot(walk.harbor.store, there)
    await walker.look_around()
    shown, views, actions = buttons(walk), opened(walk), of_messages(walk)
    assert views, "the walk must have opened modals to forge"
    for typed in identities(there):
        for line in command_lines(typed, naming=False):
            await walker.type(line, typed)
    for action in actions:
        await walker.press(action, f"{there.id}:{there.owner}")
        for cls in scoped_tables():
            row = f"{there.mark}{cls.__tablename__}"
            for value in (row, f"{there.id}:{row}", f"{here.id}:{row}"):
                await walker.press(action, value)
    for action, value in sorted(shown):
        await walker.press(action, forged(value, here, there))
        await walker.press(action, value.replace(here.mark, there.mark))
    for view in views:
        other = json.loads(forged(json.dumps(view), here, there))
        await walker.press_in(other)
        if other.get("callback_id") in walk.listeners.named("view"):
            await walker.submit(other)
    for text in (f"@{there.mark.lower()} what is up?", f"<@UBOT> {there.mark.lower()} hello"):
        await walk.say(here.owner, text, channel=here.channel)
    assert walker.done > 500
    assert await snapshot(walk.harbor.store, there) == before
    assert there.secret not in await stored_here(walk.harbor, there)


def forged(text: str, here: Side, there: Side) -> str:
    """What would mean the same in the other organisation."""
    for mine, other in ((here.mark, there.mark), (here.id, there.id), (here.owner, there.owner)):
        text = text.replace(mine, other)
    return text


@each_way
async def test_a_stranger_in_a_channel_of_the_other_learns_nothing(
    walk: Desk, here: Side, there: Side
) -> None:
    """Where the other organisation is the default one, it lets in every full member, so there it
    is closed first."""
    async with walk.harbor.store.installation() as session:
        (await session.get_one(Organisation, there.id)).invited_only = True
    walker = Walker(walk, here, there)
    await walker.look_around()
    actions = of_messages(walk)
    walker.channel = there.channel
    for typed in ("", *identities(there)):
        for line in command_lines(typed, naming=False):
            await walker.type(line, typed)
    for action in actions:
        for cls in scoped_tables():
            row = f"{there.mark}{cls.__tablename__}"
            for value in (row, f"{there.id}:{row}"):
                await walker.press(action, value)


async def test_an_event_is_of_the_organisation_that_its_channel_belongs_to(walk: Desk) -> None:
    for side in (HERE, THERE):
        site = await resolve(walk.harbor.store, TEAM, side.channel, "UANYBODY", direct=False)
        assert site is not None
        assert site.organisation_id == side.id


@each_way
async def test_slacks_own_stop_reaches_no_run_of_the_other(
    walk: Desk, here: Side, there: Side
) -> None:
    before = await snapshot(walk.harbor.store, there)
    async with walk.harbor.store.reading(there.id) as session:
        threads = (await session.scalars(select(Conversation.thread_ts))).all()
    assert threads
    stopped = walk.listeners.get("event", "agent_session_stopped")
    for thread in threads:
        event = {"channel": here.channel, "user": here.owner, "thread_ts": thread}
        await stopped(event=event, context={"team_id": TEAM})
    assert await snapshot(walk.harbor.store, there) == before


def test_the_walk_presses_every_button_and_submits_every_modal_that_is_listened_for(
    desk: Desk,
) -> None:
    """A new listener is walked by being registered; here it is made sure that they are found."""
    assert {"team_remove", "team_revoke", "org_switch", "plan_choose", "invitation_accept"} <= set(
        desk.listeners.named("action")
    )
    assert set(desk.listeners.named("event")) == {
        "agent_session_stopped",
        "app_home_opened",
        "app_mention",
        "message",
    }
    assert desk.listeners.named("command") == ["/ops"]
