"""Whether a node is what one of dbt's methods selects.

https://docs.getdbt.com/reference/node-selection/methods
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from outhaul.registry.selection.graph import Node
from outhaul.registry.selection.names import any_is


def is_called(node: Node, value: str) -> bool:
    """Its name, or its folders with dots between, with the package or without."""
    if fnmatchcase(node.name, value):
        return True
    places = [node.fqn, node.fqn[1:]]
    wanted = value.split(".")
    return any(
        place[: len(wanted)] == wanted or fnmatchcase(".".join(place), value)
        for place in places
    )


def _has_path(node: Node, value: str, key: str) -> bool:
    """Its file, or a folder above it."""
    wanted = value.removeprefix("./").rstrip("/")
    file = PurePosixPath(node.path)
    places = [str(each) for each in (file, *file.parents)]
    return wanted in places or any_is(places, wanted)


def _has_file(node: Node, value: str, key: str) -> bool:
    file = PurePosixPath(node.path)
    return fnmatchcase(file.name, value) or fnmatchcase(file.stem, value)


def _has_tag(node: Node, value: str, key: str) -> bool:
    return any_is(node.tags, value)


def _has_config(node: Node, value: str, key: str) -> bool:
    found: Any = node.config
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    values = list(found) if isinstance(found, (list, dict)) else [found]
    return any(_word(each) == value or str(each) == value for each in values)


def _word(value: Any) -> str:
    """As YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_of_package(node: Node, value: str, key: str) -> bool:
    return fnmatchcase(str(node.raw.get("package_name")), value)


def _is_of_type(node: Node, value: str, key: str) -> bool:
    return node.raw.get("resource_type") == value


def _is_of_source(node: Node, value: str, key: str) -> bool:
    """`source`, `source.table`, or with the package before it."""
    if node.raw.get("resource_type") != "source":
        return False
    own = [str(node.raw.get(name)) for name in ("package_name", "source_name", "name")]
    forms = [own[1:2], own[1:], own]
    return any(fnmatchcase(".".join(form), value) for form in forms)


def _is_of_group(node: Node, value: str, key: str) -> bool:
    return str(node.config.get("group") or node.raw.get("group")) == value


OF_NODES: Mapping[str, Callable[[Node, str, str], bool]] = {
    "tag": _has_tag,
    "path": _has_path,
    "file": _has_file,
    "config": _has_config,
    "package": _is_of_package,
    "source": _is_of_source,
    "resource_type": _is_of_type,
    "group": _is_of_group,
}
"""By the name of the method: told the node, the value, and what `config.` names."""
