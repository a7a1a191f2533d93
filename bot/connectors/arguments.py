"""Kinds of arguments that many tools take. All stay text, as they are hashed, stored and sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field


def _day(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _moment(value: str) -> str:
    if datetime.fromisoformat(value).tzinfo is None and len(value) > len("2026-01-31"):
        raise ValueError("give the time zone too, such as Z for UTC")
    return value


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
"""A resource's id. It goes into paths, so it can hold nothing that leads elsewhere."""

NumericId = Annotated[str, Field(pattern=r"^[0-9]+$")]
"""An id that the service counts up; kept as text."""

Day = Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})]
"""A day such as 2026-01-31."""

Moment = Annotated[str, AfterValidator(_moment), Field(json_schema_extra={"format": "date-time"})]
"""A day, or a time of a day with its zone: 2026-01-31T13:58:00Z."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", json_schema_extra={"format": "email"})]
