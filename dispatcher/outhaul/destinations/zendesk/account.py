"""A Zendesk account: its settings, its fields, and the jobs that its services start.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses/
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import classify
from outhaul.kit.api import Api, ApiAccount, certificates, deadline, object_of
from outhaul.kit.bodies import Field
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Boolean, Day, Format, Moment, Number, Text
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import LOST, ByJob, Ended, first_look, longest_wait, started
from outhaul.kit.records import Records
from outhaul.kit.service import Activation, Bucket, Job, Limits
from outhaul.model import Column, Kind

_MOST_ROWS = 100  # in a job
_MOST_BYTES = 1_000_000  # no number is told
_SECONDS_OF_RATE = 60.0  # plans are told by the minute, for all requests together
_KEY = re.compile(r"[a-z0-9_]{1,255}")
_TYPES: dict[Kind, tuple[str, Format]] = {
    Kind.INTEGER: ("integer", Number()),
    Kind.NUMBER: ("decimal", Number()),
    Kind.BOOLEAN: ("checkbox", Boolean()),
    Kind.DATE: ("date", Day()),
    Kind.TIMESTAMP: ("text", Moment(end="Z")),
}
_TAKES = {
    "integer": {Kind.INTEGER},
    "decimal": {Kind.INTEGER, Kind.NUMBER},
    "checkbox": {Kind.BOOLEAN},
    "date": {Kind.DATE},
}
_DONE = ("created", "updated")


class ZendeskApi(Api):
    """One account's calls."""

    hints = {
        401: "check 'email', 'api_token' and 'base_url'",
        403: "the user needs to be an administrator, and imports of users have to be"
        " switched on by Zendesk's support",
        404: "check 'base_url' and, for records, the key of the custom object",
    }

    def fields(self, path: str, name: str) -> dict[str, str]:
        """The type of each custom field, by its key."""
        answer = self.call("GET", path)
        return {str(each["key"]): str(each["type"]) for each in answer[name]}

    def create_field(self, path: str, name: str, missing: Missing) -> None:
        """Create a custom field. Raises RequestRefused where there is one."""
        field = {"key": missing.name, "title": missing.name, "type": missing.type}
        self.call("POST", path, {name: field}, expected=(200, 201))

    def start(self, method: str, path: str, body: bytes) -> Job:
        """A request that is answered with a job."""
        response = self.request(method, path, body)
        classify(response, (200,), self.hints)
        status = object_of(response).get("job_status") or {}
        return started(response, status.get("id"), "job_status.id")

    def ended(self, job: Job, keys: Sequence[str]) -> Ended | None:
        """One look at a job, whose results stand in the order of its rows."""
        path = f"/api/v2/job_statuses/{path_part(job.reference)}"
        response = self.request("GET", path)
        if response.status == 404:
            return LOST
        classify(response, hints=self.hints)
        try:
            status = object_of(response)["job_status"]
            state, results = status["status"], status.get("results") or []
            if state in ("queued", "working"):
                return None
            if state != "completed":
                return Ended(None, rows=int(status.get("total") or 0))
            if len(results) != len(keys):  # a restarted sync has some of its rows
                return LOST
            pairs = zip(keys, results, strict=True)
            named = {key: self._reason(each) for key, each in pairs if _failed(each)}
        except (LookupError, TypeError, AttributeError, ValueError):
            text = f"{response.describe()}; the state of the job cannot be read"
            raise OutcomeUnknown(text) from None
        return Ended(len(named), named, len(keys))

    def _reason(self, result: Mapping[str, Any]) -> str:
        told = [result.get(name) for name in ("error", "errors", "details", "status")]
        return self.quote("; ".join(str(each) for each in told if each))


@dataclass(frozen=True)
class Zendesk(ApiAccount):
    """An account of Zendesk: users and custom objects."""

    type = "zendesk"
    title = "Zendesk"
    interfaces = (Interface("v2"),)

    base_url: str = setting(
        "The address of your Zendesk, such as `https://acme.zendesk.com`.",
        identifies=True,
    )
    email: str = setting("The address of the administrator whose token it is.")
    api_token: str = setting("An API token.", secret=True)
    requests_per_second: float = setting(
        "Requests a second; plans allow 200 to 700 a minute.",
        default=3.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        problems = setting_problems(self, ["base_url"], ["email", "api_token"])
        return problems + ["'email' is no address"] * ("@" not in self.email)

    @cached_property
    def api(self) -> ZendeskApi:
        """The account's calls."""
        pair = f"{self.email}/token:{self.api_token}".encode()
        login = f"Basic {base64.b64encode(pair).decode()}"
        self.secrets.add([login])
        return ZendeskApi(self.client(self.base_url, {"Authorization": login}))

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that start jobs."""
        often = self.requests_per_second
        shared = Bucket.of_rate("requests", often, _SECONDS_OF_RATE)
        return Limits(_MOST_ROWS, _MOST_BYTES, often, concurrency=2, buckets=(shared,))

    @cached_property
    def lookup_limits(self) -> Limits:
        """The limits of searches, which are for one user."""
        return replace(self.limits, rows=1, concurrency=4)


class ByZendeskJob(ByJob, Records):
    """Records whose custom fields are created, and that jobs write."""

    answered_by_job = Records.consumes
    _account: Zendesk

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.takes_times_of(account)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the fields

    def look_at(self, job: Job, keys: Sequence[str]) -> Ended | None:
        return self._account.api.ended(job, keys)


def plan_fields(
    plan: Plan,
    columns: Sequence[Column],
    own: Mapping[str, Format],
    customs: Mapping[str, str],
    group: str,
) -> None:
    """Add columns to a plan: Zendesk's own fields, custom ones, and new ones."""
    for column in columns:
        name = column.field
        if name in own:
            plan.fields.append(Field(name, name, own[name], sees_nulls=name == "name"))
            continue
        kind, written = _TYPES.get(column.kind, ("text", Text()))
        known = customs.get(name)
        if known is None and not _KEY.fullmatch(name):
            plan.problems.append(
                f"'{name}' cannot be the key of a field, which has lower-case letters,"
                " digits and '_'"
            )
        elif known is None:
            plan.missing.append(Missing(name, kind))
        elif column.kind not in _TAKES.get(known, set(Kind)):
            plan.problems.append(
                f"'{name}' is of the type {column.kind.value}, and the field of Zendesk"
                f" takes {known}"
            )
        plan.fields.append(Field(name, name, written, group))


def joined(bodies: Sequence[bytes]) -> list[Any]:
    """The bodies of rows as a part of a request."""
    return [orjson.Fragment(each) for each in bodies]


def _failed(result: Mapping[str, Any]) -> bool:
    """Whether a result is not one of those that say that the row was written."""
    has_error = result.get("error") or result.get("errors")
    done = str(result.get("status")).lower() in _DONE or result.get("success") is True
    return bool(has_error) or not done
