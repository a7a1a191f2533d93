"""What a sign-in is made of: its beginning, its end, and why it is not let in."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.connecting.oauth.lookups import Option
from bot.connectors.oauth import OAuth
from bot.store.tables import SignIn


class Why(enum.StrEnum):
    """Why an answer is refused, in words that go on after "it"."""

    FORGED = "is none that was asked for"
    EXPIRED = "came too late"
    USED = "had been used"
    OTHER_BROWSER = "came back in another browser"
    MIX_UP = "came from another server than was asked"
    NO_CODE = "has no code"
    WRONG_CODE = "has a code that its service does not know"


class SignInRefused(Exception):
    """An answer is not let in; that is on record already."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"The answer {why}, so nothing was connected.")
        self.why = why


@dataclass(frozen=True)
class Start:
    """Who signs in to what, and from where. `kept` is what the page needs again at the end."""

    organisation_id: str
    member_id: str
    ticket_id: str
    connector: str
    browser: str
    oauth: OAuth
    settings: Mapping[str, Any]
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Landed:
    """Somebody came back with a consent: the tokens, and what they may be chosen for."""

    sign_in: SignIn
    credentials: Mapping[str, Any] = field(repr=False)
    settings: Mapping[str, Any]
    kept: Mapping[str, Any]
    options: tuple[Option, ...] = ()
