"""The Profile API (CEP): its calls, and what its answers say of each item.

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import LONGEST_ID, Form
from outhaul.errors import ConfigurationError, OutcomeUnknown
from outhaul.http.answers import Response, classify
from outhaul.kit.api import by_index, object_of, probe
from outhaul.kit.bodies import Field
from outhaul.kit.formats import Id
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Bucket, Limits
from outhaul.model import ACCEPTED, Change, Column, Outcome, Status

_Error = Mapping[str, Any]

MOST_PROFILES = 200
# The vendor tells no limit in bytes.
MOST_BYTES = 2_000_000
# Batch counts profiles and takes 1,000 at once; this keeps well below.
_SECONDS_OF_RATE = 2.0
# It tells no limit of requests: this is ours, for many that are small.
_REQUESTS_PER_SECOND = 50.0

_KEYS = "check 'rest_api_key' and 'project_key' of this destination"
_HINTS = {401: _KEYS, 403: _KEYS}


def limits_of(most: int, profiles: Bucket) -> Limits:
    """The limits of requests that are counted by their profiles."""
    return Limits(most, MOST_BYTES, _REQUESTS_PER_SECOND, buckets=(profiles,))


class ProfileService(Probed):
    """A service of the Profile API, which creates unknown profiles by custom id."""

    partly_applies = False  # what is refused in part is answered with 202

    def __init__(
        self, account: BatchAccount, options: Any, activation: Activation
    ) -> None:
        if not account.project_key:
            raise ConfigurationError(
                f"{activation.name}: the Profile API of Batch needs 'project_key' of"
                " the destination"
            )
        super().__init__(account, options, activation)
        id_format = Id(LONGEST_ID, in_lower_case=options.lowercase)
        self._key = Field("custom_id", "custom_id", id_format)
        self._form = Form.cep(is_cut=options.truncate)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return int(self._account.probe)

    def limits(self, change: Change) -> Limits:
        often = self._account.profiles_per_second
        shared = Bucket.of_rate("profiles", often, _SECONDS_OF_RATE, "rows")
        return limits_of(MOST_PROFILES, shared)

    def ask_for_access(self) -> None:
        if self._account.probe:
            probe(self._account.profiles, "/update", b"[]", _HINTS)

    def _post(
        self, path: str, items: Collected, partial: Status = Status.REJECTED
    ) -> list[Outcome]:
        """One request; one outcome per item, by the index that errors carry.

        partial: the status of an item of which an attribute was refused and not the
        rest.
        """
        body = b"[" + b",".join(items.bodies) + b"]"
        response = self._account.profiles.request("POST", path, body=body)
        classify(response, (200, 202), _HINTS)
        answer = object_of(response)
        if answer.get("code") == "SUCCESS":
            return [ACCEPTED] * len(items)
        if answer.get("code") != "SUCCESS_WITH_PARTIAL_ERRORS":
            raise OutcomeUnknown(f"{response.describe()}; its 'code' is not known")
        errors = answer.get("errors")
        found = by_index(errors or [None], len(items), _index_of)
        if found is None:
            raise OutcomeUnknown(
                f"{response.describe()}; an error in it belongs to no row"
            )
        return [_outcome(response, each, partial) for each in found]


def _index_of(error: Any) -> Any:
    return error.get("bulk_index") if isinstance(error, dict) else None


def _outcome(response: Response, errors: Sequence[_Error], partial: Status) -> Outcome:
    """An error without attribute refuses the item as a whole."""
    if not errors:
        return ACCEPTED
    is_partial = all(error.get("attribute") for error in errors)
    category = response.quote(str(errors[0].get("category") or ""))
    code = re.sub(r"\W+", "_", category).strip("_").lower() or "refused"
    status = partial if is_partial else Status.REJECTED
    return Outcome(status, code, "; ".join(_reason(response, each) for each in errors))


def _reason(response: Response, error: _Error) -> str:
    reason = response.quote(str(error.get("reason") or "no reason is told"))
    attribute = error.get("attribute")
    if not attribute:
        return reason
    return f"'{response.quote(str(attribute))}' was refused, not the rest: {reason}"
