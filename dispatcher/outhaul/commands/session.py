"""What every command opens: the project, its ledger, its destinations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from typing import Any, NamedTuple

from outhaul.config.project import Project, load_project
from outhaul.config.settings import configuration_error
from outhaul.connections import connect
from outhaul.errors import ConfigurationError
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord, Control, LostActivation, Owner
from outhaul.registry.activations import (
    Binding,
    bind,
    refuse_shared_places,
)
from outhaul.registry.destinations import Destinations, load_destinations
from outhaul.registry.selection import (
    Known,
    Selection,
    any_is,
    of_models,
    select,
    select_records,
)


class Ended(NamedTuple):
    """Why an activation is not synced any more. over: for good."""

    why: str
    over: bool = False


@dataclass(frozen=True)
class Session:
    """An open project. say: told what a command leaves out, and why."""

    project: Project
    warehouse: Warehouse
    say: Callable[[str], None] = lambda text: None

    @property
    def owner(self) -> Owner:
        """The project and the target that we run in."""
        return Owner(self.project.name, self.project.target_name)

    def records(self, patterns: Sequence[str] = ()) -> list[ActivationRecord]:
        """The activations of this project and target that are selected.

        patterns: names; one that no activation has may be that of a folder of models.
        What belongs to another one is left out, and refused where a pattern selects
        nothing else.
        """
        own, others = self.owned()
        if not patterns:
            return self._matching((), own, others)
        names = [each.name for each in (*own, *others)]
        known = self._known(own)
        spelled: list[str] = []
        for pattern in patterns:
            found = [] if any_is(names, pattern) else of_models(pattern, known)
            spelled += map(escape, found) if found else [pattern]
        return self._matching(spelled, own, others)

    def exactly(self, name: str) -> list[ActivationRecord]:
        """The activation of this name, which is no pattern."""
        return self._matching([escape(name)], *self.owned())

    def chosen(self, selection: Selection) -> list[str]:
        """Patterns for the names of what is selected; none: all.

        Raises NothingSelected where a sound selection has no activation today.
        """
        if selection.is_plain:
            return list(selection.select)
        own, _ = self.owned()
        return list(map(escape, select(selection, self._known(own, selection.state))))

    def _matching(
        self,
        patterns: Sequence[str],
        own: Sequence[ActivationRecord],
        others: Sequence[ActivationRecord],
    ) -> list[ActivationRecord]:
        """Those of ours that match; says what of others is left out."""
        for pattern in patterns:
            foreign = [each for each in others if fnmatchcase(each.name, pattern)]
            if foreign and not any(fnmatchcase(each.name, pattern) for each in own):
                raise self._not_ours(foreign[0])
        names: dict[Owner, list[str]] = {}
        for each in others if not patterns else ():
            names.setdefault(each.owner, []).append(each.name)
        for owner, left in names.items():
            self.say(f"left out, of {owner}: {', '.join(left)}")
        return select_records(own, patterns)

    def _known(self, own: Sequence[ActivationRecord], state: str = "") -> Known:
        """What selections go by."""
        project = self.project
        return Known(
            own, self._results, project.project_dir, project.target_path, state
        )

    def _results(self) -> dict[str, str | None]:
        """How the last sync of each activation ended; None: there was none."""
        found = self.warehouse.statuses()
        return {name: each.last_sync_status for name, each in found.items()}

    def lost(self, name: str) -> LostActivation | None:
        """The activation of this name, where its row is gone and claims tell of it."""
        if any(each.name == name for each in self.warehouse.activations()):
            return None
        highest = self.warehouse.traces(name, 0).highest
        return LostActivation(name, highest) if highest else None

    def ended(self) -> dict[str, Ended]:
        """Why activations are not synced any more, for good or until a build."""
        retired = self.warehouse.controls(["retire", "resume"])
        renamed = self.warehouse.controls(["rename"])
        reasons = {}
        for record in self.owned()[0]:
            why = _ended(record, retired.get(record.name), renamed.get(record.name))
            if why is not None:
                reasons[record.name] = why
        return reasons

    def live(self, patterns: Sequence[str] = ()) -> list[ActivationRecord]:
        """The selected activations that have not ended; says which have."""
        records = self.records(patterns)
        ended = self.ended()
        for record in records:
            if record.name in ended:
                self.say(f"left out: {record.name} {ended[record.name].why}")
        return [record for record in records if record.name not in ended]

    def owned(self) -> tuple[list[ActivationRecord], list[ActivationRecord]]:
        """The activations of the ledger: ours, and those of others."""
        every = self.warehouse.activations()
        ours = [each for each in every if each.owner == self.owner]
        return ours, [each for each in every if each.owner != self.owner]

    def _not_ours(self, record: ActivationRecord) -> ConfigurationError:
        return ConfigurationError(
            f"the activation {record.name} belongs to {record.owner}, and this is "
            f"{self.owner}: run it there, by --target; if {self.owner} goes on in its "
            f"place, see 'outhaul transfer {record.name}'"
        )

    def destinations(self) -> Destinations:
        """What `destinations.yml` declares."""
        return load_destinations(self.project)

    def bindings(self, patterns: Sequence[str] = ()) -> list[Binding]:
        """The selected activations, bound; all that is wrong is told in one error."""
        records = self.live(patterns)
        destinations = self.destinations()
        bindings: list[Binding] = []
        problems: list[str] = []
        for record in records:
            try:
                bindings.append(bind(record, destinations))
            except ConfigurationError as error:
                problems.append(str(error))
        problems = list(dict.fromkeys(problems))
        if problems and bindings:
            raise configuration_error(
                "nothing was sent; choose what is sound with --select", problems
            )
        if problems:
            raise configuration_error("nothing was sent", problems)
        refuse_shared_places(bindings)
        return bindings

    def bind_again(self, record: ActivationRecord) -> Binding:
        """Bind what a build changed since it was bound; it must still be sendable."""
        if record.owner != self.owner:
            raise self._not_ours(record)
        binding = bind(record, self.destinations())
        if not self.may_send(binding):
            raise ConfigurationError(
                f"model {record.name}: it was built for '{binding.destination.name}' "
                f"meanwhile, to which '{self.project.target_name}' may not send"
            )
        return binding

    def may_send(self, binding: Binding) -> bool:
        """Whether the target that we run in may send to the binding's destination."""
        return self.project.target_name in binding.destination.send_from


def _ended(
    record: ActivationRecord, retired: Control | None, renamed: Control | None
) -> Ended | None:
    """Why an activation is not synced any more; None: it is."""
    if renamed is not None and renamed.subject != record.name:
        return Ended(f"goes on as {renamed.subject}, once that model is built")
    if retired is not None and retired.action == "retire":
        if retired.subject == "keep":
            return Ended(f"was retired by {retired.actor}", over=True)
        if record.built_at is None or record.built_at < retired.recorded_at:
            return Ended("is retired: the next 'dbt build' makes its removals pending")
        return None
    if record.is_orphaned:
        return Ended(
            "has no model in the project any more: run 'outhaul retire "
            f"{record.name}', or 'outhaul rename {record.name} NEW'"
        )
    return None


@contextmanager
def open_session(
    options: Mapping[str, Any], say: Callable[[str], None] = lambda text: None
) -> Iterator[Session]:
    """Open the project that the options of the command line name."""
    project = load_project(**options)
    warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
    try:
        yield Session(project, warehouse, say)
    finally:
        warehouse.close()
