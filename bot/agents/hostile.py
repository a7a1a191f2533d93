"""Which links an answer may have: the services' and the team's, none that foreign text made up.

Whoever writes a log line, a ticket or a page can write orders into it. A model may fall for them,
so nothing rests on its judgement: writes need a person (the gate), results stand between marks
that they cannot forge (`marking`), and an answer links only to what services gave as an address,
and to what the team itself gave its agent to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.memory import EARLIER_RUNS
from bot.slack.addresses import Links, hosts_in, whole_addresses
from bot.store.tables import Run, Step
from bot.store.talks import all_steps_of, runs_before


async def links_of(session: AsyncSession, run: Run, hosts: Iterable[str]) -> Links:
    """What the answer of a run may link to.

    Args:
        hosts: where its agent's connections live, and those of links that it was given to know.
    """
    before = await runs_before(session, run, EARLIER_RUNS)
    own = [one.question for one in (*before, run) if one.asked_by == run.asked_by]
    steps = await all_steps_of(session, [one.id for one in (*before, run)])
    given = [one for step in steps for one in _addresses_given(step)]
    linked = [one for step in steps for one in links_given(step)]
    return Links(
        hosts=frozenset([*hosts, *hosts_in(own), *hosts_in(linked)]),
        addresses=frozenset([*given, *linked]),
    )


def links_given(step: Step) -> list[str]:
    """The links that connectors put beside their results: where a service shows the same."""
    found = (one["data"] for one in step.returned.values() if one["data"])
    return [link for link in (data.get("link") for data in found) if link]


def _addresses_given(step: Step) -> Sequence[str]:
    results = [one["data"] for one in step.returned.values() if one["data"]]
    pages = [one["url"] for one in step.replied.get("sources", ())]
    return [*whole_addresses(results), *pages]
