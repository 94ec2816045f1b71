"""What has changed since another manifest was written.

https://docs.getdbt.com/reference/node-selection/state-comparison-caveats
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outhaul.config.settings import did_you_mean
from outhaul.errors import ConfigurationError
from outhaul.registry.selection.graph import Graph, Node, calls

_KINDS = ("new", "old", "modified", "unmodified")


def check_kind(kind: str) -> None:
    """Raises ConfigurationError for what is no kind of change."""
    if kind not in _KINDS:
        raise ConfigurationError(
            f"--select: 'state:{kind}'{did_you_mean(kind, _KINDS)}: there are"
            f" {', '.join(_KINDS)}"
        )


def changed(kind: str, now: Graph, before: Graph) -> set[str]:
    """The ids of nodes that are new or old, modified or not; new ones are modified.

    Modified: the file, the configuration as it is written, or a macro that the node
    calls, itself or by another one. Where its table is may differ: targets do.
    """
    if kind in ("new", "old"):
        is_old = kind == "old"
        return {each for each in now.nodes if (each in before.nodes) is is_old}
    modified = {
        node.id
        for node in now.nodes.values()
        if node.id not in before.nodes
        or _content(node) != _content(before.nodes[node.id])
        or _macros(node, now) != _macros(before.nodes[node.id], before)
    }
    return modified if kind == "modified" else set(now.nodes) - modified


def _content(node: Node) -> list[Any]:
    checksum = node.raw.get("checksum")
    text = checksum.get("checksum") if isinstance(checksum, dict) else None
    return [text, node.raw.get("unrendered_config") or {}]


def _macros(node: Node, graph: Graph) -> Mapping[str, str]:
    """The text of each macro that a node calls, by its id."""
    found: dict[str, str] = {}
    edge = calls(node.raw, "macros")
    while edge:
        known = {each: graph.macros[each] for each in edge if each in graph.macros}
        new = {each: macro for each, macro in known.items() if each not in found}
        found |= {each: macro.text for each, macro in new.items()}
        edge = [called for macro in new.values() for called in macro.calls]
    return found
