"""How requests are signed in, and how what they carry is kept out of everything else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

import httpx

MASK = "[redacted]"
SHORTEST = 4
"""Shorter values are not looked for: they would hit ordinary words."""


@dataclass(frozen=True)
class SignIn:
    """What a connection adds to each request, last of all.

    Addresses are recorded, shown and compared before that, so they never hold the key.
    """

    header: tuple[str, str] | None = None
    parameter: tuple[str, str] | None = None
    secrets: tuple[str, ...] = ()

    @classmethod
    def none(cls) -> SignIn:
        return cls()

    @classmethod
    def bearer(cls, token: str) -> SignIn:
        return cls(header=("Authorization", f"Bearer {token}"), secrets=(token,))

    @classmethod
    def api_key(cls, name: str, value: str) -> SignIn:
        return cls(header=(name, value), secrets=(value,))

    @classmethod
    def basic(cls, user: str, password: str) -> SignIn:
        packed = base64.b64encode(f"{user}:{password}".encode()).decode()
        return cls(header=("Authorization", f"Basic {packed}"), secrets=(password, packed))

    @classmethod
    def query(cls, name: str, value: str) -> SignIn:
        return cls(parameter=(name, value), secrets=(value,))

    @property
    def header_name(self) -> str:
        return self.header[0] if self.header else ""

    @property
    def parameter_name(self) -> str:
        return self.parameter[0] if self.parameter else ""

    def signed(self, url: httpx.URL) -> httpx.URL:
        """The address that is really requested."""
        return url.copy_merge_params(dict([self.parameter])) if self.parameter else url

    def unsigned(self, url: httpx.URL) -> httpx.URL:
        """An address that came back, such as a redirect's, without our own parameter."""
        if not self.parameter or self.parameter_name not in url.params:
            return url
        return url.copy_remove_param(self.parameter_name)

    def headers(self) -> dict[str, str]:
        return dict([self.header]) if self.header else {}

    def hide(self, text: str) -> str:
        """A text without the key, in whichever form an answer or an address repeats it."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return self._in_addresses.sub(rf"\1{MASK}", text) if self.parameter else text

    def hide_all(self, value: Any) -> Any:
        """The same in nested values."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {name: self.hide_all(inner) for name, inner in value.items()}
        return [self.hide_all(inner) for inner in value] if isinstance(value, list) else value

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        known = [value for value in self.secrets if len(value) >= SHORTEST]
        forms = {form for value in known for form in _spellings(value)}
        # Longest first, so that a form that holds another one is masked whole.
        return tuple(sorted(forms, key=len, reverse=True))

    @cached_property
    def _in_addresses(self) -> re.Pattern[str]:
        name = re.escape(quote_plus(self.parameter_name))
        return re.compile(rf"([?&]{name}=)[^&#\s\"'<>\\]*", re.IGNORECASE)


def _spellings(value: str) -> Iterable[str]:
    packed = base64.b64encode(value.encode()).decode()
    return (value, quote(value), quote(value, safe=""), quote_plus(value), _in_json(value), packed)


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]
