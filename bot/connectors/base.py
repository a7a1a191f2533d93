"""The connector contract.

A connector is one class that reads like the page of a manual: what the service is, how to sign in,
its areas, its tools. Everything that people and models see of it is derived from that class: the
model's schema, the credential form, the permission grid, the docs page, `connectors --json`.
"""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

import httpx
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)

from bot.connectors.addresses import Resolver, resolve
from bot.connectors.errors import Invalid, NotFound
from bot.connectors.results import Health, Preview, Result

P = ParamSpec("P")
R = TypeVar("R", bound=Result)
C = TypeVar("C", bound="Connector")


class Access(enum.IntEnum):
    """What a tool needs and what a grant gives. Full is for what cannot be undone."""

    OFF = 0
    READ = 1
    WRITE = 2
    FULL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Category(enum.StrEnum):
    """What kind of service it is. An agent's type decides which categories it may use."""

    MONITORING = "monitoring"
    ANALYTICS = "analytics"
    ERRORS = "errors"
    PAYMENTS = "payments"
    LOGS = "logs"
    DATABASES = "databases"
    TICKETING = "ticketing"
    CODE = "code"
    SOCIAL = "social"
    ADVERTISING = "advertising"
    APP_STORES = "app_stores"
    SUPPORT = "support"
    EXTERNAL_API = "external_api"


class Auth(enum.StrEnum):
    """How a person signs the service in."""

    NONE = "none"
    KEY = "key"
    OAUTH = "oauth"
    SERVICE_ACCOUNT = "service_account"
    MCP = "mcp"


@dataclass(frozen=True)
class Area:
    """A group of tools that access is set for."""

    name: str
    title: str


@dataclass(frozen=True)
class Preset:
    """A ready choice of access that fits a usual task.

    `levels` are by area, `tools` single tools that are allowed beside their area's level.
    """

    name: str
    title: str
    levels: Mapping[str, Access]
    tools: tuple[str, ...] = ()


class Form(BaseModel):
    """Base of a connector's `Credentials` and `Settings`. Field order is form order."""

    # A validation error must not quote what was typed: it may be a secret.
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    @field_validator("*")
    @classmethod
    def _is_filled_in_well(cls, value: Any, info: ValidationInfo) -> Any:
        # Not pydantic's own `pattern`: it finds a part where the whole is meant, knows no
        # sentence of ours, and does not work on secrets.
        field = cls.model_fields[info.field_name or ""]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text == "":
            if field.is_required() or field.default:
                raise ValueError("must not be empty")
            return value
        extra = field.json_schema_extra
        rules: dict[str, Any] = extra if isinstance(extra, dict) else {}
        if text is not None and rules.get("pattern") and not re.fullmatch(rules["pattern"], text):
            raise ValueError(rules.get("pattern_help") or "does not look right")
        return value


class NoFields(Form):
    """For a connector without credentials or without settings."""


def form_field(
    label: str,
    *,
    help: str = "",
    default: Any = ...,
    pattern: str | None = None,
    pattern_help: str = "",
    max_length: int | None = None,
) -> Any:
    """A field of a connector's form.

    Args:
        label: what stands beside it.
        help: where to find the value, and the least rights that it needs.
        default: makes the field optional.
        pattern: a regular expression that the whole value must match.
        pattern_help: what is said at the field when it does not.
        max_length: in characters.
    """
    return Field(
        default=default,
        title=label,
        description=help or None,
        max_length=max_length,
        json_schema_extra={"pattern": pattern, "pattern_help": pattern_help},
    )


def is_secret(model: type[Form], name: str) -> bool:
    """Whether a form's field holds a secret: it is typed as one."""
    annotation = get_type_hints(model)[name]
    return annotation is SecretStr or SecretStr in getattr(annotation, "__args__", ())


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Link:
    """What a connection shares between its calls. It holds no secret."""

    client: httpx.AsyncClient
    clock: Callable[[], datetime] = _utc_now
    resolver: Resolver = resolve


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
    ) -> None:
        self.function = function
        self.verb = function.__name__
        self.area = area
        self.access = access
        self.by_method = by_method
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

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, as a model gets it."""
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
        bound: Any = self.function
        result: Result = await bound(connector, **arguments)
        return result

    async def look_ahead(self, connector: Any, arguments: Mapping[str, Any]) -> Preview | None:
        """What the write would do now, or None where the service has nothing to read first."""
        if self._preview is None:
            return None
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


class Connector:
    """Base of every connector. An instance serves one call with its opened credentials."""

    slug: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[Category]
    auth: ClassVar[Auth]
    docs: ClassVar[str] = ""
    areas: ClassVar[tuple[Area, ...]]
    Credentials: ClassVar[type[Form]] = NoFields
    Settings: ClassVar[type[Form]] = NoFields
    presets: ClassVar[tuple[Preset, ...]] = ()
    tools: ClassVar[dict[str, Tool[Any, Any, Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "slug"):
            return  # a part of a connector that is split over several modules
        found: dict[str, Tool[Any, Any, Any]] = {}
        for base in cls.__mro__:
            for value in vars(base).values():
                if isinstance(value, Tool):
                    found.setdefault(value.verb, value)
        areas = [area.name for area in getattr(cls, "areas", ())]
        for one in found.values():
            if one.area not in areas:
                raise TypeError(f"{cls.__name__}.{one.verb} names an unknown area {one.area!r}")
        in_order = sorted(found.values(), key=lambda one: areas.index(one.area))
        cls.tools = {one.verb: one for one in in_order}

    def __init__(self, credentials: Any, settings: Any, link: Link) -> None:
        self.credentials = credentials
        self.settings = settings
        self.link = link

    @classmethod
    def tool_name(cls, verb: str) -> str:
        """The name that models and people see: `better_stack_list_incidents`."""
        return f"{cls.slug}_{verb}"

    def about(self) -> str:
        """Words about this very connection that belong into the descriptions of its tools.

        For connectors that a model cannot know from the service's name. They hold no secret.
        """
        return ""

    async def on_call_emails(self) -> list[str]:
        """The e-mail addresses of who is on call now, where the service knows such a thing.

        Approval policies use it ("whoever is on call may approve").

        Raises:
            ConnectorError: the service has no on-call schedules, or did not answer.
        """
        raise NotFound(f"{self.title} has no on-call schedules.")

    async def check(self) -> Health:
        """A cheap call that tells a wrong host, wrong credentials and missing rights apart.

        Raises:
            ConnectorError: with what to do.
        """
        raise NotImplementedError
