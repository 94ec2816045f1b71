"""What Splio takes as values of its own fields and of custom ones.

https://dev-scp.splio.com/docs/datahub-contacts
"""

from __future__ import annotations

import re
from typing import Any

LANGUAGES = frozenset("ar br ca cz de en es fr gr it ja kr nl pl ru tr zh".split())
LONGEST = {
    "email": 100,
    "customer_key": 100,
    "lastname": 255,
    "firstname": 255,
    "cellphone": 30,
}
_DAY = r"\d{4}-\d\d-\d\d"
_FORMS = {
    "cellphone": re.compile(r"(00|\+)?\d+"),
    "creation_date": re.compile(rf"{_DAY} \d\d:\d\d:\d\d"),
    "dateOfCreation": re.compile(r"\d{8}"),
    "subscriptions": re.compile(r"[+-]\d+(,[+-]\d+)*"),
}
_TYPES = {
    "date": re.compile(rf"{_DAY} \d\d:\d\d:\d\d"),
    "int": re.compile(r"-?\d+"),
    "double": re.compile(r"-?\d+(\.\d+)?"),
    "text": re.compile(r".*", re.DOTALL),
}
TYPES = tuple(_TYPES)


def field_problem(name: str, value: Any) -> str:
    """Why Splio's own field does not take a value, or nothing; empty clears it."""
    if value in ("", None):
        return ""
    if not isinstance(value, str):
        return "is no text"
    if len(value) > LONGEST.get(name, len(value)):
        return f"has more than {LONGEST[name]} characters"
    if name == "language" and value not in LANGUAGES:
        return "is none of the languages"
    form = _FORMS.get(name)
    return "is not in the form it needs" if form and not form.fullmatch(value) else ""


def custom_problem(kind: str, value: str, *, in_file: bool = False) -> str:
    """The same for a custom field of this type; a file may leave a date's time out."""
    is_day = in_file and kind == "date" and re.fullmatch(_DAY, value)
    fits = not value or is_day or _TYPES[kind].fullmatch(value)
    return "" if fits else f"is no {kind}"
