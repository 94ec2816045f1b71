"""The dispatcher on the warehouse of a test: what a real build made is really sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outhaul.config.project import Project, load_project
from outhaul.connections.base import Connection
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Summary
from outhaul.ledger import Warehouse
from tests.dbt.warehouse_project import DiffProject
from tests.engine.store import Store
from tests.engine.world import World


class ProjectLedger:
    """The ledger of a test project, for `World`; its clock is the warehouse's."""

    def __init__(self, project: DiffProject) -> None:
        self._project = project
        folder = project.folder
        self.loaded: Project = load_project(project_dir=folder, profiles_dir=folder)
        self.database = self.loaded.database
        self._opened: list[Connection] = []

    def connect(self) -> Connection:
        self._opened.append(self._project.warehouse.connect(self.loaded))
        return self._opened[-1]

    def close(self) -> None:
        """Close what was opened: some drivers complain of sockets that are not."""
        for connection in self._opened:
            connection.close()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        raise AssertionError("what a real build publishes is not written by hand")

    def advance(self, seconds: float) -> None:
        """Let the leases end that are live; time itself is not ours to move."""
        self._project.end_leases()

    def seams(self) -> Seams:
        return Seams()


class Shop:
    """The people of the project, a store that they are sent to, and the dispatcher."""

    def __init__(self, project: DiffProject, store: Store) -> None:
        self.project = project
        self.store = store
        self.ledger = ProjectLedger(project)
        self.world = World(self.ledger, store)  # type: ignore[arg-type]

    def warehouse(self, connection: Connection | None = None) -> Warehouse:
        """The dispatcher's view of the warehouse, as a command opens it."""
        loaded = self.ledger.loaded
        opened = connection or self.ledger.connect()
        return Warehouse(opened, loaded.database, loaded.outhaul_schema)

    def build(self, *people: Sequence[Any]) -> None:
        """These people, and a build after the leases have ended."""
        self.project.people(*people)
        self.ledger.advance(0)
        self.project.build()

    def sync(self, **how: Any) -> Summary:
        return self.world.sync(**how)

    def held(self) -> dict[str, Any]:
        """The names that the store holds, by key."""
        return {key: version["name"] for key, version in self.store.held.items()}

    def assert_settled(self, *people: Sequence[Any]) -> None:
        """The store holds these, and the next build has nothing to do."""
        assert self.held() == {str(id): name for id, name, _ in people}
        self.build(*people)
        assert self.project.rows() == []
        assert self.store.violations == []
