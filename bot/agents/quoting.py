"""A question about somebody else's message, which stands in it as data, between marks."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"\A(.*?)\n<message>\n(.*)\n</message>\s*\Z", re.DOTALL)


def about(question: str, message: str) -> str:
    """A question with the message that it is about."""
    return f"{question}\n<message>\n{message}\n</message>" if message else question


def apart(text: str) -> tuple[str, str]:
    """A question and the message that it is about, which no words in the message can end early."""
    found = _QUOTED.match(text)
    return (found[1], found[2]) if found else (text, "")
