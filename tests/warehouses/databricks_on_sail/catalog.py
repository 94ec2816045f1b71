"""What a warehouse tells of its schemas, tables and columns, in Databricks' way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from databricks_on_sail.statement import Engine, Statement, literal

_CATALOG = re.compile(
    r"(?:`?system`?\s*\.\s*)?`?information_schema`?\s*\.\s*"
    r"`?(schemata|tables|columns)`?",
    re.IGNORECASE,
)


def with_listings(engine: Engine, sql: str) -> str:
    """The statement with views of the information schema written out as subqueries."""
    return _CATALOG.sub(lambda match: _listing(engine, match[1].lower()), sql)


def describe(engine: Engine, statement: Statement) -> pa.Table:
    """Sail knows no JSON here, and forgets the columns of a table at a location."""
    index = 1
    while statement.tokens[index].text.lower() in ("table", "extended"):
        index += 1
    name, end = statement.name(index)
    columns = list(columns_of(engine, name))
    if statement.text(end).lower().split() == ["as", "json"]:
        told = [{"name": column, "type": _json_type(of)} for column, of in columns]
        return pa.table({"json_metadata": [json.dumps({"columns": told})]})
    return pa.table(
        {
            "col_name": pa.array([name for name, _ in columns], pa.string()),
            "data_type": pa.array([ddl_type(of) for _, of in columns], pa.string()),
            "comment": pa.nulls(len(columns), pa.string()),
        }
    )


def columns_of(engine: Engine, name: str) -> Iterator[tuple[str, pa.DataType]]:
    for field in engine.run(f"select * from {name} limit 0").schema:
        yield field.name, field.type


def _json_type(of: pa.DataType) -> dict[str, Any]:
    """Arrow's type as `describe … as json` tells it.

    https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-syntax-aux-describe-table
    """
    if pa.types.is_decimal(of):
        return {"name": "decimal", "precision": of.precision, "scale": of.scale}
    if _is_variant(of):
        return {"name": "variant"}
    if pa.types.is_struct(of):
        fields = [{"name": each.name, "type": _json_type(each.type)} for each in of]
        return {"name": "struct", "fields": fields}
    if pa.types.is_map(of):
        key, value = _json_type(of.key_type), _json_type(of.item_type)
        return {"name": "map", "key_type": key, "value_type": value}
    if pa.types.is_list(of):
        return {"name": "array", "element_type": _json_type(of.value_type)}
    if pa.types.is_timestamp(of):
        return {"name": "timestamp_ltz" if of.tz else "timestamp_ntz"}
    return {"name": _PLAIN_TYPES[str(of)]}


_PLAIN_TYPES = {
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float": "float",
    "double": "double",
    "bool": "boolean",
    "string": "string",
    "binary": "binary",
    "date32[day]": "date",
    "null": "void",
}


def ddl_type(of: pa.DataType) -> str:
    told = _json_type(of)
    name = str(told["name"])
    if name == "decimal":
        return f"decimal({told['precision']},{told['scale']})"
    if name == "struct":
        fields = ",".join(f"{each.name}:{ddl_type(each.type)}" for each in of)
        return f"struct<{fields}>"
    if name == "map":
        return f"map<{ddl_type(of.key_type)},{ddl_type(of.item_type)}>"
    if name == "array":
        return f"array<{ddl_type(of.value_type)}>"
    return {"timestamp_ltz": "timestamp"}.get(name, name)


def _is_variant(of: pa.DataType) -> bool:
    names = [each.name for each in of] if pa.types.is_struct(of) else []
    return sorted(names) == ["metadata", "value"]


# The columns of the views that somebody asks for.
_VIEWS = {
    "schemata": ("catalog_name", "schema_name"),
    "tables": (
        *("table_catalog", "table_schema", "table_name", "table_type"),
        *("data_source_format", "table_owner"),
    ),
    "columns": (
        *("table_catalog", "table_schema", "table_name", "column_name"),
        *("full_data_type", "ordinal_position"),
    ),
}


def _listing(engine: Engine, view: str) -> str:
    """A view of the information schema, which Sail lacks, as a subquery."""
    names = _VIEWS[view]
    rows = [
        ", ".join(
            f"{value if isinstance(value, int) else literal(value)} as {name}"
            for name, value in zip(names, (engine.catalog, *row), strict=True)
        )
        for row in _rows(engine, view)
    ]
    nothing = ", ".join(
        f"cast(null as {'int' if name == 'ordinal_position' else 'string'}) as {name}"
        for name in names
    )
    union = " union all ".join(f"select {row}" for row in (*rows, nothing))
    return f"(select * from ({union}) where {names[0]} is not null)"


def _rows(engine: Engine, view: str) -> Iterator[tuple[str | int, ...]]:
    """The rows of a view, without the catalog."""
    for schema in engine.run("show schemas").column("name").to_pylist():
        if view == "schemata":
            yield (schema,)
            continue
        views = {
            row["tableName"]
            for row in engine.run(f"show views in `{schema}`").to_pylist()
        }
        for row in engine.run(f"show tables in `{schema}`").to_pylist():
            name = row["tableName"]
            if row["isTemporary"]:
                continue
            if view == "tables":
                kind = ("VIEW", "UNKNOWN") if name in views else ("MANAGED", "DELTA")
                yield (schema, name, *kind, "owner")
                continue
            found = columns_of(engine, f"`{schema}`.`{name}`")
            for position, (column, of) in enumerate(found, start=1):
                yield (schema, name, column, ddl_type(of), position)
