"""Lets sqlfluff render `outhaul.some_macro(…)` in models without running dbt."""

from __future__ import annotations

from collections.abc import Callable


def __getattr__(macro: str) -> Callable[..., str]:
    """Any macro of the package, rendered as a call of a function of its name."""
    if macro.startswith("__"):
        raise AttributeError(macro)
    return lambda *arguments: f"{macro}({', '.join(map(str, arguments))})"
