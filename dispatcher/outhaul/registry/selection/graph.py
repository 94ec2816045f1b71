"""What dbt's manifest says of a project's nodes and of what they are made from.

https://docs.getdbt.com/reference/artifacts/manifest-json
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from outhaul.errors import ConfigurationError

_KINDS = ("nodes", "sources", "exposures")


@dataclass(frozen=True)
class Node:
    """A model, seed, snapshot, test or source. raw: all that the manifest says."""

    id: str
    name: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def fqn(self) -> list[str]:
        """The package, the folders and the name."""
        return [str(each) for each in self.raw.get("fqn") or ()]

    @property
    def path(self) -> str:
        """Its file, from the project's folder on."""
        return str(self.raw.get("original_file_path") or "").replace("\\", "/")

    @property
    def tags(self) -> list[str]:
        """Its tags and those of its folders."""
        return [str(each) for each in self.raw.get("tags") or ()]

    @property
    def config(self) -> Mapping[str, Any]:
        """Its configuration, as dbt has gathered it."""
        config = _mapping(self.raw.get("config"))
        return {"meta": self.raw.get("meta") or {}, **config}

    @property
    def parents(self) -> list[str]:
        """The ids of the nodes that it is made from."""
        return calls(self.raw, "nodes")


class Macro(NamedTuple):
    """The text of a macro, and the ids of those that it calls."""

    text: str
    calls: list[str]


@dataclass(frozen=True)
class Graph:
    """Nodes and macros, by id."""

    nodes: Mapping[str, Node]
    macros: Mapping[str, Macro] = field(default_factory=dict)

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for parent in node.parents:
                found.setdefault(parent, []).append(node.id)
        return found

    def above(self, ids: Iterable[str], depth: int | None = None) -> set[str]:
        """These nodes and what they are made from; depth: so many steps at most."""
        return self._reached(ids, depth, lambda each: self.nodes[each].parents)

    def below(self, ids: Iterable[str], depth: int | None = None) -> set[str]:
        """These nodes and what is made from them; depth: so many steps at most."""
        return self._reached(ids, depth, lambda each: self._children.get(each, ()))

    def _reached(self, ids: Iterable[str], depth: int | None, step: Any) -> set[str]:
        found = set(ids)
        edge = found
        while edge and (depth is None or depth > 0):
            edge = {
                near for each in edge for near in step(each) if near in self.nodes
            } - found
            found |= edge
            depth = None if depth is None else depth - 1
        return found


def read_graph(folder: Path, needed_by: str = "this selection") -> Graph:
    """What the manifest in a folder says. Raises ConfigurationError."""
    file = folder / "manifest.json"
    try:
        manifest = _mapping(orjson.loads(file.read_bytes()))
    except FileNotFoundError:
        raise ConfigurationError(
            f"there is no {file}, which {needed_by} needs: run 'dbt parse' or"
            " 'dbt build'"
        ) from None
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{file} cannot be read, which {needed_by} needs: run 'dbt parse'"
        ) from None
    nodes = {
        str(key): Node(str(key), str(raw.get("name")), raw)
        for kind in _KINDS
        for key, raw in _mapping(manifest.get(kind)).items()
        if isinstance(raw, dict)
    }
    macros = {
        str(key): Macro(str(raw.get("macro_sql")), calls(raw, "macros"))
        for key, raw in _mapping(manifest.get("macros")).items()
        if isinstance(raw, dict)
    }
    return Graph(nodes, macros)


def calls(raw: Mapping[str, Any], kind: str) -> list[str]:
    """What a node or a macro depends on: the ids of `nodes`, or of `macros`."""
    return [str(each) for each in _mapping(raw.get("depends_on")).get(kind) or ()]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
