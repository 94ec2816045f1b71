"""The templates of what has members: of lists of addresses, and of records in lists."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.errors import RequestRefused, StopSync
from outhaul.kit.columns import as_json
from outhaul.kit.contract import column_problems
from outhaul.kit.fields import refuse_columns
from outhaul.kit.formats import Email
from outhaul.kit.look_ups import ByAddress
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import ACCEPTED, Change, Column, Outcome, Row, Status

_ADDRESS = Email(as_given=True)


def list_name(title: str, what: str = "list") -> Any:
    """The option `list_name`. what: the platform's word for a list."""
    return setting(f"The {what}'s name at {title}; default: the segment's.", default="")


class NamedList(Service):
    """Something with members, such as a list or an audience, that is known by its name.

    It is found again by its id where somebody renamed it, and created where it is
    missing.
    """

    membership = True
    stage = 1
    others = "is not sent"
    called: ClassVar[str] = "list"
    """The platform's word for it."""
    named_by: ClassVar[str] = "list_name"
    """The option that has its name."""
    holds: ClassVar[str]
    """What it holds, for messages about a column that is not sent."""

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._list_name = getattr(options, self.named_by) or activation.segment
        self._list_id = ""
        self._located = ""
        self.request_seconds = account.longest_call

    def owns(self) -> str:
        return f"{self.called} '{self._list_name}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the list

    def limits(self, change: Change) -> Limits:
        limits: Limits = self._account.limits
        return limits

    def check(self, columns: Sequence[Column]) -> list[str]:
        self._check_columns(columns)
        notes: list[str] = self._account.notes()
        to_create = [f"{self.owns()} will be created"] * (self.find() is None)
        sent = {*self.required(self._options), *self.known_fields()}
        unsent = [column.field for column in columns if column.field not in sent]
        return [*notes, *to_create] + [
            f"column '{field}' is not sent: {self.holds}" for field in unsent
        ]

    def locate(self, known_id: str = "") -> bool:
        """By its id first, so that a list that was renamed is still the same."""
        known_name = self.name_of(known_id) if known_id else None
        found = known_id if known_name == self._list_name else self.find()
        is_renamed = not found and known_name is not None
        self._located = found or (known_id if is_renamed else "")
        self.findings.target_id = self._located
        self.findings.renamed = known_name or "" if is_renamed else ""
        return bool(self._located)

    def prepare(self, columns: Sequence[Column]) -> None:
        self._check_columns(columns)
        located, self._located = self._located, ""
        found = located or self.find()
        self._list_id = self.findings.target_id = found or self._created()

    def _check_columns(self, columns: Sequence[Column]) -> None:
        """Raises ConfigurationError where they do not say who the members are."""
        found = column_problems(type(self), self._options, columns)
        problems = [each.text for each in found]
        refuse_columns(self._account.title, self._activation.name, problems)

    @abstractmethod
    def find(self) -> str | None:
        """The id of the list with exactly this name; None where there is none."""

    @abstractmethod
    def name_of(self, list_id: str) -> str | None:
        """What the list of this id is called; None where there is none."""

    @abstractmethod
    def create(self) -> str:
        """Create the list: its id, or empty where its first members create it.

        Raises RequestRefused where the name is taken.
        """

    def is_created(self, list_id: str) -> str:
        """The id of a list that we made, and tell of."""
        self.findings.target_id = list_id
        self.findings.created.append(self.owns())
        return list_id

    def _created(self) -> str:
        """Create the list, or find it where somebody was faster."""
        try:
            created = self.create()
        except RequestRefused as error:
            refused = str(error)
        else:
            return self.is_created(created) if created else ""
        found = self.find()
        if found is None:
            raise StopSync(f"{self.owns()} cannot be created: {refused}")
        return found


class MemberList(NamedList):
    """Adds those who enter the segment to a list and removes those who leave."""

    consumes = frozenset({Change.INSERTED, Change.REMOVED})
    identity = "email"
    holds = "a list holds addresses"

    def encode(self, row: Row, found: Any = None) -> bytes:
        address = _ADDRESS.one("email", row.values.get("email"))
        leave = row.change is Change.REMOVED
        return orjson.dumps(self.members([address], [found], leave=leave)[0])

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        addresses = _ADDRESS.many(rows.column("email"))
        leave = rows[0].change is Change.REMOVED
        return as_json(self.members(addresses, found, leave=leave))

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        """What stands for each member in a request, with what a look-up found."""
        return addresses


class RecordList(ByAddress, MemberList):
    """A list of records, which are looked up by their addresses; it creates none.

    A record that was found is what stands for the member, such as its id.
    """

    def needs_look_up(self, change: Change) -> bool:
        return True

    def members(
        self, addresses: Sequence[str], found: Sequence[Any], *, leave: bool
    ) -> Sequence[Any]:
        return [
            record or address for address, record in zip(addresses, found, strict=True)
        ]

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        """Whoever has no record cannot enter, and has left already."""
        if record is not None:
            return record
        if leave:
            return ACCEPTED
        text = f"{self._account.title} has nobody of this address"
        return Outcome(Status.MISSING, "missing", text)


def list_gone(title: str, what: str = "list") -> StopSync:
    """What to do where a list was deleted at a platform."""
    return StopSync(
        f"the {what} was deleted at {title}. No sync goes on until you run 'outhaul"
        " resync' for this activation, so that a new one gets all of its members"
    )
