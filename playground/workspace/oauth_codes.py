"""OAuth codes: ten minutes, one use."""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.ids import Clock, Ids
from playground.workspace.timing import Delays


@dataclass(frozen=True)
class Grant:
    """What a person agreed to on the consent page."""

    app_id: str
    team_id: str
    user_id: str
    scopes: frozenset[str]
    redirect_uri: str
    granted: float


class OAuthCodes:
    def __init__(self, clock: Clock, ids: Ids, delays: Delays) -> None:
        self._clock = clock
        self._ids = ids
        self._delays = delays
        self._grants: dict[str, Grant] = {}

    def issue(
        self, app_id: str, team_id: str, user_id: str, scopes: frozenset[str], redirect_uri: str
    ) -> str:
        code = f"{self._ids.digits(12)}.{self._ids.digits(12)}.{self._ids.secret(40)}"
        self._grants[code] = Grant(app_id, team_id, user_id, scopes, redirect_uri, self._clock())
        return code

    def redeem(self, code: str, app_id: str) -> Grant | None:
        """None for a code that is unknown, used, too old or another app's."""
        grant = self._grants.pop(code, None)
        if grant is None or grant.app_id != app_id:
            return None
        fresh = self._clock() - grant.granted <= self._delays.oauth_code
        return grant if fresh else None
