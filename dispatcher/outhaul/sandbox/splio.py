"""Stand-in of Splio: contacts by the REST API and by files over SFTP.

Files in `/imports` are read as soon as they are complete; their names choose the
sub-sequence. `dinsert` creates contacts, `dupdate` only updates them. A column that
is not known makes it skip the whole file, as does a byte order mark, a line break
in a value or more than 200,000 lines. Rows without a valid address, or with a value
that a field does not take, are left out.

Bulk creation never updates; a bad row refuses all rows of a request; a contact
without an address is answered 503. Dates are `YYYY-MM-DD`, in requests with a time.

https://dev-scp.splio.com/docs/datahub-contacts, https://dev-scp.splio.com/reference
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.faults import Faults
from outhaul.sandbox.limits import Quota
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.splio_imports import import_file
from outhaul.sandbox.splio_rules import TYPES, custom_problem, field_problem
from outhaul.sandbox.stand_in import Refused, StandIn, route

STANDARD = ("email", "firstname", "lastname", "language", "cellphone", "creation_date")
MOST_CREATED = 1_000

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.(?!invalid$)[^\s@.]+")
_LIMITED = {"message": "API rate limit exceeded"}


class SplioStandIn(StandIn):
    """Beside what every stand-in has: tokens, and files that it imports."""

    empty = {"contacts": [], "fields": [], "imports": []}

    def __init__(self, faults: Faults, *, api_key: str | None = None) -> None:
        self._tokens: set[str] = set()
        self.quotas = {"contacts": Quota(20, 1.0), "others": Quota(10, 1.0)}
        """Requests of a second."""
        self.unique_key = "email"
        self.sub_sequences = {"dinsert": True, "dupdate": False}
        """Names of sub-sequences, and whether they create contacts."""
        super().__init__(faults, api_key=api_key)

    @property
    def _fields(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.held["fields"]
        return found

    # --- what tests and people start from

    def add_contact(self, email: str, **values: Any) -> None:
        """Make a contact."""
        with self._lock:
            self._contacts[email] = {"email": email, **values}

    def add_field(self, name: str, kind: str = "text") -> dict[str, Any]:
        """Make a custom field."""
        with self._lock:
            number = len(self._fields) + 1
            field = {"id": number, "name": name, "data_type": kind}
            self._fields.append(field)
            return field

    def expire_tokens(self) -> None:
        """The tokens that were given out are no longer accepted."""
        with self._lock:
            self._tokens.clear()

    # --- files

    def take_file(self, path: str, content: bytes) -> None:
        """Import a file, if it is one of ours; a watcher of the SFTP stand-in."""
        if not path.startswith("/imports/") or not content:
            return
        with self._lock:
            fields = {each["name"]: each["name"] for each in self._fields}
            fields |= {f"c{each['id']}": each["name"] for each in self._fields}
            types = {each["name"]: each["data_type"] for each in self._fields}
            result = import_file(
                path.rpartition("/")[2],
                content,
                fields,
                types,
                self.sub_sequences,
                self._contacts,
            )
            self.held["imports"].append(result)

    # --- requests

    def let_in(self, request: Request) -> None:
        if request.path == "/authenticate":
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            raise Refused(401, reply=Reply(401, "Invalid JWT Token"))
        is_contacts = request.path.startswith("/data/contacts/")
        if headers := self.quotas["contacts" if is_contacts else "others"].take():
            left = {"rateLimit-remaining": "0", "rateLimit-reset": "1"}
            limit = {"rateLimit-limit": headers["X-RateLimit-Limit"]}
            raise Refused(429, reply=Reply(429, _LIMITED, limit | left))

    def refusal(self, refused: Refused) -> Reply:
        error = {"error": "wrong_value", "error_description": str(refused)}
        errors = [{"error_key": refused.where, **error}] if refused.where else []
        return Reply(refused.status, {"status": refused.status, "errors": errors})

    @route("GET", "/universes/unique-key")
    def _unique_key(self, request: Request) -> Reply:
        return Reply(200, {"unique_key": self.unique_key})

    @route("POST", "/authenticate")
    def _authenticate(self, request: Request) -> Reply:
        if not self.is_key(str(request.json().get("api_key", ""))):
            return Reply(401, "Unauthorized")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return Reply(200, {"token": token})

    @route("GET", "/data/fields/contacts")
    def _list_fields(self, request: Request) -> Reply:
        size = int(request.query.get("per_page", 100))
        page = int(request.query.get("page_number", 1))
        system = {"id": 0, "is_system": True, "name": "ext_id"}
        fields = [
            system,
            *({**each, "is_system": False} for each in self._fields),
        ]
        return Reply(
            200,
            {
                "count_element": len(fields),
                "current_page": page,
                "per_page": size,
                "elements": fields[(page - 1) * size : page * size],
            },
        )

    @route("POST", "/data/fields")
    def _create_field(self, request: Request) -> Reply:
        body = request.json()
        names = {each["name"] for each in self._fields}
        if body["type"] not in TYPES or body["name"] in {*names, *STANDARD}:
            raise Refused(400, "this field cannot be created", "name")
        return Reply(201, self.add_field(body["name"], body["type"]))

    @route("POST", "/data/contacts/bulk")
    def _create(self, request: Request) -> Reply:
        contacts = request.json()["contacts"]
        if len(contacts) > MOST_CREATED:
            raise Refused(400, "at most 1000 contacts", "contacts")
        if not all(contact.get("email") for contact in contacts):
            return Reply(503, {"status": 503, "errors": [{"error": "internal_error"}]})
        for index, contact in enumerate(contacts):
            self._check(contact, f"contacts[{index}].")
        items = [self._created(contact) for contact in contacts]
        errors = sum(item["code"] != 201 for item in items)
        body = {"time": 1, "errors": errors, "status": 207, "items": items}
        return Reply(207, body, rows=len(contacts))

    def _created(self, contact: dict[str, Any]) -> dict[str, Any]:
        email = contact["email"]
        if email in self._contacts:
            text = f"Contact with unique key {email} already exists"
            return {"contact_id": email, "code": 400, "description": text}
        self._contacts[email] = {"email": email, **self._values(contact)}
        return {"contact_id": email, "code": 201, "description": ""}

    @route("PATCH", "/data/contacts/{}")
    def _update(self, request: Request, name: str) -> Reply:
        email = unquote(name)
        if email not in self._contacts:
            return Reply(404, {"status": 404, "errors": []}, rows=1)
        contact = request.json()
        if contact.get("email", email) != email:
            raise Refused(400, "the unique key cannot change", "email")
        self._check({"email": email, **contact}, "")
        self._contacts[email] |= self._values(contact)
        return Reply(200, self._contacts[email], rows=1)

    def _check(self, contact: dict[str, Any], where: str) -> None:
        if not _EMAIL.fullmatch(contact["email"]):
            raise Refused(400, f"{contact['email']} is not valid", f"{where}email")
        for name in set(contact) - {*STANDARD, "custom_fields", "lists"}:
            raise Refused(400, "there is no such field", f"{where}{name}")
        for name in set(contact) & {*STANDARD}:
            if problem := field_problem(name, contact[name]):
                raise Refused(400, f"{name} {problem}", f"{where}{name}")
        for entry in contact.get("custom_fields", ()):
            field = self._field(entry)
            if field is None:
                raise Refused(400, "there is no such field", f"{where}custom_fields")
            if problem := custom_problem(field["data_type"], str(entry["value"])):
                text = f"{field['name']} {problem}"
                raise Refused(400, text, f"{where}custom_fields")

    def _values(self, contact: dict[str, Any]) -> dict[str, Any]:
        values = {name: contact[name] for name in STANDARD if name in contact}
        if "lists" in contact:
            values["lists"] = contact["lists"]
        for entry in contact.get("custom_fields", ()):
            field = self._field(entry)
            if field is not None:
                values[field["name"]] = entry["value"]
        return values

    def _field(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        for field in self._fields:
            if field["id"] == entry.get("id") or field["name"] == entry.get("name"):
                return field
        return None

    # --- a stand-in among others

    def dump(self) -> dict[str, Any]:
        """Contacts, custom fields and what became of files."""
        with self._lock:
            contacts = [dict(each) for each in self._contacts.values()]
            return {**super().dump(), "contacts": contacts}

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            super().load(dumped)
            self._contacts = {each["email"]: each for each in self.held["contacts"]}

    def reset(self) -> None:
        super().reset()
        self._tokens.clear()
