"""Which model answers: the agent's, its type's, the organisation's, the installation's.

Reports ask in the same way, by the kind of their connector. What was chosen is in the store; which
models there are is the catalogue's list, the local model of the settings, and what owners added.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.models.catalogue import Entry, Prices, Tier, decimal, entries, unlisted
from bot.agents.models.fitting import Fit, beyond, within
from bot.agents.models.providers import KEYS
from bot.agents.types import TYPES
from bot.people.plans import Plan, plan_of
from bot.store.tables import Agent, ModelChoice, ModelRules, OwnModel

ORGANISATION = "organisation"
OTHER_REPORTS = "reports:other"
REPORTS: Mapping[str, str] = {
    "posthog": "PostHog",
    "amplitude": "Amplitude",
    "ga4": "GA4",
    "mixpanel": "Mixpanel",
}
"""The kinds of reports with a default of their own, by the slug of their connector."""

SCOPES: Mapping[str, str] = {
    ORGANISATION: "Default",
    **{f"type:{one.slug}": f"Agents: {one.title}" for one in TYPES.values()},
    **{f"reports:{slug}": f"Reports: {title}" for slug, title in REPORTS.items()},
    OTHER_REPORTS: "Reports: all others",
}
"""What a default can be set for, with its title."""

MOST_FALLBACKS = 3


@dataclass(frozen=True)
class Installed:
    """What the installation brings: which providers can be reached, and with what."""

    default: str
    providers: Collection[str]
    local: Sequence[Entry] = ()


@dataclass(frozen=True)
class Shelf:
    """The models of one organisation, and what was chosen, as it is now."""

    installed: Installed
    plan: Plan
    own: Sequence[Entry] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    fallbacks: Sequence[str] = ()
    web: bool = False

    @property
    def known(self) -> list[Entry]:
        """Every model, an owner's own first; an id is listed once."""
        listed = {
            one.id: one for one in (*entries(), *self.installed.local, *self.own)
        }  # the last one of an id counts
        first = [one.id for one in (*self.own, *self.installed.local)]
        return [listed[id_] for id_ in dict.fromkeys([*first, *listed])]

    @property
    def offered(self) -> list[Entry]:
        """The models that may be chosen: on the plan, and of a provider that can be reached."""
        return [one for one in self.known if one.tier in self.plan.tiers and self.reachable(one)]

    def reachable(self, entry: Entry) -> bool:
        return entry.provider in self.installed.providers

    def find(self, model: str) -> Entry:
        """The entry of an id; one that nobody listed is used as it is."""
        return next((one for one in self.known if one.id == model), unlisted(model))

    def for_agent(self, agent: Agent) -> Fit:
        return self._fit(agent.model, self.chosen.get(f"type:{agent.type}", ""))

    def for_report(self, kind: str) -> Fit:
        """`kind` is the slug of the connector that the report is about."""
        scope = f"reports:{kind}" if kind in REPORTS else OTHER_REPORTS
        return self._fit(self.chosen.get(scope, ""))

    def for_scope(self, scope: str) -> Fit:
        return self._fit(self.chosen.get(scope, ""))

    def _fit(self, *wanted: str) -> Fit:
        chosen = next(filter(None, [*wanted, self.chosen.get(ORGANISATION, "")]), "")
        entry = self.find(chosen or self.installed.default)
        fitting = within(entry, self.plan.tiers, self.known)
        why = "" if fitting in (entry, None) else beyond(entry, self.plan.title)
        answering = fitting or entry
        if not self.reachable(answering):
            answering = self._next() or answering
            # That the installation's own default has no key is no news to anybody.
            why = unreachable(entry) if chosen and answering != entry else why
        then = [one for one in self._behind() if one != answering][:MOST_FALLBACKS]
        return Fit(answering.id, why, answering, tuple(then), self.web)

    def _next(self) -> Entry | None:
        """What answers in the place of a model without a key."""
        default = self.find(self.chosen.get(ORGANISATION, "") or self.installed.default)
        offered = self.offered
        standard = [one for one in offered if one.tier == Tier.STANDARD]
        preferred = [*self._behind(), default, *standard, *offered]
        return next((one for one in preferred if one in offered or self._unlisted(one)), None)

    def _behind(self) -> list[Entry]:
        """The organisation's list, as far as it may be used now."""
        listed = [self.find(model) for model in self.fallbacks]
        return [one for one in listed if one.tier in self.plan.tiers and self.reachable(one)]

    def _unlisted(self, entry: Entry) -> bool:
        return entry not in self.known and self.reachable(entry)


def unreachable(entry: Entry) -> str:
    """Why a model without a key is not used."""
    return f"instead of {entry.title}, for which {KEYS[entry.provider]} is not set"


async def shelf_of(session: AsyncSession, organisation_id: str, installed: Installed) -> Shelf:
    """The shelf of an organisation as it is now: a change counts at once."""
    rules = await session.scalar(select(ModelRules))
    choices = await session.scalars(select(ModelChoice))
    return Shelf(
        installed=installed,
        plan=await plan_of(session, organisation_id),
        own=await own_models(session),
        chosen={one.scope: one.model for one in choices},
        fallbacks=tuple(rules.fallbacks) if rules else (),
        web=rules.web if rules else False,
    )


async def own_models(session: AsyncSession) -> list[Entry]:
    """What an organisation's owners added, by title."""
    rows = await session.scalars(select(OwnModel).order_by(OwnModel.title, OwnModel.model))
    return [_entry(row) for row in rows]


def _entry(row: OwnModel) -> Entry:
    prices = None
    if row.input_price is not None and row.output_price is not None:
        cached = row.input_price if row.cached_price is None else row.cached_price
        prices = Prices(
            input=decimal(row.input_price), output=decimal(row.output_price), cached=decimal(cached)
        )
    return Entry(
        id=row.model,
        provider=row.provider,
        title=row.title,
        tier=Tier(row.tier),
        context=row.context,
        prices=prices,
    )
