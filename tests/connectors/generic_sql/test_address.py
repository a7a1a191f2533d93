"""What a connection string says is honoured; what it says and we do not know is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.connectors.generic_sql import GenericSql
from bot.connectors.generic_sql.address import parse_address
from bot.connectors.sql.dialects import Dialect

PG = "postgresql://ann:secret@db.example/shop"
MY = "mysql://ann:secret@db.example/shop"


@pytest.mark.parametrize(
    ("url", "dialect", "port"),
    [
        ("postgres://ann:secret@db.example/shop", Dialect.POSTGRES, 5432),
        (PG, Dialect.POSTGRES, 5432),
        ("postgresql://ann:secret@db.example:6543/shop", Dialect.POSTGRES, 6543),
        (MY, Dialect.MYSQL, 3306),
        ("mysql://ann@[::1]:3307/shop", Dialect.MYSQL, 3307),
    ],
)
def test_the_kind_of_database_is_taken_from_it(url: str, dialect: Dialect, port: int) -> None:
    address = parse_address(url)
    assert (address.dialect, address.port) == (dialect, port)


def test_special_characters_of_a_password_are_written_in_percent() -> None:
    assert parse_address("postgres://a%40b:p%2F%3A%23@h/d").password == "p/:#"
    assert parse_address("postgres://a%40b:p%2F%3A%23@h/d").user == "a@b"


@pytest.mark.parametrize(
    ("query", "tls"),
    [
        ("", "prefer"),
        ("?sslmode=require", "require"),
        ("?sslmode=disable", "disable"),
        ("?sslmode=verify-full&sslrootcert=system", "verify-full"),
        ("?sslrootcert=/etc/ca.pem", "verify-ca"),
        ("?ssl-mode=REQUIRED", "require"),
        ("?ssl_mode=VERIFY_IDENTITY", "verify-full"),
        ("?ssl=true", "require"),
        ("?ssl-mode=VERIFY_CA&ssl-ca=/etc/ca.pem", "verify-ca"),
    ],
)
@pytest.mark.parametrize("url", [PG, MY])
def test_tls_parameters_are_understood(url: str, query: str, tls: str) -> None:
    assert parse_address(url + query).tls == tls


def test_tls_parameters_of_postgres_are_handed_on() -> None:
    address = parse_address(f"{PG}?sslmode=require&ssl_min_protocol_version=TLSv1.3")
    assert address.more_tls == {"ssl_min_protocol_version": "TLSv1.3"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://ann:secret@h/d", "starts with postgres://"),
        ("postgres://ann:sec#ret@h/d", "%23 for #"),
        ("postgres://ann:secret@h/d#x", "written as %23"),
        ("postgres://ann:secret@h:port/d", "special characters"),
        ("postgres://ann:secret@h1,h2/d", "one host"),
        ("postgres:///d", "has the form"),
        ("postgres://ann:secret@h", "has the form"),
        ("postgres://h/d", "has the form"),
        (f"{PG}?sslmode=maybe", "TLS mode that is not known"),
        (f"{PG}?sslmode=require&sslmode=disable", "twice"),
        (f"{MY}?ssl=true&ssl-mode=DISABLED", "several parameters for the TLS mode"),
        (f"{PG}?sslmode=require&sslrootcert=/etc/ca.pem", "must be verify-ca or verify-full"),
        (f"{PG}?sslmode=verify-ca&sslrootcert=ca.pem", "full path"),
        (f"{PG}?sslcert=/etc/key.pem", "not known here: sslcert"),
        (f"{PG}?options=-csearch_path=x", "not known here: options"),
        (f"{PG}?pgbouncer=true", "not known here: pgbouncer"),
        (f"{PG}?host=evil.example", "not known here: host"),
        (f"{MY}?channel_binding=require", "not known here: channel-binding"),
        (f"{MY}?local_infile=1", "not known here: local-infile"),
    ],
)
def test_what_cannot_be_honoured_is_refused_at_the_field_in_words(url: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GenericSql.Credentials.model_validate({"connection_string": url})
    [problem] = caught.value.errors()
    assert problem["loc"] == ("connection_string",)
    assert words in problem["msg"]
    assert "secret" not in str(caught.value)


def test_an_address_does_not_show_its_password() -> None:
    assert "secret" not in repr(parse_address(PG))


@pytest.mark.parametrize(
    ("url", "words"),
    [(PG, "a PostgreSQL database, shop;"), (MY, "a MySQL or MariaDB database, shop;")],
)
def test_the_kind_is_told_to_the_model(opened: Any, url: str, words: str) -> None:
    assert words in opened(url).about()
    assert "secret" not in opened(url).about()
