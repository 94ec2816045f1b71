"""Stand-ins of Google Ads and Display & Video 360, by the Data Manager API.

Requests are checked at once and worked off later. A conversion older than 90 days, or
of an id that came before, fails then; a token lasts for an hour. Adjustments are by the
Google Ads API; those of orders that are `unknown` fail.

https://developers.google.com/data-manager/api/reference/rest
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from outhaul.sandbox.jobs import RowFailed, StandInJob
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route
from outhaul.sandbox.tokens import ASSERTION, Tokens

HASH = re.compile("[0-9a-f]{64}")
_REASON = "PROCESSING_ERROR_REASON_"
_STATUSES = {"completed": "SUCCESS", "errored": "PARTIAL_SUCCESS", "failed": "FAILED"}
_CODES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND"}
_OLDEST = timedelta(days=90)
_PAGE = 2  # so that a few audiences are several pages
_Row = Mapping[str, Any]


class GoogleStandIn(StandIn):
    """What lets requests in by tokens that it gives."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.login = Tokens(self._api_key, ("refresh_token", ASSERTION))

    def let_in(self, request: Request) -> None:
        if request.path != "/token" and not self.login.lets_in(request):
            raise Refused(401, "the token is not valid")

    def refusal(self, refused: Refused) -> Reply:
        violation = {"field": refused.where, "description": str(refused)}
        kind = "type.googleapis.com/google.rpc.BadRequest"
        details = [{"@type": kind, "fieldViolations": [violation]}]
        error = {"code": refused.status, "message": str(refused)}
        error["status"] = _CODES.get(refused.status, "RESOURCE_EXHAUSTED")
        if refused.where:
            error["details"] = details
        return Reply(refused.status, {"error": error})

    @route("POST", "/token")
    def token(self, request: Request) -> Reply:
        return self.login.give(request)


