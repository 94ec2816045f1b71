"""Stand-in of SAP Emarsys: contacts, fields, lists and tables of relational data.

Rules are those of the vendor's documentation; where it is silent, this stand-in
is strict:

- key values come back in upper case;
- a list that is gone, a field or a table that is not there refuse a request;
- a string id is of lower-case letters, digits and `_`;
- a key of e-mail addresses takes addresses alone.

Of the permissions of an API credential, `forbidden` names those that it lacks.

https://dev.emarsys.com/docs/core-api-reference
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.emarsys_login import Login
from outhaul.sandbox.emarsys_store import EMAIL, EMAIL_ID, FIELD_TYPES, STRING_ID, Store
from outhaul.sandbox.faults import Faults
from outhaul.sandbox.limits import Quota
from outhaul.sandbox.messages import Reply, Request

MOST_CONTACTS = 1_000
MOST_BYTES = 8_000_000
MOST_IDS = 10_000
MOST_RECORDS = 1_000
MOST_REQUESTS = 1_000
"""In a minute."""

_CORE = r"/api/v[23]"
_DATA = r"/api/rds(?:/v1)?"


class Refused(Exception):
    """A request is refused as a whole, under a code of the vendor's."""

    def __init__(self, code: int, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.reply = _reply(status, code, text)


class EmarsysStandIn:
    """api_key: the client's or the user's secret that is accepted, or any."""

    def __init__(self, faults: Faults, *, api_key: str | None = None) -> None:
        self._faults = faults
        self.login = Login(api_key)
        self.quota = Quota(MOST_REQUESTS, 60.0)
        self.forbidden: set[str] = set()
        self._store = Store()
        self._lock = threading.RLock()
        calls: tuple[tuple[str, str, str, Callable[..., Reply]], ...] = (
            ("settings.get", "GET", "/settings", self._settings),
            ("contact.update", "PUT", "/contact/?", self._put_contacts),
            ("field.get", "GET", "/field/translate/[a-z]+", self._fields),
            ("field.create", "POST", "/field", self._create_field),
            (
                "field.choices",
                "GET",
                r"/field/(\d+)/choice/translate/[a-z]+",
                self._choices,
            ),
            ("contactlist.get", "GET", "/contactlist", self._lists),
            ("contactlist.create", "POST", "/contactlist", self._create_list),
            ("contactlist.add", "POST", r"/contactlist/(\d+)/(add)", self._change_list),
            (
                "contactlist.delete",
                "POST",
                r"/contactlist/(\d+)/(delete)",
                self._change_list,
            ),
            (
                "contactlist.rename",
                "POST",
                r"/contactlist/(\d+)/rename",
                self._rename_list,
            ),
            (
                "contactlist.deletelist",
                "POST",
                r"/contactlist/(\d+)/deletelist",
                self._delete_list,
            ),
        )
        records = _DATA + "/connections/([^/]+)/tables/([^/]+)/records/upsert"
        self._routes = [
            *(
                (name, how, re.compile(_CORE + at), what)
                for name, how, at, what in calls
            ),
            ("records.upsert", "POST", re.compile(records), self._upsert),
        ]

    def handle(self, request: Request) -> Reply:
        with self._lock:
            if request.path == "/oauth2/token":
                return self.login.give(request)
            if not self.login.lets_in(request):
                return _reply(401, 1, "Unauthorized")
            if headers := self.quota.take():
                refused = _reply(429, 7003, "Too many requests")
                return Reply(refused.status, refused.body, headers)
            try:
                for permission, method, pattern, handler in self._routes:
                    match = pattern.fullmatch(request.path)
                    if match and method == request.method:
                        self._needs(permission)
                        return handler(request, *match.groups())
            except Refused as refused:
                return refused.reply
        return _reply(404, 1, "Not found")

    def state(self) -> dict[str, Any]:
        """Contacts with fields and lists by name, lists, own fields and tables."""
        with self._lock:
            return self._store.readable()

    def dump(self) -> dict[str, Any]:
        with self._lock:
            return self._store.dump()

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            self._store.load(dumped)

    def reset(self) -> None:
        with self._lock:
            self._store = Store()

    def add_contact(self, *lists: str, **fields: Any) -> None:
        """Put a contact in by hand, by names of fields, as a member of lists."""
        with self._lock:
            self._store.add_contact(fields, lists)

    def add_field(self, name: str, kind: str, *choices: str) -> str:
        """Make a field, as a person does; returns its id."""
        with self._lock:
            return self._store.add_field(name, kind, choices)

    def add_list(self, name: str) -> str:
        """Make a list, as a person does; returns its id."""
        with self._lock:
            return self._store.add_list(name)

    def delete_list(self, name: str) -> None:
        """Delete a list and none of its contacts, as a person does."""
        with self._lock:
            self._store.delete_list(name)

    def rename_list(self, name: str, new_name: str) -> None:
        """Give a list another name, as a person does."""
        with self._lock:
            lists = self._store.lists
            lists |= {key: new_name for key, each in lists.items() if each == name}

    def delete_field(self, name: str) -> None:
        """Delete a field with all of its values, as a person does."""
        with self._lock:
            self._store.delete_field(name)

    def add_table(
        self, connection: str, table: str, columns: Sequence[str], *keys: str
    ) -> None:
        """Make a table, as a person does; see `Tables.declare`."""
        with self._lock:
            self._store.tables.declare(connection, table, columns, *keys)

    def _needs(self, permission: str) -> None:
        if permission in self.forbidden:
            raise Refused(1, f"The credential lacks {permission}", 403)

    def _settings(self, request: Request) -> Reply:
        return _reply(200, 0, "OK", {"id": 123, "name": "sandbox"})

    # --- contacts

    def _put_contacts(self, request: Request) -> Reply:
        if len(request.body) > MOST_BYTES:
            raise Refused(1008, "The request is too large", 413)
        body = _object(request)
        rows = body.get("contacts")
        if not isinstance(rows, list) or not rows:
            raise Refused(1010, "contacts must be a list")
        if len(rows) > MOST_CONTACTS:
            raise Refused(1000, "More than 1000 contacts")
        list_id = body.get("contact_list_id")
        if list_id is not None:
            self._known_list(str(list_id))
        key_id = str(body.get("key_id"))
        if key_id not in self._store.fields:
            errors = {"<NO_KEY_ID>": {"2004": f"Invalid key field id: {key_id}"}}
            return _reply(200, 0, "OK", {"ids": [], "errors": errors})
        create = request.query.get("create_if_not_exists") == "1"
        if create:
            self._needs("contact.create")
        ids: list[Any] = []
        found: dict[str, dict[str, str]] = {}
        for row in rows:
            code, text, contact_id = self._store.put(row, key_id, create, list_id)
            if code:
                found[str(row.get(key_id, "")).upper()] = {code: text}
            else:
                ids.append(contact_id)
        data = {"ids": ids, "errors": found or []}
        return _reply(200, 0, "OK", data, len(rows))

    # --- fields

    def _fields(self, request: Request) -> Reply:
        return _reply(200, 0, "OK", list(self._store.fields.values()))

    def _choices(self, request: Request, field_id: str) -> Reply:
        choices = self._store.choices.get(field_id, {})
        data = [
            {"id": key, "choice": name, "bit_position": number}
            for number, (key, name) in enumerate(choices.items())
        ]
        return _reply(200, 0, "OK", data)

    def _create_field(self, request: Request) -> Reply:
        body = _object(request)
        name, kind = body.get("name"), body.get("application_type")
        if not isinstance(name, str) or not 1 <= len(name) <= 200:
            raise Refused(9001, "The name is not valid")
        if kind not in FIELD_TYPES:
            raise Refused(9006, "The type is not valid")
        if self._store.field_named(name):
            raise Refused(9002, "A field with this name exists")
        string_id = str(body.get("string_id") or "")
        taken = {each["string_id"] for each in self._store.fields.values()}
        if string_id and (not STRING_ID.fullmatch(string_id) or string_id in taken):
            raise Refused(9005, "The string id is not valid")
        if not self._store.has_room(str(kind)):
            raise Refused(9004, "No slots left")
        field_id = self._store.add_field(name, str(kind), string_id=string_id)
        return _reply(200, 0, "OK", {"id": int(field_id)})

    # --- lists

    def _lists(self, request: Request) -> Reply:
        data = [{"id": key, "name": name} for key, name in self._store.lists.items()]
        return _reply(200, 0, "OK", data)

    def _create_list(self, request: Request) -> Reply:
        body = _object(request)
        name = body.get("name")
        if not isinstance(name, str) or not name:
            raise Refused(3003, "The name of the list is missing")
        if name in self._store.lists.values():
            raise Refused(3005, "A list with this name exists")
        addresses = _ids(body)
        list_id = self._store.add_list(name)
        errors = self._change(list_id, addresses, "add")[1]
        data: dict[str, Any] = {"id": int(list_id), "errors": errors or []}
        return _reply(200, 0, "OK", data, len(addresses))

    def _change_list(self, request: Request, list_id: str, act: str) -> Reply:
        self._known_list(list_id)
        addresses = _ids(_object(request))
        count, errors = self._change(list_id, addresses, act)
        counted = "inserted_contacts" if act == "add" else "deleted_contacts"
        data: dict[str, Any] = {counted: count, "errors": errors or []}
        return _reply(200, 0, "OK", data, len(addresses))

    def _rename_list(self, request: Request, list_id: str) -> Reply:
        self._known_list(list_id)
        name = _object(request).get("name")
        if not isinstance(name, str) or not name:
            raise Refused(3003, "The name of the list is missing")
        self._store.lists[list_id] = name
        return _reply(200, 0, "OK")

    def _delete_list(self, request: Request, list_id: str) -> Reply:
        self._known_list(list_id)
        self._store.delete_list(self._store.lists[list_id])
        return _reply(200, 0, "OK")

    def _change(
        self, list_id: str, addresses: list[str], act: str
    ) -> tuple[int, dict[str, dict[str, str]]]:
        count, errors = 0, {}
        for address in addresses:
            if not EMAIL.fullmatch(address.strip()):
                errors[address.upper()] = {"2005": "Invalid key value"}
                continue
            contacts = self._store.find(EMAIL_ID, address)
            if not contacts:
                text = f"No contact found with the external id: 3 - {address}"
                errors[address.upper()] = {"2008": text}
            for contact in contacts:
                count += (list_id in contact.lists) is (act == "delete")
                change = contact.lists.add if act == "add" else contact.lists.discard
                change(list_id)
        return count, errors

    def _known_list(self, list_id: str) -> None:
        if list_id not in self._store.lists:
            raise Refused(3004, "Invalid contact list id", 200)

    # --- tables

    def _upsert(self, request: Request, connection: str, table: str) -> Reply:
        rows = _json(request)
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            raise Refused(15005, "The body must be a list of records")
        if len(rows) > MOST_RECORDS:
            raise Refused(15002, "More than 1000 records")
        if any(row.keys() != rows[0].keys() for row in rows):
            raise Refused(15001, "All records must have the same fields")
        if not rows:
            raise Refused(15005, "There are no records")
        names = unquote(connection), unquote(table)
        if refusal := self._store.tables.refusal(*names, rows):
            status, code, text = refusal
            raise Refused(code, text, status)
        fault = self._faults.find("refuse", request.method, request.path)
        if fault is not None:
            refused = set(fault.emails)
            if any(refused & set(map(str, row.values())) for row in rows):
                raise Refused(15013, "A record breaks a rule of the table")
        self._store.tables.upsert(*names, rows)
        return _reply(200, 0, "OK", None, len(rows))


def _reply(status: int, code: int, text: str, data: Any = "", rows: int = 0) -> Reply:
    body = {"replyCode": code, "replyText": text, "data": data}
    return Reply(status, body, rows=rows)


def _ids(body: Mapping[str, Any]) -> list[str]:
    ids = body.get("external_ids")
    if str(body.get("key_id")) != "3":
        raise Refused(2004, "Invalid key field id")
    if not isinstance(ids, list) or len(ids) > MOST_IDS:
        raise Refused(3002, "More than 10000 ids")
    return [str(each) for each in ids]


def _object(request: Request) -> dict[str, Any]:
    body = _json(request)
    if not isinstance(body, dict):
        raise Refused(1010, "Invalid JSON")
    return body


def _json(request: Request) -> Any:
    try:
        return request.json()
    except ValueError:
        raise Refused(1008, "Invalid JSON") from None
