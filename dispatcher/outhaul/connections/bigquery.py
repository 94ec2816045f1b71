"""BigQuery through google-cloud-bigquery: every statement is a job of its own.

A job has an id of ours, so that asking for it again after an answer was lost starts
nothing twice; the driver sees to that. Large results are read through the Storage
API where its package is installed and the account may use it.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from outhaul.connections.adapter import Adapter, Rows
from outhaul.connections.base import import_driver, whole_number
from outhaul.connections.bigquery_client import (
    METHODS,
    data_project,
    open_client,
    open_storage_client,
)
from outhaul.connections.bigquery_failures import bigquery_error, may_be_repeated
from outhaul.connections.bigquery_values import bound, rows_of
from outhaul.connections.dialect import Dialect
from outhaul.connections.labels import labels
from outhaul.connections.sessions import SessionConnection
from outhaul.errors import OuthaulError, WarehouseError

# For how long a request without an answer is made again, where the profile says
# nothing: an interruption of a minute is one that a sync can wait for.
_RETRY_SECONDS = 60.0
# A smaller result comes with its job's answer, or with the next one.
_STORAGE_ROWS = 10_000
_SECRETS = ("token", "refresh_token", "client_secret")
_NOT_IN_LABELS = re.compile(r"[^a-z0-9_-]")
# A TIMESTAMP is a moment there; the ledger's instants are DATETIMEs in UTC.
_NOW = "datetime(current_timestamp())"


class BigQueryConnection(SessionConnection):
    """Jobs in one project, which several threads may run at once.

    storage_client: opens a client of the Storage API, or returns None.
    """

    # BigQuery has waited for other statements of the table before it gives way: six
    # attempts wait for half a minute at most.
    attempts = 6

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        storage_client: Callable[[Mapping[str, Any]], Any] = open_storage_client,
    ) -> None:
        self._driver = import_driver("google.cloud.bigquery", "bigquery")
        super().__init__(
            ADAPTER,
            "BigQuery",
            (Exception,),  # the driver lets those of its transports out
            secrets=[str(credentials.get(key) or "") for key in _SECRETS],
            sleep=sleep,
            chance=chance,
        )
        self._turn = nullcontext()
        self._credentials = credentials
        self._job_settings = _job_settings(credentials)
        self._labels = dict(labels())
        self._wait = whole_number(
            credentials, "job_execution_timeout_seconds", None
        ) or whole_number(credentials, "timeout_seconds", None)
        self._start_wait = whole_number(
            credentials, "job_creation_timeout_seconds", None
        )
        deadline = whole_number(credentials, "job_retry_deadline_seconds", None)
        self._retry = self._driver.DEFAULT_RETRY.with_timeout(
            _RETRY_SECONDS if deadline is None else deadline
        )
        self._open_storage = storage_client
        self._may_use_storage = True
        self._opening = threading.RLock()
        self._storage: Any = None

    def _open(self) -> Any:
        return open_client(self._credentials)

    def _usable(self) -> Any:
        with self._opening:
            return super()._usable()

    def _end(self, session: Any) -> None:
        session.close()
        with self._opening:
            storage, self._storage = self._storage, None
        if storage is not None:
            storage.transport.close()

    def _read(self, session: Any, sql: str, parameters: Sequence[Any]) -> Rows:
        job = self._start(session, sql, parameters)
        result = self._result(job)
        storage = self._storage_for(result)
        if storage is not None:
            try:
                return list(rows_of(result, storage))
            except Exception:  # no grant, no way through: pages do as well
                self._may_use_storage = False
            result = self._result(job)
        return list(rows_of(result))

    def _write(self, session: Any, sql: str, parameters: Sequence[Any]) -> int:
        job = self._start(session, sql, parameters)
        self._result(job)
        return int(job.num_dml_affected_rows or 0)

    def _unopened(self, error: Exception) -> tuple[OuthaulError, bool]:
        return self._failure(error, "", (), False), False

    def _gave_way(self, error: Exception) -> bool:
        return may_be_repeated(error)

    def _failure(
        self, error: Exception, sql: str, parameters: Sequence[Any], lost: bool
    ) -> WarehouseError:
        return bigquery_error(error, parameters, self._secrets)

    def _start(self, client: Any, sql: str, parameters: Sequence[Any]) -> Any:
        config = self._driver.QueryJobConfig(
            query_parameters=[bound(value) for value in parameters],
            labels=_job_labels({**self._labels, **labels()}),
            **self._job_settings,
        )
        if self._wait:
            config.job_timeout_ms = self._wait * 1000
        return client.query(
            sql,
            job_config=config,
            retry=self._retry,
            job_retry=None,
            timeout=self._start_wait,
        )

    def _result(self, job: Any) -> Any:
        return job.result(retry=self._retry, job_retry=None)

    def _storage_for(self, result: Any) -> Any:
        """A client of the Storage API, where it is worth it and works."""
        if (result.total_rows or 0) <= _STORAGE_ROWS or not self._may_use_storage:
            return None
        with self._opening:
            if self._storage is None:
                self._storage = self._open_storage(self._credentials)
            return self._storage


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile names a project and one of the usual authentications."""
    return bool(data_project(credentials)) and credentials.get("method") in METHODS


def _job_settings(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """What the profile says about every job."""
    settings: dict[str, Any] = {
        "priority": str(credentials.get("priority") or "interactive").upper()
    }
    most = whole_number(credentials, "maximum_bytes_billed", None)
    if most:
        settings["maximum_bytes_billed"] = most
    if credentials.get("reservation"):
        settings["reservation"] = credentials["reservation"]
    return settings


def _job_labels(names: Mapping[str, str]) -> dict[str, str]:
    """Labels of a job, by which its costs can be found: `outhaul`, and what is known.

    https://cloud.google.com/bigquery/docs/labels-intro#requirements
    """
    known = {
        f"outhaul_{name}": _NOT_IN_LABELS.sub("_", value.lower())[:63]
        for name, value in names.items()
    }
    return {"outhaul": "dispatcher", **known}


def _rows(columns: Mapping[str, str], count: int) -> str:
    """One array: hundreds of subqueries are too much to plan."""
    types = {"bigint": "int64", "boolean": "bool", "text": "string"}
    names = ", ".join(f"{name} {types[type]}" for name, type in columns.items())
    row = f"({', '.join('?' * len(columns))})"
    rows = ", ".join([row] * count)
    return f"select * from unnest(array<struct<{names}>>[{rows}])"  # noqa: S608


def _with_cursors(client: Any) -> Any:
    """What dbt's adapter has is a client, which the driver's DB-API module wraps."""
    return import_driver("google.cloud.bigquery.dbapi", "bigquery").connect(client)


ADAPTER = Adapter(
    name="bigquery",
    dialect=Dialect(
        quote="`",
        now=_NOW,
        after=lambda seconds: f"datetime_add({_NOW}, interval {seconds} second)",
        since=lambda instant: (
            f"datetime_diff({_NOW}, {instant}, microsecond) / 1000000"
        ),
        escape="\\",
        # Each statement takes a second, and reads more of the table than it returns.
        rows=_rows,
    ),
    prepared=_with_cursors,
    opens_natively=opens_natively,
    connection=BigQueryConnection,
)
