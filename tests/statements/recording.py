"""A warehouse that only listens: dbt builds with its adapter, and nothing is connected.

The statements are kept, and the questions among them get answers that lead a build
through as many of its branches as it has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.factory import FACTORY, get_adapter_class_by_name
from dbt_common.clients import agate_helper

# Targets that nobody listens at.
PROFILES: Mapping[str, Mapping[str, Any]] = {
    "snowflake": {
        "account": "nobody",
        "user": "u",
        "password": "p",
        "database": "db",
        "warehouse": "w",
    },
    "bigquery": {
        "method": "oauth-secrets",
        "token": "t",
        "project": "db",
    },
    "redshift": {
        "host": "127.0.0.1",
        "port": 1,
        "user": "u",
        "password": "p",
        "dbname": "db",
    },
    "databricks": {
        "host": "127.0.0.1",
        "http_path": "/sql/1.0/warehouses/1",
        "token": "t",
        "catalog": "db",
    },
}
_LEDGER = ("activations", "builds", "claims", "rejections", "syncs", "jobs", "controls")
_HOLDER = re.compile(r"lease_holder = ('build [^']*')")


@dataclass
class Recording:
    """What was said, and what there is.

    keys: the key of each diff. is_later: whether each was built before. retyped:
    diffs of which the destination holds other columns. resync: those asked for anew.
    renamed: those that another activation goes on as, in another place.
    """

    adapter_type: str
    keys: Mapping[str, list[str]]
    is_later: bool
    retyped: tuple[str, ...] = ()
    resync: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    statements: list[str] = field(default_factory=list)
    holder: str | None = None

    def output(self) -> dict[str, Any]:
        """The only target of the profile."""
        return {
            "type": self.adapter_type,
            "schema": "shop",
            "threads": 1,
            **PROFILES[self.adapter_type],
        }

    def tables(self) -> list[str]:
        """The tables that there are."""
        ledger = [f"outhaul_{name}" for name in _LEDGER]
        beside = ("", "__acknowledged", "__rejected")
        made = [f"{name}{suffix}" for name in self.keys for suffix in beside]
        # at first, the ledger lacks all tables but one
        return ["people", *(ledger + made if self.is_later else ledger[:1])]

    def columns(self, table: str) -> dict[str, str]:
        """The columns of a table, and their types as this warehouse writes them."""
        text = {"redshift": "character varying(20)", "bigquery": "STRING"}.get(
            self.adapter_type, "string"
        )
        number = "INT64" if self.adapter_type == "bigquery" else "bigint"
        columns = {"id": number, "name": text, "city": text, "the level": number}
        if any(table.lower() == f"{name}__acknowledged" for name in self.retyped):
            del columns["city"]
            columns["name"] = number
        return columns

    def hear(self, sql: str) -> list[dict[str, Any]]:
        """Keep a statement; its rows."""
        self.statements.append(sql)
        said = " ".join(sql.split())
        if found := _HOLDER.search(said):
            self.holder = found[1].strip("'")
        activation = next((n for n in self.keys if f"'{n}'" in said), None)
        if " select activations.activation, " in said and activation:
            return [self._activation(said, activation)]
        if said.startswith("describe table "):
            found = self.columns(said.split(".")[-1].strip('"'))
            return [{"name": self.stored(n), "type": t} for n, t in found.items()]
        if said.startswith("with published as ( select "):
            return [self._found()]
        if "orphaned_at is null then 0" in said:
            deleted = {"activation": "deleted", "is_orphaned": 0, "is_own": 1}
            return [deleted | {"ledger_version": 1}]
        if said.startswith("select activations.activation from") and activation:
            return [{"activation": "earlier"}] * int(activation in self.renamed)
        if said.startswith("select lease_holder"):
            return [{"lease_holder": self.holder, "lease_expires_at": None}]
        if "group by _outhaul_held" in said:
            return [{"held": "duplicate key", "rows": 2}]
        if " as counted, " in said:
            counts = {"rows": 210, "inserted": 3, "updated": 150, "removed": 90}
            empty = {"reason": None, "novelty": None}
            return [{"counted": n, **empty, "rows": c} for n, c in counts.items()]
        if said.startswith("with claims as ( select count(*)"):
            return [{"claims": 200 * int(self.is_later), "builds": 0}]
        if " as null_keys, " in said:
            numbers = [10, 1, 7, 1, 7, 0] if self.is_later else [10, 0, 10, 0, 10, 0]
            return [{f"n{place}": n for place, n in enumerate(numbers)}]
        if said.startswith(("select count(*)", "with named as")) or "clashes" in said:
            return [{"rows": self._count(said)}]
        return []

    def stored(self, name: str) -> str:
        """A name as the warehouse stores it that was created without quotes."""
        plain = self.adapter_type == "snowflake" and " " not in name
        return name.upper() if plain else name

    def _count(self, said: str) -> int:
        if "clashes" in said or "with named as" in said:
            return 0
        if "lease_count" in said:
            return 1
        return 200 if self.is_later else 0

    def _activation(self, said: str, name: str) -> dict[str, Any]:
        """The activation's row of the ledger."""
        selected = said.partition(" select activations.activation, ")
        columns = re.findall(r"activations\.(\w+),", "".join(selected[1:]))
        generation = int(self.is_later)
        known = {
            "activation": name,
            "ledger_version": 1,
            "generation": generation,
            "project_name": "diff_tests",
            "target_name": "dev",
            "relation_database": self.stored("db"),
            "relation_schema": self.stored("old" if name in self.renamed else "shop"),
            "relation_name": self.stored(name),
            "key_columns": json.dumps(self.keys[name]),
            "columns": json.dumps(
                [
                    {"name": each, "stored_as": self.stored(each), "type": kind}
                    for each, kind in self.columns(name).items()
                ]
            ),
            "state_columns": json.dumps(
                [
                    {"name": self.stored(each), "type": kind}
                    for each, kind in self.columns(f"{name}__acknowledged").items()
                ]
            ),
            "next_check": "changed",
            "destination": "crm",
            "service": "contacts",
            "settings": json.dumps({"list_name": "VIP"}),
            "rows_acknowledged": 200 * generation,
            "lease_holder": self.holder,
            "lease_fence": 3,
        }
        delivered = {"claimed": 8, "committed": 5, "rejected": 2} if generation else {}
        asked = {"resync_due": int(name in self.resync), "is_transferred": 0}
        renamed = {"is_renamed": int(name in self.renamed), "retirement": None}
        return (
            {column: known.get(column) for column in columns}
            | dict.fromkeys(("claimed", "committed", "rejected"), 0)
            | delivered
            | asked
            | renamed
            | {"highest": generation, "settled": 0, "refused": 0, "resend_due": 0}
            | (self._found() if " as found_generation" in said else {})
        )

    def _found(self) -> dict[str, Any]:
        """What is in the tables of an activation."""
        held = 200 * int(self.is_later)
        generation = int(self.is_later)
        return {"found_generation": generation, "held_rows": held, "refused_rows": held}


