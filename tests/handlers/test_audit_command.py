"""`/ops audit`: reading the record, taking it away as a file, and how long it is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest
import yaml
from sqlalchemy import select

from bot.gate import audit
from bot.gate.calls import Caller, CallerKind
from bot.handlers.audit_export import EXPORT, AuditExport
from bot.handlers.commands import audit as command
from bot.handlers.commands.command import Typed
from bot.handlers.services import Services, Visitor
from bot.manifest import FILE as MANIFEST
from bot.people.organisations import Site
from bot.scheduling.queue import Claim, TryLater
from bot.slack.client import web_client
from bot.slack.messages import Message
from bot.slack.sender import Sender
from bot.store.tables import Job, Member, Organisation, Role
from playground.workspace import BOT_TOKEN, Workspace, load_manifest, parse_manifest
from tests.e2e.stage import spoken
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION
from tests.support.fixtures import clock, database, harbor, service, store
from tests.support.harbor import Harbor

__all__ = ["clock", "database", "harbor", "service", "store"]

SLACK_ANA = "U0HARBORANA"


@pytest.fixture
async def told(harbor: Harbor) -> Harbor:
    """Twenty-three entries of the debugger's for Ana, one of Bo's, one of others'."""
    async with harbor.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, harbor.ana.id)).user_id = SLACK_ANA
    for number in range(1, 24):
        await put(harbor, harbor.caller(), f"Debugger, asked by Ana, did <{number}> & more")
    await put(harbor, person(harbor.bo), "Bo did something")
    theirs = Caller(CallerKind.PERSON, OTHER_ORGANISATION, "zed", "Zed")
    await put(harbor, theirs, "Zed did something")
    return harbor


def person(member: Member) -> Caller:
    return Caller(CallerKind.PERSON, member.organisation_id, member.id, member.name)


async def put(harbor: Harbor, caller: Caller, sentence: str) -> None:
    async with harbor.store.writing(caller.organisation_id) as session:
        audit.record(
            session,
            caller,
            at=harbor.clock(),
            action="test",
            outcome="done",
            sentence=sentence,
        )


async def type_in(harbor: Harbor, words: str, by: Member | None = None) -> Message:
    services = SimpleNamespace(store=harbor.store, queue=harbor.queue, wake=lambda: None)
    visitor = Visitor(Site(harbor.workspace, ORGANISATION), by or harbor.ana, "C1")
    typed = Typed(visitor=visitor, rest=words, trigger_id="", response_url="")
    return await command.run(cast(Services, services), typed)


def shown(message: Message) -> str:
    return spoken({"text": message.text, "blocks": list(message.blocks)})


async def jobs(harbor: Harbor) -> list[Claim]:
    async with harbor.store.installation() as session:
        rows = await session.scalars(select(Job).where(Job.kind == EXPORT))
        return [Claim(row.id, row.organisation_id, row.kind, row.subject, 1, 1) for row in rows]


# Reading.


async def test_the_newest_twenty_come_first_and_how_many_more_there_are(told: Harbor) -> None:
    text = shown(await type_in(told, ""))
    assert "The last 20 entries" in text
    assert text.index("Bo did something") < text.index("did &lt;23&gt; &amp; more")
    assert "did &lt;5&gt;" in text
    assert "did &lt;4&gt;" not in text
    assert "4 more: export with `/ops audit export csv`" in text
    assert "22 Nov 2026 · Bo did something, 09:00 UTC." in text
    assert "Zed" not in text


async def test_words_narrow_it_down_and_the_export_that_is_proposed_too(told: Harbor) -> None:
    text = shown(await type_in(told, "debugger since yesterday"))
    assert "The last 20 entries of Debugger, since 21 Nov 2026 00:00 UTC" in text
    assert "3 more: export with `/ops audit export csv debugger since yesterday`" in text
    text = shown(await type_in(told, "@bo"))
    assert "The last entry of Bo" in text
    assert "more: export" not in text


async def test_nothing_found_and_nothing_understood_are_said(told: Harbor) -> None:
    assert shown(await type_in(told, "demo")).strip() == "Nothing is on record in Demo."
    assert "called “&lt;b&gt;”" in shown(await type_in(told, "<b>"))
    assert "Write since yesterday" in shown(await type_in(told, "since whenever"))


async def test_long_sentences_are_clipped_and_none_is_left_out(told: Harbor) -> None:
    for number in range(20):
        await put(told, person(told.ana), f"no {number} " + "<&>" * 400)
    message = await type_in(told, "")
    text = shown(message)
    assert all(f"no {number} " in text for number in range(20))
    sections = [one["text"]["text"] for one in message.blocks if one["type"] == "section"]
    assert max(map(len, sections)) <= 3000
    assert text.count("…") == 20
    assert len(message.blocks) <= 50


async def test_channels_and_people_are_shown_by_their_names(told: Harbor) -> None:
    await put(told, person(told.bo), "Bo stopped the report of <#C0PRODUCT> for <@U1> <!here>")
    text = shown(await type_in(told, ""))
    assert "the report of <#C0PRODUCT> for <@U1> &lt;!here&gt;, 09:00 UTC." in text


async def test_a_mention_is_proposed_as_people_type_it(told: Harbor) -> None:
    for number in range(21):
        await put(told, person(told.bo), f"Bo did {number}")
    text = shown(await type_in(told, "<@UBO|bo>"))
    assert "2 more: export with `/ops audit export csv @bo`" in text


@pytest.mark.parametrize("words", ["", "export csv", "keep 5 days", "keep everything"])
async def test_viewers_may_not(told: Harbor, words: str) -> None:
    text = shown(await type_in(told, words, by=told.bo))
    assert re.match(r"Only owners( and editors)? may .* and you are a viewer\. Ask <@\w+>", text)
    assert "did" not in text
    assert await jobs(told) == []


