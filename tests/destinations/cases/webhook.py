"""Webhooks: its services in the contract suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    LEAVER,
    NOT_TEXT,
    PEOPLE,
    SECRET,
    UPSERTS,
    Case,
    people_end,
)


def _webhook(url: str) -> dict[str, Any]:
    return {
        "url": url,
        "secret_headers": {"Authorization": SECRET},
        "allow_private": True,
    }


def _webhook_by_token(url: str) -> dict[str, Any]:
    return {
        "url": f"{url}/v1",
        "token_url": f"{url}/oauth2/token",
        "client_id": "client",
        "client_secret": SECRET,
        "allow_private": True,
    }


def _received(sandbox: Sandbox) -> Any:
    return sandbox.state()["webhook"]["rows"]


def _received_people(sandbox: Sandbox) -> None:
    people = {"person4@example.com": {"email": "person4@example.com"}}
    sandbox.vendors["webhook"].load({"rows": people})


def _by_email(people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {each["email"]: each for each in people}


CASES = [
    Case(
        vendor="webhook",
        service="changes",
        account=_webhook,
        columns=PEOPLE,
        rows=[*UPSERTS, LEAVER],
        refused=NOT_TEXT,
        write=("POST", "*"),
        content=_received,
        ends=_by_email(people_end("2026-01-0{}", fourth=False, spent=12.5)),
        seed=_received_people,
        asks_first=False,
    ),
    Case(
        vendor="webhook",
        service="changes",
        variant="rest",
        account=_webhook_by_token,
        columns=PEOPLE,
        rows=[*UPSERTS, LEAVER],
        refused=[*NOT_TEXT, {"email": None}, {"email": ".."}],
        write=("P*", "/v1/people*"),
        content=_received,
        ends=_by_email(people_end("2026-01-0{}", fourth=False, spent=12.5)),
        seed=_received_people,
        options={
            "method": "PUT",
            "path": "/people/{email}",
            "requests": {
                "updated": "PATCH /people/{email}",
                "removed": "DELETE /people/{email}",
            },
            "change_field": "",
            "body": "row",
        },
        asks_first=False,
        renews_token=True,
    ),
    Case(
        vendor="webhook",
        service="upserts",
        account=_webhook,
        columns=PEOPLE,
        rows=UPSERTS,
        refused=NOT_TEXT,
        write=("POST", "*"),
        content=_received,
        ends=_by_email(people_end("2026-01-0{}", fourth=True, spent=12.5)),
        seed=_received_people,
        asks_first=False,
    ),
]
