"""What the services have in common: requests that Google works off, and consent.

https://developers.google.com/data-manager/api/devguides/diagnostics
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown, RequestRefused, RowRefused, StopSync
from outhaul.http.addresses import path_part_problem
from outhaul.kit.formats import Format
from outhaul.kit.rows import Collected
from outhaul.kit.service import Job, Service
from outhaul.model import ACCEPTED, UNKNOWN, Kind, Outcome, Status

CONSENTS = {"ad_user_data": "adUserData", "ad_personalization": "adPersonalization"}
"""The columns and options of consent, each with its key in a request."""
_GIVEN = {"granted": "CONSENT_GRANTED", "denied": "CONSENT_DENIED"}
_REASON = "PROCESSING_ERROR_REASON_"
_HANDLED = {"internal_error": UNKNOWN, "duplicate_transaction_id": ACCEPTED}
"""What errors mean that are no refusal: a conversion that Google has is there."""


def consent(what: str) -> Any:
    """An option that says what all people of a diff agreed to."""
    return setting(
        f"Whether people agreed that their data is used for {what}: of all, unless the"
        " column of this name says it of each.",
        default="",
        choices=("", *_GIVEN),
    )


def validate_only() -> Any:
    """The option `validate_only`."""
    return setting(
        "A dry run: Google checks the first request and keeps nothing, and the sync"
        " stops there with its rows still pending.",
        default=False,
    )


class Consent(Format):
    """What somebody agreed to: true or false, or `granted` or `denied`."""

    word = "granted, denied, true or false"
    kinds = frozenset({Kind.TEXT, Kind.BOOLEAN})

    def one(self, field: str, value: Any) -> str:
        if isinstance(value, bool):
            value = "granted" if value else "denied"
        found = _GIVEN.get(str(value).strip().lower())
        if found is None:
            raise RowRefused("consent", f"'{field}' is neither granted nor denied")
        return found


def consent_of(found: Mapping[str, Any]) -> dict[str, str]:
    """What somebody's row tells of consent, as a request has it."""
    return {key: found[name] for name, key in CONSENTS.items() if found.get(name)}


class ByRequest(Service):
    """A service whose requests Google works off later, and then tells of by index."""

    _account: Any
    _options: Any

    def _ingest(self, call: str, about: Mapping[str, Any], rows: bytes) -> Any:
        """One request; the job to poll, or None where nobody waits for it.

        about: what stands in it beside the rows, which are `"name":[…]`.
        """
        is_dry = self._options.validate_only
        written = {
            **about,
            "encoding": "HEX",
            **({"validateOnly": True} if is_dry else {}),
        }
        body = orjson.dumps(written)[:-1] + b"," + rows + b"}"
        try:
            request_id = self._account.api.ingest(call, body)
        except RequestRefused as error:
            if is_dry:
                raise StopSync(f"a dry run: {error}") from None
            raise
        if is_dry:
            raise StopSync(
                "a dry run: Google finds the first request valid and kept nothing of"
                " it; remove 'validate_only' to send"
            )
        if path_part_problem(request_id):
            raise OutcomeUnknown("Google's answer has no 'requestId' in it")
        return Job(request_id) if self._account.await_result else None

    def _told_of_all(self) -> dict[str, str]:
        """The consent that the options tell of everybody."""
        return {
            key: _GIVEN[getattr(self._options, name)]
            for name, key in CONSENTS.items()
            if getattr(self._options, name)
        }

    def poll(self, job: Job, items: Collected) -> list[Outcome] | None:
        status = self._account.api.status(job.reference)
        if status.get("requestStatus") not in ("SUCCESS", "FAILED", "PARTIAL_SUCCESS"):
            return None
        return outcomes(status, len(items))


def outcomes(status: Mapping[str, Any], rows: int) -> list[Outcome]:
    """One outcome for each row of a request that has ended.

    Errors name rows by index, unless Google tells of fewer than it counts, or the
    request had others besides: then nothing is said of any row.
    """
    if status["requestStatus"] == "SUCCESS":
        return [ACCEPTED] * rows
    errors = (status.get("errorInfo") or {}).get("errorCounts") or ()
    is_whole = _records(status) == rows
    if is_whole and rows == 1:
        return [_outcome(errors[0] if errors else {})]
    told: dict[int, Outcome] = {}
    for each in errors if is_whole else ():
        indices = each.get("recordIndices") or ()
        if len(indices) != int(each.get("recordCount") or 0):
            is_whole = False
        told |= dict.fromkeys(indices, _outcome(each))
    if is_whole and told and set(told) <= set(range(rows)):
        return [told.get(n, ACCEPTED) for n in range(rows)]
    text = "Google says that rows of the request failed, and not which"
    return [Outcome(Status.SOME_FAILED, "not_told_apart", text)] * rows


def _outcome(error: Mapping[str, Any]) -> Outcome:
    reason = str(error.get("reason") or "failed").removeprefix(_REASON).lower()
    text = f"Google refused the row: {reason.replace('_', ' ')}"
    return _HANDLED.get(reason, Outcome(Status.REJECTED, reason, text))


def _records(told: Any) -> int | None:
    """How many rows the request had, which stands somewhere in the status."""
    if not isinstance(told, dict):
        return None
    if "recordCount" in told:
        return int(told["recordCount"])
    inner = (_records(each) for key, each in told.items() if key != "errorInfo")
    return next((each for each in inner if each is not None), None)