async def test_editors_read_it_and_take_it_away_and_owners_say_how_long_it_is_kept(
    told: Harbor,
) -> None:
    told.bo.role = Role.EDITOR
    assert "Nothing is on record" not in shown(await type_in(told, "", by=told.bo))
    assert "is being written" in shown(await type_in(told, "export csv", by=told.bo))
    refused = shown(await type_in(told, "keep 5 days", by=told.bo))
    assert refused.startswith("Only owners may set how long the audit log is kept")


# How long it is kept.


@pytest.mark.parametrize(
    ("words", "days", "told_so"),
    [
        ("keep 365 days", 365, "for 365 days"),
        ("keep 1 day", 1, "for 1 day"),
        ("keep 90", 90, "for 90 days"),
        ("keep everything", 0, "for ever"),
        ("keep default", None, "as long as the installation's default says"),
    ],
)
async def test_an_owner_sets_how_long_it_is_kept(
    told: Harbor, words: str, days: int | None, told_so: str
) -> None:
    await type_in(told, "keep 7 days")
    assert f"kept {told_so}" in shown(await type_in(told, words))
    async with told.store.installation() as session:
        assert (await session.get_one(Organisation, ORGANISATION)).audit_days == days
        assert (await session.get_one(Organisation, OTHER_ORGANISATION)).audit_days is None
    assert (await told.sentences())[-1] == (
        f"Ana set that the audit log is kept {told_so}, 09:00 UTC."
    )


@pytest.mark.parametrize("words", ["keep", "keep 0 days", "keep -1 days", "keep some"])
async def test_a_time_that_is_none_changes_nothing(told: Harbor, words: str) -> None:
    assert "/ops audit keep 365 days" in shown(await type_in(told, words))
    async with told.store.installation() as session:
        assert (await session.get_one(Organisation, ORGANISATION)).audit_days is None


# As a file, over the local workspace.


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace(load_manifest(MANIFEST)) as workspace:
        yield workspace


def exporter(told: Harbor, workspace: Workspace) -> AuditExport:
    client = web_client(BOT_TOKEN, workspace.api_url)
    return AuditExport(told.store, client, Sender(client))


async def test_the_file_comes_to_the_owner_in_a_direct_message(
    told: Harbor, slack: Workspace
) -> None:
    answer = await type_in(told, "export csv @bo since yesterday")
    assert "it comes to you in a direct message" in answer.text
    [job] = await jobs(told)
    await exporter(told, slack).send(job)
    [message] = slack.messages(slack.direct("ana"))
    words = "1 entry of Bo, since 21 Nov 2026 00:00 UTC"
    assert message["text"] == f"The audit log you asked for: {words}."
    [file] = message["files"]
    assert file["name"] == "audit-2026-11-22.csv"
    stored = slack.world.files.get(file["id"])
    assert stored is not None
    assert stored.content is not None
    heading, row = stored.content.decode().splitlines()
    assert heading.startswith("organisation,")
    assert "Bo did something" in row
    assert (await told.sentences())[-1] == (
        f"Ana was sent the audit log as csv: {words}, 09:00 UTC."
    )


async def test_json_lines_hold_all_entries(told: Harbor, slack: Workspace) -> None:
    await type_in(told, "Export JSONL")
    await exporter(told, slack).send((await jobs(told))[0])
    [message] = slack.messages(slack.direct("ana"))
    assert message["files"][0]["name"] == "audit-2026-11-22.jsonl"
    assert "24 entries." in message["text"]


@pytest.mark.parametrize("words", ["export", "export pdf", "export debugger"])
async def test_an_unknown_form_is_said(told: Harbor, words: str) -> None:
    assert "`/ops audit export csv` or" in shown(await type_in(told, words))
    assert await jobs(told) == []


async def test_words_that_name_nothing_start_no_export(told: Harbor) -> None:
    assert "There is no agent" in shown(await type_in(told, "export csv nobody"))
    assert await jobs(told) == []


async def test_what_is_too_much_for_slack_is_said_with_what_to_do(
    told: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "MOST", 10)
    text = shown(await type_in(told, "export csv"))
    assert "That would be 24 entries, and a file through Slack holds 10." in text
    assert "python -m bot audit export" in text
    assert await jobs(told) == []


async def test_who_may_not_read_it_any_more_gets_no_file(told: Harbor, slack: Workspace) -> None:
    await type_in(told, "export csv")
    async with told.store.writing(ORGANISATION) as session:
        (await session.get_one(Member, told.ana.id)).role = Role.VIEWER
    await exporter(told, slack).send((await jobs(told))[0])
    assert slack.calls("files.completeUploadExternal") == []


async def test_without_the_permission_the_owner_is_told_what_to_do(told: Harbor) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"].remove("files:write")
    await type_in(told, "export csv")
    async with Workspace(parse_manifest(manifest)) as workspace:
        await exporter(told, workspace).send((await jobs(told))[0])
        [message] = workspace.messages(workspace.direct("ana"))
    assert "the app lacks the permission files:write" in message["text"]
    assert (await told.sentences())[-1] == (
        "Ana could not be sent the audit log: missing_scope, 09:00 UTC."
    )


async def test_while_slack_cannot_be_reached_it_is_tried_again(told: Harbor) -> None:
    await type_in(told, "export csv")
    client = web_client(BOT_TOKEN, "http://127.0.0.1:9/api/")
    with pytest.raises(TryLater):
        await AuditExport(told.store, client, Sender(client)).send((await jobs(told))[0])
    assert (await told.sentences())[-1].startswith("Bo did something")