class GoogleAdsStandIn(GoogleStandIn):
    """Audiences by id with their members, and conversions by their action."""

    empty = {"userLists": {}, "events": {"55": []}, "adjustments": [], "unknown": []}
    account_type: ClassVar[str] = "GOOGLE_ADS"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._asked: dict[str, tuple[str, Any]] = {}

    @route("GET", "/v1/accountTypes/{}/accounts/{}/userLists")
    def user_lists(self, request: Request, kind: str, account: str) -> Reply:
        found = [self._shown(kind, account, each) for each in self.held["userLists"]]
        entries, following = page(found, request.query.get("pageToken", ""), _PAGE)
        return Reply(200, {"userLists": entries, "nextPageToken": following})

    @route("POST", "/v1/accountTypes/{}/accounts/{}/userLists")
    def create(self, request: Request, kind: str, account: str) -> Reply:
        made, held = request.json(), self.held["userLists"]
        if made["ingestedUserListInfo"]["uploadKeyTypes"] != ["CONTACT_ID"]:
            raise Refused(400, "one type of key is required")
        if not re.fullmatch(r"[0-9]+s", made["membershipDuration"]):
            raise Refused(400, "this is no duration")
        id = str(600 + len(held))
        held[id] = {"displayName": made["displayName"], "members": []}
        return Reply(200, self._shown(kind, account, id))

    @route("GET", "/v1/accountTypes/{}/accounts/{}/userLists/{}")
    def one_list(self, request: Request, kind: str, account: str, id: str) -> Reply:
        return Reply(200, self._shown(kind, account, id))

    @route("POST", "/v1/audienceMembers:ingest")
    def ingest(self, request: Request) -> Reply:
        terms = request.json().get("termsOfService") or {}
        if terms.get("customerMatchTermsOfServiceStatus") != "ACCEPTED":
            raise Refused(400, "the terms are not accepted", "terms_of_service")
        return self._change(request, "audienceMembersIngestionStatus", enter=True)

    @route("POST", "/v1/audienceMembers:remove")
    def remove(self, request: Request) -> Reply:
        return self._change(request, "audienceMembersRemovalStatus", enter=False)

    @route("POST", "/v1/events:ingest")
    def events(self, request: Request) -> Reply:
        body = request.json()
        held = self.held["events"].get(self._target(body))
        if held is None:
            raise Refused(400, "no such conversion action", "destinations[0]")
        rows = _rows(body, "events", 2_000)
        for n, each in enumerate(rows):
            user = each.get("userData")
            if not (user or each.get("adIdentifiers")) or "eventTimestamp" not in each:
                raise Refused(400, "the event lacks a field", f"events[{n}]")
            if user:
                _check_user(user, f"events[{n}]")

        def take(row: _Row) -> str:
            moment = datetime.fromisoformat(
                row["eventTimestamp"].replace("Z", "+00:00")
            )
            if datetime.now(timezone.utc) - moment > _OLDEST:
                raise RowFailed(f"{_REASON}EVENT_TOO_OLD")
            if row["transactionId"] in {each["transactionId"] for each in held}:
                raise RowFailed(f"{_REASON}DUPLICATE_TRANSACTION_ID")
            held.append(dict(row))
            return "created"

        ids = [each["transactionId"] for each in rows]
        self.play_refusal(request, ids)
        return self._taken(request, rows, "eventsIngestionStatus", take)

    @route("POST", "/v25/customers/{}:uploadConversionAdjustments")
    def adjust(self, request: Request, customer: str) -> Reply:
        if not request.headers.get("developer-token"):
            raise Refused(401, "the developer token is missing")
        body, held = request.json(), self.held["adjustments"]
        rows = body["conversionAdjustments"]
        if not body["partialFailure"] or not 1 <= len(rows) <= 2_000:
            raise Refused(400, "1 to 2,000 adjustments, with partial failure")
        self.play_refusal(request, [each.get("orderId") for each in rows])
        found = [self._problem_with(each) for each in rows]
        if not body.get("validateOnly"):
            pairs = zip(rows, found, strict=True)
            held.extend(row for row, problem in pairs if not problem)
        return partly(
            found, "conversion_adjustments", "conversionAdjustmentUploadError"
        )

    def _problem_with(self, row: _Row) -> str:
        """What Google says of an adjustment, or nothing."""
        datetime.strptime(row["adjustmentDateTime"], "%Y-%m-%d %H:%M:%S%z")
        if row.get("orderId") in self.held["unknown"]:
            return "CONVERSION_NOT_FOUND"
        if (row["adjustmentType"] == "RESTATEMENT") != ("restatementValue" in row):
            return "RESTATEMENT_VALUE_MISSING"
        return "RESTATEMENT_ALREADY_EXISTS" if row in self.held["adjustments"] else ""

    @route("GET", "/v1/requestStatus:retrieve")
    def status(self, request: Request) -> Reply:
        job = self.job(request.query["requestId"])
        key, destination = self._asked[job.id]
        count: Any = {"recordCount": str(job.rows)}
        if key.startswith("audience"):
            inner = "userDataRemovalStatus" if "Removal" in key else "userData"
            inner = inner if "Removal" in key else f"{inner}IngestionStatus"
            count = {inner: count}
        told = {
            "destination": destination,
            "requestStatus": _STATUSES.get(job.status, "PROCESSING"),
            key: count,
            "errorInfo": {"errorCounts": _counts(job)},
        }
        return Reply(200, {"requestStatusPerDestination": [told]})

    def _change(self, request: Request, key: str, *, enter: bool) -> Reply:
        body = request.json()
        held = self.held["userLists"].get(self._target(body))
        if held is None:
            raise Refused(400, "no such audience", "destinations[0]")
        members, rows = held["members"], _rows(body, "audienceMembers", 10_000)
        for n, each in enumerate(rows):
            _check_user(each["userData"], f"audience_members[{n}]")
        told = [value for each in rows for value in _values(each["userData"])]
        self.play_refusal(request, told)

        def take(row: _Row) -> str:
            user = row["userData"]["userIdentifiers"]
            others = [each for each in members if each["user"] != user]
            consent = row.get("consent") or body.get("consent") or {}
            added = [{"user": user, "consent": consent}] if enter else []
            members[:] = [*others, *added]
            return "changed"

        return self._taken(request, rows, key, take)

    def _taken(
        self, request: Request, rows: Sequence[_Row], key: str, take: Any
    ) -> Reply:
        body = request.json()
        if body.get("encoding") != "HEX":
            raise Refused(400, "the encoding is required", "encoding")
        if body.get("validateOnly"):
            return Reply(200, {}, rows=len(rows))
        job = self.start(request, rows, _key_of, take)
        self._asked[job.id] = (key, body["destinations"][0])
        return Reply(200, {"requestId": job.id}, rows=len(rows))

    def _target(self, body: Any) -> str:
        (told,) = body["destinations"]
        if told["operatingAccount"]["accountType"] != self.account_type:
            raise Refused(400, "another type of account", "destinations[0]")
        return str(told["productDestinationId"])

    def _shown(self, kind: str, account: str, id: str) -> dict[str, Any]:
        held = self.held["userLists"].get(id)
        if held is None or kind != self.account_type:
            raise Refused(404, "there is no such audience")
        name = f"accountTypes/{kind}/accounts/{account}/userLists/{id}"
        return {"name": name, "id": id, "displayName": held["displayName"]}


