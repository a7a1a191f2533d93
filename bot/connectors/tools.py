"""Tools: methods of a connector with what a gate, a model and a person have to know of them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from bot.connectors.errors import Invalid
from bot.connectors.results import Preview, Result
from bot.connectors.terms import Access

P = ParamSpec("P")
R = TypeVar("R", bound=Result)
C = TypeVar("C")


@dataclass(frozen=True)
class ByMethod:
    """For a tool whose arguments decide what it needs, as a tool that sends any HTTP request.

    `levels` is what each HTTP method needs, as people read it. `decide` gets the connection's
    settings and the call's parsed arguments and has the last word; it must be pure and never
    raise, and neither may it answer less than what the call can do.
    """

    levels: Mapping[str, Access]
    decide: Callable[[Any, Mapping[str, Any]], Access]


class Tool(Generic[C, P, R]):
    """One thing that a connector can do. Made by `@tool` on an async method of the connector.

    `access` is what a grant must give for the tool to be offered. Where a call may need more than
    that (`by_method` is set), `access_for` says how much.
    """

    instead_of_fetch = False
    """It stands in for a web fetch of the model's provider, and is for models without one."""

    def __init__(
        self,
        function: Callable[Concatenate[C, P], Awaitable[R]],
        *,
        area: str,
        access: Access,
        method: str,
        path: str,
        action: str,
        past: str,
        by_method: ByMethod | None = None,
        creates_ticket: str = "",
    ) -> None:
        self.function = function
        self.verb = function.__name__
        self.area = area
        self.access = access
        self.by_method = by_method
        self.creates_ticket = creates_ticket
        self.method = method
        self.path = path
        self.action = action
        self.past = past
        self.description = inspect.cleandoc(function.__doc__ or "")
        self.arguments = _arguments_model(function)
        self._preview: Callable[Concatenate[C, P], Awaitable[Preview]] | None = None
        if min(self.levels) != access:
            raise TypeError(f"{self.verb} is offered from its lowest level, so declare that one")
        if max(self.levels) > Access.READ and not (action and past):
            raise TypeError(f"{self.verb} writes, so it needs the sentence of its approval card")
        if creates_ticket and creates_ticket not in self.arguments.model_fields:
            raise TypeError(f"{self.verb} has no argument {creates_ticket!r} for its project")

    def __get__(self, connector: C, owner: type[C]) -> Callable[P, Awaitable[R]]:
        return self.function.__get__(connector, owner)  # type: ignore[no-any-return]

    def preview(
        self, function: Callable[Concatenate[C, P], Awaitable[Preview]]
    ) -> Callable[Concatenate[C, P], Awaitable[Preview]]:
        """Registers the method that reads, live, what this write would do and to what."""
        self._preview = function
        return function

    @property
    def has_preview(self) -> bool:
        return self._preview is not None

    @property
    def levels(self) -> frozenset[Access]:
        """Every level that some call of this tool needs; one, for most tools."""
        return frozenset(self.by_method.levels.values() if self.by_method else {self.access})

    def access_for(self, settings: Any, arguments: Mapping[str, Any]) -> Access:
        """What this very call needs, with arguments that `parse` gave."""
        if self.by_method is None:
            return self.access
        return self.by_method.decide(settings, arguments)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, as a model gets it. Made once; not to be changed."""
        schema: dict[str, Any] = _untitled(self.arguments.model_json_schema())
        return schema

    def parse(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments in canonical form: only those given, checked and of the declared types.

        Raises:
            Invalid: naming each argument that is missing, unknown or of the wrong kind.
        """
        try:
            parsed = self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            fields = {
                ".".join(str(part) for part in item["loc"]) or "arguments": item["msg"]
                for item in error.errors(include_url=False, include_context=False)
            }
            raise Invalid(f"The arguments of {self.verb} are not right.", fields=fields) from None
        return parsed.model_dump(mode="json", exclude_unset=True)

    async def call(self, connector: Any, arguments: Mapping[str, Any]) -> Result:
        """Runs the tool with arguments that `parse` gave. Only the gate calls this."""
        result: Result = await connector.carry_out(self, arguments)
        return result

    async def look_ahead(self, connector: Any, arguments: Mapping[str, Any]) -> Preview | None:
        """What the write would do now, or None where the service has nothing to read first."""
        if self._preview is None:
            return None
        preview: Preview = await connector.foresee(self, arguments)
        return preview

    async def as_written(self, connector: Any, arguments: Mapping[str, Any]) -> Result:
        """Runs the method that the tool was made of."""
        bound: Any = self.function
        result: Result = await bound(connector, **arguments)
        return result

    async def preview_as_written(self, connector: Any, arguments: Mapping[str, Any]) -> Preview:
        """Runs the method that was registered with `preview`."""
        bound: Any = self._preview
        preview: Preview = await bound(connector, **arguments)
        return preview


def tool(
    *,
    area: str,
    access: Access,
    method: str,
    path: str,
    action: str = "",
    past: str = "",
    by_method: ByMethod | None = None,
    creates_ticket: str = "",
) -> Callable[[Callable[Concatenate[C, P], Awaitable[R]]], Tool[C, P, R]]:
    """Declares a tool.

    Args:
        area: the name of one of the connector's areas.
        access: what a grant must give.
        method, path: the vendor's main request, as its manual prints it.
        action: for writes, the sentence of the approval card after "wants to", with `{resource}`
            for the live name and any argument by its name: "acknowledge incident {resource}".
        past: the same in the past tense for the record: "acknowledged incident {resource}".
        by_method: where a call's arguments decide what it needs; `access` is then the lowest.
        creates_ticket: for a tool that opens a ticket, the name of the argument that says in which
            project. A report may use it under an owner's standing approval.
    """

    def declare(function: Callable[Concatenate[C, P], Awaitable[R]]) -> Tool[C, P, R]:
        return Tool(
            function,
            area=area,
            access=access,
            method=method,
            path=path,
            action=action,
            past=past,
            by_method=by_method,
            creates_ticket=creates_ticket,
        )

    return declare


def _untitled(schema: Any) -> Any:
    """A schema without its titles, which only repeat the names. A field named title stays."""
    if isinstance(schema, list):
        return [_untitled(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _untitled(inner)
        for name, inner in schema.items()
        if name != "title" or not isinstance(inner, str)
    }


def _arguments_model(function: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    # Models often write an identifier as a number.
    config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    return create_model(function.__name__, __config__=config, **fields)
