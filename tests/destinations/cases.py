"""What the contract suite needs to know of each service: one entry a service.

A new destination adds its services here, with a stand-in in `outhaul.sandbox`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from outhaul.sandbox.sftp import host_key
from outhaul.sftp.host_keys import fingerprint

SECRET = "SG.canary/secret+value=42"


@dataclass(frozen=True)
class Case:
    """One service and rows that it takes.

    account: its settings, given the address of the stand-in; the secret among
        them is `SECRET`, which the stand-in takes.
    seed: makes the stand-in ready for `rows`, such as by contacts that must exist.
    rows: rows that are accepted, of every change that the service consumes.
    refused: values that `encode` refuses, laid over those of the first row.
    write: the request that carries rows, as method and path pattern.
    content: what the stand-in holds, to be compared.
    ends: what that is when the rows have been delivered.
    strangers: rows whose records do not exist and must not be created.
    stand_in: what takes the vendor's place; default: the stand-in of its name.
    is_http: whether `write` is an HTTP request, and not a step of SFTP.
    asks_first: whether the platform is asked before the first row is sent.
    renews_token: whether a request that is answered 401 is made again once.
    variant: tells several cases of one service apart.
    """

    vendor: str
    service: str
    account: Callable[[str], dict[str, Any]]
    columns: Sequence[Column]
    rows: Sequence[Row]
    refused: Sequence[dict[str, Any]]
    write: tuple[str, str]
    content: Callable[[Sandbox], Any]
    ends: Any
    strangers: Sequence[Row] = ()
    options: dict[str, Any] = field(default_factory=dict)
    seed: Callable[[Sandbox], None] = lambda sandbox: None
    stand_in: str = ""
    is_http: bool = True
    asks_first: bool = True
    renews_token: bool = False
    variant: str = ""

    @property
    def name(self) -> str:
        return "-".join(filter(None, (self.vendor, self.service, self.variant)))

    def url(self, sandbox: Sandbox) -> str:
        return sandbox.url(self.stand_in or self.vendor)


def _sendgrid(url: str) -> dict[str, Any]:
    return {"api_key": SECRET, "base_url": url}


def _sendgrid_people(sandbox: Sandbox) -> None:
    for number in range(1, 4):
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    sandbox.sendgrid.add_contact("vip", email="person4@example.com")


def _sendgrid_lists(sandbox: Sandbox) -> None:
    """The list is on the second page."""
    for number in range(1_000):
        sandbox.sendgrid.add_list(f"another {number}")
    _sendgrid_people(sandbox)


def _sendgrid_content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["sendgrid"]
    return sorted(held["contacts"], key=lambda contact: contact["email"])


def _sftp(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": "ann",
        "password": SECRET,
        "host_fingerprints": [fingerprint(host_key())],
        "folder": "/imports",
    }


def _files(sandbox: Sandbox) -> Any:
    """The lines of each file, by the position in its name."""
    files = sandbox.state()["sftp"]["files"]
    return {
        int(name.rpartition("_")[2].partition(".")[0]): each["text"].splitlines()
        for name, each in files.items()
    }


def _splio_by_file(url: str) -> dict[str, Any]:
    return {
        **_sftp(url),
        "universe": "shop",
        "subsequence_insert": "dinsert",
        "confirmed_columns": ["spent", "seen"],
    }


def _splio_by_rest(url: str) -> dict[str, Any]:
    return {"transport": "rest", "api_key": SECRET, "base_url": url}


def _splio_people(sandbox: Sandbox) -> None:
    for name in ("spent", "seen"):
        sandbox.splio.add_field(name, "text")
    for number in range(1, 5):
        sandbox.splio.add_contact(f"person{number}@example.com")


def _splio_contacts(sandbox: Sandbox) -> Any:
    return sandbox.state()["splio"]["contacts"]


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


_EMAIL = Column("email", "email", Kind.TEXT, "varchar")
_BAD_ADDRESSES = [{"email": None}, {"email": "nobody"}, {"email": "\ud800@example.com"}]
_ATTRIBUTES = {"first_name": "Zoë 'O", "spent": Decimal("12.50"), "seen": date.min}


def _batch(url: str) -> dict[str, Any]:
    return {
        "rest_api_key": SECRET,
        "ios_key": "IOSKEY",
        "android_key": "ANDROIDKEY",
        "project_key": "project",
        "base_url": url,
    }


def _batch_content(sandbox: Sandbox) -> Any:
    return sandbox.state()["batch"]


def _batch_users(sandbox: Sandbox) -> None:
    for number in range(1, 5):
        sandbox.batch.add_user(f"person-{number}", "IOSKEY", "ANDROIDKEY")


_CUSTOM_ID = Column("custom_id", "custom_id", Kind.TEXT, "varchar")
_BATCH_COLUMNS = [
    _CUSTOM_ID,
    Column("plan", "plan", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("vip", "vip", Kind.BOOLEAN, "boolean"),
    Column("seen", "seen", Kind.TIMESTAMP, "timestamp"),
    Column("tags", "tags", Kind.JSON, "varchar[]"),
]
_BATCH_ROWS = [
    Row(
        n,
        change,
        {
            "custom_id": f"person-{n}",
            "plan": "Zoë's",
            "spent": Decimal("12.50"),
            "vip": True,
            "seen": datetime(1, 2, 3),
            "tags": ["a", "é"],
        },
    )
    for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
]
_BATCH_REFUSED: list[dict[str, Any]] = [
    {"custom_id": None},
    {"custom_id": "x" * 513},
    {"plan": "x" * 301},
    {"plan": "a\x00b"},
    {"spent": float("nan")},
    {"spent": 2**53 + 1},
    {"vip": "yes"},
    {"seen": "yesterday"},
    {"tags": ["a"] * 26},
    {"tags": {"a": 1}},
]
_NOW = datetime.now(timezone.utc)


def _emarsys(url: str) -> dict[str, Any]:
    return {
        "client_id": "client",
        "client_secret": SECRET,
        "base_url": url,
        "token_url": f"{url}/oauth2/token",
    }


def _emarsys_people(sandbox: Sandbox) -> None:
    for number in range(1, 4):
        sandbox.emarsys.add_contact(email=f"person{number}@example.com")
    sandbox.emarsys.add_contact("vip", email="person4@example.com")
    sandbox.emarsys.add_list("welcome")


def _emarsys_three(sandbox: Sandbox) -> None:
    for number in (1, 2):
        sandbox.emarsys.add_contact(email=f"person{number}@example.com")
    sandbox.emarsys.add_contact("vip", email="person4@example.com")
    sandbox.emarsys.add_list("welcome")


def _emarsys_content(sandbox: Sandbox) -> Any:
    held = sandbox.state()["emarsys"]
    fields = {each["name"]: each["application_type"] for each in held["fields"]}
    people = sorted(held["contacts"], key=lambda each: each["email"])
    return {**held, "contacts": people, "fields": fields}


def _emarsys_ends(**held: Any) -> dict[str, Any]:
    return {"contacts": [], "fields": {}, "lists": [], "tables": {}} | held


def _batch_ends(**held: Any) -> dict[str, Any]:
    return {"apps": {}, "events": [], "profiles": {}} | held


def _stranger(seq: int, **values: Any) -> Row:
    return Row(seq, Change.INSERTED, {"email": f"person{seq}@example.com", **values})


def _by_number(count: int, make: Callable[[int], Any]) -> list[Any]:
    return [make(number) for number in range(1, count + 1)]


def _list_ends(members: int, **more: Any) -> list[dict[str, Any]]:
    """Persons 1 to 4, of whom the first ones are members."""
    return _by_number(
        4,
        lambda n: {
            "email": f"person{n}@example.com",
            "lists": ["vip"] if n <= members else [],
            **more,
        },
    )


_EMARSYS_COLUMNS = [
    _EMAIL,
    Column("first_name", "first_name", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
    Column("gender", "gender", Kind.TEXT, "varchar"),
]
_EMARSYS_VALUES = {**_ATTRIBUTES, "gender": "female"}

_PEOPLE = [
    _EMAIL,
    Column("firstname", "firstname", Kind.TEXT, "varchar"),
    Column("spent", "spent", Kind.NUMBER, "decimal"),
    Column("seen", "seen", Kind.DATE, "date"),
]
_UPSERTS = [
    Row(
        n,
        change,
        {
            "email": f"person{n}@example.com",
            "firstname": 'Zoë; "O"',
            "spent": Decimal("12.50"),
            "seen": date(2026, 1, n),
        },
    )
    for n, change in enumerate([Change.INSERTED, Change.UPDATED, Change.INSERTED], 1)
]
_STRANGER = {**_UPSERTS[0].values, "email": "person9@example.com"}
_LEAVER = Row(4, Change.REMOVED, {**_UPSERTS[0].values, "email": "person4@example.com"})
_CHANGES = ("inserted", "updated", "inserted")
_LINES = _by_number(
    3, lambda n: f'person{n}@example.com,"Zoë; ""O""",12.5,2026-01-0{n}'
)
_LINE_OF_LEAVER = _LINES[0].replace("person1", "person4")


