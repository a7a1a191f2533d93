"""Signing in, paging, and what people are told when Better Stack refuses or fails."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from bot.connectors.better_stack import BetterStack
from bot.connectors.better_stack.problems import explain
from bot.connectors.errors import (
    Conflict,
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    Unavailable,
)
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.server import Sandbox
from tests.connectors.better_stack.conftest import mocked
from tests.connectors.helpers import Service, connect, rows, run


class TestTheConnectionTest:
    async def test_names_the_team_of_the_token(self, stack: Any) -> None:
        assert (await stack.check()).account == "team Harbor"

    async def test_asks_for_one_monitor_only(self, stack: Any, sandbox: Sandbox) -> None:
        await stack.check()
        [entry] = sandbox.journal
        assert (entry.method, entry.path) == ("GET", "/api/v2/monitors")
        assert dict(entry.query) == {"page": "1", "per_page": "1"}

    async def test_asks_for_the_team_that_is_set(self, everywhere: Any, sandbox: Sandbox) -> None:
        assert (await everywhere.check()).account == "team Harbor"
        assert dict(next(iter(sandbox.journal)).query)["team_name"] == "Harbor"

    async def test_says_when_there_is_no_monitor_to_tell_by(self) -> None:
        nothing = httpx.Response(200, json={"data": []})
        assert (await mocked(Service(nothing)).check()).account == "a team without monitors yet"
        assert (await mocked(Service(nothing), team_name="Ops").check()).account == "team Ops"

    async def test_tells_a_wrong_token(self, sandbox: Sandbox, client: httpx.AsyncClient) -> None:
        settings = {"base_url": sandbox.url}
        wrong = connect(
            BetterStack, client, credentials={"api_token": "mistyped"}, settings=settings
        )
        with pytest.raises(NotSignedIn, match="Invalid Team API token") as caught:
            await wrong.check()
        assert "Reconnect" in caught.value.remedy

    async def test_tells_a_host_that_is_something_else(self) -> None:
        with pytest.raises(ConnectorError, match="address of the connection may be wrong"):
            await mocked(Service(httpx.Response(404, html="<h1>Not found</h1>"))).check()
        with pytest.raises(ConnectorError, match="not in the format of Better Stack"):
            await mocked(Service(httpx.Response(200, json={"status": "ok"}))).check()
        with pytest.raises(ConnectorError, match="a web page instead of data"):
            await mocked(Service(httpx.Response(200, html="<h1>Welcome</h1>"))).check()

    async def test_tells_a_host_that_is_not_there(self) -> None:
        with pytest.raises(Unavailable, match=r"could not be reached at uptime\.betterstack\.com"):
            await mocked(Service(httpx.ConnectError("no route"))).check()


class TestTheForm:
    @pytest.mark.parametrize(
        "address",
        [
            "https://uptime.betterstack.com",
            "https://incidents.betterstack.com/",
            "http://127.0.0.1:8099",
            "http://localhost:8099/",
        ],
    )
    def test_takes_the_addresses_of_the_service_and_of_a_sandbox(self, address: str) -> None:
        assert BetterStack.Settings(base_url=address).base_url == address

    @pytest.mark.parametrize(
        "address",
        [
            "uptime.betterstack.com",
            "http://uptime.betterstack.com",
            "https://uptime.betterstack.com/api/v2",
            "https://user@evil.example",
            "https://a?b",
            "file:///etc/passwd",
        ],
    )
    def test_refuses_addresses_that_would_leak_the_token_or_not_work(self, address: str) -> None:
        with pytest.raises(ValidationError, match="starts with https://"):
            BetterStack.Settings(base_url=address)

    @pytest.mark.parametrize("token", ["", "short", "two words here"])
    def test_refuses_what_cannot_be_a_token(self, token: str) -> None:
        with pytest.raises(ValidationError):
            BetterStack.Credentials(api_token=SecretStr(token))


class TestTheToken:
    async def test_is_sent_as_a_bearer_token(self) -> None:
        service = Service(httpx.Response(200, json={"data": []}))
        await run(mocked(service), "list_monitors")
        assert service.requests[0].headers["Authorization"] == "Bearer secret-token"

    async def test_never_goes_to_a_host_that_an_answer_names(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            page = int(request.url.params["page"])
            following = f"https://evil.example.com/steal?page={page + 1}" if page < 3 else None
            return httpx.Response(
                200,
                json={
                    "data": [{"id": str(page), "type": "monitor", "attributes": {"url": "u"}}],
                    "pagination": {"next": following},
                },
            )

        service = Service(answer)
        assert [row["id"] for row in await rows(mocked(service), "list_monitors")] == [
            "1",
            "2",
            "3",
        ]
        assert {request.url.host for request in service.requests} == {"uptime.betterstack.com"}

    async def test_is_not_part_of_any_error(self) -> None:
        for status in (400, 401, 403, 404, 409, 422, 429, 500):
            with pytest.raises(ConnectorError) as caught:
                await mocked(Service(httpx.Response(status))).check()
            assert "secret-token" not in str(caught.value)


class TestTeams:
    async def test_limit_lists_and_own_what_is_made(
        self, everywhere: Any, sandbox: Sandbox
    ) -> None:
        assert {row["team"] for row in await rows(everywhere, "list_monitors")} == {"Harbor"}
        await run(everywhere, "create_monitor_group", name="Edge")
        [write] = sandbox.journal.writes()
        assert write.body == {"name": "Edge", "paused": False, "team_name": "Harbor"}

    async def test_are_not_named_with_a_token_that_has_one(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        await run(stack, "list_monitors")
        assert "team_name" not in dict(next(iter(sandbox.journal)).query)


def page(start: int, count: int, following: object) -> httpx.Response:
    data = [
        {"id": str(key), "type": "heartbeat", "attributes": {"name": f"job {key}"}}
        for key in range(start, start + count)
    ]
    return httpx.Response(200, json={"data": data, "pagination": {"next": following}})


class TestPages:
    async def test_are_followed_to_the_last(self, stack: Any, sandbox: Sandbox) -> None:
        result = await run(stack, "list_incidents")
        assert len(result.rows) == len(sandbox.state.incidents) - 1  # one is another team's
        assert not result.cut

    async def test_end_at_a_hundred_rows_and_say_so(self) -> None:
        base = "https://uptime.betterstack.com/api/v2/heartbeats"
        service = Service(page(0, 60, f"{base}?page=2&per_page=60"), page(60, 60, None))
        result = await run(mocked(service), "list_heartbeats")
        assert len(result.rows) == 100
        assert result.cut == "Only the first 100 are listed; there are more."

    async def test_just_full_are_not_called_cut(self) -> None:
        result = await run(mocked(Service(page(0, 100, None))), "list_heartbeats")
        assert len(result.rows) == 100
        assert not result.cut

    @pytest.mark.parametrize(
        "following", ["https://x.example/?page=1", "https://x.example/", "page=2", "?page=x", 7]
    )
    async def test_that_lead_nowhere_end_the_list(self, following: object) -> None:
        service = Service(page(0, 1, following))
        assert len(await rows(mocked(service), "list_heartbeats")) == 1
        assert len(service.requests) == 1

    async def test_that_are_empty_end_the_list_whatever_they_announce(self) -> None:
        service = Service(page(0, 0, "https://x.example/?page=2"))
        assert await rows(mocked(service), "list_heartbeats") == []
        assert len(service.requests) == 1

    async def test_without_a_word_about_pages_are_the_only_one(self) -> None:
        answer = httpx.Response(200, json={"data": []})
        assert await rows(mocked(Service(answer)), "list_heartbeats") == []


class TestErrorBodies:
    @pytest.mark.parametrize(
        ("body", "words", "fields"),
        [
            ({"errors": "Resource not found"}, "Resource not found", {}),
            ({"errors": ["One", "Two"]}, "One; Two", {}),
            (
                {"errors": {"url": ["is invalid", "is taken"], "name": "is odd"}},
                "",
                {"url": "is invalid; is taken", "name": "is odd"},
            ),
            (
                {"errors": "You are missing some", "required_attributes": ["summary"]},
                "You are missing some",
                {"summary": "is required"},
            ),
            (
                {"errors": "You misspelled some", "invalid_attributes": ["sumary"]},
                "You misspelled some",
                {"sumary": "is not accepted"},
            ),
            ({"error": "unauthorized"}, "unauthorized", {}),
            ({}, "", {}),
            ({"errors": None}, "", {}),
            (["no", "object"], "", {}),
            (None, "", {}),
        ],
    )
    def test_are_read_in_each_of_their_shapes(
        self, body: Any, words: str, fields: dict[str, str]
    ) -> None:
        assert explain(422, body) == (words, fields)

    async def test_of_a_refused_argument_name_the_field(self, stack: Any) -> None:
        with pytest.raises(Invalid) as caught:
            await run(stack, "update_monitor", monitor_id="3001", changes={"policy_id": "1"})
        assert list(caught.value.fields) == ["policy_id"]

    async def test_of_a_missing_field_name_it(self, sandbox: Sandbox) -> None:
        unscoped = connect(
            BetterStack,
            httpx.AsyncClient(trust_env=False),
            credentials={"api_token": "demo-betterstack-global-token"},
            settings={"base_url": sandbox.url},
        )
        with pytest.raises(Invalid) as caught:
            await run(unscoped, "create_monitor_group", name="Edge")
        await unscoped.link.client.aclose()
        assert caught.value.fields == {"team_name": "is required"}


class TestFailures:
    async def test_unknown_resources_and_those_of_other_teams_are_not_told_apart(
        self, stack: Any
    ) -> None:
        for incident_id in ("5901", "999"):
            with pytest.raises(NotFound, match="was not found"):
                await run(stack, "get_incident", incident_id=incident_id)

    async def test_forbidden_deeds_say_why(self, stack: Any) -> None:
        with pytest.raises(NotAllowed, match="it was shared with your team"):
            await run(stack, "reopen_incident", incident_id="5104")

    async def test_states_that_moved_are_conflicts(self, stack: Any) -> None:
        with pytest.raises(Conflict, match="already resolved"):
            await run(stack, "resolve_incident", incident_id="5103")

    @pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.ERROR, Kind.BAD_GATEWAY, Kind.CLOSED])
    async def test_reads_survive_one_bad_moment(
        self, stack: Any, sandbox: Sandbox, kind: Kind
    ) -> None:
        sandbox.faults.add(Fault(kind=kind))
        assert len(await rows(stack, "list_heartbeats")) == 4
        assert len(sandbox.journal) == 2

    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            (Kind.THROTTLED, Throttled),
            (Kind.ERROR, Unavailable),
            (Kind.BAD_GATEWAY, Unavailable),
            (Kind.CLOSED, Unavailable),
            (Kind.MALFORMED, Unavailable),
        ],
    )
    @pytest.mark.parametrize("after", [False, True], ids=["lost request", "lost answer"])
    async def test_writes_are_sent_once_whatever_happens(
        self, stack: Any, sandbox: Sandbox, kind: Kind, error: type[ConnectorError], after: bool
    ) -> None:
        sandbox.faults.add(Fault(kind=kind, after=after))
        with pytest.raises(error):
            await run(stack, "acknowledge_incident", incident_id="5101")
        assert len(sandbox.journal) == 1

    async def test_throttling_passes_on_how_long_to_wait(
        self, stack: Any, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add(Fault(kind=Kind.THROTTLED, retry_after=90))
        with pytest.raises(Throttled) as caught:
            await run(stack, "list_monitors")
        assert caught.value.wait == 90

    async def test_a_stalled_service_is_given_up_on(self) -> None:
        with pytest.raises(Unavailable, match="did not answer within"):
            await run(mocked(Service(httpx.ReadTimeout("slow"))), "list_monitors")
