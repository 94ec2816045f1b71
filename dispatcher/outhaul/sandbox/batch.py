"""Stand-in of Batch: users of apps (MEP), profiles and events (CEP).

Rules are those of the vendor's documentation; where it is silent, this stand-in
is strict:

- a user must have been identified by the app of that key; others are passed over;
- one attribute that is not valid refuses a whole request of MEP, and at CEP that
  attribute alone; an event that is not valid is refused, its profile is not;
- an empty list is refused by MEP and taken by CEP;
- an attribute keeps the type of its first value.

Any key of an app or a project is taken, until `apps` and `projects` name those known.
Profiles are counted as the vendor does: 300 a second after a burst of 1,000, and 10,000
a second by mass update.

https://doc.batch.com
"""

from __future__ import annotations

import hmac
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from outhaul.sandbox.batch_rules import (
    MOST_ATTRIBUTES,
    MOST_EVENTS_OF_A_PROFILE,
    MOST_MASS_PROFILES,
    MOST_PROFILES,
    MOST_USERS,
    attribute_problem,
    changed_list,
    event_problem,
    type_of,
    user_problem,
)
from outhaul.sandbox.faults import Faults
from outhaul.sandbox.limits import Bucket
from outhaul.sandbox.messages import Reply, Request

_MEP = re.compile(r"/1\.0/([^/]+)/data/users")
_CEP = re.compile(r"/2\.(?:[1-9]|1[0-3])/profiles/(update|mass-update)")


