"""A selection as it is written: on the command line, and in `selectors.yml`.

https://docs.getdbt.com/reference/node-selection/yaml-selectors
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outhaul.config.settings import did_you_mean
from outhaul.config.yaml_files import read_mapping
from outhaul.errors import ConfigurationError

_SPEC = re.compile(
    r"(?P<at>@)?(?P<above>\d*\+)?"
    r"(?:(?P<method>[a-z_]+)(?P<key>\.[\w.]+)?:)?"
    r"(?P<value>.*?)(?P<below>\+\d*)?",
    re.DOTALL,
)
_FILES = (".sql", ".py", ".csv", ".yml", ".yaml")
_ENTRY_KEYS = frozenset(
    {
        *("method", "value", "exclude", "parents", "parents_depth", "children"),
        *("children_depth", "childrens_parents", "indirect_selection"),
    }
)
NAME = "fqn"
"""The method of a value without one: a name, or a folder."""


@dataclass(frozen=True)
class Criterion:
    """What one method selects, and around it.

    above, below: so many steps of what it is made from, and of what is made from it; 0:
    none, None: all. around: also all that its descendants are made from.
    """

    method: str
    value: str
    key: str = ""
    above: int | None = 0
    below: int | None = 0
    around: bool = False


@dataclass(frozen=True)
class Combined:
    """What all of these select, or any, without what `but_not` do."""

    of: tuple[Criterion | Combined, ...]
    is_all: bool = False
    but_not: tuple[Criterion | Combined, ...] = ()


Wanted = Criterion | Combined


def parsed(spec: str) -> Wanted:
    """A value of `--select` without spaces: all that its parts by commas select."""
    parts = tuple(_criterion(part) for part in spec.split(","))
    return parts[0] if len(parts) == 1 else Combined(parts, is_all=True)


def _criterion(text: str) -> Criterion:
    found = _SPEC.fullmatch(text)
    if found is None or not found["value"]:
        raise ConfigurationError(f"--select: '{text}': a value is missing")
    if found["at"] and found["below"]:
        raise ConfigurationError(
            f"--select: '{text}': leave out '+', which '@' has in it"
        )
    value, method = found["value"], found["method"]
    if method is None:
        method = "path" if "/" in value else "file" if value.endswith(_FILES) else NAME
    return Criterion(
        method,
        value,
        (found["key"] or "").removeprefix("."),
        _depth(found["above"]),
        _depth(found["below"]),
        bool(found["at"]),
    )


def _depth(text: str | None) -> int | None:
    """The steps of `2+` or `+`; 0 where there is none of it."""
    if text is None:
        return 0
    digits = text.strip("+")
    return int(digits) if digits else None


def read_selectors(project_dir: Path) -> Mapping[str, Any]:
    """The definitions of `selectors.yml`, by name. Raises ConfigurationError."""
    file = project_dir / "selectors.yml"
    if not file.exists():
        raise ConfigurationError(f"there is no {file}, which '--selector' needs")
    listed = read_mapping(file).get("selectors")
    entries = listed if isinstance(listed, list) else []
    return {
        str(each["name"]): each.get("definition")
        for each in entries
        if isinstance(each, dict) and "name" in each
    }


def defined(name: str, selectors: Mapping[str, Any]) -> Wanted:
    """What a selector of `selectors.yml` selects."""
    if name not in selectors:
        known = ", ".join(selectors) or "none"
        raise ConfigurationError(
            f"--selector: there is no selector '{name}'{did_you_mean(name, selectors)};"
            f" selectors.yml has: {known}"
        )
    return _definition(selectors[name], f"selectors.yml: {name}")


def _definition(written: Any, where: str) -> Wanted:
    if isinstance(written, str):
        return parsed(written)
    if not isinstance(written, dict) or not written:
        raise ConfigurationError(f"{where}: wants a text or a mapping")
    if "method" in written:
        return _entry(written, where)
    if len(written) > 1:
        raise ConfigurationError(
            f"{where}: wants 'method' and 'value', 'union', 'intersection' or a method"
        )
    [(word, value)] = written.items()
    if word in ("union", "intersection"):
        return _combined(value, where, is_all=word == "intersection")
    return _criterion(f"{word}:{value}")


def _entry(written: Mapping[str, Any], where: str) -> Wanted:
    unknown = [str(key) for key in written if key not in _ENTRY_KEYS]
    if unknown:
        raise ConfigurationError(f"{where}: unknown key '{unknown[0]}'")
    method, _, key = str(written["method"]).partition(".")
    found = Criterion(
        method,
        str(written.get("value", "")),
        key,
        written.get("parents_depth") if written.get("parents") else 0,
        written.get("children_depth") if written.get("children") else 0,
        bool(written.get("childrens_parents")),
    )
    excluded = _list(written.get("exclude") or [], where)
    return Combined((found,), but_not=excluded) if excluded else found


def _combined(written: Any, where: str, *, is_all: bool) -> Combined:
    if not isinstance(written, list):
        raise ConfigurationError(f"{where}: 'union' and 'intersection' want a list")
    kept = [each for each in written if not _is_exclude(each)]
    gone = [each["exclude"] for each in written if _is_exclude(each)]
    return Combined(
        _list(kept, where),
        is_all,
        tuple(each for entries in gone for each in _list(entries, where)),
    )


def _is_exclude(written: Any) -> bool:
    return isinstance(written, dict) and list(written) == ["exclude"]


def _list(written: Any, where: str) -> tuple[Wanted, ...]:
    if not isinstance(written, list):
        raise ConfigurationError(f"{where}: 'exclude' wants a list")
    return tuple(_definition(each, where) for each in written)


def words(values: Sequence[str]) -> list[str]:
    """The values of a repeated option, each of which may hold several."""
    return [word for value in values for word in value.split()]
