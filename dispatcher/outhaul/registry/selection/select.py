"""The activations that a selection is for.

dbt's methods go by its manifest; `destination:`, `service:` and `result:` are our own
and go by the ledger. An activation is selected where its diff is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from outhaul.config.settings import did_you_mean
from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord
from outhaul.registry.selection.changed import changed, check_kind
from outhaul.registry.selection.criteria import (
    NAME,
    Combined,
    Criterion,
    Wanted,
    defined,
    parsed,
    read_selectors,
    words,
)
from outhaul.registry.selection.graph import Graph, Node, read_graph
from outhaul.registry.selection.methods import OF_NODES, is_called
from outhaul.registry.selection.names import no_activation

_PLAIN = re.compile(r"[^\s,:+@/.]+")
# What may select nothing on a good day, which is no mistake.
_MAY_BE_NONE = ("result", "state")


class NothingSelected(Exception):
    """A selection that is right and has no activation today."""


@dataclass(frozen=True)
class Selection:
    """What a command line selects. state: a folder with another manifest."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: str = ""
    state: str = ""

    def __str__(self) -> str:
        named = ", ".join(self.select) or self.selector or "all"
        return f"{named} without {', '.join(self.exclude)}" if self.exclude else named

    @property
    def is_made(self) -> bool:
        """Whether anything is named."""
        return bool(self.select or self.exclude or self.selector)

    @property
    def is_plain(self) -> bool:
        """Whether it holds bare names alone, with wildcards or without."""
        named = not self.exclude and not self.selector
        return named and all(_PLAIN.fullmatch(each) for each in self.select)


@dataclass(frozen=True)
class Known:
    """What selections are about.

    records: the activations of this project and target. results: how the last sync of
    each ended, by name; asked for where it is needed.
    """

    records: Sequence[ActivationRecord]
    results: Callable[[], Mapping[str, str | None]]
    project_dir: Path
    target_path: Path
    state: str = ""
    _seen: list[str] = field(default_factory=list)

    @property
    def has_manifest(self) -> bool:
        """Whether dbt has written one."""
        return (self.target_path / "manifest.json").exists()

    @cached_property
    def selectors(self) -> Mapping[str, Any]:
        """The definitions of `selectors.yml`."""
        return read_selectors(self.project_dir)

    @cached_property
    def graph(self) -> Graph:
        """The nodes of the manifest, and diffs that it does not know any more."""
        found = read_graph(self.target_path)
        gone = {each.model_id: Node(each.model_id, each.name) for each in self.records}
        return Graph({**gone, **found.nodes}, found.macros)

    @cached_property
    def before(self) -> Graph:
        """The nodes of the manifest that `--state` names."""
        if not self.state:
            raise ConfigurationError("'state:' needs --state, the folder of a manifest")
        return read_graph(Path(self.state))


def select(selection: Selection, known: Known) -> list[str]:
    """The names of the activations, in the order of the ledger.

    Raises ConfigurationError for a value that selects none, unless it may do so on a
    good day, and NothingSelected where none is left.
    """
    wanted = {each.model_id for each in known.records}
    specs = words(selection.select)
    if selection.selector:
        wanted = _evaluated(defined(selection.selector, known.selectors), known)
    elif specs:
        wanted = set().union(*(_one(spec, known) for spec in specs))
    for spec in words(selection.exclude):
        wanted = wanted - _one(spec, known, is_out=True)
    names = [each.name for each in known.records if each.model_id in wanted]
    if not names:
        raise NothingSelected("no activation is selected")
    return names


def of_models(name: str, known: Known) -> list[str]:
    """The activations whose models are in a folder or package of this name."""
    called = _models_called(name, known)
    return [each.name for each in known.records if each.model_id in called]


def _one(spec: str, known: Known, *, is_out: bool = False) -> set[str]:
    """What a value selects; is_out: it is left out, where only a name has to be one."""
    criteria = parsed(spec)
    found = _evaluated(criteria, known)
    names = [each.name for each in known.records]
    is_name = isinstance(criteria, Criterion) and criteria.method == NAME
    may_be_none = not is_name if is_out else _may_be_none(criteria)
    if not may_be_none and found.isdisjoint(each.model_id for each in known.records):
        raise no_activation(spec, names)
    return found


def _may_be_none(wanted: Wanted) -> bool:
    if isinstance(wanted, Criterion):
        return wanted.method in _MAY_BE_NONE
    return any(map(_may_be_none, wanted.of))


def _evaluated(wanted: Wanted, known: Known) -> set[str]:
    if isinstance(wanted, Combined):
        parts = [_evaluated(each, known) for each in wanted.of]
        found = set.intersection(*parts) if wanted.is_all else set().union(*parts)
        return found.difference(*(_evaluated(each, known) for each in wanted.but_not))
    found = _by_method(wanted, known)
    if wanted.around:
        return known.graph.above(known.graph.below(found))
    if wanted.above == wanted.below == 0:
        return found
    graph = known.graph
    return graph.above(found, wanted.above) | graph.below(found, wanted.below)


def _by_method(wanted: Criterion, known: Known) -> set[str]:
    method, value = wanted.method, wanted.value
    if method == NAME:
        return _by_name(value, known)
    if method == "selector":
        return _by_selector(value, known)
    if method == "state":
        check_kind(value)
        return changed(value, known.graph, known.before)
    if method in _OF_RECORDS:
        told = _OF_RECORDS[method](known)
        return {
            each.model_id
            for each in known.records
            if fnmatchcase(str(told[each.name]), value)
        }
    if method in OF_NODES:
        test = OF_NODES[method]
        nodes = known.graph.nodes.values()
        return {node.id for node in nodes if test(node, value, wanted.key)}
    methods = [NAME, *OF_NODES, *_OF_RECORDS, "state", "selector"]
    raise ConfigurationError(
        f"--select: there is no method '{method}'{did_you_mean(method, methods)}; the"
        f" methods are: {', '.join(methods)}"
    )


def _by_name(value: str, known: Known) -> set[str]:
    """Diffs of this name; where there is none, what dbt would select by it."""
    found = {each.model_id for each in known.records if fnmatchcase(each.name, value)}
    return found or _models_called(value, known)


def _models_called(name: str, known: Known) -> set[str]:
    """The models of this name, or of a folder or package of it."""
    if not known.has_manifest:
        return set()
    return {node.id for node in known.graph.nodes.values() if is_called(node, name)}


def _by_selector(name: str, known: Known) -> set[str]:
    if name in known._seen:
        raise ConfigurationError(f"selectors.yml: {name}: selects by itself")
    known._seen.append(name)
    found = _evaluated(defined(name, known.selectors), known)
    known._seen.remove(name)
    return found


def _results(known: Known) -> dict[str, str | None]:
    """As one word each: `some_rejected`, or `never`."""
    found = known.results()
    told = {each.name: found.get(each.name) or "never" for each in known.records}
    return {name: result.replace(" ", "_") for name, result in told.items()}


_OF_RECORDS: Mapping[str, Callable[[Known], Mapping[str, str | None]]] = {
    "destination": lambda known: {e.name: e.destination for e in known.records},
    "service": lambda known: {e.name: e.service for e in known.records},
    "result": _results,
}
