"""What a warehouse tells of its schemas, tables and columns, which Sail tells otherwise."""

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


def _listing(engine: Engine, what: str) -> str:
    """A view of the information schema, which Sail lacks, as a subquery."""
    schemas = engine.run("show schemas").column("name").to_pylist()
    rows = [[repr(engine.catalog), literal(each)] for each in schemas]
    if what != "schemata":
        rows = []
    for schema in schemas if what != "schemata" else ():
        found = engine.run(f"show views in `{schema}`").to_pylist()
        views = {row["tableName"] for row in found}
        for row in engine.run(f"show tables in `{schema}`").to_pylist():
            if not row["isTemporary"]:
                name = row["tableName"]
                rows += _told(engine, what, schema, name, name in views)
    names = _VIEWS[what]
    nothing = ", ".join(f"cast(null as string) as {name}" for name in names)
    told = [
        ", ".join(f"{value} as {name}" for name, value in zip(names, row, strict=True))
        for row in rows
    ]
    union = " union all ".join(f"select {each}" for each in (*told, nothing))
    return f"(select * from ({union}) where {names[0]} is not null)"


# The columns of the views that somebody asks for.
_VIEWS = {
    "schemata": ("catalog_name", "schema_name"),
    "tables": (
        *("table_catalog", "table_schema", "table_name", "table_type"),
        *("data_source_format", "table_owner"),
    ),
    "columns": (
        *("table_catalog", "table_schema", "table_name", "column_name"),
        "full_data_type",
    ),
}


def _told(
    engine: Engine, what: str, schema: str, name: str, is_view: bool
) -> list[list[str]]:
    place = [engine.catalog, schema, name]
    if what == "tables":
        kind = ["VIEW", "UNKNOWN"] if is_view else ["MANAGED", "DELTA"]
        return [[literal(each) for each in (*place, *kind, "owner")]]
    return [
        [literal(each) for each in (*place, column, ddl_type(of))]
        for column, of in columns_of(engine, f"`{schema}`.`{name}`")
    ]
