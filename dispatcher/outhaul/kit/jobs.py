"""The template of services whose requests are answered by a job that is polled.

Nothing is acknowledged on a guess: where a job names fewer failed rows than it counts,
all of its rows count as not told apart, and are sent again in halves.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown, RetryRequest
from outhaul.http.addresses import path_part_problem
from outhaul.http.answers import Response
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job, Service
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status

# Tries for files of errors: a host that is closed to us stays closed.
_MOST_UNREAD = 3


def first_look() -> Any:
    """The setting `poll_seconds`."""
    return setting(
        "Seconds before an import is asked for its state the first time.",
        default=2.0,
        minimum=0.01,
        maximum=60,
    )


def longest_wait() -> Any:
    """The setting `poll_timeout_seconds`."""
    return setting(
        "Seconds after which an import that has not ended counts as unknown.",
        default=1_800.0,
        minimum=1,
        maximum=86_400,
    )


@dataclass(frozen=True)
class Ended:
    """What a job that has ended tells of its rows.

    failed: how many of them; None: some, and it does not say how many. named: those
    that it names, by key, each with a reason. rows: how many it was given, or 0 where
    it does not tell. all_failed: whether it says so.
    """

    failed: int | None = 0
    named: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    all_failed: bool = False


LOST = Ended(failed=None)
"""A job that nobody knows of any more."""


class ByJob(Service):
    """A service whose requests start jobs, whose rows have keys."""

    _account: Any
    _unread_files = 0

    def takes_times_of(self, account: Any) -> None:
        """The times that the account has set."""
        self.poll_seconds = account.poll_seconds
        self.poll_timeout_seconds = account.poll_timeout_seconds

    def keys_of(self, items: Collected) -> Sequence[str]:
        """What a job calls each of these rows: by default its address."""
        return items.rows.addresses()

    @abstractmethod
    def look_at(self, job: Job, keys: Sequence[str]) -> Ended | None:
        """One look: what it tells once it has ended, or None; `LOST`.

        keys: those of the rows that are asked for, which may be some of the job's.
        """

    def _errors_file(self, url: str) -> bytes:
        """The file about failed rows; empty where it cannot be had in a few tries.

        It lies at another host, which a firewall may close for ever.
        """
        try:
            file: bytes = self._account.api.errors_file(url)
        except RetryRequest:
            self._unread_files += 1
            if self._unread_files < _MOST_UNREAD:
                raise
            return b""
        self._unread_files = 0
        return file

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        keys = self.keys_of(items)
        ended = self.look_at(job, keys)
        if ended is None:
            return None
        return outcomes_of(keys, ended)


def outcomes_of(keys: Sequence[str], ended: Ended) -> list[Outcome]:
    """One outcome for each row of a job that has ended.

    A restarted sync may ask for some of the job's rows only, since it knows of the
    others. Failed rows that are named and not ours are then those others.
    """
    if ended is LOST:
        return [UNKNOWN] * len(keys)
    if ended.failed == 0:
        return [ACCEPTED] * len(keys)
    counted = ended.failed or 1
    is_whole = ended.rows <= len(keys)
    ours = sum(key in ended.named for key in keys)
    found = ours if is_whole else len(ended.named)
    if found and found >= counted:
        return [
            _failure(ended.named[key]) if key in ended.named else ACCEPTED
            for key in keys
        ]
    # A job of which all rows failed needs to name none, and so does one of one row.
    if is_whole and (ended.all_failed or counted >= len(keys)):
        return [_failure(ended.named.get(key, "")) for key in keys]
    number = "some" if ended.failed is None else str(ended.failed)
    text = f"the import failed for {number} of its rows and does not say for which"
    return [Outcome(Status.SOME_FAILED, "not_told_apart", text)] * len(keys)


def started(response: Response, reference: Any, name: str) -> Job:
    """The job that an answer names; `name`: where it stands in the answer."""
    if not isinstance(reference, str) or path_part_problem(reference):
        raise OutcomeUnknown(f"{response.describe()}; there is no '{name}' in it")
    return Job(reference)


def _failure(reason: str) -> Outcome:
    message = "the import failed for this row" + (f": {reason}" if reason else "")
    return Outcome(Status.REJECTED, "import_failed", message)
