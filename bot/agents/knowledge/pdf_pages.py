"""Reads the text of a PDF from standard input: the program of a process of its own.

A PDF is a program of strangers. Here it can neither hold up the house nor use up its memory: the
process has bounds, and whoever started it ends it. It answers one JSON object: `pages`, each with
its number, the heading that it stands under and its text; or a `problem`.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 60
MOST_PAGES = 2_000
MOST_CHARACTERS = 12_000_000


def main() -> None:
    """Answers what it is asked, whatever the PDF does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read())
    except (MemoryError, RecursionError):
        answer = {"problem": "heavy"}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError):
        answer = {"problem": "damaged"}
    except Exception:  # whatever else pypdf does with what strangers wrote
        answer = {"problem": "damaged"}
    json.dump(answer, sys.stdout)


def read(content: bytes) -> dict[str, Any]:
    """The pages of a PDF, or the problem with it."""
    reader = PdfReader(io.BytesIO(content))
    # Many need no password for reading, only for changing.
    if reader.is_encrypted and not reader.decrypt(""):
        return {"problem": "encrypted"}
    if len(reader.pages) > MOST_PAGES:
        return {"problem": "long"}
    headings = headings_of(reader)
    pages: list[dict[str, Any]] = []
    left, heading = MOST_CHARACTERS, ""
    for number, page in enumerate(reader.pages, start=1):
        heading = headings.get(number, heading)
        text = page.extract_text()
        left -= len(text)
        if left < 0:
            return {"problem": "long"}
        pages.append({"number": number, "heading": heading, "text": text})
    return {"pages": pages}


def headings_of(reader: PdfReader) -> dict[int, str]:
    """The last bookmark on each page that has one, with those that it stands under."""
    found: dict[int, str] = {}
    with contextlib.suppress(Exception):  # bookmarks are a comfort, and often broken
        _walk(reader, reader.outline, (), found)
    return found


def _walk(reader: PdfReader, outline: Any, above: tuple[str, ...], found: dict[int, str]) -> None:
    last = ""
    for entry in outline:
        if isinstance(entry, list):
            _walk(reader, entry, (*above, last), found)
            continue
        last = " ".join(str(entry.title).split())
        number = reader.get_destination_page_number(entry)
        if number is not None:
            found[number + 1] = " › ".join([*above, last])


if __name__ == "__main__":
    main()
