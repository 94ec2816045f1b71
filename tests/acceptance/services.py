"""One diff for each service: its select, and what the service has to hold of it.

A person is told in the same words whatever a platform calls them, so that what is
held can be compared with what the source tables say.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.sftp_accounts import sftp_settings

APP_KEY = "CANARYIOS"
SECRETS = {
    "SENDGRID_API_KEY": "SG.canary-5321",
    "BATCH_KEY": "canary-batch-7142",
    "BATCH_IOS": APP_KEY,
    "EMARSYS_SECRET": "canary-emarsys-42",
    "SPLIO_KEY": "canary-splio-99",
    "SFTP_PASSWORD": "canary-sftp-17",
    "WEBHOOK_TOKEN": "Bearer canary-webhook-3",
}
Person = Mapping[str, Any]
State = Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """The segment by customer, before and after the data changed."""

    before: Mapping[str, Person]
    after: Mapping[str, Person]

    @property
    def last(self) -> dict[str, Person]:
        """Everyone who was ever in it, with the values of the last time."""
        return {**self.before, **self.after}


@dataclass(frozen=True)
class Case:
    """A diff of one service.

    held: what the stand-in holds; wanted: what it has to hold by the service's rule.
    """

    select: str
    key: str
    binding: Mapping[str, Any]
    held: Callable[[State], Any]
    wanted: Callable[[History], Any]


def destinations(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """All platforms, at the sandbox, and as fast as it goes."""
    emarsys = sandbox.url("emarsys")
    files = sftp_settings(sandbox, password=_variable("SFTP_PASSWORD"))
    files["files_per_second"] = 1_000
    splio = {
        "type": "splio",
        "api_key": _variable("SPLIO_KEY"),
        "base_url": sandbox.url("splio"),
        "requests_per_second": 1_000,
    }
    declared: dict[str, dict[str, Any]] = {
        "sendgrid": {
            "type": "sendgrid",
            "api_key": _variable("SENDGRID_API_KEY"),
            "base_url": sandbox.url("sendgrid"),
            "writes_per_second": 1_000,
            "lookups_per_second": 1_000,
            "poll_seconds": 0.01,
        },
        "batch": {
            "type": "batch",
            "rest_api_key": _variable("BATCH_KEY"),
            "ios_key": _variable("BATCH_IOS"),
            "project_key": "project",
            "base_url": sandbox.url("batch"),
            "requests_per_second": 1_000,
            "profiles_per_second": 10_000,
        },
        "emarsys": {
            "type": "emarsys",
            "client_id": "client",
            "client_secret": _variable("EMARSYS_SECRET"),
            "base_url": emarsys,
            "token_url": f"{emarsys}/oauth2/token",
            "requests_per_second": 1_000,
        },
        "splio": {
            **splio,
            **files,
            "folder": "/imports",
            "universe": "chinook",
            "subsequence_insert": "dinsert",
        },
        "splio_rest": {**splio, "transport": "rest"},
        "webhook": {
            "type": "webhook",
            "url": sandbox.url("webhook"),
            "allow_private": True,
            "secret_headers": {"Authorization": _variable("WEBHOOK_TOKEN")},
            "requests_per_second": 1_000,
        },
        "sftp": {"type": "sftp", **files},
    }
    return {name: {**each, "send_from": ["dev"]} for name, each in declared.items()}


def _variable(name: str) -> str:
    return f"{{{{ env_var('{name}') }}}}"


# --- whom a service holds by its rule


def _last_by_customer(history: History) -> dict[str, Any]:
    """Attributes: who left stays, with the values of the last time."""
    return {key: _values(person) for key, person in history.last.items()}


def _last_by_email(history: History) -> dict[str, Any]:
    """The same where the address identifies: an old one stays beside the new one."""
    people = [*history.before.values(), *history.after.values()]
    return {person["email"]: _values(person) for person in people}


def _last_of_users(history: History) -> dict[str, Any]:
    """Users whom the app knows, and none that it does not."""
    last = _last_by_customer(history)
    return {key: last[key] for key in last if is_user(key)}


def _now_by_customer(history: History) -> dict[str, Any]:
    """A copy of the segment."""
    return {key: _values(person) for key, person in history.after.items()}


def _members(history: History) -> set[str]:
    """Exactly the segment."""
    return {person["email"] for person in history.after.values()}


def is_user(customer: str) -> bool:
    """Whether the app knows a customer: two of three."""
    return int(customer) % 3 != 0


def _values(person: Person) -> dict[str, Any]:
    names = ("first_name", "last_name", "country", "company", "total_spent")
    values = {name: person.get(name) or "" for name in names}
    return {**values, "total_spent": float(values["total_spent"])}


# --- what the stand-ins hold, in our words


def _named(names: Mapping[str, str], held: Iterable[Person], key: str) -> dict:
    """held: records whose fields are called otherwise; names: theirs to ours."""
    return {
        str(each[key]): _values({names.get(name, name): each[name] for name in each})
        for each in held
    }


def _sendgrid_contacts(state: State) -> dict[str, Any]:
    held = [{**each, **each["custom_fields"]} for each in state["sendgrid"]["contacts"]]
    return _named({}, held, "email")


def _listed(platform: str) -> Callable[[State], set[str]]:
    return lambda state: {
        each["email"]
        for each in state[platform]["contacts"]
        if "spenders" in each["lists"]
    }


def _batch_users(state: State) -> dict[str, Any]:
    users = state["batch"]["apps"][APP_KEY]
    held = [{**values, "id": user[1:]} for user, values in users.items() if values]
    names = ("first_name", "last_name", "country", "company", "total_spent")
    return _named({f"u.{name}": name for name in names}, held, "id")


def _batch_profiles(state: State) -> dict[str, Any]:
    profiles = state["batch"]["profiles"]
    held = [
        {**each, "id": key[1:]} for key, each in profiles.items() if "country" in each
    ]
    assert all(each["$email_address"] for each in held)
    return _named({}, held, "id")


def _emarsys_contacts(state: State) -> dict[str, Any]:
    return _named({"residence": "country"}, state["emarsys"]["contacts"], "email")


def _emarsys_rows(state: State) -> dict[str, Any]:
    return _named({}, state["emarsys"]["tables"]["shop.spenders"], "customer_id")


def _splio_contacts(is_by_file: bool) -> Callable[[State], dict[str, Any]]:
    names = {"firstname": "first_name", "lastname": "last_name"}

    def held(state: State) -> dict[str, Any]:
        assert not any(each["problem"] for each in state["splio"]["imports"])
        contacts = _named(names, state["splio"]["contacts"], "email")
        mark = "rest."
        return {
            email.removeprefix(mark): contact
            for email, contact in contacts.items()
            if email.startswith(mark) is not is_by_file
        }

    return held


def _webhook_rows(prefix: str) -> Callable[[State], dict[str, Any]]:
    return lambda state: _named(
        {},
        [
            {**row, "id": key.removeprefix(prefix)}
            for key, row in state["webhook"]["rows"].items()
            if key.startswith(prefix)
        ],
        "id",
    )


def lines_of(state: State, activation: str, generation: int = 0) -> list[Person]:
    """The lines of an activation's files in order; of one generation, or of all."""
    found = []
    pattern = re.compile(rf"/in/{activation}_\d+_(\d+)_(\d+)\.(csv|jsonl)")
    for path, file in state["sftp"]["files"].items():
        match = pattern.fullmatch(path)
        if match and generation in (0, int(match[1])):
            found.append((int(match[1]), int(match[2]), match[3], file["text"]))
    return [
        line
        for _, _, ending, text in sorted(found)
        for line in (
            csv.DictReader(io.StringIO(text, newline=""))
            if ending == "csv"
            else map(json.loads, text.splitlines())
        )
    ]


