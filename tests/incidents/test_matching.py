"""`/ops incidents route …`, as it is typed: also wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.incidents.matching import MAX_VALUE, By, Match, NotUnderstood, Wish, parse
from bot.store.tables import Incident

CHANNEL = "<#C0INC|incidents>"


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        (f"everything to {CHANNEL}", Wish(Match(By.EVERYTHING), "C0INC")),
        (f"EVERYTHING TO {CHANNEL}", Wish(Match(By.EVERYTHING), "C0INC")),
        ("team Harbor Labs to <#C0INC>", Wish(Match(By.TEAM, "Harbor Labs"), "C0INC")),
        (f"monitor “Up to date” to {CHANNEL}", Wish(Match(By.MONITOR, "Up to date"), "C0INC")),
        (f"monitor checkout* to {CHANNEL}", Wish(Match(By.MONITOR, "checkout*"), "C0INC")),
        (f"group R&amp;D to {CHANNEL}", Wish(Match(By.GROUP, "R&D"), "C0INC")),
        (
            f"severity critical to {CHANNEL} investigate",
            Wish(Match(By.SEVERITY, "critical"), "C0INC", investigate=True),
        ),
        (
            f"metadata service=checkout to {CHANNEL} investigate with @debugger",
            Wish(Match(By.METADATA, "checkout", "service"), "C0INC", "", True, "debugger"),
        ),
        (
            f'metadata "on call"="a = b" to {CHANNEL} through Our account investigate',
            Wish(Match(By.METADATA, "a = b", "on call"), "C0INC", "Our account", True),
        ),
        (
            f"metadata service = checkout to {CHANNEL} investigate through Demo",
            Wish(Match(By.METADATA, "checkout", "service"), "C0INC", "Demo", True),
        ),
    ],
)
def test_routes_are_read_as_they_are_meant(typed: str, wish: Wish) -> None:
    assert parse(typed) == wish


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Say which incidents: `team`"),
        ("colour red to <#C0INC>", "I cannot choose incidents by “colour”"),
        (CHANNEL, "I cannot choose incidents by"),
        ("everything", "Say which channel gets them"),
        (f"everything {CHANNEL}", "`… everything to #channel`"),
        (f"team to {CHANNEL}", "After `team` I need the team's name"),
        ('team "" to <#C0INC>', "After `team` I need"),
        ("team Harbor", "`… team Harbor to #channel`"),
        ("team Harbor to #incidents", "choose it from the list"),
        ("team Harbor to", "I need the channel after `to`"),
        (f"metadata service to {CHANNEL}", "chosen by key and value"),
        (f"metadata =x to {CHANNEL}", "After `metadata` I need a key"),
        (f"metadata a= to {CHANNEL}", "After `=` I need a value"),
        (f"everything to {CHANNEL} loudly", "not “loudly”"),
        (f"everything to {CHANNEL} investigate with", "After `with` I need an agent's name"),
        (f"everything to {CHANNEL} investigate investigate", "not “investigate”"),
        (f'team "Harbor to {CHANNEL}', "no second one"),
        (f"team {'x' * (MAX_VALUE + 1)} to {CHANNEL}", "too long"),
    ],
)
def test_a_mistake_is_told_with_what_was_expected_there(typed: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as mistake:
        parse(typed)
    assert words in str(mistake.value)


names = some.text(
    some.characters(exclude_characters='"“”„&<>', exclude_categories=("C", "Z")) | some.just(" "),
    min_size=1,
    max_size=30,
).filter(lambda text: text == text.strip() and text.strip())
matches = some.one_of(
    some.just(Match(By.EVERYTHING)),
    some.builds(Match, some.sampled_from([By.TEAM, By.MONITOR, By.GROUP, By.SEVERITY]), names),
    some.builds(Match, some.just(By.METADATA), names, names),
)


@given(matches, some.booleans())
def test_what_a_route_is_shown_as_can_be_typed_again(match: Match, investigate: bool) -> None:
    tail = " investigate with @debugger" if investigate else ""
    agent = "debugger" if investigate else ""
    assert parse(f"{match} to {CHANNEL}{tail}") == Wish(match, "C0INC", "", investigate, agent)


@given(
    some.text(max_size=80)
    | some.lists(
        some.sampled_from(
            [
                "team",
                "metadata",
                "everything",
                "to",
                "=",
                '"',
                CHANNEL,
                "through",
                "investigate",
                "with",
                "x",
                "&lt;",
                "<",
                ">",
            ]
        )
    ).map(" ".join)
)
def test_whatever_is_typed_is_a_route_or_is_not_understood(typed: str) -> None:
    with suppress(NotUnderstood):
        wish = parse(typed)
        assert parse(f"{wish.match} to <#{wish.channel_id}>").match == wish.match


def incident(**given: object) -> Incident:
    empty = {"team": "", "monitor": "", "monitor_id": "", "monitor_group": "", "severity": ""}
    return Incident(**{**empty, "labels": {}, **given})


@pytest.mark.parametrize(
    ("match", "given", "fits"),
    [
        (Match(By.TEAM, "harbor"), {"team": "Harbor"}, True),
        (Match(By.TEAM, "harbor"), {"team": "Harbor Labs"}, False),
        (Match(By.TEAM, "harbor*"), {"team": "Harbor Labs"}, True),
        (Match(By.MONITOR, "3001"), {"monitor": "Checkout", "monitor_id": "3001"}, True),
        (Match(By.MONITOR, "4001"), {"monitor_id": "heartbeat:4001"}, True),
        (Match(By.MONITOR, "check[out]"), {"monitor": "check[out]"}, True),
        (Match(By.MONITOR, "check[out]"), {"monitor": "checko"}, False),
        (Match(By.GROUP, "Shop"), {"monitor_group": ""}, False),
        (Match(By.SEVERITY, "*"), {"severity": "high"}, True),
        (Match(By.METADATA, "shop", "Service"), {"labels": {"service": "Shop"}}, True),
        (Match(By.METADATA, "shop", "service"), {"labels": {"service": "cart, shop"}}, True),
        (Match(By.METADATA, "*", "service"), {"labels": {}}, False),
        (Match(By.EVERYTHING), {}, True),
    ],
)
def test_incidents_fit_as_one_would_expect(
    match: Match, given: dict[str, object], fits: bool
) -> None:
    assert match.fits(incident(**given)) is fits