@contextmanager
def recording(into: Recording) -> Iterator[None]:
    """Within it, dbt's adapter of this type says everything to the recording."""
    FACTORY.load_plugin(into.adapter_type)
    adapter = get_adapter_class_by_name(into.adapter_type)
    manager = adapter.ConnectionManager

    def execute(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        rows = into.hear(sql)
        names = list(rows[0]) if rows else []
        table = agate_helper.table_from_data_flat(rows, names)
        return AdapterResponse(_message="heard"), table

    stored = into.stored

    def relations(self: Any, place: Any, *args: Any) -> list[Any]:
        return [
            self.Relation.create(
                database=stored(place.database),
                schema=stored(place.schema),
                identifier=stored(name),
                type="table",
            )
            for name in into.tables()
        ]

    def columns(self: Any, relation: Any) -> list[Any]:
        found = into.columns(relation.identifier)
        return [self.Column(stored(name), kind) for name, kind in found.items()]

    def get_relation(self: Any, *names: str, **more: Any) -> Any:
        known = {k: v for k, v in more.items() if k != "needs_information"}
        return BaseAdapter.get_relation(self, *names, **known)

    def opened(self: Any, *args: Any, **kwargs: Any) -> None:
        self.get_thread_connection().transaction_open = True

    def closed(self: Any, *args: Any, **kwargs: Any) -> None:
        self.get_thread_connection().transaction_open = False

    nothing = {
        adapter: ("create_schema", "drop_relation", "rename_relation")
        + ("pre_model_hook", "post_model_hook", "expand_target_column_types"),
        manager: ("rollback_if_open", "clear_transaction", "cancel_open"),
    }
    answers = {
        "execute": execute,
        "list_relations_without_caching": relations,
        "get_columns_in_relation": columns,
        "list_schemas": lambda self, *args: ["shop"],
        "check_schema_exists": lambda self, *args: True,
        "get_relation": get_relation,
        "compare_dbr_version": lambda self, *args: 1,  # a newer one than asked for
        "is_cluster": lambda self: False,
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, answer in answers.items():
            patched.setattr(adapter, name, answer, raising=False)
        for owner, names in nothing.items():
            for name in names:
                patched.setattr(owner, name, _do_nothing, raising=False)
        if into.adapter_type == "bigquery":  # whose client connects as it is asked
            requests = "google.cloud._http.JSONConnection.api_request"
            patched.setattr(requests, _refuse_to_connect)
        else:
            patched.setattr(manager, "open", _refuse_to_connect)
        for name in ("begin", "add_begin_query"):
            patched.setattr(manager, name, opened, raising=False)
        for name in ("commit", "commit_if_has_connection"):
            patched.setattr(manager, name, closed, raising=False)
        yield


def _do_nothing(*args: Any, **kwargs: Any) -> None:
    """What would only reach the warehouse."""


def _refuse_to_connect(*args: Any, **kwargs: Any) -> None:
    raise AssertionError("nobody listens: the recording lacks an answer")
