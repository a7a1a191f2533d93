"""Which model an agent uses on its organisation's plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.agents.models.catalogue import entries, find


@dataclass(frozen=True)
class Fit:
    """A model's id, and where it is not the wanted one, why in a few words."""

    model: str
    why: str = ""


def fit(wanted: str, tiers: Collection[str], plan: str) -> Fit:
    """The wanted model, or where the plan does not have its tier, the best of its provider that
    fits. A model that the catalogue does not know has no tier and is used as it is.

    Args:
        plan: the plan's title, for the reason.
    """
    known = find(wanted)
    if known is None or known.tier in tiers:
        return Fit(wanted)
    fitting = [one for one in entries() if one.provider == known.provider and one.tier in tiers]
    if not fitting:
        return Fit(wanted)
    why = f"instead of {known.title}, which the plan {plan} does not have"
    return Fit(fitting[0].id, why)
