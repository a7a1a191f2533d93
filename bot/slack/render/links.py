"""Which addresses become links, and what stands in their place otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

from bot.slack.blocks import escape
from bot.slack.render.tree import Run

Allowed = Callable[[str], bool]

MAX_ADDRESS = 2000
"""A longer address is no link: with its label it must fit into one section of 3,000."""

_BARE = re.compile(r"https?://[^\s<>|\"`\\]+", re.IGNORECASE)
_TRAILING = ".,;:!?'*_~"
_SAFE = ":/?#[]@!$&'()*+,;=%"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def host_of(url: str) -> str:
    """The host of a web address in lower case; empty for anything else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") else ""


def usable(url: str, allowed: Allowed | None) -> bool:
    """May a reader be given this address to click?"""
    if not host_of(url) or len(escape(url)) > MAX_ADDRESS:
        return False
    return allowed is None or allowed(url)


def linked(label: tuple[Run, ...], url: str, allowed: Allowed | None) -> tuple[Run, ...]:
    """The label as a link, or the label with the host that it would have led to."""
    label = label or (Run(url),)
    if usable(url, allowed):
        return tuple(replace(run, url=url) for run in label)
    host = host_of(url)
    if not host or host in "".join(run.text for run in label):
        return label
    return (*label, Run(f" ({host})"))


def with_bare_links(run: Run, allowed: Allowed | None) -> Iterator[Run]:
    """Splits a run at the web addresses that stand in it as plain text."""
    end = 0
    for found in _BARE.finditer(run.text):
        words = _without_punctuation(found.group())
        url = quote(words, safe=_SAFE)
        if usable(url, allowed):
            if found.start() > end:
                yield replace(run, text=run.text[end : found.start()])
            yield replace(run, text=words, url=url)
            end = found.start() + len(words)
    if end < len(run.text):
        yield replace(run, text=run.text[end:])


def _without_punctuation(url: str) -> str:
    """Drops what belongs to the sentence: a full stop, a bracket opened before the address."""
    while url:
        last = url[-1]
        unmatched = last in _PAIRS and url.count(last) > url.count(_PAIRS[last])
        if last not in _TRAILING and not unmatched:
            break
        url = url[:-1]
    return url
