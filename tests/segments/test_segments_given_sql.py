"""What counts as whole SQL, by the quotes and comments of each warehouse."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from tests.segments.segment_project import ROOT

FILES = ("warehouses/quoted_parts.sql", "segments/_given_sql.sql")
BACKSLASHES = ("snowflake", "redshift", "bigquery", "spark")
PLAIN = ("default",)
ALL = PLAIN + BACKSLASHES

# the SQL, and the warehouses where it is whole
CASES: dict[str, tuple[str, ...]] = {
    "a = 1": ALL,
    "(a = 1) or ((b))": ALL,
    "1=1) or (1=1": (),
    "(a = 1": (),
    "a = ')'": ALL,
    "a = '": (),
    "a = 1 /* ( */": ALL,
    "a = 1 /* (": (),
    "a = 1 /* /* */ ) or ( */ and (b": (),
    "a = 1 -- (\n and b": ALL,
    "a = 1 -- and b": (),
    "a = 1; b": (),
    "a = ';'": ALL,
    "a = 'it''s ('": ALL,
    # a backslash before a quote
    "a = 'c:\\'": PLAIN,
    "a = 'it\\'s ('": BACKSLASHES,
    "a = E'it\\'s ('": ALL,
    "a = E'c:\\'": (),
    "a = e'it\\\\' and b": ALL,
    "date'2020-01-01' = a": ALL,
    # double quotes and backticks
    'a = "("': ALL,
    'a = "c:\\"': ("default", "snowflake", "redshift"),
    "a = `(`": ("bigquery", "spark"),
    # dollars
    "a = $$it's ($$": ("default", "snowflake", "redshift"),
    "a = $x$it's $$ ($x$": ("default", "redshift"),
    "a = $$(": (),
    "a$b$ = 1": ALL,
    # what begins a comment in one of them
    "a = 1 # (\n and b": ("bigquery",),
    "a = 1 # b": ("default", "snowflake", "redshift", "spark"),
    "a = 6 // (2)": ("default", "redshift", "bigquery", "spark"),
    "a = 6 // (\n": ("snowflake",),
    # three quotes
    "a = '''it's ('''": ("bigquery",),
}


class Returned(Exception):
    """What dbt's `return` does in a macro."""


def fault(text: str, warehouse: str) -> str | None:
    """What the macro finds wrong with a text on a warehouse."""

    def give_back(value: Any) -> None:
        raise Returned(value)

    def call(macro: Any, *arguments: Any) -> Any:
        try:
            return macro(*arguments)
        except Returned as returned:
            return returned.args[0]

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    macros = "".join((ROOT / "macros" / file).read_text("utf-8") for file in FILES)
    kept: dict[str, Any] = {}
    names = ("_fault_of_sql", "_unquoted", f"{warehouse}__quoted_parts")
    keep = "".join(f"{{% do kept.update({{'{name}': {name}}}) %}}" for name in names)
    environment.from_string(macros + keep).render(
        {
            "return": give_back,
            "kept": kept,
            "modules": SimpleNamespace(re=re),
            "outhaul": SimpleNamespace(
                _unquoted=lambda text: call(kept["_unquoted"], text),
                quoted_parts=lambda: call(kept[f"{warehouse}__quoted_parts"]),
            ),
        }
    )
    return call(kept["_fault_of_sql"], text)  # type: ignore[no-any-return]


@pytest.mark.parametrize("text", CASES)
def test_sql_is_whole_by_the_quotes_of_its_warehouse(text: str) -> None:
    assert tuple(name for name in ALL if fault(text, name) is None) == CASES[text]
