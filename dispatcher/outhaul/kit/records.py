"""The template of services that write records: columns become fields of a body."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from outhaul.kit.bodies import Body, Field
from outhaul.kit.contract import column_problems
from outhaul.kit.fields import Plan, refuse_columns, with_missing_created
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import Change, Column, Row


class Planned(Service):
    """A service that says for each column where its values go, before any is sent."""

    kind_of_field: ClassVar[str] = "field"
    """What `check` calls a field that it would create."""

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._plan = Plan()

    @abstractmethod
    def plan(self, columns: Sequence[Column]) -> Plan:
        """Where each column goes, of what the platform says that it has."""

    def create(self, missing: Any) -> None:
        """Create a field of the plan. Raises RequestRefused if there is one already."""
        raise TypeError(f"the service '{self.name}' creates no fields")

    def check(self, columns: Sequence[Column]) -> list[str]:
        notes: list[str] = self._account.notes()
        return notes + [
            f"{self.kind_of_field} '{each.name}' ({each.type}) will be created"
            for each in self._planned(columns).missing
        ]

    def prepare(self, columns: Sequence[Column]) -> None:
        self._plan = with_missing_created(
            lambda: self._planned(columns), self.create, self.findings
        )
        self.findings.fields = self._plan.ids

    def _planned(self, columns: Sequence[Column]) -> Plan:
        found = column_problems(type(self), self._options, columns)
        problems = [each.text for each in found]
        plan = self.plan(columns)
        problems += plan.problems
        refuse_columns(self._account.title, self._activation.name, problems)
        return plan


class Records(Planned):
    """Writes inserted and updated rows as records of the platform.

    The account has `limits`. Rows are encoded by the body that `body` makes.
    """

    consumes = frozenset({Change.INSERTED, Change.UPDATED})

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.request_seconds = account.longest_call
        self._body: Body | None = None

    def limits(self, change: Change) -> Limits:
        limits: Limits = self._account.limits
        return limits

    @abstractmethod
    def body(self, fields: Sequence[Field]) -> Body:
        """How a row is written with these fields."""

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self._body = self.body(self._plan.fields)

    def encode(self, row: Row, found: Any = None) -> bytes:
        return self._prepared.one(row, found)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._prepared.many(rows, found)

    @property
    def _prepared(self) -> Body:
        """The body with the fields of the plan; before that, with those of none."""
        if self._body is None:
            self._body = self.body(self._plan.fields)
        return self._body


class Probed(Records):
    """Records of a platform that is asked, before the first, whether it lets us write.

    All that preparing does otherwise is to look at columns, so `check` prepares too.
    """

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1

    @abstractmethod
    def ask_for_access(self) -> None:
        """Raises StopSync or ConfigurationError where no row will be taken."""

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        self.ask_for_access()

    def check(self, columns: Sequence[Column]) -> list[str]:
        self.prepare(columns)
        notes: list[str] = self._account.notes()
        return notes
