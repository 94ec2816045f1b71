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
from typing import Any

from outhaul.connections.base import import_driver, whole_number
from outhaul.connections.bigquery_client import (
    METHODS,
    data_project,
    open_client,
    open_storage_client,
)
from outhaul.connections.bigquery_failures import bigquery_error, may_be_repeated
from outhaul.connections.bigquery_values import bound, rows_of
from outhaul.connections.labels import labels
from outhaul.connections.placeholders import check_placeholders
from outhaul.errors import OuthaulError, WarehouseError

# How often a statement that certainly changed nothing is run, before we give up.
_ATTEMPTS = 6
_RETRY_SECONDS = 60.0
# A smaller result comes with its job's answer, or with the next one.
_STORAGE_ROWS = 10_000
_SECRETS = ("token", "refresh_token", "client_secret")
_NOT_IN_LABELS = re.compile(r"[^a-z0-9_-]")


def opens_natively(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile names a project and one of the usual authentications."""
    return bool(data_project(credentials)) and credentials.get("method") in METHODS


def open_connection(credentials: Mapping[str, Any]) -> BigQueryConnection:
    """The connection of a profile; contacts nothing yet."""
    return BigQueryConnection(credentials)


class BigQueryConnection:
    """Jobs in one project, which several threads may run at once.

    sleep, chance: of the pauses before a statement is repeated.
    storage_client: opens a client of the Storage API, or returns None.
    """

    adapter_type = "bigquery"

    def __init__(
        self,
        credentials: Mapping[str, Any],
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        storage_client: Callable[[Mapping[str, Any]], Any] = open_storage_client,
    ) -> None:
        self._driver = import_driver("google.cloud.bigquery", "bigquery")
        self._credentials = credentials
        self._settings = _job_settings(credentials)
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
        self._sleep = sleep
        self._chance = chance
        self._open_storage = storage_client
        self._may_use_storage = True
        self._lock = threading.Lock()
        self._client: Any = None
        self._storage: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        def rows(job: Any, result: Any) -> list[tuple[Any, ...]]:
            storage = self._storage_for(result)
            if storage is not None:
                try:
                    return list(rows_of(result, storage))
                except Exception:  # no grant, no way through: pages do as well
                    self._may_use_storage = False
                result = job.result(retry=self._retry, job_retry=None)
            return list(rows_of(result))

        found: list[tuple[Any, ...]] = self._run(sql, parameters, rows)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return int(
            self._run(
                sql, parameters, lambda job, result: job.num_dml_affected_rows or 0
            )
        )

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            if self._storage is not None:
                self._storage.transport.close()
            self._client = self._storage = None

    def _run(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any, Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        for attempt in range(_ATTEMPTS):
            failure: WarehouseError
            repeats = False
            try:
                job = self._start(sql, parameters)
                return read(job, job.result(retry=self._retry, job_retry=None))
            except OuthaulError:
                raise
            except Exception as error:  # the driver lets those of its transports out
                repeats = may_be_repeated(error) and attempt + 1 < _ATTEMPTS
                failure = bigquery_error(error, parameters, self._secrets())
            if not repeats:
                raise failure
            self._sleep(self._chance() * 2**attempt)
        raise failure

    def _start(self, sql: str, parameters: Sequence[Any]) -> Any:
        config = self._driver.QueryJobConfig(
            query_parameters=[bound(value) for value in parameters],
            labels=_job_labels({**self._labels, **labels()}),
            **self._settings,
        )
        if self._wait:
            config.job_timeout_ms = self._wait * 1000
        return self._opened().query(
            sql,
            job_config=config,
            retry=self._retry,
            job_retry=None,
            timeout=self._start_wait,
        )

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = open_client(self._credentials)
            return self._client

    def _storage_for(self, result: Any) -> Any:
        """A client of the Storage API, where it is worth it and works."""
        if (result.total_rows or 0) <= _STORAGE_ROWS or not self._may_use_storage:
            return None
        with self._lock:
            if self._storage is None:
                self._storage = self._open_storage(self._credentials)
            return self._storage

    def _secrets(self) -> list[str]:
        return [str(self._credentials.get(key) or "") for key in _SECRETS]


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
