"""What Batch takes: users, attributes and events, each with a reason where it does not.

https://doc.batch.com/developer/api/cep/profiles/update
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

MOST_USERS = 10_000
MOST_PROFILES = 200
MOST_MASS_PROFILES = 10_000
MOST_EVENTS_OF_A_PROFILE = 15
MOST_TEXTS = 25
MOST_ATTRIBUTES = 50

_USER_KEY = re.compile(
    r"u\.(?P<value>[a-z0-9_]{1,30})|ut\.(?P<tags>[a-z0-9_]{1,30})"
    r"|date\(u\.(?P<date>[a-z0-9_]{1,30})\)"
)
_PROFILE_KEY = re.compile(
    r"(?P<native>\$[a-z_]+)|date\((?P<date>[a-z0-9_]{1,30})\)"
    r"|url\((?P<url>[a-z0-9_]{1,30})\)|(?P<value>[a-z0-9_]{1,30})"
)
_SUBSCRIPTIONS = ("subscribed", "unsubscribed")
_FORMS = {
    "$email_address": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+"),
    "$phone_number": re.compile(r"\+[1-9][0-9]{6,14}"),
    "$language": re.compile("[a-z]{2}"),
    "$region": re.compile("[A-Z]{2}"),
}
_NAME = re.compile(r"[a-z0-9_]{1,30}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def user_problem(row: Any) -> str:
    """Why a user of a bulk update is not taken, or nothing."""
    update = row.get("update") if isinstance(row, dict) else None
    values = update.get("values") if isinstance(update, dict) else None
    if not isinstance(values, dict) or not isinstance(row.get("id"), str):
        return "a user has 'id' and 'update.values'"
    for key, value in values.items():
        found = _USER_KEY.fullmatch(key)
        if found is None:
            return "the name of an attribute is not valid"
        if value is not None and not _fits(found.lastgroup or "", value, 64, ""):
            return "the value of an attribute is not valid"
    return ""


def attribute_problem(key: str, value: Any) -> str:
    """Why an attribute of a profile is not taken, or nothing."""
    found = _PROFILE_KEY.fullmatch(key)
    if found is None:
        return "the name is not valid"
    if found["native"] and not _is_native(key, value):
        return "the native attribute is not known, or its value is not valid"
    if value is None or _fits(found.lastgroup or "", value, 300, "Z"):
        return ""
    return "the value is not valid"


def type_of(value: Any) -> str:
    """The type that an attribute has from its first use on; of null, none."""
    kinds = {bool: "boolean", int: "number", float: "number", str: "text"}
    return "" if value is None else kinds.get(type(value), "list")


def event_problem(event: Any, now: datetime, longest: timedelta) -> str:
    """Why an event is not taken, or nothing."""
    if not isinstance(event, dict) or not _NAME.fullmatch(str(event.get("name"))):
        return "the name of the event is not valid"
    time = str(event.get("time"))
    if not _is_time(time, "Z"):
        return "the time of the event is not valid"
    age = now - datetime.fromisoformat(time.replace("Z", "+00:00"))
    if not timedelta(0) <= age <= longest:
        return "the event is too old or in the future"
    for key, value in (event.get("attributes") or {}).items():
        if key in ("$label", "$tags") and _fits("", value, 300, ""):
            continue
        if reason := attribute_problem(key, value):
            return reason
    return ""


def changed_list(held: Any, value: Any) -> Any:
    """What a value makes of the one that is held: lists may change by parts."""
    if not isinstance(value, dict):
        return value
    kept = [each for each in held or [] if each not in value.get("$remove", [])]
    return kept + [each for each in value.get("$add", []) if each not in kept]


def _is_native(key: str, value: Any) -> bool:
    if key in ("$email_marketing", "$sms_marketing"):
        return value is None or value in _SUBSCRIPTIONS
    if key == "$timezone":
        return value is None or value in available_timezones()
    if key == "$topic_preferences":
        return value is None or isinstance(value, (list, dict))
    form = _FORMS.get(key)
    if form is None:
        return False
    return value is None or (isinstance(value, str) and bool(form.fullmatch(value)))


def _fits(kind: str, value: Any, longest: int, zone: str) -> bool:
    if kind == "date":
        return isinstance(value, str) and _is_time(value, zone)
    if kind == "url":
        return isinstance(value, str) and 1 <= len(value) <= 2_048
    if kind == "tags" or isinstance(value, list):
        return _are_texts(value, longest)
    if isinstance(value, dict):
        parts = value.keys() <= {"$add", "$remove"} and bool(value)
        return parts and all(_are_texts(each, longest) for each in value.values())
    if isinstance(value, str):
        return 1 <= len(value) <= longest
    return isinstance(value, (bool, int, float))


def _are_texts(value: Any, longest: int) -> bool:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TEXTS:
        return False
    return all(isinstance(each, str) and 1 <= len(each) <= longest for each in value)


def _is_time(value: str, zone: str) -> bool:
    if not value.endswith(zone) or not _TIME.fullmatch(value.removesuffix(zone)):
        return False
    try:
        datetime.fromisoformat(value.removesuffix(zone))
    except ValueError:
        return False
    return True
