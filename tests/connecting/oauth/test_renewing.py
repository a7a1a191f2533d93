"""Tokens are renewed ahead of their end, by one at a time, and a lost answer is no loop."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from bot.connecting.oauth.tokens import MOST_SENDS, TokenKeeper
from bot.connecting.oauth.wire import Answer, Lost
from bot.connectors.errors import NotSignedIn, Unavailable
from bot.gate.calls import Caller, CallerKind
from bot.store.tables import Connection, ConnectionStatus, TokenState
from bot.store.vault import Vault
from tests.connecting.oauth.stage import CountingWire, Stage
from tests.connecting.oauth.test_signing_in import signed_in
from tests.fixtures_store import ORGANISATION, VAULT, on_both_databases

PERSON = Caller(CallerKind.PERSON, ORGANISATION, "ana", "Ana")
LIFE = 7200


class RotatingServer(CountingWire):
    """A token endpoint where each refresh token is good once, and using it twice ends all."""

    def __init__(self) -> None:
        super().__init__()
        self.good = "refresh-0"
        self.given = 0
        self.ended = False
        self.status = 200

    async def post(self, url: str, fields: Any, **_: Any) -> Answer:
        self.posts.append({"url": url, **fields})
        await asyncio.sleep(0)
        if self.status != 200:
            return Answer(self.status, None, {})
        if self.ended or fields["refresh_token"] != self.good:
            self.ended = True
            return Answer(400, {"error": "invalid_grant"}, {})
        self.given += 1
        self.good = f"refresh-{self.given}"
        if self.lose:
            raise self.lose.pop(0)
        said = {
            "access_token": f"access-{self.given}",
            "refresh_token": self.good,
            "expires_in": LIFE,
        }
        return Answer(200, said, {})


@pytest.fixture
def server() -> RotatingServer:
    return RotatingServer()


async def connect(stage: Stage, **granted: str) -> Connection:
    """A connection that was signed in to two hours ago, as far as its token goes."""
    row = Connection(
        id=stage.store.ids(),
        organisation_id=ORGANISATION,
        connector="beacon",
        label="Beacon",
        settings={"issuer": "http://localhost:1"},
        created_at=stage.clock(),
    )
    kept = {
        "access_token": "access-0",
        "refresh_token": "refresh-0",
        "token_url": "http://localhost:1/token",
        "expires_at": stage.clock().isoformat(),
        "renew_at": stage.clock().isoformat(),
        **granted,
    }
    row.credentials = VAULT.seal(kept, owner=f"{ORGANISATION}/{row.id}")
    async with stage.store.writing(ORGANISATION) as session:
        session.add(row)
    return row


def keeper(stage: Stage, wire: CountingWire) -> TokenKeeper:
    """A process of its own: it shares nothing with others but the database."""

    async def pause(_seconds: float) -> None:
        await asyncio.sleep(0)

    return TokenKeeper(stage.store, VAULT, stage.apps, wire, pause)


async def test_fifty_at_once_on_an_ended_token_make_one_refresh(stage: Stage, issuer: str) -> None:
    await signed_in(stage, issuer)
    [row] = await stage.saved()
    before = stage.secrets(row)
    stage.clock.forward(hours=2)
    told = await asyncio.gather(
        *(stage.gate.read_from(PERSON, row.id, "whoami", {}) for _ in range(50))
    )
    assert {one.failed for one in told} == {False}
    assert len(stage.wire.refreshes) == 1
    [now] = await stage.saved()
    assert stage.secrets(now)["access_token"] != before["access_token"]


@on_both_databases
async def test_two_processes_make_one_refresh_too(stage: Stage, server: RotatingServer) -> None:
    row = await connect(stage)
    processes = [keeper(stage, server) for _ in range(5)]
    rows = await asyncio.gather(*(one.fresh(row) for one in processes for _ in range(10)))
    assert len(server.refreshes) == 1
    assert not server.ended
    assert {stage.secrets(one)["access_token"] for one in rows} == {"access-1"}


async def test_a_token_is_renewed_ahead_of_its_end_and_left_alone_before(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    row = await mine.fresh(row)
    stage.clock.forward(seconds=LIFE - 180)
    await mine.fresh(row)
    assert len(server.posts) == 1
    stage.clock.forward(seconds=90)
    row = await mine.fresh(row)
    assert len(server.posts) == 2
    assert stage.secrets(row)["refresh_token"] == "refresh-2"


async def test_a_lost_answer_leads_to_reconnect_and_to_no_loop(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    server.lose = [Lost("the answer was lost", sent=True)]
    for _ in range(20):
        with pytest.raises((Unavailable, NotSignedIn)):
            await mine.fresh(row)
        stage.clock.forward(minutes=1)
    assert len(server.posts) <= MOST_SENDS
    [now] = await stage.saved()
    assert now.status == ConnectionStatus.RECONNECT
    assert len([one for one in await stage.sentences() if "The sign-in of Beacon" in one]) == 1


async def test_a_process_that_dies_over_a_refresh_does_not_begin_a_loop(
    stage: Stage, server: RotatingServer
) -> None:
    row = await connect(stage)
    server.lose = [RuntimeError("killed"), RuntimeError("killed")]
    server.good = "refresh-0"
    for _ in range(5):
        with pytest.raises((RuntimeError, Unavailable, NotSignedIn)):
            await keeper(stage, server).fresh(row)
        stage.clock.forward(minutes=2)
    assert len(server.posts) <= MOST_SENDS
    assert (await stage.saved())[0].status == ConnectionStatus.RECONNECT


async def test_a_request_that_never_left_is_made_again_later(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    post = server.post

    async def down(*_: Any, **__: Any) -> Answer:
        raise Lost("it could not be reached", sent=False)

    server.post = down  # type: ignore[method-assign]
    for _ in range(5):
        with pytest.raises(Unavailable):
            await mine.fresh(row)
        stage.clock.forward(minutes=1)
    server.post = post  # type: ignore[method-assign]
    assert stage.secrets(await mine.fresh(row))["access_token"] == "access-1"


async def test_a_server_that_fails_is_not_asked_again_at_once(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    server.status = 503
    for _ in range(10):
        with pytest.raises(Unavailable):
            await mine.fresh(row)
    assert len(server.posts) == 1
    server.status = 200
    stage.clock.forward(minutes=1)
    assert stage.secrets(await mine.fresh(row))["access_token"] == "access-1"


async def test_while_the_old_token_lasts_a_failed_renewal_harms_nobody(
    stage: Stage, server: RotatingServer
) -> None:
    soon = stage.clock.now
    row = await connect(stage, expires_at=soon.replace(hour=soon.hour + 1).isoformat())
    server.status = 503
    assert stage.secrets(await keeper(stage, server).fresh(row))["access_token"] == "access-0"


async def test_a_reconnect_meanwhile_wins_over_the_refresh(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    post = server.post
    newer = VAULT.seal({"access_token": "a", "refresh_token": "other"}, owner=_owner(row))

    async def slow(*given: Any, **more: Any) -> Answer:
        answer = await post(*given, **more)
        async with stage.store.writing(ORGANISATION) as session:
            await session.execute(update(Connection).values(credentials=newer))
        return answer

    server.post = slow  # type: ignore[method-assign]
    await mine.fresh(row)
    [now] = await stage.saved()
    assert stage.secrets(now)["refresh_token"] == "other"


async def test_new_keys_do_not_lose_what_was_renewed_meanwhile(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    post = server.post

    async def slow(*given: Any, **more: Any) -> Answer:
        answer = await post(*given, **more)
        async with stage.store.writing(ORGANISATION) as session:
            kept = await session.get_one(Connection, row.id)
            opened = VAULT.open(kept.credentials, owner=_owner(row))
            kept.credentials = VAULT.seal(opened, owner=_owner(row))  # other bytes, same secrets
        return answer

    server.post = slow  # type: ignore[method-assign]
    await mine.fresh(row)
    [now] = await stage.saved()
    assert stage.secrets(now)["refresh_token"] == "refresh-1"


async def test_what_is_about_to_be_tested_is_taken_as_it_is(
    stage: Stage, server: RotatingServer
) -> None:
    new = Connection(
        id="new",
        organisation_id=ORGANISATION,
        connector="beacon",
        settings={},
        credentials=b"",
    )
    assert await keeper(stage, server).fresh(new) is new


async def test_a_sign_in_without_an_end_is_never_renewed(
    stage: Stage, server: RotatingServer
) -> None:
    row = await connect(stage, expires_at="", renew_at="")
    stage.clock.forward(days=900)
    await keeper(stage, server).fresh(row)
    assert server.posts == []


async def test_one_that_cannot_be_renewed_asks_for_reconnecting_at_its_end(
    stage: Stage, server: RotatingServer
) -> None:
    row = await connect(stage, refresh_token="")
    with pytest.raises(NotSignedIn, match="renews none"):
        await keeper(stage, server).fresh(row)
    assert server.posts == []


async def test_the_lease_of_a_process_that_died_ends(stage: Stage, server: RotatingServer) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    held = await mine._look(row)
    assert held is not None
    assert await mine._lease(held)
    with pytest.raises(Unavailable, match="still being renewed"):
        await mine.fresh(row)
    stage.clock.forward(minutes=1)
    assert stage.secrets(await mine.fresh(row))["access_token"] == "access-1"


async def test_a_seal_that_cannot_be_opened_asks_for_reconnecting(
    stage: Stage, server: RotatingServer
) -> None:
    row = await connect(stage)
    other = TokenKeeper(stage.store, Vault({"2": bytes(32)}, "2"), stage.apps, server)
    with pytest.raises(NotSignedIn):
        await other.fresh(row)


async def test_removing_revokes_the_refresh_token(stage: Stage, server: RotatingServer) -> None:
    row = await connect(stage, revoke_url="http://localhost:1/revoke")
    server.status = 204
    await keeper(stage, server).revoke(row)
    [sent] = server.posts
    assert (sent["url"], sent["token"]) == ("http://localhost:1/revoke", "refresh-0")


async def test_the_state_begins_anew_with_a_new_sign_in(
    stage: Stage, server: RotatingServer
) -> None:
    mine, row = keeper(stage, server), await connect(stage)
    server.ended = True
    with pytest.raises(NotSignedIn):
        await mine.fresh(row)
    newer = {"access_token": "mine", "refresh_token": "again", "token_url": "http://localhost:1/t"}
    async with stage.store.writing(ORGANISATION) as session:
        kept = await session.get_one(Connection, row.id)
        kept.credentials = VAULT.seal(newer, owner=_owner(row))
    assert stage.secrets(await mine.fresh(row))["access_token"] == "mine"
    async with stage.store.reading(ORGANISATION) as session:
        state = await session.get_one(TokenState, row.id)
    assert state.problem == ""


def _owner(row: Connection) -> str:
    return f"{ORGANISATION}/{row.id}"
