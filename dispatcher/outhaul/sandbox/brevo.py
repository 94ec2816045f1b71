"""Stand-in of Brevo: contacts, their attributes, imports, and lists in folders.

Attributes that an account does not have are passed over. Addresses under `.invalid`
are not valid: an import leaves them out and names them in a file. A change of a list
fails for those who are unknown or need none, and is refused where all fail.

https://developers.brevo.com/reference
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.jobs import RowFailed, timestamp
from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn, page, route

_COUNTS = ("totalBlacklisted", "totalSubscribers", "uniqueSubscribers")


class BrevoStandIn(StandIn):
    """Contacts by address, types of attributes by name; lists and folders by id."""

    empty = {"contacts": {}, "attributes": {}, "lists": {}, "folders": {}}
    key_header = "api-key"
    key_prefix = ""

    def let_in(self, request: Request) -> None:
        if not request.path.startswith("/_files/"):  # at another host
            super().let_in(request)

    def refusal(self, refused: Refused) -> Reply:
        word = {404: "document_not_found", 401: "unauthorized"}.get(refused.status)
        body = {"code": word or "invalid_parameter", "message": str(refused)}
        return Reply(refused.status, body)

    @route("GET", "/contacts/attributes")
    def attributes(self, request: Request) -> Reply:
        found = [
            {"name": name, "category": "normal", "type": kind}
            for name, kind in self.held["attributes"].items()
        ]
        return Reply(200, {"attributes": found})

    @route("POST", "/contacts/attributes/normal/{}")
    def create_attribute(self, request: Request, name: str) -> Reply:
        if name in self.held["attributes"]:
            raise Refused(400, "the attribute exists")
        self.held["attributes"][name] = request.json()["type"]
        return Reply(201)

    @route("POST", "/contacts/import")
    def start_import(self, request: Request) -> Reply:
        body = request.json()
        rows, lists = body["jsonBody"], body["listIds"]
        if (
            not rows
            or not lists
            or not {str(each) for each in lists} <= set(self._lists)
        ):
            raise Refused(400, "jsonBody and lists that exist are needed")
        self.play_refusal(request, map(_email, rows))
        clears = body["emptyContactsAttributes"]

        def take(row: Mapping[str, Any]) -> str:
            if _email(row).endswith(".invalid"):
                raise RowFailed("the address is not valid")
            contact = self._contact(_email(row))
            self._write(contact, row.get("attributes", {}), clears=clears)
            contact["listIds"] = sorted({*contact["listIds"], *lists})
            return "imported"

        job = self.start(request, rows, _email, take)
        number = list(self._jobs.all).index(job.id) + 1
        return Reply(202, {"processId": number}, rows=len(rows))

    @route("GET", "/processes/{}")
    def look_at_process(self, request: Request, number: str) -> Reply:
        job = self.job((["", *self._jobs.all] + [""] * int(number))[int(number)])
        shown: dict[str, Any] = {"id": int(number), "name": "IMPORTUSER"}
        shown["status"] = "completed" if job.finished_at else "in_process"
        if job.failed:
            url = f"{request.url}/_files/{job.id}.csv"
            shown["info"] = {"import": {"invalid_emails": url, "duplicate_emails": ""}}
        return Reply(200, shown)

    @route("GET", "/_files/{}.csv")
    def failed_rows(self, request: Request, job: str) -> Reply:
        lines = ["EMAIL;REASON"] + [f"{f.key};{f.reason}" for f in self.job(job).failed]
        return Reply(200, "\n".join(lines).encode(), {"Content-Type": "text/csv"})

    @route("GET", "/contacts/lists")
    def lists(self, request: Request) -> Reply:
        found = [self._list(key) for key in self._lists]
        return _page(request, "lists", found)

    @route("POST", "/contacts/lists")
    def create_list(self, request: Request) -> Reply:
        body = request.json()
        if str(body["folderId"]) not in self.held["folders"]:
            raise Refused(400, "there is no such folder")
        self._lists[str(len(self._lists) + 1)] = body["name"]
        return Reply(201, {"id": len(self._lists)})

    @route("GET", "/contacts/folders")
    def folders(self, request: Request) -> Reply:
        counts = dict.fromkeys(_COUNTS, 0)
        folders = self.held["folders"].items()
        found = [{"id": int(key), "name": name, **counts} for key, name in folders]
        return _page(request, "folders", found)

    @route("POST", "/contacts/folders")
    def create_folder(self, request: Request) -> Reply:
        number = len(self.held["folders"]) + 1
        self.held["folders"][str(number)] = request.json()["name"]
        return Reply(201, {"id": number})

    @route("GET", "/contacts/lists/{}")
    def one_list(self, request: Request, key: str) -> Reply:
        created = {"createdAt": timestamp(), "campaignStats": []}
        return Reply(200, {**self._list(key), **created})

    @route("POST", "/contacts/lists/{}/contacts/{}")
    def change_list(self, request: Request, key: str, act: str) -> Reply:
        self._list(key)
        emails = request.json()["emails"]
        self.play_refusal(request, emails)
        if not 1 <= len(emails) <= 150:
            raise Refused(400, "1 to 150 addresses")
        is_on = act == "add"
        failed = [each for each in emails if self._is_on(each, key) in (None, is_on)]
        done = [each for each in emails if each not in failed]
        if not done:
            raise Refused(400, "already on the list and/or unknown")
        for each in done:
            lists = set(self.held["contacts"][each]["listIds"])
            lists = lists | {int(key)} if is_on else lists - {int(key)}
            self.held["contacts"][each]["listIds"] = sorted(lists)
        told = {"success": done, "failure": failed, "total": len(done)}
        return Reply(201, {"contacts": told}, rows=len(emails))

    @route("GET", "/contacts/{}")
    def one_contact(self, request: Request, email: str) -> Reply:
        contact = self._known(unquote(email))
        flags = {"emailBlacklisted": False, "smsBlacklisted": False, "statistics": {}}
        times = {"createdAt": timestamp(), "modifiedAt": timestamp()}
        return Reply(200, {**contact, **flags, **times})

    @route("PUT", "/contacts/{}")
    def update_contact(self, request: Request, email: str) -> Reply:
        contact = self._known(unquote(email))
        self._write(contact, request.json().get("attributes", {}), clears=True)
        return Reply(204, rows=1)

    @property
    def _lists(self) -> dict[str, str]:
        lists: dict[str, str] = self.held["lists"]
        return lists

    def _list(self, key: str) -> dict[str, Any]:
        if key not in self._lists:
            raise Refused(404, "there is no such list")
        counts = dict.fromkeys(_COUNTS, 0)
        return {"id": int(key), "name": self._lists[key], "folderId": 1, **counts}

    def _is_on(self, email: str, key: str) -> bool | None:
        contact = self.held["contacts"].get(email)
        return None if contact is None else int(key) in contact["listIds"]

    def _known(self, email: str) -> dict[str, Any]:
        if email not in self.held["contacts"]:
            raise Refused(404, "there is no such contact")
        return self._contact(email)

    def _contact(self, email: str) -> dict[str, Any]:
        number = len(self.held["contacts"]) + 1
        made = {"id": number, "email": email, "attributes": {}, "listIds": []}
        contact: dict[str, Any] = self.held["contacts"].setdefault(email, made)
        return contact

    def _write(
        self, contact: dict[str, Any], values: Mapping[str, Any], *, clears: bool
    ) -> None:
        for name in values.keys() & self.held["attributes"].keys():
            if values[name] != "":
                contact["attributes"][name] = values[name]
            elif clears:
                contact["attributes"].pop(name, None)


def _email(row: Mapping[str, Any]) -> str:
    return str(row["email"]).lower()


def _page(request: Request, key: str, found: list[dict[str, Any]]) -> Reply:
    size = int(request.query.get("limit", 10))
    part, _ = page(found, request.query.get("offset", ""), size)
    return Reply(200, {key: part, "count": len(found)})
