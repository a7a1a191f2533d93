"""Takes secrets out of text: those at hand by their value, others by the form that they have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MASK = "[redacted]"
SHORTEST = 6
"""Shorter values are not masked by value: they would hit ordinary words."""

_FORMS = re.compile(
    r"""
      xox[abeprs]-[A-Za-z0-9-]{8,}            # Slack tokens
    | xapp-[A-Za-z0-9-]{8,}
    | sk-(?:ant|proj)-[A-Za-z0-9_-]{16,}      # Anthropic, OpenAI
    | (?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}   # others alike, but not "disk-usage-on-primary"
    | (?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,} # Stripe
    | gh[opsur]_[A-Za-z0-9]{20,}              # GitHub
    | github_pat_[A-Za-z0-9_]{20,}
    | glpat-[A-Za-z0-9_-]{16,}                # GitLab
    | (?:AKIA|ASIA)[A-Z0-9]{16}               # AWS access key ids
    | AIza[A-Za-z0-9_-]{35}                   # Google API keys
    | eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}   # JWTs
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?-----END\ [A-Z ]*PRIVATE\ KEY-----
    | (?<=://)[^/\s:@]+:[^/\s@]+(?=@)          # user and password in a URL
    | (?i:(?<=bearer\ ))[A-Za-z0-9._~+/-]{16,}=*
    """,
    re.VERBOSE,
)


class Redactor:
    """Masks the given secret values, and whatever looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = sorted({value for value in secrets if len(value) >= SHORTEST}, key=len)
        # Longest first, so that a secret that holds another one is masked whole.
        self._values = tuple(reversed(values))

    def text(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, MASK)
        return _FORMS.sub(MASK, text)

    def values(self, value: Any) -> Any:
        """The same in every string of nested lists and dictionaries."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.values(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.values(inner) for inner in value]
        return value


def looks_secret(text: str) -> bool:
    """Whether some part of a text has the form of a secret."""
    return _FORMS.search(text) is not None