def _read_from_files(activation: str) -> Callable[[State], dict[str, Any]]:
    """What a reader of the files has, who works them off in the order of names."""

    def held(state: State) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for line in lines_of(state, activation):
            rows[str(line["customer_id"])] = line
            if line.get("change") == "removed":
                del rows[str(line["customer_id"])]
        return _named({}, rows.values(), "customer_id")

    return held


_COLUMNS = "email, first_name, last_name, country, company, total_spent"
_APP = (
    "'c' || customer_id as custom_id, first_name, last_name, country, company,"
    " total_spent"
)
_SPLIO = "first_name as firstname, last_name as lastname, country, company, total_spent"
NEW_CONTACTS = "new contacts"
_BY_EMAIL = {"identity": "email", "insert": True}

CASES = {
    "sendgrid_contacts": Case(
        f"customer_id, {_COLUMNS}",
        "customer_id",
        {"destination": "sendgrid", "service": "contacts", **_BY_EMAIL},
        _sendgrid_contacts,
        _last_by_email,
    ),
    "sendgrid_list": Case(
        "email",
        "email",
        {"destination": "sendgrid", "service": "list"},
        _listed("sendgrid"),
        _members,
    ),
    "batch_contacts": Case(
        _APP,
        "custom_id",
        {"destination": "batch", "service": "contacts"},
        _batch_users,
        _last_of_users,
    ),
    "batch_profiles": Case(
        f"{_APP}, email",
        "custom_id",
        {
            "destination": "batch",
            "service": "profiles",
            "fields": {"email": "$email_address"},
        },
        _batch_profiles,
        _last_by_customer,
    ),
    "emarsys_contacts": Case(
        "customer_id, email, first_name, last_name, country as residence, company,"
        " total_spent",
        "customer_id",
        {
            "destination": "emarsys",
            "service": "contacts",
            "contact_list": NEW_CONTACTS,
            **_BY_EMAIL,
        },
        _emarsys_contacts,
        _last_by_email,
    ),
    "emarsys_list": Case(
        "email",
        "email",
        {"destination": "emarsys", "service": "list"},
        _listed("emarsys"),
        _members,
    ),
    "emarsys_table": Case(
        f"customer_id, {_COLUMNS}",
        "customer_id",
        {
            "destination": "emarsys",
            "service": "table",
            "connection": "shop",
            "table": "spenders",
        },
        _emarsys_rows,
        _last_by_customer,
    ),
    "splio_file": Case(
        f"customer_id, email, {_SPLIO}",
        "customer_id",
        {"destination": "splio", "service": "contacts", **_BY_EMAIL},
        _splio_contacts(is_by_file=True),
        _last_by_email,
    ),
    "splio_rest": Case(
        f"customer_id, 'rest.' || email as email, {_SPLIO}",
        "customer_id",
        {"destination": "splio_rest", "service": "contacts", **_BY_EMAIL},
        _splio_contacts(is_by_file=False),
        _last_by_email,
    ),
    "webhook_changes": Case(
        f"'changes-' || customer_id as id, {_COLUMNS}",
        "id",
        {"destination": "webhook", "service": "changes"},
        _webhook_rows("changes-"),
        _now_by_customer,
    ),
    "webhook_upserts": Case(
        f"'upserts-' || customer_id as id, {_COLUMNS}",
        "id",
        {"destination": "webhook", "service": "upserts", "body": "ndjson"},
        _webhook_rows("upserts-"),
        _last_by_customer,
    ),
    "sftp_changes": Case(
        f"customer_id, {_COLUMNS}",
        "customer_id",
        {"destination": "sftp", "service": "changes", "formulas": "machine"},
        _read_from_files("spenders__sftp_changes"),
        _now_by_customer,
    ),
    "sftp_upserts": Case(
        f"customer_id, {_COLUMNS}",
        "customer_id",
        {"destination": "sftp", "service": "upserts", "format": "json_lines"},
        _read_from_files("spenders__sftp_upserts"),
        _last_by_customer,
    ),
}
"""By the name of the diff behind `spenders__`."""
