"""Every call that is made to Emarsys is one of the vendor's own collections.

The files are not part of this repository: they are looked for in the folder that
`OUTHAUL_SPECS` names, or in `shared/specs` beside the repository.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outhaul.model import Change, Kind
from outhaul.sandbox import Sandbox
from outhaul.sandbox.messages import Request
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import (
    COLUMNS,
    EMAIL,
    account,
    column,
    row,
    service,
)

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "specs"
SPECS = Path(os.environ.get("OUTHAUL_SPECS") or BESIDE) / "emarsys"
COLLECTIONS = {
    "oidc": "Emarsys_v3_OIDC_postman_collection.json",
    "wsse": "Emarsys_v2_WSSE_postman_collection_2026.json",
}

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(),
    reason="the vendor's collections are absent (set OUTHAUL_SPECS to their folder)",
)


def described(auth: str) -> list[tuple[str, re.Pattern[str]]]:
    """Methods and paths of a collection; `:listId` stands for a segment."""
    content = json.loads((SPECS / COLLECTIONS[auth]).read_text(encoding="utf-8"))
    calls = []
    for request in requests_in(content["item"]):
        url = request["url"]
        raw = url if isinstance(url, str) else url.get("raw", "")
        path = raw.partition("?")[0].removeprefix("https://api.emarsys.net")
        pattern = re.sub(r"<?:\w+>?", r"[^/]+", re.escape(path).replace(r"\:", ":"))
        calls.append((request["method"], re.compile(pattern)))
    return calls


def requests_in(items: list[Any]) -> Iterator[dict[str, Any]]:
    for item in items:
        if "item" in item:
            yield from requests_in(item["item"])
        elif item.get("request", {}).get("url"):
            yield item["request"]


def made(auth: str) -> set[tuple[str, str]]:
    """The calls of all services, from the first field to the last leaver."""
    seen: list[Request] = []
    with Sandbox(observer=lambda request, reply: seen.append(request)) as sandbox:
        sandbox.emarsys.add_field("colour", "singlechoice", "Red", "Blue")
        emarsys = account(sandbox.url("emarsys"), auth=auth)
        sandbox.emarsys.add_list("welcome")
        contacts = service(emarsys, "contacts", insert=True, contact_list="welcome")
        columns = [*COLUMNS, column("colour"), column("spent", Kind.NUMBER)]
        people = [row(number, colour="Red", spent=1) for number in (1, 2)]
        deliver(contacts, columns, people)
        members = service(emarsys, "list")
        deliver(members, [EMAIL], [row(1)])
        deliver(members, [EMAIL], [row(2), row(1, Change.REMOVED)])
        table = service(emarsys, "table", connection="shop", table="people")
        table.check(COLUMNS)
        deliver(table, COLUMNS, [row(1)])
    calls = {(request.method, request.path) for request in seen}
    return {call for call in calls if call[1] != "/oauth2/token"}


@pytest.mark.parametrize("auth", COLLECTIONS)
def test_every_call_is_one_that_the_vendor_describes(auth):
    calls = made(auth)
    assert len(calls) >= 9
    assert [call for call in sorted(calls) if not is_described(call, auth)] == []


def test_a_call_of_the_other_interface_is_noticed():
    wrong = ("PUT", "/api/v2/contact")
    assert is_described(wrong, "wsse") and not is_described(wrong, "oidc")
    assert not is_described(("POST", "/api/v3/contactlist/7/remove"), "oidc")


def is_described(call: tuple[str, str], auth: str) -> bool:
    method, path = call
    # The collections write `contact?`, the reference `contact/?`.
    path = path.removesuffix("/")
    return any(
        method == known and pattern.fullmatch(path)
        for known, pattern in described(auth)
    )
