"""What every command opens: the project, its ledger, its destinations."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dispatcher.accounts import Destinations, load_destinations
from dispatcher.activations import (
    Binding,
    bind,
    refuse_shared_targets,
    select_records,
)
from dispatcher.connections import connect
from dispatcher.errors import ConfigurationError
from dispatcher.project import Project, load_project
from dispatcher.records import ActivationRecord
from dispatcher.settings import configuration_error
from dispatcher.warehouse import Warehouse


@dataclass(frozen=True)
class Session:
    """An open project."""

    project: Project
    warehouse: Warehouse

    def records(self, patterns: Sequence[str] = ()) -> list[ActivationRecord]:
        """The activations of the ledger that are selected."""
        return select_records(self.warehouse.activations(), patterns)

    def destinations(self) -> Destinations:
        """What `destinations.yml` declares."""
        return load_destinations(self.project)

    def bindings(self, patterns: Sequence[str] = ()) -> list[Binding]:
        """The selected activations, bound; all that is wrong is told in one error."""
        records = self.records(patterns)
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
        refuse_shared_targets(bindings)
        return bindings

    def bind_again(self, record: ActivationRecord) -> Binding:
        """Bind what a build changed since it was bound; it must still be sendable."""
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


@contextmanager
def open_session(options: Mapping[str, Any]) -> Iterator[Session]:
    """Open the project that the options of the command line name."""
    project = load_project(**options)
    warehouse = Warehouse(connect(project), project.database, project.outhaul_schema)
    try:
        yield Session(project, warehouse)
    finally:
        warehouse.close()


def actor() -> str:
    """Who decides: the variable OUTHAUL_ACTOR, or the user of this machine."""
    return os.environ.get("OUTHAUL_ACTOR") or getpass.getuser()
