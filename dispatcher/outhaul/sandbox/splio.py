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

import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.limits import Quota
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.splio_imports import import_file
from outhaul.sandbox.splio_rules import TYPES, custom_problem, field_problem

STANDARD = ("email", "firstname", "lastname", "language", "cellphone", "creation_date")
MOST_CREATED = 1_000

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.(?!invalid$)[^\s@.]+")
_LIMITED = {"message": "API rate limit exceeded"}


class Refused(Exception):
    """An error as Splio words it; `reply` is the answer."""

    def __init__(self, status: int, key: str, description: str) -> None:
        super().__init__(description)
        error = {
            "error_key": key,
            "error": "wrong_value",
            "error_description": description,
        }
        self.reply = Reply(status, {"status": status, "errors": [error]})


class SplioStandIn:
    """api_key: the one that is accepted, or any."""

    def __init__(self, *, api_key: str | None = None) -> None:
        self._api_key = api_key
        self._tokens: set[str] = set()
        self._lock = threading.RLock()
        self._contacts: dict[str, dict[str, Any]] = {}
        self._fields: list[dict[str, Any]] = []
        self._imports: list[dict[str, Any]] = []
        self.quotas = {"contacts": Quota(20, 1.0), "others": Quota(10, 1.0)}
        """Requests of a second."""
        self.unique_key = "email"
        self.sub_sequences = {"dinsert": True, "dupdate": False}
        """Names of sub-sequences, and whether they create contacts."""

    # --- what tests and people start from

    def add_contact(self, email: str, **values: Any) -> None:
        """Make a contact."""
        with self._lock:
            self._contacts[email] = {"email": email, **values}

    def add_field(self, name: str, kind: str = "text") -> dict[str, Any]:
        """Make a custom field."""
        with self._lock:
            field = {"id": len(self._fields) + 1, "name": name, "data_type": kind}
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
            self._imports.append(result)

    # --- requests

    def handle(self, request: Request) -> Reply:
        with self._lock:
            try:
                if (request.method, request.path) == ("POST", "/authenticate"):
                    return self._authenticate(request)
                scheme, _, token = request.headers.get("authorization", "").partition(
                    " "
                )
                if scheme != "Bearer" or token not in self._tokens:
                    return Reply(401, "Invalid JWT Token")
                return self._route(request)
            except Refused as refused:
                return refused.reply
            except (ValueError, TypeError, AttributeError):
                return Reply(400, {"status": 400, "errors": []})

    def _route(self, request: Request) -> Reply:
        is_contacts = request.path.startswith("/data/contacts/")
        if headers := self.quotas["contacts" if is_contacts else "others"].take():
            left = {"rateLimit-remaining": "0", "rateLimit-reset": "1"}
            limit = {"rateLimit-limit": headers["X-RateLimit-Limit"]}
            return Reply(429, _LIMITED, limit | left)
        what = (request.method, request.path)
        if what == ("GET", "/universes/unique-key"):
            return Reply(200, {"unique_key": self.unique_key})
        if what == ("GET", "/data/fields/contacts"):
            return self._list_fields(request)
        if what == ("POST", "/data/fields"):
            return self._create_field(request)
        if what == ("POST", "/data/contacts/bulk"):
            return self._create(request)
        if request.method == "PATCH" and request.path.startswith("/data/contacts/"):
            return self._update(request)
        return Reply(404, {"status": 404, "errors": []})

    def _authenticate(self, request: Request) -> Reply:
        key = str(request.json().get("api_key", ""))
        if not key or not hmac.compare_digest(key, self._api_key or key):
            return Reply(401, "Unauthorized")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return Reply(200, {"token": token})

    def _list_fields(self, request: Request) -> Reply:
        size = int(request.query.get("per_page", 100))
        page = int(request.query.get("page_number", 1))
        system = {"id": 0, "is_system": True, "name": "ext_id"}
        fields = [system, *({**each, "is_system": False} for each in self._fields)]
        return Reply(
            200,
            {
                "count_element": len(fields),
                "current_page": page,
                "per_page": size,
                "elements": fields[(page - 1) * size : page * size],
            },
        )

    def _create_field(self, request: Request) -> Reply:
        body = request.json()
        names = {each["name"] for each in self._fields}
        if body["type"] not in TYPES or body["name"] in {*names, *STANDARD}:
            raise Refused(400, "name", "this field cannot be created")
        return Reply(201, self.add_field(body["name"], body["type"]))

    def _create(self, request: Request) -> Reply:
        contacts = request.json()["contacts"]
        if len(contacts) > MOST_CREATED:
            raise Refused(400, "contacts", "at most 1000 contacts")
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

    def _update(self, request: Request) -> Reply:
        email = unquote(request.path.rpartition("/")[2])
        if email not in self._contacts:
            return Reply(404, {"status": 404, "errors": []}, rows=1)
        contact = request.json()
        if contact.get("email", email) != email:
            raise Refused(400, "email", "the unique key cannot change")
        self._check({"email": email, **contact}, "")
        self._contacts[email] |= self._values(contact)
        return Reply(200, self._contacts[email], rows=1)

    def _check(self, contact: dict[str, Any], where: str) -> None:
        if not _EMAIL.fullmatch(contact["email"]):
            raise Refused(400, f"{where}email", f"{contact['email']} is not valid")
        for name in set(contact) - {*STANDARD, "custom_fields", "lists"}:
            raise Refused(400, f"{where}{name}", "there is no such field")
        for name in set(contact) & {*STANDARD}:
            if problem := field_problem(name, contact[name]):
                raise Refused(400, f"{where}{name}", f"{name} {problem}")
        for entry in contact.get("custom_fields", ()):
            field = self._field(entry)
            if field is None:
                raise Refused(400, f"{where}custom_fields", "there is no such field")
            if problem := custom_problem(field["data_type"], str(entry["value"])):
                text = f"{field['name']} {problem}"
                raise Refused(400, f"{where}custom_fields", text)

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

    def state(self) -> dict[str, Any]:
        """Contacts, custom fields and what became of files."""
        with self._lock:
            return {
                "contacts": [dict(each) for each in self._contacts.values()],
                "fields": [dict(each) for each in self._fields],
                "imports": [dict(each) for each in self._imports],
            }

    def dump(self) -> dict[str, Any]:
        return self.state()

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            contacts = dumped.get("contacts", ())
            self._contacts = {each["email"]: dict(each) for each in contacts}
            self._fields = [dict(each) for each in dumped.get("fields", ())]
            self._imports = [dict(each) for each in dumped.get("imports", ())]

    def reset(self) -> None:
        with self._lock:
            self._contacts.clear()
            self._fields.clear()
            self._imports.clear()
            self._tokens.clear()
