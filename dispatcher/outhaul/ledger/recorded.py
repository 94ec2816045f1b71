"""Whether a row of `outhaul_activations` is one that a build can have written.

Whoever may update the ledger decides what a sync sends and where. A row that was
changed by hand is refused before anything is sent, with what is wrong in it; the
settings in it are checked as those of a file are (`activations.bind`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from outhaul.text.visible import visible

_REFRESH = re.compile(r"[1-9][0-9]{0,3} days?")
_NAMES = ("activation", "segment", "destination", "service", "relation_name")
_COUNTED = (
    "generation",
    "rows_inserted",
    "rows_updated",
    "rows_removed",
    "sendable_seq",
    "last_seq",
)


def json_of(text: str | None, kind: type) -> Any:
    """What a column of JSON holds; an empty one where it holds anything else."""
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        return kind()
    return found if isinstance(found, kind) else kind()


def columns_in(text: str | None) -> list[tuple[str, str, str]]:
    """Name, type and stored name of each column of the diff."""
    return [
        (each["name"], each["type"], str(each.get("stored_as") or each["name"]))
        for each in json_of(text, list)
        if isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and isinstance(each.get("type"), str)
    ]


def problems_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What no build writes, one sentence each; none for a row that has no build yet."""
    if values["model_id"] is None:
        return ()
    return (*_name_problems(values), *_shape_problems(values), *_count_problems(values))


def _name_problems(values: Mapping[str, Any]) -> list[str]:
    return [
        f"'{column}' is {visible(repr(values[column]))}, which is no name"
        for column in _NAMES
        if values[column] is not None and not _is_name(values[column])
    ]


def _shape_problems(values: Mapping[str, Any]) -> list[str]:
    problems = [
        f"'{column}' is not the JSON that a build writes"
        for column, kind in (("key_columns", list), ("columns", list))
        if values[column] and not json_of(values[column], kind)
    ]
    problems += ["'settings' is no JSON object"] * (
        bool(values["settings"]) and not _is_object(values["settings"])
    )
    names = [name for name, _, _ in columns_in(values["columns"])]
    if len(names) != len(json_of(values["columns"], list)) or not all(
        map(_is_name, names)
    ):
        problems.append("'columns' holds something that is no column")
    if len(set(names)) != len(names):
        problems.append("'columns' holds a column twice")
    folded = {name.casefold() for name in names}
    for name in json_of(values["key_columns"], list):
        if not isinstance(name, str) or name.casefold() not in folded:
            problems.append("'key_columns' holds something that is no column")
    return problems + _setting_problems(values)


def _setting_problems(values: Mapping[str, Any]) -> list[str]:
    """Of the settings that the build reads; a sync goes by some of them too."""
    settings = json_of(values["settings"], dict)
    problems = [
        f"'settings' and '{name}' name different ones"
        for name in ("destination", "service")
        if settings.get(name, values[name]) != values[name]
    ]
    if not isinstance(settings.get("append_only", False), bool):
        problems.append("'append_only' in 'settings' is not true or false")
    if not isinstance(settings.get("identity", ""), (str, type(None))):
        problems.append("'identity' in 'settings' is no text")
    refresh = settings.get("refresh_after", "1 day")
    if not isinstance(refresh, str) or not _REFRESH.fullmatch(refresh):
        problems.append("'refresh_after' in 'settings' is no number of days")
    return problems


def _count_problems(values: Mapping[str, Any]) -> list[str]:
    counts = {name: values[name] or 0 for name in _COUNTED}
    hold = values["hold"]
    if min(counts.values()) < 0 or hold not in (None, "all", "removals"):
        return ["a count is below 0, or 'hold' is not all or removals"]
    removed = counts["rows_removed"]
    last = counts["rows_inserted"] + counts["rows_updated"] + removed
    sendable = {None: last, "all": 0, "removals": last - removed}[hold]
    if (counts["last_seq"], counts["sendable_seq"]) != (last, sendable):
        return ["the counts of rows, 'hold', 'last_seq' and 'sendable_seq' disagree"]
    return []


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and visible(value) == value


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
