"""conversations.*, users.*, reactions.*: what the bot may know."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import (
    ANA,
    BOT,
    DANA,
    GENERAL,
    INCIDENTS,
    PRIVATE,
    Clock,
    error_of,
)

EVE = "U0LIGHTHOUSEEVE"


async def test_history_is_newest_first_and_without_replies(
    ws: Workspace, client: AsyncWebClient
) -> None:
    root = ws.post("ana", "#incidents", "one")
    ws.post("bo", "#incidents", "a reply", root)
    ws.post("ana", "#incidents", "two")

    answer = await client.conversations_history(channel=INCIDENTS)

    assert [m["text"] for m in answer["messages"]] == ["two", "one"]
    assert answer["messages"][1]["reply_count"] == 1
    assert answer["has_more"] is False


async def test_history_comes_in_pages(ws: Workspace, client: AsyncWebClient) -> None:
    for number in range(5):
        ws.post("ana", "#incidents", str(number))

    texts: list[str] = []
    cursor = None
    for _ in range(3):
        page = await client.conversations_history(channel=INCIDENTS, limit=2, cursor=cursor)
        texts += [m["text"] for m in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]

    assert texts == ["4", "3", "2", "1", "0"]
    assert cursor == ""


async def test_history_can_be_bounded_by_time(ws: Workspace, client: AsyncWebClient) -> None:
    times = [ws.post("ana", "#incidents", str(number)) for number in range(4)]

    async def texts(**bounds: object) -> list[str]:
        answer = await client.api_call(
            "conversations.history", http_verb="GET", params={"channel": INCIDENTS, **bounds}
        )
        return [m["text"] for m in answer["messages"]]

    assert await texts(oldest=times[1]) == ["3", "2"]
    assert await texts(latest=times[1]) == ["0"]
    assert await texts(oldest=times[1], latest=times[2], inclusive="true") == ["2", "1"]
    call = client.conversations_history(channel=INCIDENTS, oldest="yesterday")
    assert await error_of(call) == "invalid_ts_oldest"


async def test_wrong_cursors_and_limits_are_refused(client: AsyncWebClient) -> None:
    history = client.conversations_history
    assert await error_of(history(channel=INCIDENTS, cursor="abc")) == "invalid_cursor"
    assert await error_of(history(channel=INCIDENTS, limit=5000)) == "invalid_limit"


async def test_a_thread_is_its_root_and_replies_oldest_first(
    ws: Workspace, client: AsyncWebClient
) -> None:
    root = ws.post("ana", "#incidents", "root")
    for number in range(3):
        ws.post("bo", "#incidents", str(number), root)

    answer = await client.conversations_replies(channel=INCIDENTS, ts=root, limit=2)

    assert [m["text"] for m in answer["messages"]] == ["root", "0", "1"]
    assert answer["has_more"] is True
    call = client.conversations_replies(channel=INCIDENTS, ts="1700000000.000001")
    assert await error_of(call) == "thread_not_found"


async def test_where_the_bot_is_not_it_reads_nothing(client: AsyncWebClient) -> None:
    history = client.conversations_history
    assert await error_of(history(channel=GENERAL)) == "not_in_channel"
    assert await error_of(history(channel=PRIVATE)) == "channel_not_found"


async def test_channels_are_listed_as_far_as_the_bot_may_know(client: AsyncWebClient) -> None:
    answer = await client.conversations_list(types="public_channel,private_channel")

    listed = {channel["name"]: channel["is_member"] for channel in answer["channels"]}
    assert listed["incidents"] is True
    assert listed["general"] is False
    assert "ops-private" not in listed


async def test_listing_a_kind_needs_its_scope(client: AsyncWebClient) -> None:
    assert await error_of(client.conversations_list(types="mpim")) == "missing_scope"
    assert await error_of(client.conversations_list(types="huddle")) == "invalid_types"


async def test_a_channel_tells_about_itself(ws: Workspace, client: AsyncWebClient) -> None:
    answer = await client.conversations_info(channel="C0PARTNER", include_num_members=True)

    channel = answer["channel"]
    assert channel["is_ext_shared"] is True
    assert channel["num_members"] == 3
    members = await client.conversations_members(channel="C0PARTNER")
    assert EVE in members["members"]


async def test_a_direct_conversation_is_opened_once(ws: Workspace, client: AsyncWebClient) -> None:
    first = await client.conversations_open(users=[ANA], return_im=True)
    again = await client.conversations_open(users=[ANA])

    assert first["channel"]["is_im"] is True
    assert first["channel"]["user"] == ANA
    assert again["channel"]["id"] == first["channel"]["id"] == ws.direct("ana")
    assert again["already_open"] is True


async def test_opening_needs_somebody_else(client: AsyncWebClient) -> None:
    assert await error_of(client.conversations_open(users=[BOT])) == "invalid_user_combination"
    assert await error_of(client.conversations_open(users=["U0NOBODY"])) == "user_not_found"


async def test_joining_needs_its_scope(manifest_data: Json, clock: Clock) -> None:
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        assert await error_of(client.conversations_join(channel=GENERAL)) == "missing_scope"
    manifest_data["oauth_config"]["scopes"]["bot"].append("channels:join")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        await client.conversations_join(channel=GENERAL)
        assert BOT in ws.channel("#general").members


# people


async def test_people_have_a_time_zone_and_an_address(client: AsyncWebClient) -> None:
    user = (await client.users_info(user=ANA))["user"]

    assert (user["tz"], user["tz_offset"]) == ("Europe/Lisbon", 3600)
    assert user["profile"]["email"] == "ana@harbor.example"
    assert user["is_admin"] is True


async def test_without_its_scope_the_address_is_left_out(manifest_data: Json, clock: Clock) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].remove("users:read.email")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=ws.api_url)
        user = (await client.users_info(user=ANA))["user"]
        lookup = await error_of(client.users_lookupByEmail(email="ana@harbor.example"))

    assert "email" not in user["profile"]
    assert lookup == "missing_scope"


async def test_guests_and_strangers_are_marked(client: AsyncWebClient) -> None:
    guest = (await client.users_info(user=DANA))["user"]
    stranger = (await client.users_info(user=EVE))["user"]

    assert guest["is_restricted"] is True
    assert stranger["is_stranger"] is True
    assert "email" not in stranger["profile"]


async def test_people_are_found_by_address(client: AsyncWebClient) -> None:
    answer = await client.users_lookupByEmail(email="bo@harbor.example")

    assert answer["user"]["name"] == "bo"
    call = client.users_lookupByEmail(email="eve@lighthouse.example")
    assert await error_of(call) == "users_not_found"


async def test_user_groups_apps_and_the_team_are_known(client: AsyncWebClient) -> None:
    groups = await client.usergroups_list(include_users=True)
    bot = await client.bots_info(bot="B0OPSBOT")
    team = await client.team_info()

    assert groups["usergroups"][0]["handle"] == "oncall"
    assert bot["bot"]["app_id"] == "A0QUARTERDECK"
    assert team["team"]["name"] == "Harbor"


# reactions


async def test_a_reaction_is_added_once(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "hello")

    await client.reactions_add(channel=INCIDENTS, timestamp=ts, name="eyes")

    again = client.reactions_add(channel=INCIDENTS, timestamp=ts, name="eyes")
    assert await error_of(again) == "already_reacted"
    assert ws.message("#incidents", ts)["reactions"] == [
        {"name": "eyes", "users": [BOT], "count": 1}
    ]


async def test_a_reaction_is_removed_once(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    await client.reactions_add(channel=INCIDENTS, timestamp=ts, name="eyes")

    await client.reactions_remove(channel=INCIDENTS, timestamp=ts, name="eyes")

    again = client.reactions_remove(channel=INCIDENTS, timestamp=ts, name="eyes")
    assert await error_of(again) == "no_reaction"
    answer = await client.reactions_get(channel=INCIDENTS, timestamp=ts)
    assert "reactions" not in answer["message"]


async def test_a_reaction_needs_a_message_and_a_name(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "hello")
    add = client.reactions_add

    gone = add(channel=INCIDENTS, timestamp="1700000000.000001", name="eyes")
    assert await error_of(gone) == "message_not_found"
    assert await error_of(add(channel=INCIDENTS, timestamp="7", name="eyes")) == "bad_timestamp"
    assert await error_of(add(channel=INCIDENTS, timestamp=ts, name="No!")) == "invalid_name"
