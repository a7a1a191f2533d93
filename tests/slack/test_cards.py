"""The card says exactly what will be sent, to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import cards
from bot.slack.cards import Card, Item, Stage
from bot.slack.messages import MAX_BLOCKS
from tests.support.slack import spoken

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ITEM = Item(
    approval_id="a1",
    stage=Stage.OPEN,
    action="switch lamp “mast”",
    resource="“mast”",
    arguments={"name": "mast", "on": True},
    changes=[("on", "False", "True")],
    link="https://lamp.example.com/mast",
)
CARD = Card(
    id="c1",
    agent="Debugger",
    place="Lamp (Demo)",
    requester="UANA",
    items=[ITEM],
    expires_at=AT,
    approvers=["UANA", "UBO"],
)


def text_of(card: Card) -> str:
    message = cards.draw(card)
    return spoken({"text": message.text, "blocks": list(message.blocks)})


def buttons(card: Card) -> list[tuple[str, str]]:
    return [
        (element["action_id"], element["value"])
        for block in cards.draw(card).blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_an_open_card_shows_the_request_its_effect_and_who_may_decide() -> None:
    text = text_of(CARD)
    assert "*Debugger* wants to switch lamp *<https://lamp.example.com/mast|“mast”>*" in text
    assert "in Lamp (Demo), asked by <@UANA>" in text
    assert "• on: False → *True*" in text
    assert '"name": "mast"' in text
    assert "<@UANA>, <@UBO> can decide" in text
    assert buttons(CARD) == [
        (cards.APPROVE, "a1"),
        (cards.DENY, "a1"),
        (cards.WITHDRAW, "a1"),
    ]


def test_the_message_alone_tells_it_too() -> None:
    assert cards.draw(CARD).text == (
        "Debugger wants to switch lamp “mast” in Lamp (Demo). Approve or deny it in the thread."
    )


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage.SENDING, "Approved by <@UEVE>"),
        (Stage.DONE, "*Done.* Approved by <@UEVE>"),
        (Stage.DENIED, "*Denied* by <@UEVE>"),
        (Stage.WITHDRAWN, "*Withdrawn* by <@UEVE>"),
        (Stage.EXPIRED, "*Expired.* Nobody decided in time"),
        (Stage.NOT_DONE, "*Not done.* Approved by <@UEVE>"),
        (Stage.UNKNOWN, "*Please check.* Approved by <@UEVE>"),
    ],
)
def test_a_decided_card_has_no_buttons_and_says_what_came_of_it(stage: Stage, words: str) -> None:
    item = replace(ITEM, stage=stage, decider="UEVE", decided_at=AT, words="It is dark.")
    card = replace(CARD, items=[item])
    assert words in text_of(card)
    assert buttons(card) == []
    if stage in (Stage.DONE, Stage.NOT_DONE, Stage.UNKNOWN):
        assert "It is dark." in text_of(card)


def test_the_reason_of_a_denial_is_shown() -> None:
    item = replace(ITEM, stage=Stage.DENIED, decider="UEVE", reason="ships are <!here>")
    assert "“ships are &lt;!here&gt;”" in text_of(replace(CARD, items=[item]))


def test_where_two_people_are_needed_it_says_who_has_approved() -> None:
    card = replace(CARD, items=[replace(ITEM, needed=2, consented=["UBO"])])
    assert "2 people have to approve, <@UBO> did" in text_of(card)


def test_what_could_not_be_found_out_stands_on_the_card() -> None:
    assert "who is on call" in text_of(replace(CARD, note="who is on call could not be read"))
    assert "Nobody at the moment can decide" in text_of(replace(CARD, approvers=[]))


def test_several_writes_are_decided_one_by_one_or_together() -> None:
    second = replace(ITEM, approval_id="a2", action="ring the bell", resource="")
    card = replace(CARD, items=[ITEM, second])
    assert buttons(card) == [
        (cards.APPROVE, "a1"),
        (cards.DENY, "a1"),
        (cards.APPROVE, "a2"),
        (cards.DENY, "a2"),
        (cards.APPROVE_ALL, "c1"),
        (cards.DENY_ALL, "c1"),
    ]
    half = replace(card, items=[replace(ITEM, stage=Stage.DONE, decider="UANA"), second])
    assert buttons(half) == [(cards.APPROVE, "a2"), (cards.DENY, "a2")]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("link", ["https://lamp.example.com/mast", "", "https://x|y>z<!here>"])
def test_nothing_a_service_says_becomes_a_mention_or_closes_the_fence(
    stage: Stage, link: str
) -> None:
    evil = "<!channel> ``` <https://evil.example|Approve> *bold* & <@UBOSS>"
    item = replace(
        ITEM,
        stage=stage,
        action=f"switch {evil}",
        resource=evil,
        arguments={evil: evil},
        changes=[(evil, evil, evil)],
        reason=evil,
        words=evil,
        link=link,
    )
    message = cards.draw(replace(CARD, items=[item], note=evil, place=evil, agent=evil))
    shown = spoken({"blocks": list(message.blocks)})
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "<@UBOSS>" not in shown
    assert "<https://evil.example" not in shown
    [exact] = [text for text in _sections(message.blocks) if text.startswith("```")]
    assert exact.endswith("```")
    assert exact.count("```") == 2


def _sections(blocks: Sequence[dict[str, Any]]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


_text = st.text(max_size=200)
_item = st.builds(
    Item,
    approval_id=st.just("a1"),
    stage=st.sampled_from(Stage),
    action=_text,
    resource=_text,
    arguments=st.dictionaries(_text, st.text(max_size=2000), max_size=5),
    changes=st.lists(st.tuples(_text, st.text(max_size=2000), _text), max_size=5),
    link=st.just("https://lamp.example.com"),
    words=st.text(max_size=5000),
)


@given(st.lists(_item, min_size=1, max_size=cards.MOST))
def test_no_card_is_larger_than_slack_takes(items: list[Any]) -> None:
    message = cards.draw(replace(CARD, items=items))
    assert len(message.blocks) <= MAX_BLOCKS
    for block in message.blocks:
        parts = [block["text"]] if "text" in block else block.get("elements", [])
        for part in parts:
            if part.get("type") == "mrkdwn":
                assert 1 <= len(part["text"]) <= 3000
