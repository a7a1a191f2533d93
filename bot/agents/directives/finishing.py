"""Carrying out the directives of a question once its answer is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.directives import tools
from bot.agents.directives.alerting import Target, Targets, words_of_alert
from bot.agents.directives.charting import NoChart, chart_of
from bot.agents.directives.flagging import CannotFlag, flag
from bot.agents.directives.judging import Judged, judge, named
from bot.agents.directives.listing import flagged_in_words
from bot.agents.directives.parsing import Directive, Directives, Kind, parse
from bot.agents.directives.results import Table, returned_by, tables
from bot.agents.directives.storing import reference, store_report
from bot.agents.directives.wishes import directives_of
from bot.agents.finishing import Finished
from bot.agents.house_tools import At
from bot.scheduling.queue import JobQueue
from bot.scheduling.says import Say, put_say, put_tell
from bot.slack.charts import Chart
from bot.slack.charts.posting import ChartPoster
from bot.slack.messages import Identity, Place
from bot.store.database import Store

MOST_CHARTS = 2
"""In one message: Slack's own bound for its chart blocks."""

CHANNELS_SECONDS = 5.0

Keep = Callable[[AsyncSession], Awaitable[None]]
ChannelNames = Callable[[str], Awaitable[Collection[str]]]
"""The names of a workspace's channels; none where they cannot be read."""


async def no_names(team_id: str) -> Collection[str]:
    return ()


async def not_known(channel_id: str) -> bool:
    return False


@dataclass
class _Parts:
    """What is gathered for one answer."""

    sections: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    keeps: list[Keep] = field(default_factory=list)


