"""What the warehouses' words for types mean to the dispatcher."""

from __future__ import annotations

import re

from outhaul.model import Kind

_WHOLE_NUMBERS = frozenset(
    ("tinyint", "smallint", "integer", "int", "bigint", "hugeint", "byteint", "long")
    + ("int2", "int4", "int8", "int64")
)
_NUMBERS = ("decimal", "numeric", "number", "bignumeric", "float", "double", "real")
_TEXTS = ("char", "text", "string", "uuid", "enum", "name", "citext")
_NESTED = ("json", "jsonb", "variant", "object", "array", "struct", "map", "super")
_WHOLE_NUMBER_OF_SNOWFLAKE = re.compile(r"number\(\d+, *0\)")


def kind_of(data_type: str) -> Kind:
    """The kind of a column from the warehouse's own word for its type.

    >>> kind_of("numeric(10,2)"), kind_of("character varying(20)"), kind_of("int[]")
    (<Kind.NUMBER: 'number'>, <Kind.TEXT: 'text'>, <Kind.JSON: 'json'>)
    """
    name = data_type.lower().strip()
    if name.endswith("[]") or name.startswith(_NESTED):
        return Kind.JSON
    if _WHOLE_NUMBER_OF_SNOWFLAKE.fullmatch(name):
        return Kind.INTEGER
    name = name.split("(")[0].split("<")[0].strip()
    first = name.split(" ")[0]
    if first.startswith("bool"):
        return Kind.BOOLEAN
    if first.startswith(("timestamp", "datetime")):
        return Kind.TIMESTAMP
    if first == "date":
        return Kind.DATE
    if first.lstrip("u") in _WHOLE_NUMBERS:
        return Kind.INTEGER
    if first.startswith(_NUMBERS):
        return Kind.NUMBER
    if any(text in first for text in _TEXTS):
        return Kind.TEXT
    return Kind.OTHER
