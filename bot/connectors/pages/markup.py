"""A web page as text: headings, paragraphs, lists, code and tables, without what nobody sees.

In one pass, whatever the page holds: the standard library's parser can be kept busy for minutes by
a page of a few hundred thousand broken tags. So nothing here looks back, and no step looks further
ahead than it then goes.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.connectors.pages.parts import Line

LONGEST_TAG = 5000
"""Characters of a tag whose attributes are looked at."""

MOST_LINKS = 1000

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""Not `str.lower`, which makes some texts longer."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]{0,30})")
_QUOTE_OR_END = re.compile("[>\"']")
_ATTRIBUTE = re.compile(
    r"(?<![\w-])([a-zA-Z][\w-]*+)(?:\s*+=\s*+(\"[^\"]*\"|'[^']*'|[^\s\"'>]++))?"
)
_WORTH_A_LOOK = re.compile("href|hidden|style", re.IGNORECASE)
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|(opacity|font-size|width|height):0(?![.\d]*[1-9])"
)

_DROPPED = frozenset(
    "script style template svg noscript iframe object canvas title textarea select math".split()
)
"""What has no text for readers; its tags inside are not looked at."""

_ASIDE = frozenset("nav footer aside".split())
"""What leads to other pages: its links count, its text does not."""

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_ENDED_BY_NEXT = frozenset("p li td th tr dt dd option".split())
"""Elements that are often not closed: the next of its kind ends them."""

_BLOCKS = frozenset(
    "p div section article main header table ul ol dl dt dd tr blockquote form figure figcaption "
    "details summary body address fieldset hr br".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass
class Page:
    """What a page says, and the references of its links as they stand there."""

    lines: list[Line] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tag:
    name: str
    closes: bool
    attributes: dict[str, str]

    @property
    def unseen(self) -> bool:
        """Whether it is there, but not shown."""
        if "hidden" in self.attributes or self.attributes.get("aria-hidden", "").lower() == "true":
            return True
        style = "".join(self.attributes.get("style", "").lower().split())
        return bool(_UNSEEN_STYLE.search(style))


def read(page: str) -> Page:
    """The text of a page in HTML."""
    writer = _Writer()
    for piece in _pieces(page):
        if isinstance(piece, Tag):
            writer.tag(piece)
        else:
            writer.text(piece)
    writer.end_line()
    return writer.page


def _pieces(page: str) -> Iterator[str | Tag]:
    """Tags and the texts between them."""
    lower, at = page.translate(_LOWER), 0
    while (begin := page.find("<", at)) >= 0:
        yield page[at:begin]
        if page.startswith("<!--", begin):
            end = page.find("-->", begin)
            if end < 0:
                return
            at = end + 3
            continue
        found = _TAG.match(lower, begin)
        if found is None and not page.startswith(("</", "<!", "<?"), begin):
            yield "<"  # as in `a < b`
            at = begin + 1
            continue
        end = _end_of_tag(page, begin)
        if end < 0:
            return
        at = end + 1
        if found is None:
            continue
        if found[2] in _DROPPED and not found[1]:
            at = lower.find(f"</{found[2]}", at)
            if at < 0:
                return
            continue
        yield Tag(found[2], bool(found[1]), _attributes(page, found.end(), end))
    yield page[at:]


def _end_of_tag(page: str, begin: int) -> int:
    """The first > outside of quotation marks; the first at all where these are broken."""
    at = begin
    while (found := _QUOTE_OR_END.search(page, at)) and found.start() - begin <= LONGEST_TAG:
        if found[0] == ">":
            return found.start()
        at = page.find(found[0], found.end()) + 1
        if not at:
            break
    return page.find(">", begin)


def _attributes(page: str, begin: int, end: int) -> dict[str, str]:
    if end - begin > LONGEST_TAG or not _WORTH_A_LOOK.search(page, begin, end):
        return {}
    found = _ATTRIBUTE.finditer(page, begin, end)
    return {one[1].lower(): html.unescape((one[2] or "").strip("\"'")) for one in found}


class _Writer:
    """Writes lines as tags and texts come along."""

    def __init__(self) -> None:
        self.page = Page()
        self._line: list[str] = []
        self._skipped = ""
        """The element that is not shown, and how many of its name are open within."""
        self._depth = 0
        self._asides = 0
        self._code = 0
        self._heading = 0
        self._item = False

    def text(self, text: str) -> None:
        if self._skipped or self._asides or not text:
            return
        plain = html.unescape(text)
        if not self._code:
            self._line.append(plain)
            return
        first, *rest = plain.split("\n")
        self._line.append(first)
        for line in rest:
            self._end_code_line()
            self._line.append(line)

    def tag(self, tag: Tag) -> None:
        if self._skipped:
            self._within_unseen(tag)
            return
        if not tag.closes and tag.unseen:
            self._skipped, self._depth = ("", 0) if tag.name in _VOID else (tag.name, 1)
            return
        if tag.name == "a" and not tag.closes and tag.attributes.get("href"):
            self._link(tag.attributes["href"])
        if tag.name in _ASIDE:
            self.end_line()
            self._asides = max(self._asides + (-1 if tag.closes else 1), 0)
        if not self._asides:
            self._shape(tag)

    def _link(self, href: str) -> None:
        if len(self.page.links) < MOST_LINKS:
            self.page.links.append(href.strip())

    def _within_unseen(self, tag: Tag) -> None:
        if tag.name != self._skipped:
            return
        if tag.closes or tag.name in _ENDED_BY_NEXT:
            self._depth -= 1
        elif not tag.closes:
            self._depth += 1
        if self._depth > 0:
            return
        self._skipped = ""
        if not tag.closes:
            self.tag(tag)

    def _shape(self, tag: Tag) -> None:
        """What a tag means for the lines."""
        if tag.name in _HEADINGS:
            self.end_line()
            self._heading = 0 if tag.closes else _HEADINGS[tag.name]
        elif tag.name == "li":
            self.end_line()
            self._item = not tag.closes
        elif tag.name in ("td", "th"):
            if not tag.closes and "".join(self._line).strip():
                self._line.append(" | ")
        elif tag.name == "pre":
            self.end_line()
            self.page.lines.append(Line("```"))
            self._code = 0 if tag.closes else 1
        elif tag.name == "code" and not self._code:
            self._line.append("`")
        elif tag.name in _BLOCKS:
            self.end_line()

    def end_line(self) -> None:
        if self._code:
            self._end_code_line()
            return
        words = " ".join("".join(self._line).split())
        self._line = []
        if not words.strip("`| "):
            return
        if self._heading:
            self.page.lines.append(Line(f"{'#' * self._heading} {words}", words))
        else:
            self.page.lines.append(Line(f"- {words}" if self._item else words))
        self._item = False

    def _end_code_line(self) -> None:
        line, self._line = "".join(self._line).rstrip(), []
        if line:
            self.page.lines.append(Line(line))