class DisplayVideoStandIn(GoogleAdsStandIn):
    """Audiences of an advertiser."""

    empty = {"userLists": {}, "events": {}}
    account_type = "DISPLAY_VIDEO_ADVERTISER"


def partly(found: Sequence[str], field: str, kind: str) -> Reply:
    """The answer to rows of which some failed; found: what is wrong with each."""
    errors = [
        {
            "errorCode": {kind: reason},
            "message": reason.replace("_", " ").lower(),
            "location": {"fieldPathElements": [{"fieldName": field, "index": n}]},
        }
        for n, reason in enumerate(found)
        if reason
    ]
    told: dict[str, Any] = {"results": [{} for _ in found]}
    if errors:
        details = [{"errors": errors}]
        failure = {"code": 3, "message": "some failed", "details": details}
        told["partialFailureError"] = failure
    return Reply(200, told, rows=len(found))


def _rows(body: Any, name: str, most: int) -> list[_Row]:
    rows: list[_Row] = body[name]
    if not 1 <= len(rows) <= most:
        raise Refused(400, f"1 to {most} are taken", name)
    return rows


def _values(user: Any) -> list[str]:
    """The hashes of somebody, in order."""
    found = []
    for each in user["userIdentifiers"]:
        address = each.get("address") or {}
        found += [each.get("emailAddress"), each.get("phoneNumber")]
        found += [address.get("givenName"), address.get("familyName")]
    return [each for each in found if each is not None]


def _check_user(user: Any, where: str) -> None:
    values = _values(user)
    if not 1 <= len(user["userIdentifiers"]) <= 10 or not values:
        raise Refused(400, "1 to 10 identifiers are taken", f"{where}.user_data")
    if not all(map(HASH.fullmatch, values)):
        raise Refused(400, "this is no SHA-256", f"{where}.user_data")


def _key_of(row: _Row) -> str:
    return str(row.get("transactionId") or _values(row["userData"])[0])


def _counts(job: StandInJob) -> list[dict[str, Any]]:
    """Errors by their reason, each with the places of its rows."""
    found: dict[str, list[int]] = {}
    for each in job.failed:
        is_known = each.reason.startswith(_REASON)
        reason = each.reason if is_known else f"{_REASON}INVALID_FORMAT"
        found.setdefault(reason, []).append(each.row)
    return [
        {"reason": reason, "recordCount": str(len(rows)), "recordIndices": rows}
        for reason, rows in found.items()
    ]
