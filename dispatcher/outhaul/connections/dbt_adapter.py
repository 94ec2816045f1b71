"""Any other warehouse, or unusual authentication, through dbt's adapter.

dbt's adapter opens the connection from the same profile as `dbt build`, with
whatever single sign-on, key pair or proxy it knows; we take over its DB-API
handle. This needs dbt 1.x in the same environment (dbt 2 has no Python adapters)
and takes some seconds to start. Parsing nothing of the project, it uses only
`dbt.adapters`, which is an interface for adapters and not a stable one for us.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

from outhaul.config.project import Project
from outhaul.connections import (
    databricks_values,
    duckdb_values,
    postgres_values,
    redshift_values,
    snowflake_values,
)
from outhaul.connections.base import affected_rows
from outhaul.connections.duckdb import SESSION as DUCKDB_SESSION
from outhaul.connections.failures import unreachable, warehouse_error
from outhaul.connections.placeholders import check_placeholders, to_format_style
from outhaul.connections.snowflake_failures import statement_error
from outhaul.errors import ConfigurationError, WarehouseError, WarehouseUnreachable

# Drivers that take `?`; all others that dbt uses take `%s`.
_QUESTION_MARK = {"databricks", "duckdb", "fabric", "sqlserver", "synapse", "trino"}
_SESSION: dict[str, tuple[str, ...]] = {
    "databricks": ("set time zone 'UTC'",),
    "duckdb": DUCKDB_SESSION,
    "postgres": (postgres_values.SESSION,),
    "redshift": redshift_values.SESSION,
    "snowflake": ("alter session set timezone = 'UTC'",),
    "spark": ("set time zone 'UTC'",),
}
# What the native connections do about values that a driver would change.
_REGISTER = {
    "postgres": postgres_values.register_types,
    "redshift": redshift_values.register_types,
}
_ROWS: dict[str, Callable[[Any], list[tuple[Any, ...]]]] = {
    "databricks": databricks_values.rows_of,
    "postgres": postgres_values.rows_of,
    "redshift": redshift_values.rows_of,
    "snowflake": snowflake_values.rows_of,
}
_SECRET_WORDS = ("pass", "secret", "token", "key")


class DbtAdapterConnection:
    """The handle that dbt's adapter opens; one statement at a time.

    It is opened by the first statement and is not opened again when it breaks.
    """

    def __init__(self, project: Project) -> None:
        self.adapter_type = project.adapter_type
        self._project = project
        self._is_snowflake = project.adapter_type == "snowflake"
        self._secrets = _secrets(project.credentials)
        self._lock = threading.Lock()
        self._adapter: Any = None
        self._handle: Any = None

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        read = _ROWS.get(self.adapter_type, _rows)
        found: list[tuple[Any, ...]] = self._run(sql, parameters, read)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        count = snowflake_values.written_rows if self._is_snowflake else affected_rows
        return int(self._run(sql, parameters, count))

    def close(self) -> None:
        with self._lock:
            if self._adapter is not None:
                self._adapter.connections.cleanup_all()
            self._adapter = self._handle = None

    def _run(
        self, sql: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        check_placeholders(sql, parameters)
        statement = sql
        if parameters and self.adapter_type not in _QUESTION_MARK:
            statement = to_format_style(sql)
        with self._lock:
            if self._handle is None:
                self._open()
            try:
                return self._one_transaction(statement, parameters, read)
            except Exception as error:  # drivers have no common base class
                failure = self._failure(error, sql, parameters)
            self._roll_back()
            raise failure

    def _failure(
        self, error: BaseException, sql: str, parameters: Sequence[Any]
    ) -> WarehouseError:
        if self._is_snowflake:
            role = str(self._project.credentials.get("role") or "")
            return statement_error(error, parameters, self._secrets, role)
        return warehouse_error(
            error, sql=sql, parameters=parameters, secrets=self._secrets
        )

    def _one_transaction(
        self, statement: str, parameters: Sequence[Any], read: Callable[[Any], Any]
    ) -> Any:
        cursor = self._handle.cursor()
        if read is _rows and self.adapter_type == "duckdb":
            result: Any = duckdb_values.rows_of(cursor, statement, parameters)
        else:
            cursor.execute(statement, *([list(parameters)] if parameters else []))
            result = read(cursor)
        commit = getattr(self._handle, "commit", None)
        if commit is not None:
            commit()
        return result

    def _roll_back(self) -> None:
        """Where the handle can; one without an open transaction may refuse."""
        with suppress(Exception):  # the statement's own error is the one to tell
            self._handle.rollback()

    def _open(self) -> None:
        self._adapter = _adapter(self._project)
        try:
            opened = self._adapter.connections.set_connection_name("outhaul")
            self._handle = _with_cursors(opened.handle, self.adapter_type)
            if self.adapter_type in _REGISTER:
                _REGISTER[self.adapter_type](self._handle)
            for setting in _SESSION.get(self.adapter_type, ()):
                self._one_transaction(setting, (), lambda _: None)
            return
        except Exception as error:
            message = unreachable(error, f"{self.adapter_type} by dbt", self._secrets)
        self._adapter = self._handle = None
        raise WarehouseUnreachable(message)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in cursor.fetchall()]


def _adapter(project: Project) -> Any:
    """dbt's adapter for the project's target, without a connection yet."""
    kind = project.adapter_type
    try:
        from dbt.adapters.contracts.connection import QueryComment
        from dbt.adapters.factory import FACTORY, get_adapter_class_by_name

        if find_spec(f"dbt.adapters.{kind}") is None:  # or dbt would say so itself
            raise ConfigurationError(_how_to_install(project, "it is not installed"))
        context = import_module("dbt_common.context")

        context.set_invocation_context(dict(project.environ))
        credentials = _credentials(FACTORY.load_plugin(kind), project)
        config = _config(project, credentials, QueryComment(comment="", append=False))
        return get_adapter_class_by_name(kind)(config, get_context("spawn"))
    except ConfigurationError:
        raise
    except ImportError:
        problem = "dbt 1.x is not installed beside outhaul"
    except Exception as error:
        problem = f"its adapter for '{kind}' did not load ({type(error).__name__})"
    raise ConfigurationError(_how_to_install(project, problem))


def _how_to_install(project: Project, problem: str) -> str:
    kind = project.adapter_type
    return (
        f"profiles.yml: the target '{project.target_name}' of type '{kind}' is opened "
        f"by dbt's adapter, but {problem}; run: pip install 'dbt-core<2' dbt-{kind}"
    )


def _credentials(kind: Any, project: Project) -> Any:
    keys = {
        k: v for k, v in project.credentials.items() if k not in ("type", "threads")
    }
    if project.adapter_type == "duckdb":
        keys["keep_open"] = False  # or the file stays locked until the process ends
    try:
        keys = kind.translate_aliases(keys)
        kind.validate(keys)
        return kind.from_dict(keys)
    except Exception as error:
        problem = type(error).__name__
    raise ConfigurationError(
        f"profiles.yml: dbt's adapter refuses the keys of the target "
        f"'{project.target_name}' ({problem}); 'dbt debug' tells which"
    )


def _config(project: Project, credentials: Any, query_comment: Any) -> Any:
    """What `dbt.adapters` calls AdapterRequiredConfig."""
    return SimpleNamespace(
        cli_vars={},
        credentials=credentials,
        log_cache_events=False,
        profile_name=project.profile_name,
        project_name=project.name,
        query_comment=query_comment,
        target_name=project.target_name,
        target_path="target",
        threads=1,
        to_target_dict=dict,
    )


def _with_cursors(handle: Any, kind: str) -> Any:
    """BigQuery's handle is a client, which its DB-API module wraps."""
    if kind != "bigquery":
        return handle
    from google.cloud.bigquery import dbapi

    return dbapi.connect(client=handle)


def _secrets(credentials: Mapping[str, Any]) -> list[str]:
    return [
        str(value)
        for key, value in credentials.items()
        if value and any(word in key.lower() for word in _SECRET_WORDS)
    ]
