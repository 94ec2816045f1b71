"""Logins, errors and ended sessions of Snowflake, against a stand-in of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from outhaul.connections.labels import labelled
from outhaul.connections.snowflake import SnowflakeConnection
from outhaul.connections.snowflake_login import connect_options, logs_in_directly
from outhaul.errors import (
    ConfigurationError,
    RelationMissing,
    WarehouseError,
    WarehouseUnreachable,
)
from tests.connections.snowflake_stand_in import SnowflakeStandIn

LOCKED = (
    "000625",
    "57014",
    "Statement 'x' has locked table 'T' in transaction 1 and this lock"
    " has not yet been released. Your statement 'y' was aborted because the number of"
    " waiters for this lock exceeds the 20 statements limit.",
)


@pytest.fixture
def stand_in() -> Iterator[SnowflakeStandIn]:
    running = SnowflakeStandIn()
    yield running
    running.close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def connection(
    stand_in: SnowflakeStandIn, waits: list[float]
) -> Iterator[SnowflakeConnection]:
    opened = SnowflakeConnection(
        stand_in.profile, sleep=waits.append, chance=lambda: 0.5
    )
    yield opened
    opened.close()


def failing(connection: SnowflakeConnection, *parameters: Any) -> WarehouseError:
    with pytest.raises(WarehouseError) as caught:
        connection.execute("update t set a = 1" + " + ?" * len(parameters), parameters)
    return caught.value


def test_the_session_is_in_utc_and_named(connection, stand_in):
    assert connection.query("select 1") == [(1,)]
    [login] = stand_in.logins
    assert login["SESSION_PARAMETERS"]["TIMEZONE"] == "UTC"
    assert login["SESSION_PARAMETERS"]["QUERY_TAG"] == "outhaul"
    assert login["CLIENT_ENVIRONMENT"]["APPLICATION"] == "outhaul"


def test_statements_are_tagged_with_their_activation(connection, stand_in):
    connection.query("select 1")
    with labelled(activation="vip__sendgrid"):
        connection.query("select 2")
    tags = [(s.get("parameters") or {}).get("QUERY_TAG") for s in stand_in.statements]
    assert tags == [None, "outhaul vip__sendgrid"]


def test_a_query_tag_of_the_profile_counts_more(stand_in):
    connection = SnowflakeConnection(stand_in.profile | {"query_tag": "team crm"})
    with labelled(activation="vip__sendgrid"):
        connection.query("select 1")
    connection.close()
    assert stand_in.logins[0]["SESSION_PARAMETERS"]["QUERY_TAG"] == "team crm"
    assert "QUERY_TAG" not in (stand_in.statements[0].get("parameters") or {})


def test_values_are_not_in_the_text_of_a_statement(connection, stand_in):
    connection.execute("update t set a = ?", ["ann@example.com"])
    [statement] = stand_in.statements
    assert statement["sqlText"] == "update t set a = ?"
    assert statement["bindings"]["1"] == {"type": "TEXT", "value": "ann@example.com"}


def test_a_relation_that_is_missing_or_not_granted_says_both(connection, stand_in):
    stand_in.answers = [
        (
            "002003",
            "42S02",
            "SQL compilation error:\nTable 'ANALYTICS.MARTS.OUTHAUL_CLAIMS' does not"
            " exist or not authorized.",
        )
    ]
    error = failing(connection)
    assert type(error) is RelationMissing
    assert "Table 'ANALYTICS.MARTS.OUTHAUL_CLAIMS' does not exist" in str(error)
    assert "it is not there, or the role 'sender' has no grant on it" in str(error)


@pytest.mark.parametrize(
    ("code", "state", "message", "advice"),
    [
        (
            "000606",
            "57P03",
            "No active warehouse selected in the current session.  Select an active"
            " warehouse with the 'use warehouse' command.",
            "set 'warehouse' in profiles.yml, and see that the role has usage",
        ),
        (
            "000608",
            "22000",
            "Warehouse 'SMALL' is suspended.  Use 'alter warehouse SMALL resume;'",
            "resume it, or set its auto_resume",
        ),
        (
            "090073",
            "22000",
            "Warehouse 'SMALL' cannot be resumed because resource monitor 'DAILY' has"
            " exceeded its quota.",
            "raise its credit quota",
        ),
        (
            "000630",
            "57014",
            "Statement reached its statement or warehouse timeout of 300 second(s) and"
            " was canceled.",
            "statement_timeout_in_seconds",
        ),
        (
            "003001",
            "42501",
            "SQL access control error:\nInsufficient privileges to operate on table"
            " 'T'",
            "a grant is missing for the role 'sender'",
        ),
    ],
)
def test_E14_what_a_person_has_to_do_is_said(
    connection, stand_in, code, state, message, advice
):
    stand_in.answers = [(code, state, message)]
    error = failing(connection)
    assert type(error) is WarehouseError
    assert advice in str(error)
    assert len(stand_in.statements) == 1  # it is not sent again


def test_J15_values_in_a_message_are_dropped(connection, stand_in):
    for code, state, message in (
        ("100038", "22018", "Numeric value 'Ann of Oslo' is not recognized"),
        ("100090", "42P18", 'Duplicate row detected\nRow Values: [1, "Ann of Oslo"]'),
        ("001003", "42000", "SQL compilation error:\nunexpected 'Ann of Oslo'."),
    ):
        stand_in.answers = [(code, state, message)]
        assert "Ann" not in str(failing(connection, "Ann of Oslo"))


def test_a_statement_that_the_lock_limit_refused_is_repeated(
    connection, stand_in, waits
):
    stand_in.answers = [LOCKED, LOCKED]
    assert connection.query("select 1") == [(1,)]
    assert len(stand_in.statements) == 3
    assert [wait for wait in waits if wait] == [0.5, 1.0]


def test_a_lock_limit_that_stays_ends_in_one_error(connection, stand_in, waits):
    stand_in.answers = [LOCKED] * 20
    assert "too many statements wait for the same table" in str(failing(connection))
    assert len(stand_in.statements) == 6


@pytest.mark.parametrize("code", ["390111", "390114"])
def test_a_session_that_ended_is_opened_again(connection, stand_in, code):
    connection.query("select 1")
    stand_in.answers = [(code, "08001", "Authentication token has expired.")]
    assert connection.query("select 2") == [(1,)]
    assert len(stand_in.logins) == 2


def test_a_session_that_ends_at_once_is_told(connection, stand_in):
    expired = ("390111", "08001", "Session no longer exists. New login required.")
    stand_in.answers = [expired] * 2
    assert type(failing(connection)) is WarehouseUnreachable
    assert len(stand_in.logins) == 1


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("390100", "Incorrect username or password was specified.", "'password'"),
        ("390144", "JWT token is invalid.", "set rsa_public_key"),
        (
            "390189",
            "Role 'SENDER' specified in the connect string does not exist or not"
            " authorized.",
            "it must exist and be granted to the user",
        ),
    ],
)
def test_a_login_that_is_refused_says_what_to_check(
    connection, stand_in, code, message, advice
):
    stand_in.refusal = (code, message)
    with pytest.raises(ConfigurationError) as caught:
        connection.query("select 1")
    assert advice in str(caught.value)
    assert "refused the login of 'tester'" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert len(stand_in.logins) == 1  # an account locks after some


# --- profiles


PROFILE = {"type": "snowflake", "account": "a_b", "user": "u", "schema": "s"}


def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def as_der(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_the_keys_of_dbts_profile_are_understood():
    options = connect_options(
        PROFILE | {"password": "p", "port": "8080", "role": "r", "database": "d"}
    )
    assert {key: options[key] for key in ("account", "user", "password", "port")} == {
        "account": "a-b",
        "user": "u",
        "password": "p",
        "port": 8080,
    }
    assert (options["role"], options["database"], options["schema"]) == ("r", "d", "s")
    assert options["paramstyle"] == "qmark"


def test_a_key_pair_is_read_from_a_file_and_from_the_profile(tmp_path: Path):
    key = private_key()
    path = tmp_path / "key.p8"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"phrase"),
        )
    )
    from_file = PROFILE | {
        "private_key_path": str(path),
        "private_key_passphrase": "phrase",
    }
    inline = PROFILE | {"private_key": base64.b64encode(as_der(key)).decode()}
    for profile in (from_file, inline):
        options = connect_options(profile)
        assert options["private_key"] == as_der(key)
        assert options["authenticator"] == "SNOWFLAKE_JWT"
    for broken, message in (
        (from_file | {"private_key_passphrase": "other"}, "passphrase' must fit"),
        (from_file | {"private_key_path": "/no/such"}, "cannot be read: No such file"),
        (inline | {"private_key": "AAAA"}, "its private key cannot be read"),
        (inline | from_file, "has both private_key and private_key_path"),
    ):
        with pytest.raises(ConfigurationError, match=message) as caught:
            connect_options(broken)
        assert "phrase" not in str(caught.value).replace("passphrase", "")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("oauth", "oauth"),
        ("jwt", "oauth"),
        ("programmatic_access_token", "programmatic_access_token"),
    ],
)
def test_tokens_are_passed_on(written: str, meant: str):
    options = connect_options(PROFILE | {"authenticator": written, "token": "t"})
    assert (options["authenticator"], options["token"]) == (meant, "t")
    with pytest.raises(ConfigurationError, match="has no token"):
        connect_options(PROFILE | {"authenticator": written})


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="no password or private_key_path"):
        connect_options(PROFILE)
    with pytest.raises(ConfigurationError, match="has no account, user"):
        connect_options({"password": "p"})


def test_unusual_logins_are_left_to_dbt():
    assert logs_in_directly(PROFILE | {"password": "p", "threads": 8})
    assert logs_in_directly(PROFILE | {"authenticator": "oauth", "token": "t"})
    for key, value in (
        ("authenticator", "externalbrowser"),
        ("authenticator", "workload_identity"),
        ("oauth_client_id", "id"),
        ("proxy_host", "proxy"),
        ("insecure_mode", True),
    ):
        assert not logs_in_directly(PROFILE | {"password": "p", key: value})
