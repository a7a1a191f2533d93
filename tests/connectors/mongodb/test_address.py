"""What a connection string may hold, and what is said at the field when it does not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.connectors.mongodb import MongoDB
from bot.connectors.mongodb.address import Address, address
from tests.connectors.mongodb.conftest import connected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mongodb://db.example/shop", Address("db.example", "", "shop", frozenset())),
        (
            "mongodb+srv://ana:p%40ss@shop.ab1cd.mongodb.net/shop?retryWrites=true&w=majority",
            Address("shop.ab1cd.mongodb.net", "ana", "shop", frozenset({"retrywrites", "w"})),
        ),
        (
            "mongodb://ana:x@a.example:27017,b.example:27018/shop?replicaSet=r&authSource=admin",
            Address(
                "a.example:27017,b.example:27018",
                "ana",
                "shop",
                frozenset({"replicaset", "authsource"}),
            ),
        ),
        (
            "mongodb://[::1]:27017/?readPreference=primary",
            Address("[::1]:27017", "", "", frozenset({"readpreference"})),
        ),
    ],
)
def test_usual_strings_are_taken(text: str, found: Address) -> None:
    assert address(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postgres://db.example/shop", "begins with mongodb:// or mongodb+srv://"),
        ("mongodb://", "looks like mongodb+srv://user:password@host/database"),
        ("mongodb://ana:p@ss@db.example/shop", "write @ as %40"),
        ("mongodb://ana:pa#ss@db.example/shop", "must be escaped"),
        ("mongodb+srv://a.example,b.example/shop", "has one host, and no port"),
        ("mongodb+srv://a.example:27017/shop", "has one host, and no port"),
        ("mongodb://%2Ftmp%2Fmongodb.sock/shop", "looks like"),
        ("mongodb://a/shop?tlsCAFile=/etc/passwd", "not allowed: tlscafile"),
        ("mongodb://a/shop?tlsCertificateKeyFile=/key", "not allowed: tlscertificatekeyfile"),
        ("mongodb://a/shop?proxyHost=evil.example", "not allowed: proxyhost"),
        ("mongodb://a/shop?authMechanism=MONGODB-AWS", "user and a password only"),
        ("mongodb://a/shop?authMechanism=GSSAPI", "user and a password only"),
        ("mongodb://a/shop?authMechanism=MONGODB-OIDC", "user and a password only"),
        ("mongodb://a/sh%24op", "names a database that cannot exist"),
        ("mongodb://a/shop/x", "looks like"),
    ],
)
def test_others_are_told_at_the_field_without_showing_the_password(text: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MongoDB.Credentials.model_validate({"connection_string": text})
    [problem] = caught.value.errors()
    assert problem["loc"] == ("connection_string",)
    assert words in problem["msg"]
    assert text not in str(caught.value)


def test_a_database_must_be_named_somewhere() -> None:
    with pytest.raises(ValidationError) as caught:
        MongoDB.Credentials.model_validate({"connection_string": "mongodb://db.example"})
    [problem] = caught.value.errors()
    assert problem["loc"] == ("database",)
    assert "the connection string names none" in problem["msg"]


@pytest.mark.parametrize("name", ["a/b", "a.b", "a b", "$a", "x" * 64])
def test_a_database_has_a_name_that_can_exist(name: str) -> None:
    with pytest.raises(ValidationError):
        MongoDB.Credentials.model_validate(
            {"connection_string": "mongodb://db.example", "database": name}
        )


def test_the_field_wins_over_the_string() -> None:
    assert connected("mongodb://db.example/shop").database == "shop"
    assert connected("mongodb://db.example/shop", database="archive").database == "archive"
    assert "archive" in connected("mongodb://db.example/shop", database="archive").about()
