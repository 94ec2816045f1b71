"""What the stand-in of Emarsys holds: contacts, fields, lists, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outhaul.sandbox.emarsys_tables import Tables

FIELD_TYPES = ("shorttext", "longtext", "largetext", "date", "url", "numeric")
EMAIL_ID = "3"
# Own fields that an account may have, for all types of a group together.
MOST_FIELDS = {
    ("numeric", "date", "singlechoice"): 123,
    ("shorttext",): 163,
    ("longtext",): 21,
    ("largetext", "url"): 30,
    ("multichoice",): 40,
}
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
STRING_ID = re.compile(r"[a-z0-9_]+")

_FIRST_OWN_FIELD = 1_000
_LONGEST = {"shorttext": 60, "longtext": 255}
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SYSTEM = {
    "1": ("First Name", "shorttext"),
    "2": ("Last Name", "shorttext"),
    "3": ("E-Mail", "longtext"),
    "4": ("Birth Date", "birthdate"),
    "5": ("Gender", "singlechoice"),
    "10": ("Address", "longtext"),
    "11": ("City", "shorttext"),
    "13": ("ZIP Code", "shorttext"),
    "14": ("Country", "singlechoice"),
    "15": ("Phone", "shorttext"),
    "31": ("Opt-In", "singlechoice"),
    "37": ("Mobile", "shorttext"),
}
_CHOICES = {
    "5": {"1": "Male", "2": "Female"},
    "14": {"9": "Austria", "55": "Denmark", "61": "France", "65": "Germany"},
    "31": {"1": "True", "2": "False"},
}

Verdict = tuple[str, str, Any]
"""Code and text of a refusal, both empty where a contact was written; its id."""


@dataclass
class Contact:
    """values: by id of the field. lists: ids."""

    id: int
    values: dict[str, Any] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)


class Store:
    """Contacts, fields with their choices, lists and tables."""

    def __init__(self) -> None:
        self.contacts: list[Contact] = []
        self.fields: dict[str, dict[str, str]] = {}
        self.choices: dict[str, dict[str, str]] = {
            k: dict(c) for k, c in _CHOICES.items()
        }
        self.lists: dict[str, str] = {}
        self.tables = Tables()
        self._by_email: dict[str, list[Contact]] = {}
        self._numbers = 0
        for key, (name, kind) in _SYSTEM.items():
            self._put_field(key, name, kind)

    # --- contacts

    def find(self, key_id: str, value: Any) -> list[Contact]:
        """Contacts of a key, compared without case and outer spaces."""
        wanted = _folded(value)
        if key_id == EMAIL_ID:
            return self._by_email.get(wanted, [])
        return [
            each for each in self.contacts if _folded(each.values.get(key_id)) == wanted
        ]

    def put(self, row: Any, key_id: str, create: bool, list_id: Any) -> Verdict:
        """Update a contact, or create it; `list_id` gets it in either case."""
        key = row.get(key_id) if isinstance(row, dict) else None
        is_valid = isinstance(key, str) and (
            bool(EMAIL.fullmatch(key.strip())) if key_id == EMAIL_ID else key.strip()
        )
        if not is_valid:
            return "2005", "Invalid key value", None
        found = self.find(key_id, key)
        if len(found) > 1:
            return "2010", f"More than one contact found: {key}", None
        for field_id, value in row.items():
            code = self._refusal(field_id, value)
            if code:
                return code, f"Invalid field or value: {field_id}", None
        if not found and not create:
            text = f"No contact found with the external id: {key_id} - {key}"
            return "2008", text, None
        contact = found[0] if found else self._new_contact(str(row.get(EMAIL_ID, "")))
        for field_id, value in row.items():
            if value in (None, ""):
                contact.values.pop(field_id, None)
            else:
                contact.values[field_id] = value
        if list_id is not None:
            contact.lists.add(str(list_id))
        return "", "", str(contact.id) if found else contact.id

    def add_contact(self, fields: Mapping[str, Any], lists: Iterable[str]) -> None:
        """Make a contact; fields by name, lists by name and made if need be."""
        contact = self._new_contact(str(fields["email"]))
        for name, value in fields.items():
            key = EMAIL_ID if name == "email" else self.field_named(name) or name
            contact.values[key] = value
        contact.lists = {self._list_named(name) for name in lists}

    def _new_contact(self, email: str) -> Contact:
        contact = Contact(self._next_number() + 100_000)
        self.contacts.append(contact)
        self._by_email.setdefault(_folded(email), []).append(contact)
        return contact

    def _refusal(self, field_id: str, value: Any) -> str:
        """The code by which a value is refused, or nothing."""
        entry = self.fields.get(field_id)
        if entry is None:
            return "2006"
        kind = entry["application_type"]
        if value in (None, ""):
            return ""
        if kind == "multichoice":
            known = self.choices.get(field_id, {})
            fits = isinstance(value, list) and bool(value) and set(value) <= set(known)
        elif kind == "singlechoice":
            fits = value in self.choices.get(field_id, {})
        elif not isinstance(value, str):
            fits = False
        elif kind == "numeric":
            fits = bool(_NUMBER.fullmatch(value)) and len(value) <= 26
        elif kind in ("date", "birthdate"):
            fits = bool(_DAY.fullmatch(value))
        else:
            fits = len(value) <= _LONGEST.get(kind, 100_000)
        return "" if fits else "2007"

    # --- fields

    def has_room(self, kind: str) -> bool:
        """Whether the account may have one more own field of this type."""
        own = [
            each["application_type"]
            for key, each in self.fields.items()
            if key not in _SYSTEM
        ]
        group = next(group for group in MOST_FIELDS if kind in group)
        return sum(each in group for each in own) < MOST_FIELDS[group]

    def field_named(self, name: str) -> str:
        """The id of a field, or nothing."""
        folded = name.strip().lower()
        names = {each["name"].lower(): key for key, each in self.fields.items()}
        own = {each["string_id"].lower(): key for key, each in self.fields.items()}
        return names.get(folded) or own.get(folded) or ""

    def add_field(
        self, name: str, kind: str, choices: Sequence[str] = (), string_id: str = ""
    ) -> str:
        """Make a field; returns its id."""
        key = str(_FIRST_OWN_FIELD + self._next_number())
        self._put_field(key, name, kind, string_id)
        if choices:
            # Ids that are not the positions, as they are not at the vendor either.
            self.choices[key] = {
                str(number): choice for number, choice in enumerate(choices, start=11)
            }
        return key

    def delete_field(self, name: str) -> None:
        """Delete a field and its values."""
        key = self.field_named(name)
        self.fields.pop(key, None)
        self.choices.pop(key, None)
        for contact in self.contacts:
            contact.values.pop(key, None)

    def _put_field(self, key: str, name: str, kind: str, string_id: str = "") -> None:
        string_id = string_id or re.sub(r"[^a-z0-9]+", "_", name.lower())
        self.fields[key] = {
            "id": key,
            "name": name,
            "application_type": kind,
            "string_id": string_id,
        }

    # --- lists

    def add_list(self, name: str) -> str:
        """Make a list; returns its id."""
        key = str(self._next_number() + 700)
        self.lists[key] = name
        return key

    def delete_list(self, name: str) -> None:
        """Delete the lists of this name, and none of their members."""
        for key in [key for key, each in self.lists.items() if each == name]:
            del self.lists[key]
            for contact in self.contacts:
                contact.lists.discard(key)

    def _list_named(self, name: str) -> str:
        for key, each in self.lists.items():
            if each == name:
                return key
        return self.add_list(name)

    # --- all of it

    def readable(self) -> dict[str, Any]:
        """What is held, by names, for people."""
        names = {key: each["string_id"] for key, each in self.fields.items()}
        names[EMAIL_ID] = "email"
        return {
            "contacts": [
                {
                    **{names.get(key, key): v for key, v in contact.values.items()},
                    "lists": sorted(self.lists[key] for key in contact.lists),
                }
                for contact in self.contacts
            ],
            "fields": [each for key, each in self.fields.items() if key not in _SYSTEM],
            "lists": list(self.lists.values()),
            "tables": {
                name: [dict(row) for row in rows.values()]
                for name, rows in self.tables.rows.items()
            },
        }

    def dump(self) -> dict[str, Any]:
        return {
            "contacts": [
                {"id": c.id, "values": c.values, "lists": sorted(c.lists)}
                for c in self.contacts
            ],
            "fields": self.fields,
            "choices": self.choices,
            "lists": self.lists,
            "tables": self.tables.dump(),
            "numbers": self._numbers,
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Hold what is given; what it does not name stays as it is."""
        held = {**self.dump(), **dumped}
        self.contacts = [
            Contact(each["id"], dict(each["values"]), set(each["lists"]))
            for each in held["contacts"]
        ]
        self._by_email = {}
        for contact in self.contacts:
            email = _folded(contact.values.get(EMAIL_ID))
            self._by_email.setdefault(email, []).append(contact)
        self.fields = dict(held["fields"])
        self.choices = dict(held["choices"])
        self.lists = dict(held["lists"])
        self.tables.load(held["tables"])
        self._numbers = int(held["numbers"])

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers


def _folded(value: Any) -> str:
    """A key value as it is compared."""
    return str(value or "").strip().lower()
