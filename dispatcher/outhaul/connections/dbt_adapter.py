"""Any other warehouse, or unusual authentication, through dbt's adapter.

dbt's adapter opens the connection from the same profile as `dbt build`, with
whatever single sign-on, key pair or proxy it knows; we take over its DB-API
handle. This needs dbt 1.x in the same environment (dbt 2 has no Python adapters)
and takes some seconds to start. Parsing nothing of the project, it uses only
`dbt.adapters`, which is an interface for adapters and not a stable one for us.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

from outhaul.connections.adapter import Adapter
from outhaul.connections.base import Target
from outhaul.connections.sessions import SessionConnection
from outhaul.errors import ConfigurationError, WarehouseError

_SECRET_WORDS = ("pass", "secret", "token", "key")


class DbtAdapterConnection(SessionConnection):
    """The handle that dbt's adapter opens.

    It is opened by the first statement and is not opened again when it breaks.
    """

    def __init__(self, project: Target, adapter: Adapter) -> None:
        super().__init__(
            adapter,
            f"{adapter.name} by dbt",
            (Exception,),  # drivers have no common base class
            secrets=_secrets(project.credentials),
            user=str(project.credentials.get("role") or ""),
        )
        self._project = project
        self._dbt_adapter: Any = None

    def _open(self) -> Any:
        self._dbt_adapter = _dbt_adapter(self._project, self._adapter.dbt_keys)
        opened = self._dbt_adapter.connections.set_connection_name("outhaul")
        return self._adapter.prepared(opened.handle)

    @contextmanager
    def _cursor(self, session: Any) -> Iterator[Any]:
        """One for a transaction, where the handle has any."""
        yield session.cursor()
        commit = getattr(session, "commit", None)
        if commit is not None:
            commit()

    def _failure(
        self, error: Exception, sql: str, parameters: Sequence[Any], lost: bool
    ) -> WarehouseError:
        """Undoes what it can; a handle without an open transaction may refuse that."""
        failure = super()._failure(error, sql, parameters, lost)
        with suppress(Exception):  # the statement's own error is the one to tell
            self._session.rollback()
        return failure

    def _end(self, session: Any) -> None:
        self._dbt_adapter.connections.cleanup_all()


def _dbt_adapter(project: Target, ours: Mapping[str, Any]) -> Any:
    """dbt's adapter for the project's target, without a connection yet.

    ours: keys that we put in the place of the profile's.
    """
    kind = project.adapter_type
    try:
        from dbt.adapters.contracts.connection import QueryComment
        from dbt.adapters.factory import FACTORY, get_adapter_class_by_name

        if find_spec(f"dbt.adapters.{kind}") is None:  # or dbt would say so itself
            raise ConfigurationError(_how_to_install(project, "it is not installed"))
        context = import_module("dbt_common.context")

        context.set_invocation_context(dict(project.environ))
        credentials = _credentials(FACTORY.load_plugin(kind), project, ours)
        config = _config(project, credentials, QueryComment(comment="", append=False))
        return get_adapter_class_by_name(kind)(config, get_context("spawn"))
    except ConfigurationError:
        raise
    except ImportError:
        problem = "dbt 1.x is not installed beside outhaul"
    except Exception as error:
        problem = f"its adapter for '{kind}' did not load ({type(error).__name__})"
    raise ConfigurationError(_how_to_install(project, problem))


def _how_to_install(project: Target, problem: str) -> str:
    kind = project.adapter_type
    return (
        f"profiles.yml: the target '{project.target_name}' of type '{kind}' is opened "
        f"by dbt's adapter, but {problem}; run: pip install 'dbt-core<2' dbt-{kind}"
    )


def _credentials(kind: Any, project: Target, ours: Mapping[str, Any]) -> Any:
    keys = {**project.credentials, **ours}
    keys = {key: keys[key] for key in keys if key not in ("type", "threads")}
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


def _config(project: Target, credentials: Any, query_comment: Any) -> Any:
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


def _secrets(credentials: Mapping[str, Any]) -> list[str]:
    return [
        str(value)
        for key, value in credentials.items()
        if value and any(word in key.lower() for word in _SECRET_WORDS)
    ]
