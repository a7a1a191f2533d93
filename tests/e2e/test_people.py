"""Organisations, people and plans in Slack: what is shown is what Slack accepts."""

import pytest

from tests.e2e.stage import Stage, spoken

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

QUESTION = "@debugger which incidents are open?"


def told(stage: Stage, user: str) -> str:
    return spoken(stage.workspace.ephemerals(user)[-1])


async def test_an_invited_person_accepts_and_works_in_the_other_organisation(stage: Stage) -> None:
    await stage.workspace.command("ana", stage.workspace.direct("ana"), "/ops org create Night")
    assert "you own it" in told(stage, "ana")
    await stage.workspace.command(
        "ana", stage.workspace.direct("ana"), "/ops team invite @chidi as editor"
    )
    direct = stage.workspace.direct("chidi")
    letter = await stage.expect("invites you to *Night* as editor", channel=direct)
    await stage.workspace.click("chidi", direct, letter["ts"], "invitation_accept")
    await stage.expect("You are in *Night* now, as editor", channel=direct)
    await stage.workspace.command("chidi", direct, "/ops org switch Night")
    await stage.workspace.command("chidi", direct, "/ops agents")
    assert "There are no agents yet" in told(stage, "chidi")
    await stage.workspace.command("chidi", "#incidents", "/ops agents")
    assert "Debugger" in told(stage, "chidi")


async def test_the_team_is_listed_and_a_person_removed_with_a_button(stage: Stage) -> None:
    await stage.workspace.command("bo", "#incidents", "/ops agents")
    await stage.workspace.command("bo", "#incidents", "/ops team")
    assert "🔒 Remove" in told(stage, "bo")
    await stage.workspace.command("ana", "#incidents", "/ops team")
    bo = stage.workspace.person("bo").id
    world = stage.workspace.world
    shown = list(world.timeline.ephemerals.values())[-1]
    (line,) = (one for one in shown.body["blocks"] if bo in str(one.get("accessory")))
    press = {"action_id": "team_remove", "block_id": line["block_id"]}
    interactions = stage.workspace.services.interactions
    await interactions.message_action(stage.workspace.person("ana"), shown, press, {})
    await stage.workspace.command("bo", "#incidents", "/ops agents")
    assert "no longer a member" in told(stage, "bo")
    thread = stage.say("bo", QUESTION)
    await stage.expect("you are no longer a member of this organisation", thread=thread)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/ops team", "Harbor"),
        ("/ops org list", "active"),
        ("/ops plan", "your plan"),
        ("/ops usage", "Messages: "),
        ("/ops budget 50", "$50.00"),
        ("/ops guests", "refused here"),
        ("/ops help", "/ops org"),
    ],
)
async def test_each_answer_is_one_that_slack_accepts(
    shared_stage: Stage, line: str, words: str
) -> None:
    before = len(shared_stage.workspace.ephemerals("ana"))
    await shared_stage.workspace.command("ana", "#incidents", line)
    assert len(shared_stage.workspace.ephemerals("ana")) > before
    assert words in told(shared_stage, "ana")


async def test_guests_are_refused_until_an_owner_allows_them_in_a_channel(stage: Stage) -> None:
    thread = stage.say("dana", QUESTION, channel="#product")
    await stage.expect("you are a guest of this workspace", channel="#product", thread=thread)
    await stage.workspace.command("ana", "#product", "/ops guests allow")
    thread = stage.say("dana", QUESTION, channel="#product")
    await stage.expect("Checkout 5xx", channel="#product", thread=thread)


async def test_people_of_other_companies_are_refused_too(shared_stage: Stage) -> None:
    channel = "#partner-lighthouse"
    thread = shared_stage.say("eve", QUESTION, channel=channel)
    await shared_stage.expect(
        "you are from another company's workspace", channel=channel, thread=thread
    )


async def test_the_message_that_meets_the_limit_says_so_in_its_thread(stage: Stage) -> None:
    await stage.workspace.command("ana", "#incidents", "/ops budget 0")
    thread = stage.say("ana", QUESTION)
    await stage.expect("This month's budget of $0.00", thread=thread)
    assert len(stage.bot_posts(thread)) == 1
