"""The calls of the Profile API (CEP), and what its answers say of each item.

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.probe import probe
from outhaul.errors import ConfigurationError, OutcomeUnknown
from outhaul.http.answers import Response, classify, json_of
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Outcome, Status

_Error = Mapping[str, Any]

MOST_PROFILES = 200
# The vendor tells no limit in bytes.
MOST_BYTES = 2_000_000

_KEYS = "check 'rest_api_key' and 'project_key' of this destination"
_HINTS = {401: _KEYS, 403: _KEYS}


def check_project(account: BatchAccount, where: str) -> None:
    """Raises ConfigurationError without the project's key."""
    if not account.project_key:
        raise ConfigurationError(
            f"{where}: the Profile API of Batch needs 'project_key' of the destination"
        )


def check_keys(account: BatchAccount) -> None:
    """Raises StopSync where the keys are not taken."""
    if account.probe:
        probe(account.profiles, "/update", _HINTS)


def post(
    account: BatchAccount,
    path: str,
    items: Collected,
    partial: Status = Status.REJECTED,
) -> list[Outcome]:
    """One request; one outcome per item, by the index that errors carry.

    partial: the status of an item of which an attribute was refused and not the rest.
    """
    body = b"[" + b",".join(items.bodies) + b"]"
    response = account.profiles.request("POST", path, body=body)
    classify(response, (200, 202), _HINTS)
    answer = json_of(response)
    code = answer.get("code") if isinstance(answer, dict) else None
    if code == "SUCCESS":
        return [ACCEPTED] * len(items)
    if code != "SUCCESS_WITH_PARTIAL_ERRORS":
        raise OutcomeUnknown(f"{response.describe()}; its 'code' is not known")
    found = _by_index(response, answer.get("errors"), len(items))
    return [_outcome(response, errors, partial) for errors in found]


def _by_index(response: Response, errors: Any, count: int) -> list[list[_Error]]:
    """Errors by `bulk_index`; an answer that names other rows is not believed."""
    by_row: list[list[_Error]] = [[] for _ in range(count)]
    for error in errors if isinstance(errors, list) and errors else [None]:
        index = error.get("bulk_index") if isinstance(error, dict) else None
        if error is None or type(index) is not int or not 0 <= index < count:
            raise OutcomeUnknown(
                f"{response.describe()}; an error in it belongs to no row"
            )
        by_row[index].append(error)
    return by_row


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
