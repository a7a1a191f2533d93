"""What all areas of Better Stack share: signing in, paging, links, and reading before a write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from bot.connectors.better_stack.hosted.connection import ByMcp, token_of
from bot.connectors.better_stack.problems import explain
from bot.connectors.better_stack.shaping.common import Resource, flat, name_of
from bot.connectors.errors import ConnectorError, NotFound, Unavailable
from bot.connectors.http import Json, ServiceClient
from bot.connectors.results import Change, Preview, Row, Rows

MAX_ROWS = 100
"""Resources of one answer. Incidents come 50 a page at most, everything else up to 250."""

MOST_NAMED = 10
"""Resources that an error names when the one that was asked for is not there."""

CUT = f"Only the first {MAX_ROWS} are listed; there are more."


class Api(ByMcp):
    """Base of the areas, each of which is a module of its own."""

    @cached_property
    def service(self) -> ServiceClient:
        if self.hosted is not None:
            return self.hosted_client(self.hosted)
        token = token_of(self.credentials).get_secret_value()
        return ServiceClient(
            service="Better Stack",
            base_url=self.settings.base_url,
            client=self.link.client,
            headers={"Authorization": f"Bearer {token}"},
            explain=explain,
        )

    @property
    def team(self) -> dict[str, str]:
        """The team that lists are limited to and new resources belong to, if one is set."""
        return {"team_name": self.settings.team_name} if self.settings.team_name else {}

    async def resource(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        service: ServiceClient | None = None,
    ) -> Resource:
        """One resource, without what its answer includes. `service` is another host of theirs."""
        return one(await self.found(path, params, service=service))

    async def found(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        service: ServiceClient | None = None,
    ) -> Json:
        """The answer about one resource; where it is not there, the error names those that are."""
        service = service or self.service
        try:
            return await service.get(path, params)
        except NotFound as error:
            error.remedy = await self._others(path.rpartition("/")[0], service) or error.remedy
            raise

    async def _others(self, path: str, service: ServiceClient) -> str:
        """What there is instead. Nothing, where the list cannot be had either."""
        try:
            listed, _ = await self.resources(path, limit=MOST_NAMED, service=service)
        except ConnectorError:
            return ""
        known = ", ".join(f"{name_of(other)} ({other['id']})" for other in listed)
        return (
            "It may have been deleted, or be in another team. "
            f"There {'are' if known else 'is nothing of that kind'}{f': {known}' if known else ''}."
        )

    async def resources(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int = MAX_ROWS,
        per_page: int | None = None,
        service: ServiceClient | None = None,
    ) -> tuple[list[Resource], bool]:
        """Up to `limit` resources, from as many pages as that takes, and whether there are more."""
        found: list[Resource] = []
        page: int | None = 1
        while page is not None and len(found) < limit:
            query = {**(params or {}), "page": page, "per_page": per_page or limit}
            body = await (service or self.service).get(path, query)
            found += many(body)
            page = following_page(body, page)
        return found[:limit], page is not None or len(found) > limit

    async def rows(
        self,
        path: str,
        shape: Callable[[Resource], Row],
        title: str,
        params: Mapping[str, Any] | None = None,
        *,
        service: ServiceClient | None = None,
    ) -> Rows:
        """A list as a table, for the areas where a list is no more than that."""
        found, more = await self.resources(path, params, service=service)
        return Rows([shape(resource) for resource in found], title=title, cut=CUT if more else "")

    def web(self, kind: str, resource_id: str) -> str:
        """Where people see a resource, as far as the connection says which team's pages to use."""
        team = self.settings.team_id
        base: str = self.settings.base_url.rstrip("/")
        return f"{base}/team/{team}/{kind}/{resource_id}" if team else ""

    def before_update(
        self, live: Resource, wanted: Mapping[str, Any], *, already: str, link: str = ""
    ) -> Preview:
        """What setting fields of a resource would change. `already` is said if nothing would."""
        changes = changed(flat(live), wanted)
        return Preview(
            resource=name_of(live),
            state="; ".join(f"{name}: {shown(flat(live).get(name))}" for name in wanted),
            changes=changes,
            link=link,
            obstacle="" if changes else already,
            done=not changes,
        )

    async def before_delete(
        self, path: str, kind: str, link: str = "", *, service: ServiceClient | None = None
    ) -> Preview:
        """What deleting the resource at `path` would do."""
        try:
            live = one(await (service or self.service).get(path))
        except NotFound:
            return Preview(
                resource=f"{kind} {path.rpartition('/')[2]}",
                state="gone",
                obstacle="it does not exist any more",
                done=True,
            )
        return Preview(
            resource=name_of(live),
            state="exists",
            changes=(Change(kind, "exists", "deleted for good"),),
            link=link,
        )


def one(body: Json) -> Resource:
    """The resource in an answer.

    Raises:
        Unavailable: the answer is JSON, but not this service's.
    """
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise _foreign()
    return data


def many(body: Json) -> list[Resource]:
    """The resources in a list's answer; raises as `one` does."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        raise _foreign()
    return data


def _foreign() -> Unavailable:
    return Unavailable(
        "The answer is not in the format of Better Stack's API.",
        "The address of the connection may be wrong; it is usually https://uptime.betterstack.com.",
    )


def following_page(body: Json, page: int) -> int | None:
    """The number of the next page, None on the last.

    The service announces it as an absolute address which may name another host. Only the number
    is read from it, so the token never goes to an address that came from an answer.
    """
    address = (body.get("pagination") or {}).get("next")
    found = re.search(r"[?&]page=([0-9]+)", str(address or ""))
    if not found or not body["data"]:
        return None
    return int(found[1]) if int(found[1]) > page else None


def changed(live: Row, wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between a resource and what it is to become."""
    return tuple(
        Change(name, shown(live.get(name)), shown(value))
        for name, value in wanted.items()
        if not same(live.get(name), value)
    )


def same(live: Any, wanted: Any) -> bool:
    """Equal, also where the service answers with a number for an id that is sent as text."""
    if isinstance(live, list) and isinstance(wanted, list):
        return sorted(map(str, live)) == sorted(map(str, wanted))
    return live == wanted or (live is not None and str(live) == str(wanted))


def shown(value: Any) -> str:
    """A value as a card prints it."""
    if value is None or value == "" or value == []:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
