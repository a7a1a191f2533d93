"""Which model is used where another one is wanted that the plan does not have, or that nobody can
reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.agents.models.catalogue import Entry, entries, find, unlisted


@dataclass(frozen=True)
class Fit:
    """A model's id, and where it is not the wanted one, why in a few words.

    `entry` is the model's own; `then` are those that answer while it cannot be reached. `web`:
    whether their providers may search the web for them.
    """

    model: str
    why: str = ""
    entry: Entry | None = None
    then: tuple[Entry, ...] = ()
    web: bool = False

    @property
    def line(self) -> tuple[Entry, ...]:
        """The model and those behind it, in the order in which they are asked."""
        return (self.entry or unlisted(self.model), *self.then)

    @property
    def window(self) -> int | None:
        """Tokens that fit into the model, and into those behind it as far as that is known; None
        where nobody told us the model's own."""
        if self.line[0].context is None:
            return None
        return min(one.context for one in self.line if one.context)


def fit(wanted: str, tiers: Collection[str], plan: str) -> Fit:
    """The wanted model, or where the plan does not have its tier, the best of its provider that
    fits. A model that the catalogue does not know has no tier and is used as it is.

    Args:
        plan: the plan's title, for the reason.
    """
    known = find(wanted)
    if known is None:
        return Fit(wanted)
    entry = within(known, tiers, entries())
    if entry is None or entry == known:
        return Fit(wanted, entry=known)
    return Fit(entry.id, beyond(known, plan), entry)


def within(wanted: Entry, tiers: Collection[str], known: Sequence[Entry]) -> Entry | None:
    """A model itself, or the best of its provider in these tiers; None where it has none."""
    if wanted.tier in tiers:
        return wanted
    same = (one for one in known if one.provider == wanted.provider and one.tier in tiers)
    return next(same, None)


def beyond(wanted: Entry, plan: str) -> str:
    """Why a model of a tier that the plan lacks is not used."""
    return f"instead of {wanted.title}, which the plan {plan} does not have"
