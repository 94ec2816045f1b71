"""Stand-in of SendGrid's Marketing Campaigns: requests, rules and answers.

Rules are those of the vendor's documentation; where it is silent, this stand-in
is strict:

- an update that leaves out an identifier of the contact fails for that row;
- an address found by an alternate one is another contact when imported;
- a value that does not fit the type of its field fails for that row;
- addresses under the top-level domain `.invalid` count as not valid;
- a request that names a contact twice is refused, and so is a telephone number as
  identifier that is not international (E.164).

Limits of requests hold for each call by itself; the vendor publishes none, so there
are none until `limit` sets them. `forbidden` names what a key may not: `read`, `write`.

https://www.twilio.com/docs/sendgrid/api-reference/contacts
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outhaul.sandbox.faults import Faults
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.sendgrid_jobs import (
    address_of,
    errors_file,
    file_of,
    removal_work,
    view,
)
from outhaul.sandbox.sendgrid_rules import (
    EMAIL,
    FIELD_NAME,
    FIELD_TYPES,
    LONGEST_ADDRESS,
    LONGEST_IN_SEARCH,
    MOST_BYTES,
    MOST_FIELDS,
    MOST_ROWS,
    READ_ONLY,
    UNLISTED,
    asked_in,
    check_rows,
    object_of,
    reserved_fields,
)
from outhaul.sandbox.sendgrid_store import FIELDS, IDENTIFIERS, Store
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_MARKETING = "/v3/marketing"


class SendGridStandIn(StandIn):
    """Beside what every stand-in has: contacts in a store with rules of its own."""

    def __init__(
        self,
        faults: Faults,
        *,
        job_seconds: float = 0.2,
        api_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.forbidden: set[str] = set()
        self._store = Store(clock, faults.lag)
        super().__init__(faults, job_seconds=job_seconds, api_key=api_key, clock=clock)

    def let_in(self, request: Request) -> None:
        if request.path.startswith("/_files/"):  # at another host
            return
        super().let_in(request)
        reads = request.method == "GET" or "/search/" in request.path
        if ("read" if reads else "write") in self.forbidden:
            raise Refused(403, "access forbidden")

    def is_key(self, key: str) -> bool:
        return super().is_key(key) and (bool(self._api_key) or key.startswith("SG."))

    def state(self) -> dict[str, Any]:
        """Contacts with lists and custom fields by name, lists, fields and jobs."""
        with self._lock:
            self._jobs.work_off()
            store = self._store
            return {
                "contacts": [self._readable(each) for each in store.contacts.values()],
                "lists": [
                    {"id": key, "name": name, "contact_count": store.count(key)}
                    for key, name in store.lists.items()
                ],
                "custom_fields": list(store.fields.values()),
                "jobs": [view(job, "") for job in self._jobs.all.values()],
            }

    def dump(self) -> dict[str, Any]:
        with self._lock:
            self._jobs.work_off()
            return self._store.dump()

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            self._store.load(dumped)

    def reset(self) -> None:
        with self._lock:
            self._store.clear()
            self._jobs.clear()

    def add_contact(self, *lists: str, **fields: Any) -> str:
        """Put a contact in by hand, as a member of lists by name; returns its id."""
        with self._lock:
            names = {name: key for key, name in self._store.lists.items()}
            ids = [names.get(name) or self._store.create_list(name) for name in lists]
            self._store.upsert(fields, ids)
            found = self._store.search(str(fields["email"]))
            return str(found["id"]) if found else ""

    def add_list(self, name: str) -> str:
        """Make an empty list, as a person does; returns its id."""
        with self._lock:
            return self._store.create_list(name)

    def delete_contact(self, address: str) -> None:
        """Delete a contact, as a person does in the web application."""
        with self._lock:
            for key, contact in list(self._store.contacts.items()):
                if contact.get("email") == address.lower():
                    self._store.delete_contact(key)

    def delete_list(self, name: str) -> None:
        """Delete a list and none of its contacts, as a person does."""
        with self._lock:
            for key in [key for key, each in self._store.lists.items() if each == name]:
                self._store.delete_list(key)

    def rename_list(self, name: str, new_name: str) -> None:
        """Give a list another name, as a person does."""
        with self._lock:
            lists = self._store.lists
            lists |= {key: new_name for key, each in lists.items() if each == name}

    def add_field(self, name: str, field_type: str) -> None:
        """Make a custom field, as a person does."""
        with self._lock:
            self._store.create_field(name, field_type)

    def delete_field(self, name: str) -> None:
        """Delete a custom field with all of its values, as a person does."""
        with self._lock:
            self._store.delete_field(name)

    @route("PUT", f"{_MARKETING}/contacts")
    def _put_contacts(self, request: Request) -> Reply:
        if len(request.body) > MOST_BYTES:
            raise Refused(413, "content too large")
        body = object_of(request)
        rows = body.get("contacts")
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
            raise Refused(400, f"contacts must be 1 to {MOST_ROWS}", "contacts")
        list_ids = body.get("list_ids") or []
        for list_id in list_ids:
            self._list_name(list_id)
        check_rows(rows, self._store.fields)
        self._play_refusal(request, rows)
        job = self.start(
            request, rows, address_of, lambda row: self._store.upsert(row, list_ids)
        )
        return Reply(202, {"job_id": job.id}, rows=len(rows))

    def _play_refusal(self, request: Request, rows: Sequence[Any]) -> None:
        """A fault that stays on refuses each import that holds its addresses."""
        fault = self._faults.find("refuse", request.method, request.path)
        if fault is None:
            return
        refused = {address.lower() for address in fault.emails}
        for row in rows:
            if str(row.get("email", "")).lower() in refused:
                named = f"email '{row['email']}' is not valid"
                raise Refused(400, named if fault.named else "invalid contact")

    @route("POST", f"{_MARKETING}/contacts/search/emails")
    def _search(self, request: Request) -> Reply:
        wanted = [each.lower() for each in asked_in(request, "emails")]
        for address in wanted:
            if len(address) > LONGEST_IN_SEARCH:
                raise Refused(400, "length should be less than 100", "emails")
            if not EMAIL.fullmatch(address):
                raise Refused(400, f"email '{address}' is not valid", "emails")
        return self._found({each: self._store.search(each) for each in wanted}, request)

    @route("POST", f"{_MARKETING}/contacts/search/identifiers/{{}}")
    def _search_by(self, request: Request, kind: str) -> Reply:
        """Not said to find contacts by their alternate addresses, so it does not."""
        if kind not in IDENTIFIERS:
            raise Refused(400, "invalid identifier type", "identifier_type")
        wanted = asked_in(request, "identifiers")
        if kind == "email":
            wanted = [each.lower() for each in wanted]
            for address in wanted:
                if not EMAIL.fullmatch(address) or len(address) > LONGEST_ADDRESS:
                    raise Refused(400, f"email '{address}' is not valid", "identifiers")
        found = {each: self._store.search(each, (kind,)) for each in wanted}
        return self._found(found, request)

    def _found(
        self, found: Mapping[str, dict[str, Any] | None], request: Request
    ) -> Reply:
        if not any(found.values()):
            raise Refused(404, "no contacts found")
        result = {
            value: {"contact": self._view(contact, request)}
            if contact
            else {"error": "contact not found"}
            for value, contact in found.items()
        }
        return Reply(200, {"result": result}, rows=len(found))

    @route("GET", f"{_MARKETING}/contacts/imports/{{}}")
    def _get_job(self, request: Request, job_id: str) -> Reply:
        return Reply(200, view(self.job(job_id), request.url))

    @route("GET", "/_files/{}.csv")
    def _errors_file(self, request: Request, job_id: str) -> Reply:
        job = self._jobs.all.get(job_id)
        # Links that are signed are refused with a second kind of credentials.
        if (
            job is None
            or file_of(job) == "expired"
            or "authorization" in request.headers
        ):
            return Reply(403, b"<Error/>", {"Content-Type": "application/xml"})
        return Reply(200, errors_file(job), {"Content-Type": "text/csv"})

    @route("GET", f"{_MARKETING}/lists")
    def _get_lists(self, request: Request) -> Reply:
        try:
            size = int(float(request.query.get("page_size", 100)))
            start = request.query.get("page_token") or ""
            keys, following = page(list(self._store.lists), start, size)
        except ValueError:
            raise Refused(400, "page_size and page_token are not valid") from None
        if not 1 <= size <= 1000:
            raise Refused(400, "page_size must be 1 to 1000", "page_size")
        here = f"{request.url}/v3/marketing/lists?page_size={size}&page_token="
        count = len(self._store.lists)
        metadata: dict[str, Any] = {"self": f"{here}{start}", "count": count}
        if following:
            metadata["next"] = f"{here}{following}"
        found = [self._list(key, request) for key in keys]
        return Reply(200, {"result": found, "_metadata": metadata})

    @route("POST", f"{_MARKETING}/lists")
    def _post_list(self, request: Request) -> Reply:
        name = object_of(request).get("name")
        if not isinstance(name, str) or not 1 <= len(name) <= 100:
            raise Refused(400, "name must have 1 to 100 characters", "name")
        if name in self._store.lists.values():
            raise Refused(400, "a list with this name exists", "name")
        list_id = self._store.create_list(name)
        return Reply(201, self._list(list_id, request))

    @route("GET", f"{_MARKETING}/lists/{{}}")
    def _get_list(self, request: Request, list_id: str) -> Reply:
        return Reply(200, self._list(list_id, request))

    @route("PATCH", f"{_MARKETING}/lists/{{}}")
    def _rename_list(self, request: Request, list_id: str) -> Reply:
        self._list_name(list_id)
        name = object_of(request).get("name")
        if not isinstance(name, str) or not 1 <= len(name) <= 100:
            raise Refused(400, "name must have 1 to 100 characters", "name")
        self._store.lists[list_id] = name
        return Reply(200, self._list(list_id, request))

    @route("DELETE", f"{_MARKETING}/lists/{{}}")
    def _delete_list(self, request: Request, list_id: str) -> Reply:
        self._list_name(list_id)
        if request.query.get("delete_contacts") == "true":
            raise Refused(403, "the stand-in deletes no contacts")
        self._store.delete_list(list_id)
        return Reply(204)

    @route("GET", f"{_MARKETING}/lists/{{}}/contacts/count")
    def _count(self, request: Request, list_id: str) -> Reply:
        self._list_name(list_id)
        count = self._store.count(list_id)
        return Reply(200, {"contact_count": count, "billable_count": count})

    @route("DELETE", f"{_MARKETING}/lists/{{}}/contacts")
    def _remove_members(self, request: Request, list_id: str) -> Reply:
        self._list_name(list_id)
        contact_ids = [
            each for each in request.query.get("contact_ids", "").split(",") if each
        ]
        if not contact_ids:
            raise Refused(400, "contact_ids is missing", "contact_ids")
        if any(each not in self._store.contacts for each in contact_ids):
            raise Refused(404, "a contact does not exist", "contact_ids")
        work = removal_work(self._store, contact_ids, list_id)
        fault = self._faults.take(("endless", "lost"), request.method, request.path)
        job = self._jobs.add("delete", len(contact_ids), work, fault)
        return Reply(202, {"job_id": job.id}, rows=len(contact_ids))

    @route("GET", f"{_MARKETING}/field_definitions")
    def _get_fields(self, request: Request) -> Reply:
        return Reply(
            200,
            {
                "custom_fields": list(self._store.fields.values()),
                "reserved_fields": reserved_fields(),
                "_metadata": {"self": f"{request.url}{request.path}"},
            },
        )

    @route("POST", f"{_MARKETING}/field_definitions")
    def _post_field(self, request: Request) -> Reply:
        body = object_of(request)
        name, field_type = body.get("name"), body.get("field_type")
        if not isinstance(name, str) or not FIELD_NAME.fullmatch(name):
            raise Refused(400, "invalid name", "name")
        if field_type not in FIELD_TYPES:
            raise Refused(400, "field_type must be Text, Number or Date", "field_type")
        taken = {each["name"].lower() for each in self._store.fields.values()}
        if name.lower() in taken | set(FIELDS) | set(READ_ONLY):
            raise Refused(400, "a field with this name exists", "name")
        if len(taken) >= MOST_FIELDS:
            raise Refused(400, f"at most {MOST_FIELDS} custom fields")
        return Reply(200, self._store.create_field(name, field_type))

    def _list_name(self, list_id: Any) -> str:
        if list_id not in self._store.lists:
            raise Refused(404, "list not found", "list_ids")
        return self._store.lists[list_id]

    def _list(self, list_id: str, request: Request) -> dict[str, Any]:
        return {
            "id": list_id,
            "name": self._list_name(list_id),
            "contact_count": self._store.count(list_id),
            "_metadata": {"self": f"{request.url}/v3/marketing/lists/{list_id}"},
        }

    def _readable(self, contact: Mapping[str, Any]) -> dict[str, Any]:
        """A contact without ids: lists and custom fields by their names."""
        shown = {name: contact[name] for name in FIELDS if contact.get(name)}
        names = self._store.fields
        return {
            **shown,
            "lists": [self._store.lists[each] for each in contact["list_ids"]],
            "custom_fields": {
                names[key]["name"]: value
                for key, value in contact["custom_fields"].items()
            },
        }

    def _view(self, contact: Mapping[str, Any], request: Request) -> dict[str, Any]:
        """A contact as a search shows it."""
        empty = {name: "" for name in FIELDS if name not in UNLISTED}
        own = {name: contact[name] for name in FIELDS if contact.get(name)}
        link = f"{request.url}/v3/marketing/contacts/{contact['id']}"
        return {
            **empty,
            "alternate_emails": [],
            **own,
            "id": contact["id"],
            "list_ids": list(contact["list_ids"]),
            "segment_ids": [],
            "custom_fields": self._readable(contact)["custom_fields"],
            "created_at": contact["created_at"],
            "updated_at": contact["updated_at"],
            "_metadata": {"self": link},
        }
