"""The models of a project that a report shows, from dbt's manifest.

`meta.outhaul.report` of a model says what it is. dbt writes the manifest at every
run, for one target (https://docs.getdbt.com/reference/artifacts/manifest-json).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from outhaul.config.project import Project
from outhaul.ledger.records import ActivationRecord
from outhaul.report.data import LeftOut

KINDS = ("breakdown", "overlap", "combinations", "history")
ALL_MODELS = "Breakdowns, overlaps, combinations and turnover"

Relation = tuple[str | None, str | None, str]


class ReportModel(NamedTuple):
    """A model that a report shows: its name, one of KINDS, and where it is."""

    name: str
    kind: str
    relation: Relation


def report_models(
    project: Project, records: Sequence[ActivationRecord]
) -> tuple[list[ReportModel], list[LeftOut]]:
    """The models by name, and what is left out.

    The manifest must have been written for the target that we read. It does not name
    its target, but it says where the diffs are, and the ledger knows that too.
    """
    file = project.target_path / "manifest.json"
    try:
        manifest = _mapping(orjson.loads(file.read_bytes()))
        nodes = _mapping(manifest.get("nodes"))
    except FileNotFoundError:
        return [], [_nothing(f"there is no {_shown(file, project)}")]
    except (OSError, ValueError):
        return [], [_nothing(f"{_shown(file, project)} cannot be read")]
    other = _other_target(manifest, nodes, project, records)
    if other:
        return [], [_nothing(f"{_shown(file, project)} was written for {other}")]
    return _models(nodes)


def _models(nodes: Mapping[str, Any]) -> tuple[list[ReportModel], list[LeftOut]]:
    found, left_out = [], []
    for node in map(_mapping, nodes.values()):
        kind = _kind(node)
        if node.get("resource_type") != "model" or kind is None:
            continue
        name = str(node.get("name"))
        if kind not in KINDS:
            known = ", ".join(KINDS)
            reason = f"meta.outhaul.report must be one of: {known}; not '{kind}'"
            left_out.append(LeftOut(name, reason))
        elif _mapping(node.get("config")).get("materialized") == "ephemeral":
            left_out.append(LeftOut(name, "an ephemeral model is not in the warehouse"))
        else:
            found.append(ReportModel(name, str(kind), _relation(node)))
    return sorted(found), sorted(left_out)


def _other_target(
    manifest: Mapping[str, Any],
    nodes: Mapping[str, Any],
    project: Project,
    records: Sequence[ActivationRecord],
) -> str | None:
    """Which target the manifest is for, where that is not ours; else None."""
    adapter = _mapping(manifest.get("metadata")).get("adapter_type")
    if adapter and adapter != project.adapter_type:
        return f"a target of type '{adapter}'"
    for record in records:
        node = _mapping(nodes.get(record.model_id))
        if node and _folded(_relation(node)) != _folded(record.relation):
            return f"another target: {record.name} is in another place there"
    return None


def _kind(node: Mapping[str, Any]) -> Any:
    config = _mapping(node.get("config"))
    meta = _mapping(config.get("meta")) or _mapping(node.get("meta"))
    return _mapping(meta.get("outhaul")).get("report")


def _relation(node: Mapping[str, Any]) -> Relation:
    alias = node.get("alias") or node.get("name")
    return (node.get("database"), node.get("schema"), str(alias))


def _folded(relation: Relation) -> list[str]:
    """Warehouses differ in the case of names that are not quoted."""
    return [str(part or "").lower() for part in relation]


def _nothing(reason: str) -> LeftOut:
    return LeftOut(ALL_MODELS, f"{reason}; run 'dbt build' for this target")


def _shown(file: Path, project: Project) -> str:
    inside = file.is_relative_to(project.project_dir)
    return str(file.relative_to(project.project_dir) if inside else file.name)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