def _people_end(seen: str, *, fourth: bool, spent: Any = "12.5") -> list[Any]:
    """What is held of persons 1 to 3, and of a fourth one where nobody removed it."""
    known = _by_number(
        3,
        lambda n: {
            "email": f"person{n}@example.com",
            "firstname": 'Zoë; "O"',
            "spent": spent,
            "seen": seen.format(n),
        },
    )
    return known + [{"email": "person4@example.com"}] * fourth


def _by_email(people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {each["email"]: each for each in people}


_NOT_TEXT = [{"firstname": "\x00"}, {"firstname": b"x"}, {"spent": float("nan")}]
_SPLIO_REFUSED = [*_BAD_ADDRESSES, {"firstname": "x" * 256}, *_NOT_TEXT]

CASES = [
    Case(
        vendor="emarsys",
        service="contacts",
        account=_emarsys,
        options={"insert": True, "contact_list": "welcome"},
        columns=_EMARSYS_COLUMNS,
        rows=[
            Row(n, change, {"email": f"person{n}@example.com", **_EMARSYS_VALUES})
            for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
        ],
        refused=[
            *_BAD_ADDRESSES,
            {"first_name": "x" * 61},
            {"first_name": "\U0001f600"},
            {"spent": float("nan")},
            {"spent": 10**24},
            {"spent": "much"},
            {"seen": "yesterday"},
            {"gender": "unknown"},
        ],
        write=("PUT", "*/contact"),
        content=_emarsys_content,
        ends=_emarsys_ends(
            contacts=_by_number(
                4,
                lambda n: {
                    "email": f"person{n}@example.com",
                    "first_name": "Zoë 'O",
                    "gender": "2",
                    "lists": {3: ["welcome"], 4: ["vip"]}.get(n, []),
                    "seen": "0001-01-01",
                    "spent": "12.5",
                },
            ),
            fields={"spent": "numeric", "seen": "date"},
            lists=["vip", "welcome"],
        ),
        seed=_emarsys_three,
    ),
    Case(
        vendor="emarsys",
        service="list",
        account=_emarsys,
        columns=[_EMAIL],
        rows=[
            *(
                Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
                for n in range(1, 4)
            ),
            Row(4, Change.REMOVED, {"email": "person4@example.com"}),
        ],
        refused=[*_BAD_ADDRESSES, {"email": "Person1@Example.com"}],
        write=("POST", "*/contactlist/*"),
        content=_emarsys_content,
        ends=_emarsys_ends(contacts=_list_ends(3), lists=["vip", "welcome"]),
        strangers=[_stranger(9)],
        seed=_emarsys_people,
    ),
    Case(
        vendor="emarsys",
        service="table",
        account=_emarsys,
        options={"connection": "shop", "table": "orders"},
        columns=[
            Column("order_id", "order_id", Kind.INTEGER, "bigint"),
            Column("total", "total", Kind.NUMBER, "decimal"),
            Column("placed_at", "placed_at", Kind.TIMESTAMP, "timestamp"),
            Column("is_gift", "is_gift", Kind.BOOLEAN, "boolean"),
        ],
        rows=[
            Row(
                n,
                change,
                {
                    "order_id": n,
                    "total": Decimal("12.50"),
                    "placed_at": datetime(2026, 1, 31, 10),
                    "is_gift": None,
                },
            )
            for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
        ],
        refused=[
            {"total": float("inf")},
            {"order_id": 2**53 + 1},
            {"placed_at": "now"},
        ],
        write=("POST", "*/records/upsert"),
        content=_emarsys_content,
        ends=_emarsys_ends(
            tables={
                "shop.orders": _by_number(
                    4,
                    lambda n: {
                        "order_id": n,
                        "total": 12.5,
                        "placed_at": "2026-01-31 10:00:00",
                        "is_gift": None,
                    },
                )
            }
        ),
    ),
    Case(
        vendor="batch",
        service="contacts",
        account=_batch,
        columns=_BATCH_COLUMNS,
        rows=_BATCH_ROWS,
        refused=[*_BATCH_REFUSED, {"plan": "x" * 65}],
        write=("POST", "*/data/users"),
        content=_batch_content,
        ends=_batch_ends(
            apps=dict.fromkeys(
                ("IOSKEY", "ANDROIDKEY"),
                dict.fromkeys(
                    _by_number(4, "person-{}".format),
                    {
                        "u.plan": "Zoë's",
                        "u.spent": 12.5,
                        "u.vip": True,
                        "date(u.seen)": "0001-02-03T00:00:00",
                        "ut.tags": ["a", "é"],
                    },
                ),
            )
        ),
        seed=_batch_users,
    ),
    Case(
        vendor="batch",
        service="profiles",
        account=_batch,
        columns=_BATCH_COLUMNS,
        rows=_BATCH_ROWS,
        refused=_BATCH_REFUSED,
        write=("POST", "*/profiles/update"),
        content=_batch_content,
        ends=_batch_ends(
            profiles=dict.fromkeys(
                _by_number(4, "person-{}".format),
                {
                    "plan": "Zoë's",
                    "spent": 12.5,
                    "vip": True,
                    "date(seen)": "0001-02-03T00:00:00Z",
                    "tags": ["a", "é"],
                },
            )
        ),
    ),
    Case(
        vendor="batch",
        service="events",
        account=_batch,
        columns=[
            _CUSTOM_ID,
            Column("event_name", "event_name", Kind.TEXT, "varchar"),
            Column("event_time", "event_time", Kind.TIMESTAMP, "timestamptz"),
            Column("amount", "amount", Kind.NUMBER, "decimal"),
        ],
        rows=[
            Row(
                n,
                Change.INSERTED,
                {
                    "custom_id": f"person-{n % 2}",
                    "event_name": "order_paid",
                    "event_time": _NOW - timedelta(hours=n),
                    "amount": Decimal("12.50"),
                },
            )
            for n in range(1, 5)
        ],
        refused=[
            {"custom_id": None},
            {"event_name": None},
            {"event_name": "Order paid"},
            {"event_time": None},
            {"event_time": _NOW - timedelta(hours=25)},
            {"event_time": _NOW + timedelta(hours=1)},
            {"amount": float("inf")},
        ],
        write=("POST", "*/profiles/update"),
        content=_batch_content,
        ends=_batch_ends(
            events=_by_number(
                4,
                lambda n: {
                    "custom_id": f"person-{n % 2}",
                    "name": "order_paid",
                    "time": f"{_NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}",
                    "attributes": {"amount": 12.5},
                },
            ),
            profiles={"person-0": {}, "person-1": {}},
        ),
    ),
    Case(
        vendor="sendgrid",
        service="contacts",
        account=_sendgrid,
        options={"insert": True},
        columns=[
            _EMAIL,
            Column("first_name", "first_name", Kind.TEXT, "varchar"),
            Column("spent", "spent", Kind.NUMBER, "decimal"),
            Column("seen", "seen", Kind.DATE, "date"),
        ],
        rows=[
            Row(n, change, {"email": f"person{n}@example.com", **_ATTRIBUTES})
            for n, change in enumerate([Change.INSERTED, Change.UPDATED] * 2, start=1)
        ],
        refused=[
            *_BAD_ADDRESSES,
            {"first_name": "x" * 51},
            {"first_name": "\x00"},
            {"spent": float("nan")},
            {"seen": "yesterday"},
        ],
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        ends=_by_number(
            4,
            lambda n: {
                "email": f"person{n}@example.com",
                "first_name": "Zoë 'O",
                "custom_fields": {"spent": 12.5, "seen": "01/01/0001"},
                "lists": ["vip"] if n == 4 else [],
            },
        ),
        seed=_sendgrid_people,
    ),
    Case(
        vendor="sendgrid",
        service="list",
        account=_sendgrid,
        columns=[_EMAIL],
        rows=[
            *(
                Row(n, Change.INSERTED, {"email": f"person{n}@example.com"})
                for n in range(1, 4)
            ),
            Row(4, Change.REMOVED, {"email": "person4@example.com"}),
        ],
        refused=[*_BAD_ADDRESSES, {"email": "Person1@Example.com"}],
        write=("PUT", "*/contacts"),
        content=_sendgrid_content,
        ends=_list_ends(3, custom_fields={}),
        strangers=[_stranger(9)],
        seed=_sendgrid_lists,
    ),
    Case(
        vendor="sftp",
        service="changes",
        account=_sftp,
        options={"formulas": "reject"},
        columns=_PEOPLE,
        rows=[*_UPSERTS, _LEAVER],
        refused=[*_NOT_TEXT, {"firstname": "=1+1"}, {"firstname": "\ud800"}],
        write=("WRITE", "*"),
        content=_files,
        ends={
            1: [
                "change,email,firstname,spent,seen",
                *(
                    f"{change},{line}"
                    for change, line in zip(_CHANGES, _LINES, strict=True)
                ),
            ],
            4: ["change,email,firstname,spent,seen", f"removed,{_LINE_OF_LEAVER}"],
        },
        is_http=False,
    ),
    Case(
        vendor="sftp",
        service="upserts",
        account=_sftp,
        options={"formulas": "reject"},
        columns=_PEOPLE,
        rows=_UPSERTS,
        refused=[*_NOT_TEXT, {"firstname": "=1+1"}, {"firstname": "\ud800"}],
        write=("WRITE", "*"),
        content=_files,
        ends={1: ["email,firstname,spent,seen", *_LINES]},
        is_http=False,
    ),
    Case(
        vendor="splio",
        service="contacts",
        variant="file",
        account=_splio_by_file,
        columns=_PEOPLE,
        rows=_UPSERTS,
        refused=_SPLIO_REFUSED,
        content=_splio_contacts,
        ends=_people_end("2026-01-0{}", fourth=True),
        seed=_splio_people,
        options={"insert": True},
        write=("WRITE", "*"),
        stand_in="sftp",
        is_http=False,
    ),
    Case(
        vendor="splio",
        service="contacts",
        variant="rest",
        account=_splio_by_rest,
        columns=_PEOPLE,
        rows=_UPSERTS,
        refused=_SPLIO_REFUSED,
        content=_splio_contacts,
        ends=_people_end("2026-01-0{} 00:00:00", fourth=True),
        strangers=[_UPSERTS[0]._replace(seq=9, values=_STRANGER)],
        seed=_splio_people,
        write=("PATCH", "*/contacts/*"),
        renews_token=True,
    ),
    Case(
        vendor="splio",
        service="contacts",
        variant="rest-insert",
        account=_splio_by_rest,
        columns=_PEOPLE,
        rows=_UPSERTS,
        refused=_SPLIO_REFUSED,
        content=_splio_contacts,
        ends=_people_end("2026-01-0{} 00:00:00", fourth=True),
        seed=_splio_people,
        options={"insert": True},
        write=("P*", "*/contacts/*"),
        renews_token=True,
    ),
    Case(
        vendor="webhook",
        service="changes",
        account=_webhook,
        columns=_PEOPLE,
        rows=[*_UPSERTS, _LEAVER],
        refused=_NOT_TEXT,
        write=("POST", "*"),
        content=_received,
        ends=_by_email(_people_end("2026-01-0{}", fourth=False, spent=12.5)),
        seed=_received_people,
        asks_first=False,
    ),
    Case(
        vendor="webhook",
        service="changes",
        variant="rest",
        account=_webhook_by_token,
        columns=_PEOPLE,
        rows=[*_UPSERTS, _LEAVER],
        refused=[*_NOT_TEXT, {"email": None}, {"email": ".."}],
        write=("P*", "/v1/people*"),
        content=_received,
        ends=_by_email(_people_end("2026-01-0{}", fourth=False, spent=12.5)),
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
        columns=_PEOPLE,
        rows=_UPSERTS,
        refused=_NOT_TEXT,
        write=("POST", "*"),
        content=_received,
        ends=_by_email(_people_end("2026-01-0{}", fourth=True, spent=12.5)),
        seed=_received_people,
        asks_first=False,
    ),
]
