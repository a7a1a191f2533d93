"""What somebody entered in a modal, read from the `values` of its state.

A field that was not shown, or was left empty, reads as nothing. Block and element have one name,
unless `action_id` says another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]


def entered(values: Values, name: str, action_id: str = "") -> Mapping[str, Any]:
    """The state of a field, as Slack gives it."""
    return values.get(name, {}).get(action_id or name) or {}


def text_of(values: Values, name: str) -> str:
    """A text or number, without spaces around it."""
    return str(entered(values, name).get("value") or "").strip()


def selected(values: Values, name: str) -> str:
    """The value of the option that was chosen in a menu."""
    return str((entered(values, name).get("selected_option") or {}).get("value") or "")


def ticked(values: Values, name: str, action_id: str = "") -> list[str]:
    """The values of the options that were chosen in a menu of several, or ticked."""
    chosen = entered(values, name, action_id).get("selected_options") or ()
    return [str(one["value"]) for one in chosen]
