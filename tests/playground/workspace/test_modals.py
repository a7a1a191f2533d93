"""Modals, Home tabs, and the trigger ids that open them."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, PersonError, Workspace
from playground.workspace.model import Json
from tests.playground.workspace.conftest import Connect
from tests.playground.workspace.helpers import (
    ANA,
    APP,
    Clock,
    actions,
    button,
    error_of,
    modal,
    plain,
    refusal,
    section,
    text_input,
)


def trigger(ws: Workspace, app: str = APP) -> str:
    """As a click of Ana would give it; in her top view if one is open."""
    views = ws.views("ana")
    return ws.world.triggers.issue(app, ANA, views[-1]["id"] if views else None)


async def opened(ws: Workspace, client: AsyncWebClient, view: Json) -> Json:
    answer = await client.views_open(trigger_id=trigger(ws), view=view)
    body: Json = answer["view"]
    return body


async def test_a_modal_makes_the_round_trip(
    ws: Workspace, bolt: AsyncApp, connect: Connect
) -> None:
    submitted: list[Json] = []

    @bolt.shortcut("ask_question")
    async def ask(ack: Any, shortcut: Json, client: AsyncWebClient) -> None:
        await ack()
        view = modal(text_input(), callback_id="question", private_metadata="run-7")
        await client.views_open(trigger_id=shortcut["trigger_id"], view=view)

    @bolt.view("question")
    async def question(ack: Any, view: Json) -> None:
        submitted.append(view)
        await ack()

    await connect()
    await ws.global_shortcut("ana", "ask_question")
    (view,) = await ws.wait_for(lambda: ws.views("ana"))

    assert await ws.submit_view("ana", view["id"], {"typed": "Why?"}) == {}

    assert ws.views("ana") == []
    assert submitted[0]["private_metadata"] == "run-7"
    assert submitted[0]["state"]["values"] == {
        "name": {"typed": {"type": "plain_text_input", "value": "Why?"}}
    }


# triggers


async def test_a_trigger_opens_one_view(ws: Workspace, client: AsyncWebClient) -> None:
    key = trigger(ws)
    await client.views_open(trigger_id=key, view=modal())

    again = client.views_open(trigger_id=key, view=modal())

    assert await error_of(again) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(
    ws: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    key = trigger(ws)
    clock.advance(3.1)

    assert await error_of(client.views_open(trigger_id=key, view=modal())) == "expired_trigger_id"


async def test_a_trigger_must_be_the_apps_own(ws: Workspace, client: AsyncWebClient) -> None:
    foreign = client.views_open(trigger_id=trigger(ws, "A0OTHER"), view=modal())
    invented = client.views_open(trigger_id="12.34.ab", view=modal())

    assert await error_of(foreign) == "invalid_trigger_id"
    assert await error_of(invented) == "invalid_trigger_id"


async def test_a_wrong_view_does_not_use_up_the_trigger(
    ws: Workspace, client: AsyncWebClient
) -> None:
    key = trigger(ws)
    answer = await refusal(client.views_open(trigger_id=key, view={"type": "modal", "blocks": []}))

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] missing required field: title [json-pointer:/view]"
    ]
    await client.views_open(trigger_id=key, view=modal())


# the stack


async def test_three_views_may_lie_on_each_other(ws: Workspace, client: AsyncWebClient) -> None:
    await opened(ws, client, modal())
    for _ in range(2):
        await client.views_push(trigger_id=trigger(ws), view=modal())

    one_more = client.views_push(trigger_id=trigger(ws), view=modal())

    assert await error_of(one_more) == "push_limit_reached"
    assert len(ws.views("ana")) == 3
    assert ws.views("ana")[2]["previous_view_id"] == ws.views("ana")[1]["id"]


async def test_only_a_click_in_a_view_can_push(ws: Workspace, client: AsyncWebClient) -> None:
    outside = ws.world.triggers.issue(APP, ANA)
    await opened(ws, client, modal())

    assert await error_of(client.views_push(trigger_id=outside, view=modal())) == "not_found"


async def test_what_was_typed_survives_an_update(ws: Workspace, client: AsyncWebClient) -> None:
    view = await opened(ws, client, modal(text_input(), text_input("other")))
    record = ws.world.views.find(view["id"])
    assert record is not None
    record.state = {"values": {"name": {"typed": {"value": "Ana"}}}}

    await client.views_update(view_id=view["id"], view=modal(text_input()))

    assert ws.views("ana")[0]["state"]["values"] == {"name": {"typed": {"value": "Ana"}}}


async def test_an_update_with_an_old_hash_is_a_conflict(
    ws: Workspace, client: AsyncWebClient
) -> None:
    view = await opened(ws, client, modal())
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal())

    late = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())

    assert await error_of(late) == "hash_conflict"


async def test_an_external_id_names_one_view(ws: Workspace, client: AsyncWebClient) -> None:
    await opened(ws, client, modal(external_id="run-7"))
    await client.views_update(external_id="run-7", view=modal(section("new"), external_id="run-7"))

    second = client.views_push(trigger_id=trigger(ws), view=modal(external_id="run-7"))

    assert await error_of(second) == "duplicate_external_id"
    assert ws.views("ana")[0]["blocks"][0]["text"]["text"] == "new"


async def test_a_view_that_is_closed_is_not_found(ws: Workspace, client: AsyncWebClient) -> None:
    view = await opened(ws, client, modal())
    await ws.close_view("ana", view["id"])

    assert await error_of(client.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_a_huge_view_is_too_large(ws: Workspace, client: AsyncWebClient) -> None:
    view = modal(*(section("x" * 3000) for _ in range(90)))

    assert await error_of(client.views_open(trigger_id=trigger(ws), view=view)) == "view_too_large"


# submissions


async def listen(bolt: AsyncApp, connect: Connect, **answer: Any) -> None:
    @bolt.view("form")
    async def form(ack: Any) -> None:
        await ack(**answer)

    await connect()


async def form(ws: Workspace, client: AsyncWebClient, **fields: Any) -> str:
    view = modal(text_input(**fields), callback_id="form")
    return str((await opened(ws, client, view))["id"])


async def test_the_app_can_object_to_an_input(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    await listen(bolt, connect, response_action="errors", errors={"name": "Taken."})
    view_id = await form(ws, client)

    answer = await ws.submit_view("ana", view_id, {"typed": "debugger"})

    assert answer == {"response_action": "errors", "errors": {"name": "Taken."}}
    assert len(ws.views("ana")) == 1


async def test_objections_to_what_is_no_input_are_refused(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    await listen(bolt, connect, response_action="errors", errors={"elsewhere": "No."})
    view_id = await form(ws, client)

    with pytest.raises(PersonError, match="not an input block"):
        await ws.submit_view("ana", view_id, {"typed": "debugger"})


async def test_the_app_can_show_another_view(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    await listen(bolt, connect, response_action="update", view=modal(section("Checking…")))
    view_id = await form(ws, client)

    await ws.submit_view("ana", view_id, {"typed": "debugger"})

    (view,) = ws.views("ana")
    assert (view["id"], view["blocks"][0]["text"]["text"]) == (view_id, "Checking…")


async def test_the_app_can_push_or_clear(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    answers: list[Json] = [
        {"response_action": "push", "view": modal(callback_id="form")},
        {"response_action": "clear"},
    ]

    @bolt.view("form")
    async def form_sent(ack: Any) -> None:
        await ack(**answers.pop(0))

    await connect()
    await ws.submit_view("ana", await form(ws, client), {"typed": "x"})
    assert len(ws.views("ana")) == 2

    await ws.submit_view("ana", ws.views("ana")[1]["id"])
    assert ws.views("ana") == []


async def test_a_wrong_view_in_the_answer_is_refused(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    await listen(bolt, connect, response_action="update", view={"type": "modal", "blocks": []})
    view_id = await form(ws, client)

    with pytest.raises(PersonError, match="missing required field: title"):
        await ws.submit_view("ana", view_id, {"typed": "x"})


async def test_slack_itself_asks_for_what_is_required(
    ws: Workspace, client: AsyncWebClient
) -> None:
    view_id = await form(ws, client, min_length=3)

    empty = await ws.submit_view("ana", view_id)
    short = await ws.submit_view("ana", view_id, {"typed": "ab"})

    assert empty["errors"] == {"name": "Please complete this required field."}
    assert short["errors"] == {"name": "Please enter at least 3 characters."}
    assert not ws.deliveries


async def test_a_submission_that_nobody_answers_is_told(
    ws: Workspace, client: AsyncWebClient
) -> None:
    view_id = await form(ws, client)

    with pytest.raises(PersonError, match="dispatch_failed"):
        await ws.submit_view("ana", view_id, {"typed": "x"})

    assert len(ws.views("ana")) == 1


async def test_a_chosen_channel_brings_a_response_url(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    bodies: list[Json] = []

    @bolt.view("form")
    async def form_sent(ack: Any, body: Json) -> None:
        bodies.append(body)
        await ack()

    await connect()
    element = {
        "type": "conversations_select",
        "action_id": "where",
        "response_url_enabled": True,
    }
    block = {"type": "input", "block_id": "place", "label": plain("Where"), "element": element}
    view = await opened(ws, client, modal(block, callback_id="form"))

    await ws.submit_view("ana", view["id"], {"where": "C0PRODUCT"})

    (entry,) = bodies[0]["response_urls"]
    assert (entry["channel_id"], entry["block_id"]) == ("C0PRODUCT", "place")


async def test_a_file_in_a_form_is_handed_to_the_app(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    read: list[bytes] = []

    @bolt.view("form")
    async def form_sent(ack: Any, view: Json) -> None:
        await ack()
        (file,) = view["state"]["values"]["runbook"]["chosen"]["files"]
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with aiohttp.request("GET", file["url_private"], headers=headers) as response:
            read.append(await response.read())
        await client.chat_postMessage(channel="C0INCIDENTS", text="read")

    await connect()
    element = {"type": "file_input", "action_id": "chosen"}
    block = {"type": "input", "block_id": "runbook", "label": plain("Runbook"), "element": element}
    view = await opened(ws, client, modal(block, callback_id="form"))
    file = {"name": "runbook.md", "base64": base64.b64encode(b"# Restart").decode()}

    assert "runbook" in (await ws.submit_view("ana", view["id"]))["errors"]
    await ws.submit_view("ana", view["id"], {"chosen": [file]})

    await ws.wait_for(lambda: ws.messages("#incidents"))
    assert read == [b"# Restart"]


# closing


async def test_closing_is_told_only_on_request(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    closed: list[Json] = []

    @bolt.view_closed("form")
    async def on_close(ack: Any, body: Json) -> None:
        await ack()
        closed.append(body)

    await connect()
    quiet = await opened(ws, client, modal(callback_id="form"))
    await ws.close_view("ana", quiet["id"])
    loud = await opened(ws, client, modal(callback_id="form", notify_on_close=True))
    await ws.close_view("ana", loud["id"], is_cleared=True)

    (body,) = closed
    assert body["view"]["id"] == loud["id"]
    assert body["is_cleared"] is True


# inside views


async def test_a_click_in_a_view_has_a_trigger_and_no_response_url(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    bodies: list[Json] = []

    @bolt.action("approve")
    async def approve(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        bodies.append(body)
        await client.views_push(trigger_id=body["trigger_id"], view=modal())

    await connect()
    view = await opened(ws, client, modal(actions(button())))
    await ws.click_in_view("ana", view["id"], "approve")

    await ws.wait_for(lambda: len(ws.views("ana")) == 2)
    assert bodies[0]["container"] == {"type": "view", "view_id": view["id"]}
    assert "response_url" not in bodies[0]


async def test_an_external_select_asks_the_app(
    ws: Workspace, client: AsyncWebClient, bolt: AsyncApp, connect: Connect
) -> None:
    @bolt.options("repo")
    async def repos(ack: Any, payload: Json) -> None:
        name = payload["value"] + "-api"
        await ack(options=[{"text": plain(name), "value": name}])

    await connect()
    select = {"type": "external_select", "action_id": "repo", "min_query_length": 1}
    view = await opened(ws, client, modal(actions(select)))

    answer = await ws.options("ana", view["id"], "repo", "shop")

    assert answer["options"][0]["value"] == "shop-api"


# Home


async def test_a_home_tab_is_published_for_one_person(
    ws: Workspace, client: AsyncWebClient
) -> None:
    await client.views_publish(user_id=ANA, view={"type": "home", "blocks": [section("Hello")]})

    home = ws.home("ana")
    assert home is not None
    assert home["blocks"][0]["text"]["text"] == "Hello"
    assert ws.home("bo") is None


async def test_a_home_tab_has_no_title_and_no_modal_blocks(client: AsyncWebClient) -> None:
    titled = {"type": "home", "title": plain("Hi"), "blocks": []}
    alert = {"type": "home", "blocks": [{"type": "alert", "text": plain("!")}]}

    assert await error_of(client.views_publish(user_id=ANA, view=titled)) == "invalid_arguments"
    assert await error_of(client.views_publish(user_id=ANA, view=alert)) == "invalid_arguments"


async def test_publishing_with_an_old_hash_is_a_conflict(
    ws: Workspace, client: AsyncWebClient
) -> None:
    view = {"type": "home", "blocks": [section()]}
    first = (await client.views_publish(user_id=ANA, view=view))["view"]
    await client.views_publish(user_id=ANA, view=view, hash=first["hash"])

    late = client.views_publish(user_id=ANA, view=view, hash=first["hash"])

    assert await error_of(late) == "hash_conflict"
