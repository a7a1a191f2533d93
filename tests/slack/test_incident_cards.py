"""An incident's card says the thing in ten seconds, within Slack's limits, whatever it is given."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import incident_cards, incident_forms, incident_summary
from bot.slack.incident_cards import Deed, IncidentCard, Person, Sending, Stage, draw
from bot.slack.incident_forms import Choice, Origin
from bot.slack.incident_summary import Draft, Moment
from bot.slack.messages import MAX_BLOCKS, Block
from tests.support.slack import spoken

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STARTED = IncidentCard(
    id="i1",
    name="Checkout 5xx",
    stage=Stage.STARTED,
    place="Better Stack (Demo)",
    cause="Status 503 (expected 200)",
    started_at=AT,
    link="https://uptime.betterstack.com/team/t1/incidents/17",
    monitor="Checkout API",
    response="upstream connect error",
    severity="critical",
    team="Payments",
    on_call=[Person("Bo Chen", "UBO"), Person("Chidi")],
    escalation="by phone call, SMS · policy “Payments”",
    times=4,
)
ACKNOWLEDGED = replace(
    STARTED,
    stage=Stage.ACKNOWLEDGED,
    acknowledged=Deed(AT + timedelta(minutes=3), Person("Ana", "UANA")),
    sending=[Sending(Person("Bo", "UBO"), "resolve", "resolves this", "HTTP 429")],
)
RESOLVED = replace(
    ACKNOWLEDGED,
    stage=Stage.RESOLVED,
    lasted="12 min",
    resolved=Deed(AT + timedelta(minutes=12), Person("Cy <!here>")),
    sending=(),
)
TROUBLED = replace(
    STARTED,
    trouble="<@UANA> wanted to acknowledge this: *not done*.",
    problem="Better Stack (Demo) did not say how it is now: HTTP 503",
    as_of=AT,
)
CARDS = {
    "started": STARTED,
    "acknowledged": ACKNOWLEDGED,
    "resolved": RESOLVED,
    "troubled": TROUBLED,
    "deleted": replace(STARTED, stage=Stage.DELETED),
}


@pytest.mark.parametrize("name", CARDS)
def test_each_state_looks_as_it_was_agreed(name: str) -> None:
    message = draw(CARDS[name])
    shown = json.dumps([message.text, list(message.blocks)], indent=1, ensure_ascii=False)
    assert shown + "\n" == (GOLDEN / f"incident_{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (STARTED, "Incident started: Checkout 5xx (Status 503 (expected 200))"),
        (
            ACKNOWLEDGED,
            "Incident acknowledged by Ana: Checkout 5xx (Status 503 (expected 200))",
        ),
        (replace(STARTED, cause=""), "Incident started: Checkout 5xx"),
    ],
)
def test_a_notification_says_what_happened(card: IncidentCard, text: str) -> None:
    assert draw(card).text == text


def buttons(card: IncidentCard) -> list[str]:
    found = [block for block in draw(card).blocks if block["type"] == "actions"]
    return [str(one["text"]["text"]) for block in found for one in block["elements"]]


def test_the_buttons_fit_the_state() -> None:
    assert buttons(STARTED)[:3] == ["Acknowledge", "Resolve", "Escalate"]
    assert buttons(replace(ACKNOWLEDGED, sending=()))[0] == "Resolve"
    assert buttons(ACKNOWLEDGED)[0] == "Escalate"  # Resolve is on its way
    assert buttons(RESOLVED) == ["Comment", "Investigate", "Open in Better Stack"]
    assert buttons(replace(STARTED, stage=Stage.DELETED, link="")) == []


def test_what_a_service_says_is_never_markup() -> None:
    hostile = "<!channel> <https://evil.example|click> & `x`"
    names = ("name", "cause", "monitor", "response", "severity", "team", "problem", "escalation")
    card = replace(
        STARTED,
        **dict.fromkeys(names, hostile),  # type: ignore[arg-type]
        on_call=[Person(hostile)],
        acknowledged=Deed(AT, Person(hostile)),
    )
    text = spoken({"text": draw(card).text, "blocks": draw(card).blocks})
    assert "<!channel>" not in text
    assert "<https://evil" not in text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "https://x/" + "a" * 4000])
def test_only_a_web_address_is_linked(link: str) -> None:
    card = replace(STARTED, link=link)
    assert not any("Open in" in one for one in buttons(card))
    assert "|Checkout" not in str(draw(card).blocks)


words = st.text(max_size=4000)


@given(words, words, words, st.sampled_from(Stage), st.integers(1, 10**6), st.booleans())
def test_any_card_keeps_to_slacks_limits(
    name: str, cause: str, other: str, stage: Stage, times: int, linked: bool
) -> None:
    card = replace(
        TROUBLED,
        name=name,
        cause=cause,
        stage=stage,
        times=times,
        link=STARTED.link if linked else other,
        monitor=other,
        response=other,
        team=other,
        severity=cause,
        escalation=other,
        problem=cause,
        on_call=[Person(other)] * 20,
        sending=[Sending(Person(name), "acknowledge", "acknowledges this", cause)] * 30,
    )
    message = draw(card)
    assert 0 < len(message.text) <= 4000
    check(message.blocks)


def check(blocks: object) -> None:
    assert isinstance(blocks, list)
    assert 0 < len(blocks) <= MAX_BLOCKS
    for block in blocks:
        texts = [block["text"]] if block["type"] == "section" else block.get("elements", [])
        for text in texts:
            if text["type"] in ("mrkdwn", "plain_text"):
                assert 0 < len(text["text"]) <= 3000


@given(words, st.lists(words, max_size=60))
def test_any_form_keeps_to_slacks_limits(name: str, others: list[str]) -> None:
    choices = [Choice(f"Policy:{n}", one or "x", one) for n, one in enumerate(others)]
    origin = Origin("i1", "C1")
    view = incident_forms.escalate_form(
        origin, name or "x", choices or [Choice("a", "b")], {"call": "phone call"}
    )
    assert len(view["title"]["text"]) <= 24
    for block in view["blocks"]:
        if block["type"] == "section":
            assert len(block["text"]["text"]) <= 3000
        for option in (block.get("element") or {}).get("options", ()):
            assert 0 < len(option["text"]["text"]) <= 75


@given(words, words, st.lists(words, max_size=40))
def test_any_draft_keeps_to_slacks_limits(name: str, cause: str, told: list[str]) -> None:
    timeline = [Moment(AT, one) for one in told] or [Moment(AT, "Started")]
    draft = Draft("i1", name, STARTED.link, cause, timeline, cause, told, can_publish=True)
    message = incident_summary.draw(draft)
    assert len(message.blocks) <= MAX_BLOCKS
    blocks: list[Block] = list(message.blocks)
    for block in blocks:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3000


def test_a_line_can_be_found_again_by_its_mark() -> None:
    message = incident_cards.line("Acknowledged", "line_1")
    assert [block["block_id"] for block in message.blocks] == ["line_1"]
