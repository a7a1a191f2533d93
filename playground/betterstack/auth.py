"""Who may ask: bearer tokens of a team, or of the whole organization.

A team token sees one team, and one product: the token of Uptime does not open Telemetry. A
global token sees all, and must name the team of whatever it makes
(vendor: `team_name` is required in the body then). There are no scopes and no read-only tokens.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from playground.betterstack.envelope import Problem, invalid, missing_attributes
from playground.betterstack.products import UPTIME
from playground.betterstack.records import Record
from playground.betterstack.state import State

TEAM_TOKEN = "demo-betterstack-token"  # noqa: S105 - a made-up token of a made-up team
GLOBAL_TOKEN = "demo-betterstack-global-token"  # noqa: S105
TELEMETRY_TOKEN = "demo-betterstack-telemetry-token"  # noqa: S105
OTHER_TEAM_TOKEN = "demo-betterstack-labs-token"  # noqa: S105


@dataclass(frozen=True)
class Access:
    """What a token opens: one team by name, or every team (None), in some of the products."""

    team_name: str | None
    products: frozenset[str] = frozenset({UPTIME})

    def sees(self, record: Record) -> bool:
        return self.team_name in (None, record.team_name)

    def owner(self, state: State, wanted: str | None) -> str:
        """The team a new resource belongs to."""
        name = wanted or self.team_name
        if name is None:
            raise missing_attributes("team_name")
        if not self.reaches(state, name):
            raise invalid("team_name", "is not a team this token can reach")
        return name

    def reaches(self, state: State, name: str) -> bool:
        return state.team_named(name) is not None and self.team_name in (None, name)


def access_for(
    header: str | None, tokens: Mapping[str, Access], product: str | None = None
) -> Access:
    """Read an Authorization header. Raises the vendor's 401, which does not say what is wrong: a
    token of another product is as good as none."""
    scheme, _, token = (header or "").partition(" ")
    if scheme == "Bearer":
        for known, access in tokens.items():
            same = hmac.compare_digest(known.encode(), token.encode(errors="surrogateescape"))
            if same and product in (None, *access.products):
                return access
    raise Problem(401, "Invalid Team API token")
