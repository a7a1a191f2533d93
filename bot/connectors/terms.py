"""The words in which a connector says what it is: categories, areas, levels of access."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


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
