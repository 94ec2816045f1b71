"""Diffs as dbt's manifest has them, judged without a warehouse and without a secret.

The columns of a diff are those that its YAML declares, of the types that stand there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outhaul.errors import ConfigurationError
from outhaul.kit.contract import column_problems
from outhaul.ledger.records import DiffColumn
from outhaul.registry.activations import resolve
from outhaul.registry.destinations import Destinations
from outhaul.registry.selection.graph import Graph, Node


@dataclass(frozen=True)
class DeclaredDiff:
    """A diff of the manifest. file: of the model; described_in: of its YAML."""

    name: str
    file: str
    described_in: str
    destination: str
    service: str
    key: tuple[str, ...]
    columns: tuple[DiffColumn, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a diff; column: empty where it is none's fault."""

    file: str
    column: str
    text: str


@dataclass(frozen=True)
class Judged:
    """What was found of one diff: notes are fine, problems are not."""

    name: str
    file: str
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def declared_diffs(graph: Graph) -> list[DeclaredDiff]:
    """Those that are enabled, of the project and of its packages, by name."""
    found = [
        _declared(node)
        for node in graph.nodes.values()
        if node.raw.get("resource_type") == "model"
        and node.config.get("materialized") == "diff"
    ]
    return sorted(found, key=lambda each: each.name)


def judge(diff: DeclaredDiff, destinations: Destinations) -> Judged:
    """Whether the destination can take what the diff declares."""
    judged = Judged(diff.name, diff.file, list(_notes(diff)))
    try:
        resolved = resolve(diff, destinations)
    except ConfigurationError as error:
        judged.problems.append(Problem(diff.file, "", str(error)))
        return judged
    if diff.columns:
        named = {column.field: column.name for column in resolved.columns}
        judged.problems.extend(
            Problem(diff.described_in, named.get(each.column, each.column), each.text)
            for each in column_problems(
                resolved.service, resolved.options, resolved.columns
            )
        )
    return judged


def _notes(diff: DeclaredDiff) -> Iterator[str]:
    if not diff.columns:
        yield "its YAML declares no columns, so none was looked at"
    for column in diff.columns:
        if not column.type:
            yield f"the column '{column.name}' has no data_type, so its type may be any"


def _declared(node: Node) -> DeclaredDiff:
    settings = (node.config.get("meta") or {}).get("outhaul")
    settings = settings if isinstance(settings, dict) else {}
    key = node.config.get("unique_key") or ()
    version = node.raw.get("version")
    _, _, described_in = str(node.raw.get("patch_path") or "").partition("://")
    columns = (node.raw.get("columns") or {}).values()
    return DeclaredDiff(
        name=node.name if version is None else f"{node.name}.v{version}",
        file=node.path,
        described_in=described_in or node.path,
        destination=str(settings.get("destination") or ""),
        service=str(settings.get("service") or ""),
        key=(key,) if isinstance(key, str) else tuple(map(str, key)),
        columns=tuple(
            DiffColumn(each["name"], each.get("data_type") or "", each["name"])
            for each in columns
        ),
        settings=settings,
    )
