"""Requests are signed as AWS checks them, anew each time, and the secret itself is never sent."""

from __future__ import annotations

import hashlib
import hmac
import re

import httpx
import pytest

from bot.connectors.aws_dynamodb import DynamoDB
from bot.connectors.errors import Unavailable
from tests.connectors.aws.conftest import KEYS, mocked
from tests.connectors.helpers import Service, rows

SECRET = KEYS["secret_access_key"]
EMPTY = httpx.Response(200, json={"TableNames": []})


def checked_signature(request: httpx.Request) -> str:
    """What AWS computes from a request and the secret, by its own description of the steps.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    authorization = request.headers["Authorization"]
    scope = re.search(r"Credential=[^/]+/([^,]+)", authorization)
    names = re.search(r"SignedHeaders=([^,]+)", authorization)
    assert scope
    assert names
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in names[1].split(";"))
    body = hashlib.sha256(request.content).hexdigest()
    canonical = f"{request.method}\n/\n\n{headers}\n{names[1]}\n{body}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{request.headers['X-Amz-Date']}\n{scope[1]}\n{digest}"
    key = f"AWS4{SECRET}".encode()
    for part in scope[1].split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


async def test_the_signature_is_the_one_that_aws_computes() -> None:
    service = Service(EMPTY)
    await rows(mocked(DynamoDB, service), "list_tables")
    [request] = service.requests
    assert request.headers["Authorization"].endswith(f"Signature={checked_signature(request)}")


async def test_host_body_and_operation_are_part_of_it() -> None:
    service = Service(EMPTY)
    await rows(mocked(DynamoDB, service), "list_tables")
    [request] = service.requests
    assert request.url == "https://dynamodb.eu-central-1.amazonaws.com/"
    assert (
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target"
        in (request.headers["Authorization"])
    )
    assert "/eu-central-1/dynamodb/aws4_request" in request.headers["Authorization"]


async def test_the_secret_is_never_sent() -> None:
    service = Service(EMPTY)
    await rows(mocked(DynamoDB, service), "list_tables")
    assert SECRET not in str(service.requests[0].headers.raw) + service.requests[0].content.decode()


async def test_a_repeated_request_is_signed_as_well() -> None:
    service = Service(httpx.Response(500), EMPTY)
    await rows(mocked(DynamoDB, service), "list_tables")
    first, second = service.requests
    assert first.headers["Authorization"]
    assert second.headers["Authorization"].endswith(f"Signature={checked_signature(second)}")


async def test_china_has_a_domain_of_its_own() -> None:
    service = Service(EMPTY)
    await rows(mocked(DynamoDB, service, region="cn-north-1"), "list_tables")
    assert service.requests[0].url.host == "dynamodb.cn-north-1.amazonaws.com.cn"


async def test_a_region_that_is_not_there_is_told() -> None:
    service = Service(httpx.ConnectError("no such host"))
    with pytest.raises(Unavailable, match=r"dynamodb\.xx-nowhere-9\.amazonaws\.com") as caught:
        await mocked(DynamoDB, service, region="xx-nowhere-9").check()
    assert "Check that xx-nowhere-9 is the right region" in caught.value.remedy


async def test_a_foreign_answer_is_told() -> None:
    with pytest.raises(Unavailable, match="not in the format of DynamoDB"):
        await mocked(DynamoDB, Service(httpx.Response(200, json=[]))).check()
