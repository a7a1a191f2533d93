"""What people are told when AWS refuses: which key, which permission, which region."""

from __future__ import annotations

import httpx
import pytest

from bot.connectors.aws_cloudwatch import CloudWatchLogs
from bot.connectors.aws_dynamodb import DynamoDB
from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    Unavailable,
)
from tests.connectors.aws.conftest import KEYS, failure, mocked
from tests.connectors.helpers import Service, run

DENIED = (
    "User: arn:aws:iam::123456789012:user/quarterdeck is not authorized to perform: "
    "dynamodb:ListTables on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/* because "
    "no identity-based policy allows the dynamodb:ListTables action"
)


@pytest.mark.parametrize(
    ("kind", "words", "error", "said"),
    [
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            NotSignedIn,
            "does not know this access key",
        ),
        ("InvalidSignatureException", "does not match", NotSignedIn, "secret access key does not"),
        (
            "InvalidSignatureException",
            "Signature expired: 20260513T142100Z is now earlier than 20260513T150000Z",
            NotSignedIn,
            "Set the clock",
        ),
        ("ExpiredTokenException", "expired", NotSignedIn, "has expired"),
        ("AccessDeniedException", DENIED, NotAllowed, "lacks the permission dynamodb:ListTables"),
        ("AccessDeniedException", "", NotAllowed, "lacks the permission dynamodb:ListTables"),
        (
            "AccessDeniedException",
            f"{DENIED} with an explicit deny in a service control policy",
            NotAllowed,
            "forbids dynamodb:ListTables explicitly",
        ),
        ("OptInRequired", "", NotAllowed, "does not use DynamoDB in eu-central-1"),
        ("ThrottlingException", "Rate exceeded", Throttled, "slow down"),
        ("ProvisionedThroughputExceededException", "", Throttled, "slow down"),
        ("ResourceNotFoundException", "no table", NotFound, "no such thing in eu-central-1"),
        ("ValidationException", "Statement wasn't well formed", Invalid, "wasn't well formed"),
        ("SomethingNew", "who knows", Invalid, "who knows"),
    ],
)
async def test_each_kind_of_error_says_what_to_do(
    kind: str, words: str, error: type[ConnectorError], said: str
) -> None:
    with pytest.raises(error) as caught:
        await mocked(DynamoDB, Service(failure(kind, words))).check()
    assert said in str(caught.value)
    assert KEYS["secret_access_key"] not in str(caught.value)


async def test_an_error_s_kind_may_come_without_a_prefix_and_with_a_small_letter() -> None:
    answer = httpx.Response(400, json={"__type": "ResourceNotFoundException", "Message": "gone"})
    with pytest.raises(NotFound, match="gone"):
        await mocked(DynamoDB, Service(answer)).check()


async def test_the_action_of_a_statement_is_named_as_iam_does() -> None:
    service = Service(failure("AccessDeniedException"))
    with pytest.raises(NotAllowed, match="dynamodb:PartiQLSelect"):
        await run(mocked(DynamoDB, service), "run_partiql", statement='SELECT * FROM "t"')


async def test_slowing_down_is_tried_again() -> None:
    service = Service(
        failure("ThrottlingException"), httpx.Response(200, json={"TableNames": ["t"]})
    )
    assert (await mocked(DynamoDB, service).check()).account == "DynamoDB in eu-central-1"
    assert len(service.requests) == 2


async def test_a_failing_service_is_told_apart_from_a_refusing_one() -> None:
    with pytest.raises(Unavailable, match="HTTP status 500"):
        await mocked(DynamoDB, Service(failure("InternalServerError", status=500))).check()


async def test_the_words_of_a_bad_query_reach_the_model() -> None:
    words = "unexpected symbol found whatever at line 1 and position 0"
    service = Service(failure("MalformedQueryException", words))
    with pytest.raises(Invalid, match=words):
        await run(
            mocked(CloudWatchLogs, service), "query_logs", query="limit 5", log_groups=["/app"]
        )
