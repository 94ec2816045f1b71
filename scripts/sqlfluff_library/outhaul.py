"""Lets sqlfluff render `outhaul.some_macro(…)` in models without running dbt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

QUERIES = {
    *("breakdown", "combinations", "duplicate_keys", "key_report", "overlap"),
    *("segment", "segment_history", "with_fields"),
    *("identity_keys", "identity_report", "matched_pairs", "profiles"),
    *("resolve", "unresolved"),
}
"""Macros that give a whole query and not an expression."""


def __getattr__(macro: str) -> Callable[..., str]:
    """Any macro of the package, rendered as a call of a function of its name."""
    if macro.startswith("__"):
        raise AttributeError(macro)
    if macro in QUERIES:
        return _a_query
    return lambda *arguments, **_: f"{macro}({', '.join(map(str, arguments))})"


def _a_query(*_: Any, **__: Any) -> str:
    return "select 1 as one"
