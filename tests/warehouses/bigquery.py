"""BigQuery: a project for each warehouse, on an emulator or on a real account.

OUTHAUL_TEST_BIGQUERY names the file of a service account's key; its project is used
then, which must hold nothing but tests: data sets whose names start with `shop` are
deleted there.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from dateutil.relativedelta import relativedelta
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.oauth2.service_account import Credentials

from tests.warehouses.base import NOW, Rows, WarehouseUnderTest
from tests.warehouses.emulators import Emulator, free_ports

LOCATION = os.environ.get("OUTHAUL_TEST_BIGQUERY_LOCATION") or "US"


class BigQueryWarehouse(WarehouseUnderTest):
    name = "bigquery"
    dialect = "bigquery"
    now = "datetime(current_timestamp())"
    is_transactional = False
    values = {
        "int64": ("9007199254740993", "9007199254740992"),
        "numeric": ("numeric '0.000000001'", "numeric '0.000000002'"),
        "bignumeric": ("bignumeric '1.1'", "bignumeric '1.2'"),
        "float64": ("0.1 + 0.2", "0.3"),
        "float64 nan": ("cast('nan' as float64)", "cast('inf' as float64)"),
        "float64 infinite": ("cast('inf' as float64)", "cast('-inf' as float64)"),
        "float64 denormal": ("5e-324", "0.0"),
        "bool": ("true", "false"),
        "string": ("''", "cast(null as string)"),
        "string in two forms": ("'\u00e9'", "'e\u0301'"),
        "bytes": ("from_hex('00ff')", "from_hex('00fe')"),
        "date": ("date '0001-01-01'", "date '9999-12-31'"),
        "time": ("time '00:00:00'", "time '00:00:00.000001'"),
        "datetime": (
            "datetime '2026-03-29 02:30:00.000001'",
            "datetime '2026-03-29 02:30:00.000002'",
        ),
        "timestamp": (
            "timestamp '2026-10-25 02:30:00+02'",
            "timestamp '2026-10-25 02:30:00+01'",
        ),
        "json": ("json '{\"a\": [1]}'", "json '{\"a\": [2]}'"),
        "array": ("['a', 'b']", "['b', 'a']"),
        "struct": (
            "struct(1 as a, struct('x' as c) as b)",
            "struct(1 as a, struct(cast(null as string) as c) as b)",
        ),
        "array of structs": (
            "[struct(1 as a, 'x' as b)]",
            "[struct(1 as a, 'y' as b)]",
        ),
        "geography": ("st_geogpoint(1, 2)", "st_geogpoint(2, 1)"),
        "interval": ("interval 1 month", "interval 1 day"),
    }
    excluded = {
        "test_G21_columns_may_have_any_name": (
            "the names of BigQuery's columns hold no quotes, braces or backslashes; see"
            " test_on_bigquery.py for what they may hold"
        ),
        "test_keys_that_are_equal_numbers_are_duplicates_however_written": (
            "BigQuery's FLOAT64 is no key; test_on_bigquery.py shows the refusal"
        ),
    }
    equal_values = (
        ("0.0", "-0.0"),
        ("numeric '1.1'", "numeric '1.10'"),
        ("json '{\"a\": 1}'", "json '{\"a\":  1}'"),
    )

    def __init__(self, client: bigquery.Client, output: dict[str, Any]) -> None:
        self.output = output
        self._client = client

    def run_own(self, sql: str) -> Rows:
        rows = self._client.query(sql).result()
        return [tuple(_plain(value) for value in row.values()) for row in rows]

    def finish(self, statement: str) -> str:
        statement = statement.replace(NOW, self.now)
        # each data set has its own
        return statement.replace("information_schema.", "shop.INFORMATION_SCHEMA.")

    def numbers(self, count: int) -> str:
        return f"select n from unnest(generate_array(1, {count})) as n"

    def tables(self, schema: str) -> set[str]:
        return {table.table_id.lower() for table in self._client.list_tables(schema)}

    def jobs(self) -> list[str]:
        """The statements that were run in this project, the newest first."""
        jobs = self._client.list_jobs(max_results=1000)
        return [job.query for job in jobs if isinstance(job, bigquery.QueryJob)]

    def insert(self, table: str, rows: Sequence[Mapping[str, str]]) -> None:
        # texts are no numbers in statements there; as JSON they are
        found = self._client.get_table(table)
        wanted = [{name: text or None for name, text in row.items()} for row in rows]
        assert self._client.insert_rows_json(found, wanted) == []

    def empty(self) -> None:
        self._drop()
        self._client.create_dataset("shop")

    def close(self) -> None:
        self._drop()
        self._client.close()

    def _drop(self) -> None:
        for dataset in list(self._client.list_datasets()):
            if dataset.dataset_id.startswith("shop"):
                self._client.delete_dataset(dataset, delete_contents=True)


def _plain(value: Any) -> Any:
    """An interval as a span of time, where it has no months."""
    if isinstance(value, relativedelta) and not (value.years or value.months):
        return timedelta(
            value.days, value.seconds, value.microseconds, 0, value.minutes, value.hours
        )
    return value


class EmulatedBigQuery:
    """An emulator, whose projects come about by being named."""

    def __init__(self, folder: Path) -> None:
        self.port, self.grpc_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self._numbers = itertools.count(1)
        self._emulator = Emulator(
            "bigquery",
            [str(self.port), str(self.grpc_port)],
            folder,
            self._is_ready,
            {"HOME": str(folder)},
        )

    def new(self, folder: Path) -> BigQueryWarehouse:
        project = f"tests-{next(self._numbers)}"
        client = bigquery.Client(
            project=project,
            credentials=AnonymousCredentials(),
            client_options=ClientOptions(api_endpoint=self.url),
            location=LOCATION,
        )
        return BigQueryWarehouse(client, self.profile(project))

    def profile(self, project: str) -> dict[str, Any]:
        """A target of `profiles.yml` for a project."""
        return {
            "type": "bigquery",
            "method": "oauth-secrets",
            "token": "not-a-token",
            "project": project,
            "dataset": "shop",
            "location": LOCATION,
            "api_endpoint": self.url,
            "job_retries": 0,
            "threads": 1,
        }

    def close(self) -> None:
        """Other tests go on with the emulator, whose fixture stops it."""

    def stop(self) -> None:
        self._emulator.close()

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


class RealBigQuery:
    """The project of a service account; one warehouse at a time."""

    def __init__(self, keyfile: str) -> None:
        self._keyfile = keyfile

    def new(self, folder: Path) -> BigQueryWarehouse:
        credentials = Credentials.from_service_account_file(self._keyfile)
        project = str(credentials.project_id)
        client = bigquery.Client(project, credentials, location=LOCATION)
        output = {
            "type": "bigquery",
            "method": "service-account",
            "keyfile": self._keyfile,
            "project": project,
            "dataset": "shop",
            "location": LOCATION,
            "threads": 1,
        }
        return BigQueryWarehouse(client, output)

    def close(self) -> None:
        """Each warehouse has deleted what it made."""


def start(request: pytest.FixtureRequest) -> EmulatedBigQuery | RealBigQuery:
    keyfile = os.environ.get("OUTHAUL_TEST_BIGQUERY")
    if keyfile:
        if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
            pytest.fail("workers would delete each other's data sets: set WORKERS=0")
        return RealBigQuery(keyfile)
    emulated: EmulatedBigQuery = request.getfixturevalue("emulated_bigquery")
    return emulated
