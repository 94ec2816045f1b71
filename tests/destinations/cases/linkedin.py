"""LinkedIn Ads: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.model import Column, Kind, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases.advertising import (
    BAD_IDENTIFIERS,
    MEMBER_ID,
    TURNS,
    address,
    members,
)
from tests.destinations.cases.case import EMAIL, SECRET, Case, by_number


def _linkedin(url: str) -> dict[str, Any]:
    return {"ad_account_id": "12", "access_token": SECRET, "base_url": url}


def _user(number: int) -> dict[str, Any]:
    return {"userIds": [{"idType": "SHA256_EMAIL", "idValue": address(number)}]}


def _company(number: int) -> dict[str, Any]:
    domain = {} if number == 2 else {"companyWebsiteDomain": f"example{number}.com"}
    return {"companyName": f"Example {number}", **domain}


def _segments(kind: str, leaver: dict[str, Any]) -> Any:
    def seed(sandbox: Sandbox) -> None:
        other = {"USER": "COMPANY", "COMPANY": "USER"}[kind]
        segments = {
            "1": {"name": "vip", "type": other, "members": []},
            "600": {"name": "vip", "type": kind, "members": [leaver]},
        }
        sandbox.vendors["linkedin"].load({"segments": segments})

    return seed


def _members(kind: str) -> Any:
    def content(sandbox: Sandbox) -> Any:
        segments = sandbox.state()["linkedin"]["segments"].values()
        return [each["members"] for each in segments if each["type"] == kind]

    return content


def _text(name: str) -> Column:
    return Column(name, name, Kind.TEXT, "varchar")


CASES = [
    Case(
        vendor="linkedin",
        service="users",
        account=_linkedin,
        columns=[EMAIL],
        rows=members(),
        refused=[{"email": None}, *BAD_IDENTIFIERS],
        write=("POST", "*/users"),
        content=_members("USER"),
        ends=[by_number(3, _user)],
        seed=_segments("USER", _user(4)),
    ),
    Case(
        vendor="linkedin",
        service="companies",
        account=_linkedin,
        columns=[MEMBER_ID, _text("company_name"), _text("company_domain")],
        rows=[
            Row(
                n,
                change,
                {
                    "member_id": f"m{n}",
                    "company_name": f" Example {n}",
                    "company_domain": None if n == 2 else f"example{n}.com",
                },
            )
            for n, change in enumerate(TURNS, 1)
        ],
        refused=[
            {"company_name": None, "company_domain": None},
            {"company_name": "\ud800"},
        ],
        write=("POST", "*/companies"),
        content=_members("COMPANY"),
        ends=[by_number(3, _company)],
        seed=_segments("COMPANY", _company(4)),
    ),
]
