"""What the stand-in of SendGrid holds: contacts, lists, custom fields.

Rules of an import are here, one contact at a time; rules of whole requests are
in `sendgrid.py`. Not thread-safe: the stand-in holds a lock around it.
"""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from outhaul.sandbox.jobs import RowFailed, timestamp

IDENTIFIERS = ("email", "phone_number_id", "external_id", "anonymous_id")

# The longest text of each field that an import may set, None where not told.
FIELDS: dict[str, int | None] = {
    "email": 254,
    "first_name": 50,
    "last_name": 50,
    "address_line_1": 100,
    "address_line_2": 100,
    "city": 60,
    "state_province_region": 50,
    "postal_code": None,
    "country": 50,
    "phone_number_id": None,
    "external_id": 254,
    "anonymous_id": 254,
    "alternate_emails": None,
    "phone_number": None,
    "whatsapp": None,
    "line": None,
    "facebook": None,
    "unique_name": None,
}

_DATE = re.compile(
    r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?"
)


class Store:
    """clock: seconds that never go back. lag: seconds a search is behind."""

    def __init__(
        self, clock: Callable[[], float], lag: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._clock = clock
        self._lag = lag
        self.clear()

    def clear(self) -> None:
        """Hold nothing."""
        self.contacts: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, str] = {}
        self.fields: dict[str, dict[str, str]] = {}
        self._last_field = 0
        self._owners: dict[tuple[str, str], str] = {}
        self._past: dict[str, list[tuple[float, dict[str, Any] | None]]] = {}

    def dump(self) -> dict[str, Any]:
        """What is held, for `load`."""
        return {
            "contacts": list(self.contacts.values()),
            "lists": self.lists,
            "fields": list(self.fields.values()),
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Hold what `dump` told."""
        lists, fields, contacts = (
            dumped[name] for name in ("lists", "fields", "contacts")
        )
        self.clear()
        self.lists = {str(key): str(name) for key, name in lists.items()}
        self.fields = {field["id"]: dict(field) for field in fields}
        for contact in contacts:
            self.contacts[contact["id"]] = dict(contact)
            self._own(contact)

    def create_list(self, name: str) -> str:
        """Make a list; returns its id."""
        list_id = str(uuid.uuid4())
        self.lists[list_id] = name
        return list_id

    def delete_list(self, list_id: str) -> None:
        """Delete a list and all memberships, but no contact."""
        del self.lists[list_id]
        for contact in self.contacts.values():
            if list_id in contact["list_ids"]:
                self._changing(contact["id"])
                contact["list_ids"].remove(list_id)
                self._changed(contact["id"])

    def delete_field(self, name: str) -> None:
        """Delete the custom fields of this name and their values."""
        for key in [key for key, each in self.fields.items() if each["name"] == name]:
            del self.fields[key]
            for contact in self.contacts.values():
                contact["custom_fields"].pop(key, None)

    def create_field(self, name: str, field_type: str) -> dict[str, str]:
        """Make a custom field."""
        # The three forms of ids that accounts of different age hold. No number comes
        # twice, also where a field was deleted.
        numbers = (int(re.sub(r"\D", "", key) or 0) for key in self.fields)
        self._last_field = max(self._last_field, *numbers, 0) + 1
        number = self._last_field
        form = ("w{0}", "e{0}_{1}", "a{0}_{1}")[(number - 1) % 3]
        field = {
            "id": form.format(number, field_type[0]),
            "name": name,
            "field_type": field_type,
        }
        self.fields[field["id"]] = field
        return field

    def upsert(self, row: Mapping[str, Any], list_ids: Iterable[str]) -> str:
        """Import one contact, which is `created` or `updated`. Raises RowFailed."""
        values = self._fields_of(row)
        contact_id = next(
            (self._owners[key] for key in _keys(values) if key in self._owners), None
        )
        self._check_identifiers(values, contact_id)
        custom = self._custom(row.get("custom_fields") or {})
        is_new = contact_id is None
        if contact_id is None:
            contact_id = str(uuid.uuid4())
            contact: dict[str, Any] = {
                "id": contact_id,
                "custom_fields": {},
                "list_ids": [],
                "created_at": timestamp(),
            }
        else:
            contact = self.contacts[contact_id]
        self._changing(contact_id)
        contact.update(values)
        contact["custom_fields"].update(custom)
        contact["list_ids"] += [
            each for each in list_ids if each not in contact["list_ids"]
        ]
        contact["updated_at"] = timestamp()
        self.contacts[contact_id] = contact
        self._own(contact)
        self._changed(contact_id)
        return "created" if is_new else "updated"

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact and its memberships."""
        self._changing(contact_id)
        contact = self.contacts.pop(contact_id)
        for key in [*_keys(contact), *_alternate_keys(contact)]:
            self._owners.pop(key, None)
        self._changed(contact_id)

    def leave_list(self, contact_id: str, list_id: str) -> None:
        """End a membership, if there is one."""
        contact = self.contacts.get(contact_id)
        if contact and list_id in contact["list_ids"]:
            self._changing(contact_id)
            contact["list_ids"].remove(list_id)
            self._changed(contact_id)

    def search(
        self, value: str, kinds: Iterable[str] = ("email", "alternate")
    ) -> dict[str, Any] | None:
        """The contact of an address, main or alternate, as a search shows it.

        kinds: other identifiers to find it by, whose case counts.
        """
        for kind in kinds:
            is_address = kind in ("email", "alternate")
            key = (kind, value.lower() if is_address else value)
            contact_id = self._owners.get(key)
            if contact_id is not None:
                return self._visible(contact_id)
        return None

    def count(self, list_id: str) -> int:
        """The number of members of a list."""
        return sum(list_id in each["list_ids"] for each in self.contacts.values())

    def _fields_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values = {name: value for name, value in row.items() if name in FIELDS}
        if values.get("email"):
            values["email"] = values["email"].strip().lower()
        if "alternate_emails" in values:
            values["alternate_emails"] = [
                each.strip().lower() for each in values["alternate_emails"]
            ]
        return values

    def _check_identifiers(
        self, values: Mapping[str, Any], contact_id: str | None
    ) -> None:
        for key in _keys(values):
            if self._owners.get(key, contact_id) != contact_id:
                raise RowFailed(f"{key[0]} belongs to another contact")
        for kind, value in _keys(self.contacts.get(contact_id or "", {})):
            if str(values.get(kind, "")) != value:
                raise RowFailed(
                    f"all identifiers of the contact must be present: {kind}"
                )

    def _custom(self, values: Mapping[str, Any]) -> dict[str, Any]:
        for field_id, value in values.items():
            field_type = self.fields[field_id]["field_type"]
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            fits = {
                "Text": isinstance(value, str),
                "Number": is_number,
                "Date": isinstance(value, str) and bool(_DATE.fullmatch(value)),
            }
            if not fits[field_type]:
                raise RowFailed(f"custom field {field_id} is no {field_type}")
        return dict(values)

    def _own(self, contact: Mapping[str, Any]) -> None:
        for key in [*_keys(contact), *_alternate_keys(contact)]:
            self._owners[key] = contact["id"]

    def _changing(self, contact_id: str) -> None:
        """Remember what searches show until they catch up."""
        if self._lag() and contact_id not in self._past:
            before = copy.deepcopy(self.contacts.get(contact_id))
            self._past[contact_id] = [(float("-inf"), before)]

    def _changed(self, contact_id: str) -> None:
        if contact_id in self._past:
            now = copy.deepcopy(self.contacts.get(contact_id))
            self._past[contact_id].append((self._clock() + self._lag(), now))

    def _visible(self, contact_id: str) -> dict[str, Any] | None:
        if not self._lag():
            self._past.pop(contact_id, None)
        if contact_id not in self._past:
            return self.contacts.get(contact_id)
        now = self._clock()
        return [shown for since, shown in self._past[contact_id] if since <= now][-1]


def _keys(contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(kind, str(contact[kind])) for kind in IDENTIFIERS if contact.get(kind)]


def _alternate_keys(contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("alternate", each) for each in contact.get("alternate_emails") or ()]
