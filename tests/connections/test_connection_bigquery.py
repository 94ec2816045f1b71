"""BigQuery's driver, against the emulator; what it never answers, against a server of
canned answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.cloud import bigquery_storage
from google.cloud.bigquery import SchemaField
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
    BigQueryReadGrpcTransport,
)

from outhaul.connections import bigquery as driver
from outhaul.connections.bigquery import BigQueryConnection, opens_natively
from outhaul.connections.bigquery_client import open_client
from outhaul.connections.bigquery_values import reader_of, rows_of
from outhaul.connections.labels import labelled
from outhaul.errors import ConfigurationError, WarehouseError
from tests.warehouses.bigquery import BigQueryWarehouse, EmulatedBigQuery

PROFILE = {
    "type": "bigquery",
    "method": "oauth-secrets",
    "token": "hunter2",
    "project": "shop-project",
    "dataset": "shop",
}


@pytest.fixture
def warehouse(emulated_bigquery: EmulatedBigQuery, tmp_path: Path) -> Any:
    opened = emulated_bigquery.new(tmp_path)
    opened.empty()
    yield opened
    opened.close()


@pytest.fixture
def connection(warehouse: BigQueryWarehouse) -> Iterator[BigQueryConnection]:
    opened = BigQueryConnection(warehouse.output)
    yield opened
    opened.close()


PARAMETERS = [
    *(1, -(2**63), 0.5, True, "é", Decimal("1.10"), None),
    *(date(2024, 2, 29), time(10, 0, 0, 5), datetime(2024, 2, 29, 12, 0, 0, 123456)),
    datetime(2024, 2, 29, 10, tzinfo=timezone.utc),
]


def test_parameters_of_every_type_come_back_as_they_went(connection):
    places = ", ".join("?" * len(PARAMETERS))
    (row,) = connection.query(f"select {places}", PARAMETERS)
    assert list(row) == PARAMETERS
    assert [type(value) for value in row] == [type(value) for value in PARAMETERS]
    assert row[9].utcoffset() is None


MANY = (
    "select n, [struct(n as x, numeric '1.5' as d)] as s, from_hex('00ff') as b,"
    " if(n = 1, null, timestamp '2024-01-01 00:00:00+00') as t"
    " from unnest(generate_array(1, 300)) as n"
)


def test_arrow_batches_give_the_rows_that_pages_give(connection, emulated_bigquery):
    """The Storage API of the emulator knows tables, and no results of queries."""
    connection.execute(f"create table shop.t as {MANY}")
    client = open_client(connection._credentials)
    channel = grpc.insecure_channel(f"127.0.0.1:{emulated_bigquery.grpc_port}")
    transport = BigQueryReadGrpcTransport(channel=channel)
    storage = bigquery_storage.BigQueryReadClient(transport=transport)
    batches = sorted(rows_of(client.list_rows("shop.t"), storage))
    assert batches == sorted(rows_of(client.list_rows("shop.t")))
    assert [row[0] for row in batches] == list(range(1, 301))
    assert batches[1][1:3] == ([{"x": 2, "d": Decimal("1.5")}], b"\x00\xff")
    transport.close()
    client.close()


def test_values_that_arrow_has_as_text_or_parts_are_as_in_pages():
    inner = [SchemaField("j", "JSON"), SchemaField("n", "INT64")]
    fields = {
        SchemaField("j", "JSON"): ('{"a": 1}', {"a": 1}),
        SchemaField("j", "JSON", "REPEATED"): (["1", None], [1, None]),
        SchemaField("s", "RECORD", fields=inner): (
            {"j": "[2]", "n": 3},
            {"j": [2], "n": 3},
        ),
        SchemaField("s", "RECORD", "REPEATED", fields=inner): (
            [{"j": None, "n": 3}],
            [{"j": None, "n": 3}],
        ),
        SchemaField("i", "INTERVAL"): (
            pa.MonthDayNano([14, 3, 14_706_000_007_000]),
            "P1Y2M3DT4H5M6.000007S",
        ),
    }
    for field, (found, wanted) in fields.items():
        assert reader_of(field)(found) == wanted
        assert reader_of(field)(None) is None


def test_where_the_storage_api_refuses_pages_are_read(
    warehouse, emulated_bigquery, monkeypatch
):
    monkeypatch.setattr(driver, "_STORAGE_ROWS", 100)
    opened = []

    def storage_client(credentials):
        opened.append(credentials)
        channel = grpc.insecure_channel(f"127.0.0.1:{emulated_bigquery.grpc_port}")
        transport = BigQueryReadGrpcTransport(channel=channel)
        return bigquery_storage.BigQueryReadClient(transport=transport)

    connection = BigQueryConnection(warehouse.output, storage_client=storage_client)
    assert connection.query("select 1") == [(1,)]
    assert opened == []
    for _ in range(2):
        rows = connection.query(f"{MANY} order by n")
        assert [row[0] for row in rows] == list(range(1, 301))
    assert len(opened) == 1
    connection.close()


# --- what the emulator never answers


class Answers:
    """A server that answers each job that is started with the next of its answers.

    An answer is a status and its error, or a number of rows that a statement wrote;
    `requests` are the bodies of the jobs that were asked for.
    """

    def __init__(self, *answers: Any) -> None:
        self.requests: list[dict[str, Any]] = []
        self.agents: list[str] = []
        remaining = list(answers)
        jobs: dict[str, Any] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                outer.requests.append(body)
                outer.agents.append(self.headers["User-Agent"])
                job = body["jobReference"]["jobId"]
                if job in jobs:
                    self.answer(409, error(409, "duplicate", f"Already Exists: {job}"))
                    return
                jobs[job] = remaining.pop(0)
                if jobs[job] == "lost":
                    jobs[job] = 1
                    self.close_connection = True
                    return
                self.answer_job(job, body)

            def do_GET(self) -> None:
                job = self.path.partition("?")[0].rpartition("/")[2]
                if "/queries/" in self.path:
                    self.answer(200, {"jobComplete": True, "totalRows": "0"})
                else:
                    self.answer_job(job, {"jobReference": {"jobId": job}})

            def answer_job(self, job: str, body: dict[str, Any]) -> None:
                found = jobs[job]
                if isinstance(found, tuple):
                    self.answer(found[0], error(*found))
                    return
                query = {"statementType": "UPDATE", "numDmlAffectedRows": str(found)}
                self.answer(
                    200,
                    {
                        "jobReference": {"projectId": "shop-project", "jobId": job},
                        "configuration": {"query": {"query": "update"}},
                        "status": {"state": "DONE"},
                        "statistics": {"query": query},
                    },
                )

            def answer(self, status: int, content: dict[str, Any]) -> None:
                sent = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def connect(self, **more: Any) -> tuple[BigQueryConnection, list[float]]:
        """A connection to it, and the pauses that it makes."""
        url = f"http://127.0.0.1:{self.server.server_port}"
        profile = {**PROFILE, "api_endpoint": url, **more}
        pauses: list[float] = []
        opened = BigQueryConnection(profile, sleep=pauses.append, chance=lambda: 1.0)
        return opened, pauses

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def error(status: int, reason: str, message: str) -> dict[str, Any]:
    errors = [{"reason": reason, "message": message}]
    return {"error": {"code": status, "message": message, "errors": errors}}


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Any:
    def start(*answers: Any) -> Answers:
        server = Answers(*answers)
        request.addfinalizer(server.close)
        return server

    return start


LOST_RACE = (
    *(400, "invalidQuery"),
    "Could not serialize access to table p:shop.t due to concurrent update",
)
UPDATE = "update t set a = 1 where b = 2"


def test_F01_a_statement_that_lost_against_another_is_run_again(answering):
    server = answering(LOST_RACE, LOST_RACE, 1)
    connection, pauses = server.connect()
    assert connection.execute(UPDATE) == 1
    assert pauses == [1.0, 2.0]
    jobs = {body["jobReference"]["jobId"] for body in server.requests}
    assert len(jobs) == len(server.requests) == 3


def test_a_statement_that_keeps_losing_is_given_up(answering):
    server = answering(*[LOST_RACE] * 6)
    connection, pauses = server.connect()
    with pytest.raises(WarehouseError, match="kept changing the same table"):
        connection.execute(UPDATE)
    assert len(server.requests) == 6
    assert len(pauses) == 5


def test_E05_another_refusal_is_not_run_again(answering):
    server = answering((400, "invalidQuery", "Syntax error: Unexpected x"), 1)
    connection, _ = server.connect()
    with pytest.raises(WarehouseError, match="Syntax error"):
        connection.execute(UPDATE)
    assert len(server.requests) == 1


def test_E05_a_job_whose_answer_was_lost_is_found_and_not_run_twice(answering):
    server = answering("lost")
    connection, _ = server.connect()
    assert connection.execute(UPDATE) == 1
    assert len({body["jobReference"]["jobId"] for body in server.requests}) == 1


def test_E14_a_missing_grant_says_which_roles_are_needed(answering):
    denied = "Access Denied: Table p:shop.t: User does not have permission"
    server = answering((403, "accessDenied", denied))
    connection, _ = server.connect()
    with pytest.raises(WarehouseError, match="grant is missing.*bigquery.dataEditor"):
        connection.execute(UPDATE)


@pytest.mark.parametrize(
    ("reason", "message", "told"),
    [
        (
            "bytesBilledLimitExceeded",
            "Query exceeded limit for bytes billed: 1000. 10485760 or higher required.",
            "'maximum_bytes_billed' of profiles.yml",
        ),
        ("stopped", "Job execution was cancelled", "job_execution_timeout_seconds"),
    ],
)
def test_what_the_profile_limits_is_told(answering, reason, message, told):
    server = answering((400, reason, message))
    connection, _ = server.connect()
    with pytest.raises(WarehouseError, match=told):
        connection.execute(UPDATE)


@pytest.mark.parametrize(
    "message",
    [
        "Bad int64 value: ann@example.com",
        'Could not cast literal "ann example" to type DATE at [1:8]',
        "Invalid date: 'ann example'",
        "ann example is not a number; error in query",
    ],
)
def test_J15_a_refused_value_is_not_repeated(answering, message):
    server = answering((400, "invalidQuery", message))
    connection, _ = server.connect()
    with pytest.raises(WarehouseError) as caught:
        connection.query("select cast(a as int64) from t")
    assert "ann" not in str(caught.value)


def test_every_job_has_the_settings_of_the_profile_and_labels(answering):
    server = answering(1, 1)
    with labelled(target="Prod EU"):
        connection, _ = server.connect(
            execution_project="billing-project",
            location="EU",
            priority="batch",
            maximum_bytes_billed=1_000_000,
            job_execution_timeout_seconds=30,
        )
    with labelled(activation="vip_customers__sendgrid"):
        connection.execute(UPDATE)
    connection.execute(UPDATE)
    first, second = server.requests
    reference = first["jobReference"]
    assert (reference["projectId"], reference["location"]) == ("billing-project", "EU")
    configuration = first["configuration"]
    assert configuration["query"]["priority"] == "BATCH"
    assert configuration["query"]["maximumBytesBilled"] == "1000000"
    assert configuration["jobTimeoutMs"] == "30000"
    assert configuration["labels"] == {
        "outhaul": "dispatcher",
        "outhaul_target": "prod_eu",
        "outhaul_activation": "vip_customers__sendgrid",
    }
    assert "outhaul_activation" not in second["configuration"]["labels"]
    assert "outhaul/" in server.agents[0]


# --- credentials

KEY = {
    "type": "service_account",
    "project_id": "shop-project",
    "client_email": "outhaul@shop-project.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.example.com/token",
}


@pytest.fixture(scope="module")
def service_account() -> dict[str, str]:
    """A service account's key, made up for the test."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {**KEY, "private_key": private.decode(), "private_key_id": "1"}


