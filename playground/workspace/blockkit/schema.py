"""A small language for shapes: checks that look at a value and report what is wrong with it.

The wording and the JSON pointers are Slack's, so that an app's log reads as it would there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

FileExists = Callable[[str], bool]


@dataclass(frozen=True)
class Problem:
    text: str
    pointer: str

    def __str__(self) -> str:
        return f"[ERROR] {self.text} [json-pointer:{self.pointer}]"


@dataclass
class Report:
    """`file_exists` answers for slack_file references; `surface` is message, modal or home."""

    surface: str
    file_exists: FileExists
    problems: list[Problem] = field(default_factory=list)

    def add(self, text: str, pointer: str) -> None:
        self.problems.append(Problem(text, pointer))


Check = Callable[[Any, str, Report], None]


@dataclass(frozen=True)
class Field:
    check: Check
    required: bool = False


def need(check: Check) -> Field:
    return Field(check, required=True)


def may(check: Check) -> Field:
    return Field(check)


def string(most: int | None = None, least: int = 1, pattern: str | None = None) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", pointer)
        elif len(value) < least:
            report.add(f"must be more than {least - 1} characters", pointer)
        elif most is not None and len(value) > most:
            report.add(f"must be less than {most + 1} characters", pointer)
        elif pattern and not re.fullmatch(pattern, value):
            report.add("failed to match the required pattern", pointer)

    return check


def url(most: int = 3000) -> Check:
    length = string(most)

    def check(value: Any, pointer: str, report: Report) -> None:
        length(value, pointer, report)
        if isinstance(value, str) and value and not re.match(r"[a-zA-Z][\w+.-]*:\S+$", value):
            report.add("must be a valid URL", pointer)

    return check


def number(least: float | None = None, most: float | None = None, *, whole: bool = True) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            report.add("must provide an integer" if whole else "must provide a number", pointer)
        elif least is not None and value < least:
            report.add(f"must be greater than or equal to {least:g}", pointer)
        elif most is not None and value > most:
            report.add(f"must be less than or equal to {most:g}", pointer)

    return check


def boolean(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must provide a boolean", pointer)


def choice(*allowed: object) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add("must be a valid enum value", pointer)

    return check


def array(of: Check, least: int = 1, most: int | None = None) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", pointer)
            return
        if len(value) < least:
            report.add(f"no fewer than {least} items allowed", pointer)
        if most is not None and len(value) > most:
            report.add(f"no more than {most} items allowed", pointer)
        for index, item in enumerate(value):
            of(item, f"{pointer}/{index}", report)

    return check


def record(fields: Mapping[str, Field], *also: Check) -> Check:
    """An object with these fields and no others. `also` runs when the fields are right."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
            return
        before = len(report.problems)
        for name, entry in fields.items():
            if value.get(name) is not None:
                entry.check(value[name], f"{pointer}/{name}", report)
            elif entry.required:
                report.add(f"missing required field: {name}", pointer)
        for name in value.keys() - fields.keys() - {"type"}:
            report.add(f"invalid additional property: {name}", f"{pointer}/{name}")
        if len(report.problems) == before:
            for extra in also:
                extra(value, pointer, report)

    return check


def variant(shapes: Mapping[str, Check]) -> Check:
    """One of several objects, told apart by `type`."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
        elif not isinstance(value.get("type"), str):
            report.add("missing required field: type", pointer)
        elif value["type"] not in shapes:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            shapes[value["type"]](value, pointer, report)

    return check


def only_on(surfaces: frozenset[str], inner: Check) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if report.surface in surfaces:
            inner(value, pointer, report)
        else:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")

    return check
