"""Emarsys' calls for contacts, fields, lists and tables, one method each.

https://dev.emarsys.com/docs/core-api-reference
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from outhaul.destinations.emarsys.codes import (
    LIST_EXISTS,
    NAME_EXISTS,
    code_of,
    raise_failure,
)
from outhaul.errors import OutcomeUnknown, RequestRefused, StopSync
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, json_of, refuse_page
from outhaul.http.client import HttpClient
from outhaul.kit.api import Api
from outhaul.kit.login import Login
from outhaul.kit.values import caseless

_NO_KEY = "<NO_KEY_ID>"

RowErrors = dict[str, dict[str, str]]
"""Key value without case to the codes and texts that an answer holds about it."""


class EmarsysApi(Api):
    """One account's calls.

    core, data: where the paths of contacts and those of tables begin. Raises what
    `raise_failure` and `json_of` raise.
    """

    def __init__(
        self, client: HttpClient, login: Login, core: str, data: str, language: str
    ) -> None:
        super().__init__(client, login)
        self._hint = login.hint
        self._core = core
        self._data = data
        self._language = path_part(language)

    def may_read_settings(self) -> bool:
        """A call that reads little, to see whether we are let in.

        False where the credential is accepted but may not make this call, which is an
        administrative one. Raises StopSync where it is not taken.
        """
        response = self.request("GET", f"{self._core}/settings")
        if response.status == 403:
            refuse_page(response)
            return False
        self._data_of(response)
        return True

    # --- fields

    def fields(self) -> list[dict[str, Any]]:
        """All fields: id, name, application_type, string_id."""
        return _list(self.data("GET", f"{self._core}/field/translate/{self._language}"))

    def choices(self, field_id: str) -> list[dict[str, Any]]:
        """The choices of a field: id and choice."""
        path = f"{self._core}/field/{path_part(field_id)}/choice/translate"
        return _list(self.data("GET", f"{path}/{self._language}"))

    def create_field(self, name: str, field_type: str) -> None:
        """Create a field, if there is none of this name. Raises RequestRefused."""
        body = {"name": name, "application_type": field_type}
        if string_id := string_id_of(name):
            body["string_id"] = string_id
        self._create(f"{self._core}/field", body, NAME_EXISTS)

    # --- contacts

    def put_contacts(
        self, contacts: Sequence[bytes], *, create: bool, list_id: str = ""
    ) -> RowErrors:
        """Update contacts by e-mail address; `create`: also those that do not exist.

        list_id: a list that all of them are put on, existing ones too.
        """
        into = b',"contact_list_id":' + orjson.dumps(list_id) if list_id else b""
        body = b'{"key_id":"3"' + into + b',"contacts":[' + b",".join(contacts) + b"]}"
        params = {"create_if_not_exists": "1" if create else "0"}
        return self._errors(self.data("PUT", f"{self._core}/contact", body, params))

    # --- lists

    def find_list(self, name: str) -> str | None:
        """The id of the list with exactly this name."""
        found = (key for key, each in self.lists().items() if each == name)
        return next(found, None)

    def lists(self) -> dict[str, str]:
        """All contact lists: id to name."""
        listed = _list(self.data("GET", f"{self._core}/contactlist"))
        return {str(each["id"]): str(each.get("name")) for each in listed}

    def create_list(
        self, name: str, addresses: Sequence[bytes]
    ) -> tuple[str, RowErrors] | None:
        """Create a list with these members: its id. None where the name is taken."""
        body = b'{"key_id":"3","name":' + orjson.dumps(name) + _ids(addresses) + b"}"
        answer = self._create(f"{self._core}/contactlist", body, LIST_EXISTS)
        if answer is None:
            return None
        if not isinstance(answer, dict) or not answer.get("id"):
            raise OutcomeUnknown("the new list's id is missing in the answer")
        return str(answer["id"]), self._errors(answer)

    def change_list(
        self, list_id: str, addresses: Sequence[bytes], *, remove: bool
    ) -> RowErrors:
        """Put contacts on a list, or take them off."""
        act = "delete" if remove else "add"
        body = b'{"key_id":"3"' + _ids(addresses) + b"}"
        path = f"{self._core}/contactlist/{path_part(list_id)}/{act}"
        return self._errors(self.data("POST", path, body))

    # --- tables

    def upsert(self, connection: str, table: str, rows: Sequence[bytes]) -> None:
        """Insert rows or update those of the same primary key."""
        path = (
            f"{self._data}/connections/{path_part(connection)}/tables/{path_part(table)}"
            "/records/upsert"
        )
        self.data("POST", path, b"[" + b",".join(rows) + b"]")

    def _errors(self, data: Any) -> RowErrors:
        """What an answer says of single rows; nothing at all comes as `[]` or `{}`."""
        errors = data.get("errors") if isinstance(data, dict) else None
        if errors and not isinstance(errors, dict):
            raise OutcomeUnknown("the answer's errors cannot be read")
        found: RowErrors = {}
        for key, entry in errors.items() if isinstance(errors, dict) else ():
            codes = entry if isinstance(entry, dict) and entry else {"refused": entry}
            if key == _NO_KEY:
                raise StopSync(
                    "Emarsys does not know the field that contacts are recognised by"
                    f" ({self._client.quote(str(codes))})"
                )
            quote = self._client.quote
            found[caseless(key)] = {
                str(code): quote(str(text)) for code, text in codes.items()
            }
        return found

    def _create(self, path: str, body: Any, exists: str) -> Any:
        """The answer's data, or None where there is one of that name already."""
        try:
            return self.data("POST", path, body) or {}
        except RequestRefused as error:
            if error.code != f"emarsys_{exists}":
                raise
        return None

    def data(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """The `data` of an answer whose status and code both tell of success."""
        content = body if isinstance(body, (bytes, type(None))) else orjson.dumps(body)
        return self._data_of(self.request(method, path, content, params=params))

    def _data_of(self, response: Response) -> Any:
        is_json = response.body.lstrip()[:1] == b"{"
        if response.status != 200 and not is_json:
            raise_failure(response, "", self._hint)
        answer = json_of(response)
        code = code_of(answer)
        if response.status != 200 or code != "0":
            if response.status == 200 and not code:
                raise OutcomeUnknown(f"{response.describe()}; it has no 'replyCode'")
            raise_failure(response, code, self._hint)
        return answer.get("data")


def _ids(addresses: Sequence[bytes]) -> bytes:
    return b',"external_ids":[' + b",".join(addresses) + b"]"


def _list(data: Any) -> list[dict[str, Any]]:
    """Lists come as lists; an empty one may come as anything that is empty."""
    return [each for each in data or () if isinstance(each, dict)]


def string_id_of(name: str) -> str:
    """The id by which a field is meant in templates: 'Größe (cm)' gives 'grosse_cm'.

    Of lower-case letters, digits and `_`; empty where nothing of a name is left.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