class Finisher:
    """Flags rows, draws charts, notifies and stores, as a question's directives ask."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        targets: Targets,
        charts: ChartPoster,
        channel_names: ChannelNames = no_names,
        public: Callable[[str], Awaitable[bool]] = not_known,
    ) -> None:
        """`public` says whether everyone in the workspace may read a channel."""
        self._store = store
        self._queue = queue
        self._targets = targets
        self._charts = charts
        self._channel_names = channel_names
        self._public = public

    async def finish(self, at: At, markdown: str) -> Finished:
        """The answer with what its directives add."""
        wanted = await self._wanted(at)
        found = tables(at.steps, tools.NAMES)
        parts = _Parts()
        if one := wanted.get(Kind.FLAG):
            parts.sections.append(_flagged(found, one))
        parts.charts, excuse = _charts(at, found, wanted.get(Kind.VISUALIZE))
        parts.sections.append(excuse)
        if one := wanted.get(Kind.ALERT):
            await self._alert(at, found, one, parts)
        if unknown := _unknown(wanted):
            parts.sections.append(unknown)
        text = _with_sections(markdown, parts.sections)
        if wanted.has(Kind.REPORT):
            text = await self._report(at, found, text, parts)
        return Finished(text, lambda: self._show(at, parts.charts), _all(parts.keeps))

    async def _wanted(self, at: At) -> Directives:
        """The directives; only where some are unknown, the channels are asked for."""
        wanted = directives_of(at.run)
        if not wanted.unknown:
            return wanted
        try:
            async with asyncio.timeout(CHANNELS_SECONDS):
                names = await self._channel_names(at.conversation.team_id)
        except TimeoutError:
            return wanted
        return parse(at.run.question, names)

    async def _alert(self, at: At, found: Sequence[Table], one: Directive, parts: _Parts) -> None:
        raised = returned_by(at.steps, tools.ALERT)
        judged = named(found, raised[-1].get("names", ())) if raised else judge(found, one.words)
        needed = bool(raised[-1]["needed"]) if raised else bool(judged.rows)
        if not needed:
            why = judged.note or "nothing in the results calls for it."
            parts.sections.append(f":no_bell: **No alert:** {why}")
            return
        target = await self._targets.of(at, judged.rows)
        found_words = str(raised[-1]["text"]) if raised else ""
        text = words_of_alert(at, one.words, found_words, judged, target)
        parts.sections.append(_alerted(judged, target))

        async def tell(session: AsyncSession) -> None:
            organisation_id = at.caller.organisation_id
            say = Say(target.channel, target.thread_ts, at.asker.user_id, text)
            await put_say(self._queue, session, organisation_id, say)
            if at.conversation.direct and not target.is_incident_channel:
                for person in target.people:
                    await put_tell(self._queue, session, organisation_id, person, text)

        parts.keeps.append(tell)

    async def _report(self, at: At, found: Sequence[Table], text: str, parts: _Parts) -> str:
        report_id, now = self._store.ids(), self._store.clock()
        private = at.conversation.direct or not await self._is_public(at)

        async def keep(session: AsyncSession) -> None:
            await store_report(session, at, report_id, text, found, now, private=private)

        parts.keeps.append(keep)
        listed = "`/ops reports` lists it for you alone, because not everyone may read here."
        if not private:
            listed = "`/ops reports` lists them all."
        said = f":card_index_dividers: **Stored** as report `{reference(report_id)}`: {listed}"
        return _with_sections(text, [said])

    async def _is_public(self, at: At) -> bool:
        try:
            async with asyncio.timeout(CHANNELS_SECONDS):
                return await self._public(at.conversation.channel_id)
        except TimeoutError:
            return False

    async def _show(self, at: At, charts: Sequence[Chart]) -> None:
        talk = at.conversation
        place = Place(talk.channel_id, talk.thread_ts)
        look = Identity(at.agent.name, at.agent.icon)
        for chart in charts:
            await self._charts.post(place, chart, look, team_id=talk.team_id)


def _flagged(found: Sequence[Table], one: Directive) -> str:
    try:
        return flagged_in_words(flag(found, one.words))
    except CannotFlag as why:
        return f":warning: **Nothing flagged:** {why}."


def _alerted(judged: Judged, target: Target) -> str:
    """What the answer says of an alert that goes out."""
    count = len(judged.rows)
    about = f" about {count} {'row' if count == 1 else 'rows'}" if count else ""
    if target.is_incident_channel:
        told = f"I tell the incident channel{about}."
    elif target.people:
        told = f"I tell who is on call{about}."
    else:
        told = (
            f"I say it here{about}, because no channel is set for incidents and I found nobody on "
            "call. `/ops incidents route` sets one."
        )
    return f":bell: **Alert:** {told} {judged.note}".rstrip()


def _charts(at: At, found: Sequence[Table], one: Directive | None) -> tuple[list[Chart], str]:
    """The charts that the model chose, or else the one that fits; or why there is none."""
    chosen = [tools.drawn(saved) for saved in returned_by(at.steps, tools.DRAW)]
    if chosen or one is None:
        return chosen[-MOST_CHARTS:], ""
    why = "no tool returned any rows"
    for table in sorted(found, key=lambda table: len(table.rows) == 1):
        try:
            return [chart_of(table, one.words)], ""
        except NoChart as error:
            why = str(error)
    return [], f":bar_chart: **No chart:** {why}."


def _unknown(wanted: Directives) -> str:
    said = []
    for one in wanted.unknown:
        near = f"; did you mean `#{one.nearest}`?" if one.nearest else "."
        said.append(f"I do not know the directive `#{one.name}`{near}")
    if not said:
        return ""
    every = ", ".join(f"`#{one.value}`" for one in Kind)
    return f"{' '.join(said)} There are {every}."


def _with_sections(markdown: str, sections: Sequence[str]) -> str:
    """The answer with more paragraphs, above a last line of small print."""
    more = [one for one in sections if one]
    head, gap, last = markdown.rpartition("\n\n")
    small = bool(gap) and last.startswith("_") and last.endswith("_") and "\n" not in last
    paragraphs = [head, *more, last] if small else [markdown, *more]
    return "\n\n".join(one for one in paragraphs if one)


def _all(keeps: Sequence[Keep]) -> Keep:
    async def keep(session: AsyncSession) -> None:
        for one in keeps:
            await one(session)

    return keep
