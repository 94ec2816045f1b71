"""What macros return that need no warehouse, to compare it with what Python has."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

MACROS = Path(__file__).resolve().parents[1] / "macros"
TYPES = ["string", "bigint", "float", "timestamp", "boolean"]
WORDS = SimpleNamespace(
    **{
        f"type_{name}": lambda name=name: {"string": "text"}.get(name, name)
        for name in TYPES
    }
)


class Returned(Exception):
    """What a macro returns, carried out of Jinja as dbt does."""


def call(file: str, macro: str) -> Any:
    """The value that one of our macros returns, on a warehouse that knows our words."""

    def give_back(value: Any) -> None:
        raise Returned(value)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    text = (MACROS / file).read_text("utf-8")
    template = environment.from_string(f"{text}{{{{ {macro}() }}}}")
    try:
        own = SimpleNamespace(
            type_instant=WORDS.type_timestamp, type_text=WORDS.type_string
        )
        template.render({"dbt": WORDS, "outhaul": own, "return": give_back})
    except Returned as returned:
        return returned.args[0]
    raise AssertionError(f"{macro} returned nothing")
