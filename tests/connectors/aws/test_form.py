"""What the form takes, and what it says at the field when it does not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.connectors.aws_cloudwatch import CloudWatchLogs
from bot.connectors.aws_dynamodb import DynamoDB
from tests.connectors.aws.conftest import KEYS


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("access_key_id", "ASIAIOSFODNN7EXAMPLE", "temporary keys"),
        ("access_key_id", "wJalrXUtnFEMI", "starts with AKIA"),
        ("secret_access_key", "short", "exactly 40 characters"),
        ("secret_access_key", KEYS["secret_access_key"] + "x", "exactly 40 characters"),
        ("region", "Frankfurt", "looks like eu-central-1"),
        ("region", "eu-central-1a", "looks like eu-central-1"),
        ("region", "evil.example/#-1", "looks like eu-central-1"),
        ("default_table", "a b", "is a table's name"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(field: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DynamoDB.Credentials.model_validate({**KEYS, field: value})
    [problem] = caught.value.errors()
    assert problem["loc"] == (field,)
    assert words in problem["msg"]
    assert value not in str(caught.value)


@pytest.mark.parametrize("region", ["eu-central-1", "us-gov-west-1", "ap-southeast-3"])
def test_regions_of_all_forms_are_taken(region: str) -> None:
    found = DynamoDB.Credentials.model_validate({**KEYS, "region": region})
    assert found.model_dump()["region"] == region


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://localhost:8000",
        "http://127.0.0.1:4566/",
        "https://vpce-0a1b.dynamodb.eu-central-1.vpce.amazonaws.com",
        "https://dynamodb.cn-north-1.amazonaws.com.cn",
    ],
)
def test_an_endpoint_is_amazon_s_or_on_this_machine(endpoint: str) -> None:
    assert DynamoDB.Settings(endpoint=endpoint).model_dump() == {"endpoint": endpoint}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://dynamodb.eu-central-1.amazonaws.com",
        "https://evil.example",
        "https://amazonaws.com.evil.example",
        "https://evil.example/.amazonaws.com",
        "http://169.254.169.254",
        "http://localhost@evil.example",
    ],
)
def test_no_other_endpoint_gets_signed_requests(endpoint: str) -> None:
    with pytest.raises(ValidationError):
        DynamoDB.Settings(endpoint=endpoint)


def test_the_rights_that_are_needed_stand_beside_the_key() -> None:
    for connector, right in ((DynamoDB, "dynamodb:PartiQLSelect"), (CloudWatchLogs, "logs:StopQ")):
        assert right in str(connector.Credentials.model_fields["access_key_id"].description)
