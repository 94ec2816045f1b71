"""The calls of the Data Manager API, and what it refuses at once.

https://developers.google.com/data-manager/api/reference/rest
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from outhaul.errors import Refusal, RequestRefused, StopSync
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify
from outhaul.kit.api import Api, object_of

_PAGE = "1000"
# Reasons that are about the request and not about its rows.
_STOPS = re.compile("TERMS|DESTINATION|USER_LIST|CONVERSION_ACTION|ALLOWLIST|ACCOUNT")
_ROW = re.compile(r"(?:audience_members|audienceMembers|events)\b[^\[]*\[(\d+)\]")


class DataManagerApi(Api):
    """One account's calls."""

    hints = {
        401: "check the log-in of this destination",
        403: "whoever logs in needs access to the account, and the API has to be"
        " enabled in the Cloud project",
    }

    def user_lists(self, parent: str) -> Iterator[Mapping[str, Any]]:
        """The audiences of an account, each with `id` and `displayName`."""
        return self.pages(
            f"{parent}/userLists",
            {"pageSize": _PAGE},
            entries="userLists",
            following=lambda answer: str(answer.get("nextPageToken") or ""),
            parameter="pageToken",
        )

    def ingest(self, call: str, body: bytes) -> str:
        """Send rows: the id of the request, empty of one that was only validated."""
        response = self.request("POST", f"/v1/{call}", body)
        if response.status == 400:
            raise _refusal(response)
        classify(response, hints=self.hints)
        return str(object_of(response).get("requestId") or "")

    def status(self, request_id: str) -> Mapping[str, Any]:
        """What became of a request at its one destination; empty: not known yet."""
        path = f"/v1/requestStatus:retrieve?requestId={path_part(request_id)}"
        answer = self.find(path) or {}
        found = answer.get("requestStatusPerDestination") or [{}]
        return found[0] if isinstance(found[0], dict) else {}


def _refusal(response: Response) -> RequestRefused | StopSync:
    """What a request is refused for: by row where a field of one is named."""
    error = object_of(response).get("error")
    details = error.get("details") if isinstance(error, dict) else None
    named: dict[int, Refusal] = {}
    for detail in details if isinstance(details, list) else ():
        if _STOPS.search(str(detail.get("reason"))):
            return StopSync(response.describe())
        for each in detail.get("fieldViolations") or ():
            found = _ROW.match(str(each.get("field")))
            if found is None:
                return StopSync(response.describe())
            reason = str(each.get("reason") or "http_400").lower()
            text = response.quote(str(each.get("description") or ""))
            named[int(found[1])] = Refusal(reason, text)
    return RequestRefused(response.describe(), code="http_400", rows=named)