class BatchStandIn:
    """api_key: the REST key that is accepted, or any. clock: seconds since 1970."""

    def __init__(
        self,
        faults: Faults,
        *,
        api_key: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._faults = faults
        self._api_key = api_key
        self._clock = clock
        self._lock = threading.RLock()
        self.apps: set[str] | None = None
        self.projects: set[str] | None = None
        self.rates = {
            "update": Bucket(300.0, 1_000.0),
            "mass-update": Bucket(10_000.0, 10_000.0),
        }
        self._types: dict[tuple[str, str], str] = {}
        self._users: dict[str, dict[str, dict[str, Any]]] = {}
        self._profiles: dict[str, dict[str, Any]] = {}
        self._events: list[dict[str, Any]] = []

    def handle(self, request: Request) -> Reply:
        with self._lock:
            if request.method == "POST" and (found := _MEP.fullmatch(request.path)):
                return self._update_users(request, found[1])
            if request.method == "POST" and (found := _CEP.fullmatch(request.path)):
                return self._update_profiles(request, found[1])
        return _failed(404, "NOT_FOUND")

    def state(self) -> dict[str, Any]:
        """Users by app, profiles with their attributes, and all events."""
        return self.dump()

    def dump(self) -> dict[str, Any]:
        with self._lock:
            return {
                "apps": {
                    app: {user: dict(values) for user, values in users.items()}
                    for app, users in self._users.items()
                },
                "profiles": {key: dict(each) for key, each in self._profiles.items()},
                "events": [dict(event) for event in self._events],
            }

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            self._users = {app: dict(us) for app, us in dumped.get("apps", {}).items()}
            self._profiles = dict(dumped.get("profiles", {}))
            self._events = list(dumped.get("events", []))
            self._types.clear()
            for app, users in self._users.items():
                for values in users.values():
                    self._note_types(app, values)
            for values in self._profiles.values():
                self._note_types("", values)

    def reset(self) -> None:
        self.load({})

    def add_user(self, user: str, *app_keys: str) -> None:
        """Let apps know a user, as they do once they have identified one."""
        with self._lock:
            for app in app_keys:
                self._users.setdefault(app, {}).setdefault(user, {})

    def _is_right(self, key: str) -> bool:
        if self._api_key is None:
            return bool(key)
        return hmac.compare_digest(key.encode(), self._api_key.encode())

    def _refused(self, request: Request, ids: list[Any]) -> bool:
        """Whether a fault that stays on refuses a request with one of these ids."""
        fault = self._faults.find("refuse", request.method, request.path)
        return fault is not None and not set(fault.emails).isdisjoint(map(str, ids))

    def _note_types(self, scope: str, values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            if kind := type_of(value):
                self._types.setdefault((scope, key), kind)

    def _changes_type(self, scope: str, key: str, value: Any) -> bool:
        """Whether an attribute, of an app or of profiles, has another type already."""
        kind = type_of(value)
        return bool(kind) and self._types.get((scope, key), kind) != kind

    # --- MEP

    def _update_users(self, request: Request, app: str) -> Reply:
        if not self._is_right(request.headers.get("x-authorization", "")):
            return _failed(401, "AUTHENTICATION_INVALID")
        if self.apps is not None and app not in self.apps:
            return _failed(404, "APP_NOT_FOUND")
        rows = _list_of(request, MOST_USERS)
        if not rows or any(user_problem(row) for row in rows):
            return _failed(400, "MALFORMED_PARAMETER")
        if self._refused(request, [row["id"] for row in rows]):
            return _failed(400, "MALFORMED_PARAMETER")
        for values in (row["update"]["values"] for row in rows):
            if any(self._changes_type(app, *each) for each in values.items()):
                return _failed(400, "MALFORMED_PARAMETER")
            self._note_types(app, values)
        known = self._users.setdefault(app, {})
        for row in rows:
            user, update = known.get(row["id"]), row["update"]
            if user is None:
                continue
            if update.get("overwrite"):
                user.clear()
            _apply(user, update["values"])
        return Reply(202, rows=len(rows))

    # --- CEP

    def _update_profiles(self, request: Request, act: str) -> Reply:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self._is_right(key):
            return _failed(401, "AUTHENTICATION_INVALID")
        project = request.headers.get("x-batch-project")
        if not project or (self.projects is not None and project not in self.projects):
            return _failed(401, "PROJECT_INVALID")
        most = MOST_PROFILES if act == "update" else MOST_MASS_PROFILES
        rows = _list_of(request, most)
        if rows is None or not all(_has_identifier(row) for row in rows):
            return _failed(400, "MALFORMED_PARAMETER")
        if not self.rates[act].take(len(rows)):
            return _failed(429, "TOO_MANY_REQUESTS")
        ids = [row["identifiers"]["custom_id"] for row in rows]
        if self._refused(request, ids):
            return _failed(400, "MALFORMED_PARAMETER")
        events = Counter[str]()
        for profile, row in zip(ids, rows, strict=True):
            events[profile] += len(row.get("events") or ())
        if any(count > MOST_EVENTS_OF_A_PROFILE for count in events.values()):
            return _failed(400, "TOO_MANY_EVENTS")
        errors = [
            {"category": "VALIDATION", "bulk_index": index, **error}
            for index, row in enumerate(rows)
            for error in self._update_profile(row)
        ]
        if errors:
            body = {"code": "SUCCESS_WITH_PARTIAL_ERRORS", "errors": errors}
            return Reply(202, body, rows=len(rows))
        return Reply(202, {"code": "SUCCESS"}, rows=len(rows))

    def _update_profile(self, row: Mapping[str, Any]) -> list[dict[str, str]]:
        """Apply what is valid; tell what is not."""
        key = row["identifiers"]["custom_id"]
        errors = []
        values = {}
        attributes = row.get("attributes") or {}
        if len(attributes) > MOST_ATTRIBUTES:
            return [{"reason": f"more than {MOST_ATTRIBUTES} attributes"}]
        for name, value in attributes.items():
            reason = attribute_problem(name, value)
            if not reason and self._changes_type("", name, value):
                reason = "the attribute has another type"
            if reason:
                errors.append({"attribute": name, "reason": reason})
            else:
                values[name] = value
        self._note_types("", values)
        _apply(self._profiles.setdefault(key, {}), values)
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        for event in row.get("events") or ():
            reason = event_problem(event, now, timedelta(hours=24))
            if reason:
                errors.append({"reason": reason})
            else:
                self._events.append({"custom_id": key, **event})
        return errors


def _apply(held: dict[str, Any], values: Mapping[str, Any]) -> None:
    """null deletes an attribute, and a list may change by parts."""
    for name, value in values.items():
        if value is None:
            held.pop(name, None)
        else:
            held[name] = changed_list(held.get(name), value)


def _list_of(request: Request, most: int) -> list[Any] | None:
    try:
        body = request.json()
    except ValueError:
        return None
    return body if isinstance(body, list) and len(body) <= most else None


def _has_identifier(row: Any) -> bool:
    identifiers = row.get("identifiers") if isinstance(row, dict) else None
    if not isinstance(identifiers, dict) or list(identifiers) != ["custom_id"]:
        return False
    custom_id = identifiers["custom_id"]
    return isinstance(custom_id, str) and 1 <= len(custom_id) <= 512


def _failed(status: int, code: str) -> Reply:
    return Reply(status, {"error_code": code, "error_message": code.lower()})
