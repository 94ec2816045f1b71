"""Who belongs together, found one by one: what SQL is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Groups = set[frozenset[Any]]


def components(edges: Iterable[tuple[Any, Any]]) -> Groups:
    """The connected components of records and keys, by union-find; of records alone.

    edges: a record and a key of it, or None for a record without one.
    """
    parent: dict[Any, Any] = {}

    def root(node: Any) -> Any:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    records = set()
    for record, key in edges:
        records.add(record)
        one = root(("record", record))
        if key is not None:
            parent[root(("key", key))] = one
    return grouped({record: root(("record", record)) for record in records})


def grouped(groups: Mapping[Any, Any]) -> Groups:
    """What is in the same group, from the group of each."""
    members = defaultdict(set)
    for each, group in groups.items():
        members[group].add(each)
    return {frozenset(each) for each in members.values()}
