"""Keys pasted into Slack: found, told at once and privately, never kept and never passed on."""

from __future__ import annotations

import json
import string
import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.agents.reception import Post
from bot.connecting.pasted import pasted_in, warning, without_keys
from bot.people.organisations import Site
from bot.scheduling.says import WHISPER
from bot.store.tables import Run
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL, Harbor

BODY = "aZ3kQ9xW7bN2mL5pR8tY1vC4"
HEX = "0f9e8d7c6b5a49382716f5e4d3c2b1a0"
KEYS = [
    f"xoxb-2345678901-{BODY}",
    f"xapp-1-A02-{BODY}",
    f"sk-ant-api03-{BODY}",
    f"sk-proj-{BODY}",
    f"sk_live_{BODY}",
    f"ghp_{BODY}{BODY}",
    f"github_pat_{BODY}{BODY}",
    f"glpat-{BODY}",
    "AKIAQ7RZ3MBTYK2WXN4P",
    f"AIza{BODY}kQ9xW7bN2mL",
    f"xaat-{HEX}",
    f"sbp_{HEX}",
    f"sb_secret_{BODY}",
    f"SG.{BODY}.{BODY}",
    f"eyJ{BODY}.eyJ{BODY}.{BODY}",
    f"postgresql://app:{BODY}@db.internal:5432/shop",
    f"mongodb+srv://app:{BODY}@cluster.mongodb.net",
    f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----",
]

INNOCENT = [
    "which incidents are open, and who is on call?",
    "the token is xoxb-your-token-here, see the manual",
    "AWS prints AKIAIOSFODNN7EXAMPLE in all its examples",
    "set ANTHROPIC_API_KEY=sk-ant-xxxxxxxxxxxxxxxxxxxx",
    "disk-usage-on-primary is at 91 %, task-runner-for-reports-and-mails too",
    "commit 0f9e8d7c6b5a49382716f5e4d3c2b1a001234567 broke it",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736, request 7509b798-c3f5-49e8-9f8c-ce21d0f2916d",
    "postgresql://app:${DB_PASSWORD}@db/shop or postgres://user:<password>@host",
    "https://example.com/path?user=a:b@c",
    "eyJ is how they begin, eyJhbGciOiJIUzI1NiJ9 alone is only a header",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:12])
def test_a_key_is_found_and_masked_wherever_it_stands(key: str) -> None:
    for text in (key, f"here: `{key}`", f"token={key} please", f"<{key}>", f"a\n{key}\nb"):
        assert pasted_in(text), text
        assert BODY not in without_keys(text)
        assert key not in without_keys(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_key_is_left_alone(text: str) -> None:
    assert pasted_in(text) == []
    assert without_keys(text) == text


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:12])
def test_the_warning_says_how_to_revoke_it_and_repeats_nothing(key: str) -> None:
    found = pasted_in(key)
    words = warning(found)
    assert found[0].revoke in words
    assert "/ops connections add" in words
    assert BODY not in words


around = st.text(alphabet=string.ascii_letters + " .,:;!?\n\"'()[]`äß漢", max_size=60)


@given(before=around, after=around, key=st.sampled_from(KEYS))
def test_no_surroundings_hide_a_key(before: str, after: str, key: str) -> None:
    text = f"{before} {key} {after}"
    assert pasted_in(text)
    assert BODY not in without_keys(text)


@given(st.text(max_size=400))
def test_masking_is_stable_and_leaves_plain_text_alone(text: str) -> None:
    once = without_keys(text)
    assert without_keys(once) == once
    if not pasted_in(text):
        assert once == text


words = st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), max_size=8)


@given(words.map("-".join), st.uuids(), st.integers(min_value=0))
def test_names_ids_and_numbers_are_no_keys(name: str, uuid: UUID, number: int) -> None:
    assert pasted_in(f"{name} {uuid} {uuid.hex} {number}: what happened?") == []


@pytest.mark.parametrize(
    "piece", ["eyJa-", "eyJabcdefghijk.", "sk-", "SG.", "postgres://a:", "-----BEGIN "]
)
def test_a_long_message_is_read_quickly(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    started = time.perf_counter()
    without_keys(text)
    assert time.perf_counter() - started < 1.0


# In Slack


async def whispers(desk: Desk) -> list[dict[str, str]]:
    return [json.loads(job.subject) for job in await desk.jobs(WHISPER)]


@pytest.mark.parametrize("text", [f"@debugger use {KEYS[0]}: which lamps are on?", KEYS[0]])
async def test_in_a_channel_the_person_alone_is_told_once(
    desk: Desk, harbor: Harbor, text: str
) -> None:
    for _ in range(2):  # Slack sends a message twice, and again when it is late
        await desk.say("UANA", text, ts="7.0")
    [told] = await whispers(desk)
    assert (told["user"], told["channel"]) == ("UANA", CHANNEL)
    assert "Revoke" in told["text"]


async def test_the_question_is_kept_without_the_key(desk: Desk, harbor: Harbor) -> None:
    await desk.say("UANA", f"@debugger use {KEYS[0]}: which lamps are on?")
    async with harbor.store.reading(ORGANISATION) as session:
        [run] = (await session.scalars(select(Run))).all()
    assert "which lamps are on?" in run.question
    assert BODY not in run.question
    assert "[redacted]" in run.question


async def test_in_a_direct_message_too(desk: Desk) -> None:
    await desk.say("UANA", KEYS[1], channel="DUANA")
    assert len(await whispers(desk)) == 1


async def test_arguments_of_a_command_too(desk: Desk, harbor: Harbor) -> None:
    told = await desk.command("UANA", f"connections add {KEYS[5]}")
    assert "what looks like a GitHub token" in told
    assert BODY not in told
    assert all(BODY not in one for one in await harbor.sentences())


async def test_other_apps_are_not_told(desk: Desk, harbor: Harbor) -> None:
    post = Post(CHANNEL, "9.0", "", "UAPP", KEYS[0], by_app=True)
    site = Site(harbor.workspace, ORGANISATION, outsiders_allowed=True)
    assert await desk.services.reception.receive(site, post) is False
    assert await whispers(desk) == []
