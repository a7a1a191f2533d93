"""Reads files: what kind they are, and their text in sections that know where they stand."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

LARGEST = 10_000_000
"""Bytes of one file."""

SECONDS = 90.0
"""How long reading a PDF may take."""

SUFFIXES = (".pdf", ".txt", ".md", ".markdown")

PROBLEMS = {
    "encrypted": "It is encrypted. Save it without a password and upload it again.",
    "long": "It has more than 2,000 pages, or more than 12 million characters. Split it.",
    "heavy": "Reading it takes more memory than is given to one file. Print it to a plain PDF.",
    "slow": "Reading it takes too long. Print it to a plain PDF, or split it.",
    "damaged": "It cannot be read as a PDF: it is damaged. Export it again.",
    "scan": "It has pictures of pages (a scan), and no text. Put it through text recognition "
    "(OCR) and upload it again.",
}

_PROGRAM = Path(__file__).with_name("pdf_pages.py")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")


class Unreadable(Exception):
    """A file cannot be read. Its text is a sentence that says why, and what helps."""


@dataclass(frozen=True)
class Section:
    """A part of a text. `page` is 0 where there are none; `heading` has those above it too."""

    text: str
    page: int = 0
    heading: str = ""


@dataclass(frozen=True)
class Read:
    """What was read. `note` says what of it could not be."""

    sections: Sequence[Section]
    pages: int = 0
    note: str = ""


def kind_of(name: str) -> str:
    """The suffix of a name, or nothing for a kind that is not read."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


async def read_file(name: str, content: bytes, *, seconds: float = SECONDS) -> Read:
    """The text of a file.

    Raises:
        Unreadable: with the sentence for people.
    """
    if kind_of(name) == ".pdf":
        return await _read_pdf(content, seconds)
    return await asyncio.to_thread(_read_text, kind_of(name), content)


# PDF


async def _read_pdf(content: bytes, seconds: float) -> Read:
    if b"%PDF-" not in content[:1024]:
        raise Unreadable("It is called a PDF, but it is none.")
    answer = await _asked(content, seconds)
    if "problem" in answer:
        raise Unreadable(PROBLEMS[answer["problem"]])
    pages = [Section(one["text"].strip(), one["number"], one["heading"]) for one in answer["pages"]]
    sections = [one for one in pages if one.text]
    if not sections:
        raise Unreadable(PROBLEMS["scan"])
    empty = len(pages) - len(sections)
    note = f"{empty} of {len(pages)} pages have no text." if empty else ""
    return Read(sections, len(pages), note)


async def _asked(content: bytes, seconds: float) -> dict[str, Any]:
    """What the reading process answers; it is gone afterwards, however it ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.defpath},
    )
    try:
        async with asyncio.timeout(seconds):
            told, _ = await process.communicate(content)
    except TimeoutError:
        raise Unreadable(PROBLEMS["slow"]) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Unreadable(PROBLEMS["heavy"])
    answer: dict[str, Any] = await asyncio.to_thread(json.loads, told)
    return answer


# Text and Markdown


def _read_text(kind: str, content: bytes) -> Read:
    text = decoded(content)
    if kind == ".txt":
        pages = text.split("\f")
        several = len(pages) > 1
        sections = [Section(one.strip(), at if several else 0) for at, one in enumerate(pages, 1)]
        found, count = sections, len(pages) if several else 0
    else:
        found, count = list(markdown_sections(text)), 0
    kept = [one for one in found if one.text]
    if not kept:
        raise Unreadable("There is no text in it.")
    return Read(kept, count)


def decoded(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or else in Windows' western encoding.

    Raises:
        Unreadable: it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Unreadable("It is called a text, but it is none.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def markdown_sections(text: str) -> Iterator[Section]:
    """A section for each heading, under the path of headings above it."""
    path: list[str] = []
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        fence = _fence_after(fence, line)
        level, title = (0, "") if fence else _heading(lines, line)
        if not level:
            lines.append(line)
            continue
        yield Section("\n".join(lines).strip(), heading=_shown(path))
        path = [*path[: level - 1], *[""] * (level - 1 - len(path)), title]
        lines = []
    yield Section("\n".join(lines).strip(), heading=_shown(path))


def _fence_after(fence: str, line: str) -> str:
    """The fence of the code that goes on after a line, or nothing."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    closes = found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _heading(before: list[str], line: str) -> tuple[int, str]:
    """The level and title of the heading that ends here; an underlined one leaves `before`."""
    found = _HEADING.match(line)
    if found:
        return len(found[1]), found[2]
    under = _UNDERLINE.match(line)
    if under and before and before[-1].strip() and not before[-1].lstrip().startswith(("-", "|")):
        alone = len(before) == 1 or not before[-2].strip()
        if alone:
            return (1 if under[1][0] == "=" else 2), before.pop().strip()
    return 0, ""


def _shown(path: Sequence[str]) -> str:
    return " › ".join(one for one in path if one)
