"""An answer's body as a model reads it: JSON with its structure, pages as text, nothing binary."""

from __future__ import annotations

import html
import json
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.connectors.external_api.exchange import UNPACKED, Answer

MAX_SHOWN = 8 * 1024
"""Bytes of a body that are shown."""

MAX_READ = 256 * 1024
"""Bytes of a body that are read, so that JSON can be laid out and a page's text be found."""

_TEXTUAL = re.compile(r"text/|.*[/+](json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson)$")


@dataclass(frozen=True)
class Shown:
    """A body for reading. `form` is json, page, text, binary or empty; `cut` says what is missing.

    `value` is the parsed JSON of a body that was read whole.
    """

    form: str
    text: str = ""
    cut: str = ""
    value: Any = None


def show(answer: Answer) -> Shown:
    """The body of an answer, bounded; reads nothing from the network."""
    if not answer.content:
        return Shown("empty")
    text = text_of(answer)
    if text is None:
        size = f"{len(answer.content)} bytes" if answer.whole else f"over {MAX_READ} bytes"
        kind = answer.media_type or "no known type"
        return Shown("binary", cut=f"the body is binary ({kind}, {size}) and is not shown")
    if answer.media_type in ("text/html", "application/xhtml+xml"):
        return _bounded("page", page_text(text), answer)
    try:
        value = json.loads(text) if answer.whole else None
    except (ValueError, RecursionError):
        value = None
    if value is None:
        return _bounded("text", text, answer)
    return _bounded("json", _laid_out(value), answer, value)


def _laid_out(value: Any) -> str:
    """JSON with its structure, as far as it is shown: deep nesting makes it any length."""
    out, length = [], 0
    for piece in json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(value):
        out.append(piece)
        length += len(piece)
        if length > MAX_SHOWN:
            break
    return "".join(out)


def _bounded(form: str, text: str, answer: Answer, value: Any = None) -> Shown:
    packed = text.encode("utf-8", "replace")
    if len(packed) <= MAX_SHOWN and answer.whole:
        return Shown(form, text, value=value)
    size = len(answer.content)
    read = f"{size} bytes" if answer.whole else f"more than {size} bytes"
    cut = (
        f"the body has {read} and is shown up to {MAX_SHOWN // 1024} KB; "
        "ask for less, with a filter, fewer fields or a smaller page"
    )
    return Shown(form, packed[:MAX_SHOWN].decode("utf-8", "ignore"), cut, value)


def text_of(answer: Answer) -> str | None:
    """The body as text, None where it is none."""
    if answer.headers.get("Content-Encoding", "identity").lower() not in UNPACKED:
        return None
    charset = re.search(r"charset=\"?([\w-]+)", answer.headers.get("Content-Type", ""))
    content = answer.content.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in content[:4096] and charset is None:
        return None
    known = bool(_TEXTUAL.match(answer.media_type)) or not answer.media_type
    for name in filter(None, (charset and charset[1], "utf-8")):
        try:
            return content.decode(name, "strict" if answer.whole and not known else "replace")
        except (LookupError, UnicodeDecodeError):
            continue
    return None


_UNSEEN = frozenset({"script", "style", "template", "svg", "noscript"})
_TAG = re.compile(r"</?([a-z0-9]{1,20})")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""Not `str.lower`, which makes some texts longer."""

_LINES = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 section article pre table ul ol".split())


def page_text(page: str) -> str:
    """The words of a web page, a line for each of its lines.

    In one pass, whatever the page holds: the standard library's parser can be kept busy for
    minutes by a page of a few hundred thousand broken tags.
    """
    seen = html.unescape("".join(_seen(page)))
    lines = (" ".join(line.split()) for line in seen.splitlines())
    return "\n".join(line for line in lines if line)


def _seen(page: str) -> Iterator[str]:
    lower, at = page.translate(_LOWER), 0
    while (begin := page.find("<", at)) >= 0:
        yield page[at:begin]
        comment = page.startswith("<!--", begin)
        end = page.find("-->" if comment else ">", begin)
        if end < 0:
            return
        at = end + (3 if comment else 1)
        name = _TAG.match(lower, begin)
        if name and name[1] in _UNSEEN and not name[0].startswith("</"):
            at = lower.find(f"</{name[1]}", at)
            if at < 0:
                return
        elif name and name[1] in _LINES:
            yield "\n"
    yield page[at:]