def test_a_service_account_is_read_from_its_file_its_json_and_base64(
    service_account, tmp_path
):
    import base64

    file = tmp_path / "key.json"
    file.write_text(json.dumps(service_account))
    escaped = service_account["private_key"].replace("\n", "\\n")
    encoded = base64.b64encode(file.read_bytes()).decode()
    for profile in (
        {"method": "service-account", "keyfile": str(file)},
        {"method": "service-account-json", "keyfile_json": service_account},
        {
            "method": "service-account-json",
            "keyfile_json": {**service_account, "private_key": escaped},
        },
        {"method": "service-account-json", "keyfile_json": encoded},
    ):
        client = open_client({**PROFILE, **profile})
        assert client._credentials.service_account_email == KEY["client_email"]
        assert client.project == "shop-project"
        client.close()


def test_a_service_account_may_be_impersonated(service_account):
    other = "reader@shop-project.iam.gserviceaccount.com"
    client = open_client(
        {
            **PROFILE,
            "method": "service-account-json",
            "keyfile_json": service_account,
            "impersonate_service_account": other,
        }
    )
    assert client._credentials.service_account_email == other
    client.close()


def test_an_oauth_token_is_used_as_it_is():
    client = open_client(PROFILE)
    assert client._credentials.token == "hunter2"
    client.close()


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ({"method": "service-account"}, "method 'service-account' and no 'keyfile'"),
        (
            {"method": "service-account", "keyfile": "/nowhere/key.json"},
            "cannot read the 'keyfile': No such file",
        ),
        (
            {"method": "service-account-json", "keyfile_json": "hunter2!"},
            "cannot read the 'keyfile_json': it is not the JSON",
        ),
        (
            {"method": "service-account-json", "keyfile_json": {**KEY}},
            "cannot read the 'keyfile_json': it is not the JSON",
        ),
        (
            {"method": "oauth-secrets", "token": None},
            "neither 'token' nor 'refresh_token'",
        ),
        ({"maximum_bytes_billed": "much"}, "'maximum_bytes_billed' must be a whole"),
    ],
)
def test_credentials_that_cannot_work_are_refused_before_anything_is_asked(
    profile, told
):
    with pytest.raises(ConfigurationError) as caught:
        BigQueryConnection({**PROFILE, **profile}).query("select 1")
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_the_driver_does_not_know_goes_through_dbt():
    assert opens_natively(PROFILE)
    assert opens_natively({"method": "oauth", "database": "p", "schema": "s"})
    assert not opens_natively({**PROFILE, "method": "external-oauth-wif"})
    assert not opens_natively({"method": "oauth", "schema": "s"})
