"""Fetches a page and makes it readable."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import httpx

from bot.connectors.addresses import Reach, Resolver
from bot.connectors.errors import Invalid, NotFound
from bot.connectors.external_api.body import text_of
from bot.connectors.external_api.documentation import operations
from bot.connectors.external_api.exchange import Answer, Exchange
from bot.connectors.external_api.sign_in import SignIn
from bot.connectors.pages import markup
from bot.connectors.pages.naming import Named, chosen
from bot.connectors.pages.parts import Line, part_of
from bot.connectors.results import Document

MAX_READ = 2 * 1024 * 1024
"""Bytes of a page that are read."""

MOST_LINKS = 40
HTML = frozenset({"text/html", "application/xhtml+xml"})
MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
_DATA = re.compile(r"(application|text)/([\w.-]+\+)?(x-)?(json|yaml)|application/vnd\.oai\.openapi")
_HEADING = re.compile(r" {0,3}#{1,6} +(.*?)[# ]*")
_FENCE = re.compile(r" {0,3}(```|~~~)")


async def read(
    named: Sequence[Named],
    reach: Reach,
    resolver: Resolver,
    wanted: str,
    *,
    heading: str = "",
    part: int = 1,
) -> Document:
    """A part of a page that is named, or that is below one that is.

    Raises:
        ConnectorError: it may not be read, cannot be, or has no such part.
    """
    place, url = chosen(named, wanted)
    # Nothing signs in here: whoever runs a manual gets no key of the API.
    exchange = Exchange(place, SignIn.none(), reach, resolver)
    answer = await exchange.send("GET", url, headers=_ACCEPTED, most=MAX_READ)
    if answer.status != httpx.codes.OK:
        raise NotFound(
            f"The page {shown(answer.url)} answered with HTTP status {answer.status}.",
            "Read the page that the connection names, and follow its addresses.",
        )
    # A large page takes up to a second.
    lines, links = await asyncio.to_thread(_understood, answer, place)
    found = part_of(lines, heading, part)
    first = part == 1 and not heading
    data = {
        "page": str(answer.url),
        "part": f"{part} of {found.parts}",
        "headings": list(found.headings) or None,
        "pages": links[:MOST_LINKS] if first and links else None,
    }
    missing = [found.cut] if found.cut else []
    if not answer.whole:
        missing.append(f"all after the first {MAX_READ // 1024 // 1024} MB")
    return Document(
        data,
        title=f"read the page {shown(answer.url)}",
        text=found.text,
        cut=" and ".join(missing),
    )


_ACCEPTED = {
    "Accept": "text/markdown, text/html, text/plain;q=0.9, application/json;q=0.8, "
    "application/yaml;q=0.8"
}


def shown(url: httpx.URL) -> str:
    """An address as people say it: "developer.example.com/docs"."""
    return str(url.copy_with(query=None)).partition("://")[2].rstrip("/")


def _understood(answer: Answer, place: Named) -> tuple[list[Line], list[str]]:
    """The lines of a page, and the addresses on it that may be read, too.

    Raises:
        Invalid: it is no text.
    """
    kind = answer.media_type
    text = text_of(answer) if _readable(kind) else None
    if text is None:
        raise Invalid(
            f"The page {shown(answer.url)} is of a kind that is not read "
            f"({re.sub(r'[^a-z0-9/+.-]', '', kind)[:60] or 'it names none'}).",
            "Only pages, plain text, Markdown, JSON and YAML are read.",
        )
    if kind in HTML:
        page = markup.read(text)
        return page.lines, _allowed(answer.url, page.links, place)
    if kind in MARKDOWN or (kind == "text/plain" and answer.url.path.lower().endswith(".md")):
        return _markdown(text), []
    listed = operations(text) if answer.whole else []
    return [Line(line) for line in listed or text.splitlines()], []


def _readable(kind: str) -> bool:
    return kind in HTML or kind in MARKDOWN or kind == "text/plain" or bool(_DATA.fullmatch(kind))


def _allowed(base: httpx.URL, links: Sequence[str], place: Named) -> list[str]:
    """The links of a page that lead to others which may be read, in order."""
    found: dict[str, None] = {}
    for link in links:
        url = place.linked(base, link)
        if url is not None and url != base:
            found[str(url)] = None
    return list(found)


def _markdown(text: str) -> list[Line]:
    """The lines of a Markdown document; what looks like a heading inside of code is none."""
    lines, fence = list[Line](), ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        heading = _HEADING.fullmatch(line) if not fence else None
        lines.append(Line(line, heading[1].strip() if heading else ""))
    return lines
