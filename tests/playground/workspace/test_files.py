"""Uploads in three steps, sharing, and downloads with a token."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import BOT_TOKEN, Workspace
from playground.workspace.manifest import parse_manifest
from playground.workspace.model import Json
from tests.playground.workspace.helpers import GENERAL, INCIDENTS, Clock, error_of

CSV = "service,errors\ncheckout,42\n"


async def get(url: str, token: str | None = None) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.request("GET", url, headers=headers) as response:
        return response.content_type, await response.read()


async def test_the_sdk_uploads_into_a_thread(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.post("ana", "#incidents", "numbers?")

    await client.files_upload_v2(
        channel=INCIDENTS,
        thread_ts=ts,
        content=CSV,
        filename="errors.csv",
        title="Errors",
        alt_txt="Errors a service",
        initial_comment="Here they are",
    )

    message = ws.messages("#incidents", ts)[1]
    assert (message["subtype"], message["text"]) == ("file_share", "Here they are")
    (file,) = message["files"]
    assert (file["name"], file["title"]) == ("errors.csv", "Errors")
    assert (file["mimetype"], file["size"]) == ("text/csv", len(CSV))
    methods = [call.method for call in ws.api_calls]
    assert methods == ["files.getUploadURLExternal", "files.completeUploadExternal"]


async def test_the_bytes_come_back_with_the_token(ws: Workspace, client: AsyncWebClient) -> None:
    await client.files_upload_v2(channel=INCIDENTS, content=CSV, filename="errors.csv")
    (file,) = ws.messages("#incidents")[0]["files"]

    info = (await client.files_info(file=file["id"]))["file"]
    _, body = await get(info["url_private_download"], BOT_TOKEN)

    assert body == CSV.encode()


async def test_a_persons_file_can_be_read_where_the_bot_is(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "see", files=[("log.txt", b"boom")])
    (file,) = ws.messages("#incidents")[0]["files"]

    assert await get(file["url_private"], BOT_TOKEN) == ("text/plain", b"boom")


async def test_without_token_or_membership_there_is_a_login_page(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "see", files=[("log.txt", b"boom")])
    ws.post("ana", "#general", "see", files=[("secret.txt", b"hush")])
    (here,) = ws.messages("#incidents")[0]["files"]
    (there,) = ws.messages("#general")[0]["files"]

    for url, token in ((here["url_private"], None), (there["url_private"], BOT_TOKEN)):
        kind, body = await get(url, token)
        assert kind == "text/html"
        assert b"Sign in" in body


async def test_without_its_scope_there_is_a_login_page_too(
    manifest_data: Json, clock: Clock
) -> None:
    manifest_data["oauth_config"]["scopes"]["bot"].remove("files:read")
    async with Workspace(parse_manifest(manifest_data), clock=clock) as ws:
        ws.post("ana", "#incidents", "see", files=[("log.txt", b"boom")])
        (file,) = ws.messages("#incidents")[0]["files"]

        kind, _ = await get(file["url_private"], BOT_TOKEN)

    assert kind == "text/html"


async def test_the_length_must_be_what_was_announced(ws: Workspace, client: AsyncWebClient) -> None:
    reserved = await client.files_getUploadURLExternal(filename="a.txt", length=3)

    async with aiohttp.request("POST", reserved["upload_url"], data=b"four") as response:
        assert response.status == 400

    files = [{"id": reserved["file_id"], "title": "a"}]
    call = client.files_completeUploadExternal(files=files, channel_id=INCIDENTS)
    assert await error_of(call) == "file_not_found"


async def test_a_file_goes_only_where_the_bot_is(client: AsyncWebClient) -> None:
    upload = client.files_upload_v2(channel=GENERAL, content="x", filename="a.txt")

    assert await error_of(upload) == "not_in_channel"


async def test_an_empty_file_is_refused(client: AsyncWebClient) -> None:
    call = client.files_getUploadURLExternal(filename="a.txt", length=0)

    assert await error_of(call) == "invalid_arguments"


async def test_a_picture_in_blocks_must_exist(ws: Workspace, client: AsyncWebClient) -> None:
    await client.files_upload_v2(channel=INCIDENTS, content="png", filename="chart.png")
    (file,) = ws.messages("#incidents")[0]["files"]

    def image(file_id: str) -> list[dict[str, object]]:
        return [{"type": "image", "alt_text": "A chart", "slack_file": {"id": file_id}}]

    await client.chat_postMessage(channel=INCIDENTS, text="t", blocks=image(file["id"]))
    wrong = client.chat_postMessage(channel=INCIDENTS, text="t", blocks=image("F0NOTHING"))
    assert await error_of(wrong) == "invalid_blocks"


async def test_uploads_never_run_as_pages_of_this_server(ws: Workspace) -> None:
    ws.post("ana", "#incidents", "see", files=[("evil.html", b"<script>1</script>")])
    (file,) = ws.messages("#incidents")[0]["files"]

    kind, _ = await get(f"{ws.url}/files/{file['id']}/evil.html")

    assert kind == "application/octet-stream"
