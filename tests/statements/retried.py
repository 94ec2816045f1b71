"""The scripts around statements, which sqlglot does not know."""

from __future__ import annotations

import re

# How BigQuery tries a statement again.
_TRIED_AGAIN = re.compile(
    r"begin declare losses .*? loop begin (.*); break; exception when error then .*",
    re.DOTALL,
)


def tried(statement: str) -> str:
    """What a script tries, or the statement itself."""
    script = _TRIED_AGAIN.fullmatch(statement.strip())
    return script[1] if script else statement
