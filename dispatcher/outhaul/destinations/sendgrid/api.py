"""SendGrid's calls for contacts, lists and custom fields, one method each.

https://www.twilio.com/docs/sendgrid/api-reference/contacts
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from outhaul.errors import (
    OutcomeUnknown,
    Refusal,
    RequestRefused,
)
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify
from outhaul.kit.api import Api, id_named, in_query, object_of
from outhaul.kit.jobs import started
from outhaul.kit.lists import list_gone
from outhaul.kit.service import Job
from outhaul.kit.values import caseless

_MARKETING = "/v3/marketing"
_HINTS = {
    401: "check the 'api_key' of this destination",
    403: "give the API key full access to Marketing",
}
_LISTS_A_PAGE = "1000"
LONGEST_IN_SEARCH = 100
"""Characters of an address in the usual search. The search by identifiers has no such
limit, but is not said to find contacts by their alternate addresses."""
_BAD_EMAIL = re.compile(r"email '(.+?)' is not valid")
_IDENTIFIERS = ("phone_number_id", "external_id", "anonymous_id")


class Contact(NamedTuple):
    """What is known of a contact; without id: nothing but the address, if that.

    identifiers: those beside the e-mail address. An update must repeat them.
    """

    email: str = ""
    id: str = ""
    identifiers: Mapping[str, str] = {}
    list_ids: frozenset[str] = frozenset()


class SendGridApi(Api):
    """One account's calls."""

    hints = _HINTS

    def field_definitions(self) -> dict[str, Any]:
        """All custom and reserved fields; needs no permission but Marketing."""
        return self.call("GET", f"{_MARKETING}/field_definitions")

    def create_field(self, name: str, field_type: str) -> None:
        """Create a custom field. Raises RequestRefused if there is one already."""
        body = {"name": name, "field_type": field_type}
        path = f"{_MARKETING}/field_definitions"
        self.call("POST", path, body, expected=(200, 201))

    def find_list(self, name: str) -> str | None:
        """The id of the list with exactly this name, searched on every page."""
        return id_named(self._lists(), name)

    def create_list(self, name: str) -> str:
        """Create a list. Raises RequestRefused if the name is taken."""
        path = f"{_MARKETING}/lists"
        answer = self.call("POST", path, {"name": name}, expected=(200, 201))
        return str(answer["id"])

    def list_exists(self, list_id: str) -> bool:
        """Whether there is a list of this id."""
        return self.list_name(list_id) is not None

    def list_name(self, list_id: str) -> str | None:
        """What the list of this id is called; None where there is none."""
        found = self.find(f"{_MARKETING}/lists/{path_part(list_id)}")
        return None if found is None else str(found.get("name") or "")

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> dict[str, Contact | None]:
        """At most 100 addresses in lower case, each with its contact or None.

        Of an address that the answer does not mention nothing is known: it is left out.

        A contact is found by its alternate addresses too: its `email` is then
        another one than was asked for. rows: the address of each row that is looked
        up, or anything else; RequestRefused names the bad ones among them.
        """
        usual = [each for each in addresses if len(each) <= LONGEST_IN_SEARCH]
        longer = [each for each in addresses if len(each) > LONGEST_IN_SEARCH]
        found: dict[str, Contact | None] = {}
        if usual:
            found |= self._search("emails", "emails", usual, rows)
        if longer:
            found |= self._search("identifiers/email", "identifiers", longer, rows)
        return found

    def _search(
        self, path: str, key: str, addresses: Sequence[str], rows: Sequence[Any]
    ) -> dict[str, Contact | None]:
        """One search; 404 means that there is none of them."""
        body = orjson.dumps({key: list(addresses)})
        path = f"{_MARKETING}/contacts/search/{path}"
        response = self.request("POST", path, body)
        if response.status == 400:
            raise _refusal(response, rows)
        classify(response, (200, 404), _HINTS)
        answer = object_of(response)
        if response.status == 404:
            if "errors" not in answer:
                classify(response, (200,), _HINTS)
            return dict.fromkeys(addresses)
        result = answer.get("result")
        if not isinstance(result, dict):
            raise OutcomeUnknown(f"{response.describe()}; there is no 'result' in it")
        found = {str(key).lower(): entry for key, entry in result.items()}
        return {
            address: _contact(response, found[address.lower()])
            for address in addresses
            if found.get(address.lower()) is not None
        }

    def put_contacts(
        self, contacts: Sequence[bytes], addresses: Sequence[str], list_id: str = ""
    ) -> Job:
        """Add or update contacts, encoded as JSON; with `list_id` also as members."""
        lists = b'"list_ids":' + orjson.dumps([list_id]) + b"," if list_id else b""
        body = b"{" + lists + b'"contacts":[' + b",".join(contacts) + b"]}"
        response = self.request("PUT", f"{_MARKETING}/contacts", body)
        if list_id and response.status in (400, 404) and not self.list_exists(list_id):
            raise list_gone("SendGrid")
        if response.status == 400:
            raise _refusal(response, addresses)
        return _job(response)

    def remove_members(self, list_id: str, contact_ids: Sequence[str]) -> Job | None:
        """End memberships; None where one of the contacts is unknown (404)."""
        path = f"{_MARKETING}/lists/{path_part(list_id)}/contacts"
        response = self.request(
            "DELETE", path, params={"contact_ids": ",".join(contact_ids)}
        )
        if response.status == 404:
            if not self.list_exists(list_id):
                raise list_gone("SendGrid")
            return None
        return _job(response)

    def job(self, job: Job) -> dict[str, Any] | None:
        """The state of an import job, or None where it is not known (any more)."""
        return self.find(f"{_MARKETING}/contacts/imports/{path_part(job.reference)}")

    def _lists(self) -> Iterator[dict[str, Any]]:
        return self.pages(
            f"{_MARKETING}/lists",
            {"page_size": _LISTS_A_PAGE},
            entries="result",
            following=lambda answer: in_query(
                (answer.get("_metadata") or {}).get("next"), "page_token"
            ),
            parameter="page_token",
        )


def _refusal(response: Response, addresses: Sequence[Any]) -> RequestRefused:
    """What a 400 says: the rows that it names, if it names any of ours."""
    text = response.body.decode("utf-8", "replace")
    bad = {caseless(address) for address in _BAD_EMAIL.findall(text)}
    refused = Refusal("invalid_email", "SendGrid says that the address is not valid")
    rows = {index: refused for index, sent in enumerate(addresses) if sent in bad}
    return RequestRefused(response.describe(), code="http_400", rows=rows)


def _job(response: Response) -> Job:
    classify(response, (202,), _HINTS)
    return started(response, object_of(response).get("job_id"), "job_id")


def _contact(response: Response, entry: Any) -> Contact | None:
    contact = entry.get("contact") if isinstance(entry, dict) else None
    if isinstance(contact, dict) and contact.get("id") and contact.get("email"):
        return Contact(
            email=str(contact["email"]).lower(),
            id=str(contact["id"]),
            identifiers={
                name: str(contact[name]) for name in _IDENTIFIERS if contact.get(name)
            },
            list_ids=frozenset(map(str, contact.get("list_ids") or ())),
        )
    error = entry.get("error") if isinstance(entry, dict) else None
    if isinstance(error, str) and "not found" in error.lower():
        return None
    raise OutcomeUnknown(f"{response.describe()}; a contact in it cannot be read")
