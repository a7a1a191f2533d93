"""Reading request bodies, strictly, into pydantic models: one model per request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from playground.betterstack.envelope import Problem, misspelled_attributes
from playground.betterstack.query import moment

UNSET: Any = Field(default=None)
"""The default of a field that may be left out (but not be null, unless its type says so)."""


class Body(BaseModel):
    """A JSON object of known fields, whose types are taken at their word."""

    model_config = ConfigDict(extra="forbid", strict=True)

    def given(self, *leave_out: str) -> dict[str, Any]:
        """What was sent, and nothing that was not: a PATCH must not touch the rest."""
        return self.model_dump(exclude_unset=True, exclude=set(leave_out))


class Made(Body):
    """The body of a request that makes something a team owns."""

    team_name: str = UNSET


B = TypeVar("B", bound=Body)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _moment(value: object) -> object:
    return moment(value) if isinstance(value, str) else value


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("can't be blank")
    return value


def _email(value: str) -> str:
    name, _, host = value.partition("@")
    if not name or "." not in host or " " in value:
        raise ValueError("is not an e-mail address")
    return value


Id = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
"""A number; in digits as text, too, since answers carry identifiers as text."""
Text = Annotated[str, AfterValidator(_filled)]
Email = Annotated[str, AfterValidator(_email)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Seconds = Annotated[int, Field(ge=0)]


class ChannelFields(Body):
    call: bool = UNSET
    sms: bool = UNSET
    email: bool = UNSET
    push: bool = UNSET
    critical_alert: bool = UNSET


def parse(model: type[B], body: dict[str, Any]) -> B:
    """Raises Problem 422 in the vendor's shape for what is wrong."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise _problem(error.errors(include_url=False)) from None


def _problem(details: Sequence[ErrorDetails]) -> Problem:
    unknown = [_where(d) for d in details if d["type"] == "extra_forbidden"]
    if unknown:
        return misspelled_attributes(unknown)
    fields: dict[str, list[str]] = {}
    for detail in details:
        fields.setdefault(_where(detail), []).append(_message(detail))
    return Problem(422, fields)


def _where(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"]) or "base"


def _message(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "can't be blank"
    reason = detail.get("ctx", {}).get("error")
    return str(reason) if reason else detail["msg"]
