"""Real input: the customers of Chinook as audiences, their invoices as conversions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from outhaul.kit.audiences import Audience
from outhaul.kit.conversions import Conversions
from outhaul.kit.service import Service
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from tests.acceptance.chinook import SCHEMA, data_folder, load
from tests.acceptance.project import Project, described
from tests.cli.shop import Ran, run_command
from tests.destinations.cases import CASES, SECRET, Case

FAMILIES = (Audience, Conversions)
SPENDERS = f"""
select customers.*
from {SCHEMA}.customers as customers
inner join {SCHEMA}.invoices as invoices
    on customers.customer_id = invoices.customer_id
group by all
having sum(invoices.total) > 40
"""


def service_of(case: Case) -> type[Service]:
    return PLATFORMS[case.vendor].services[case.service]


NETWORKS = {
    case.name.replace("-", "__"): case
    for case in CASES
    if issubclass(service_of(case), FAMILIES) and not case.variant
}
AUDIENCES = [
    name for name, case in NETWORKS.items() if issubclass(service_of(case), Audience)
]
EVENTS = [name for name in NETWORKS if name not in AUDIENCES]
PARTS_OF_AUDIENCES = ("audiences", "lists", "segments", "userLists")
PARTS_OF_EVENTS = ("datasets", "events")
ORDER = re.compile(r"order-\d+")
# Few have one; whoever has none stands for a company of their country.
COMPANY = "coalesce(company, country)"
OF_COMPANIES = "linkedin__companies"


class Advertisers(Project):
    """A project with a diff for each service of each network."""

    def __init__(self, folder: Path, sandbox: Sandbox, run: Callable[..., Ran]) -> None:
        super().__init__(folder, sandbox, run)
        self.environ: dict[str, str] = {}
        self.path = folder / "warehouse.duckdb"
        for case in NETWORKS.values():
            case.seed(sandbox)
        output = {"type": "duckdb", "path": str(self.path), "schema": "main"}
        destinations = {
            name: self._destination(name, case) for name, case in NETWORKS.items()
        }
        self.write(
            {**output, "threads": 1},
            destinations,
            **{
                "spenders.sql": SPENDERS,
                "models.yml": {"models": [_model(name) for name in NETWORKS]},
                **{f"chinook__{name}.sql": _select(name) for name in NETWORKS},
            },
        )

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(statement).fetchall()

    def members(self) -> dict[str, str]:
        """What stands for the company of each spender, by address."""
        found = self.sql(f"select lower(trim(email)), {COMPANY} from ({SPENDERS})")
        return dict(found)

    def orders(self) -> set[str]:
        """The invoices of everybody whose invoices are over one."""
        found = self.sql(f"select invoice_id from {SCHEMA}.invoices where total > 1")
        return {f"order-{number}" for (number,) in found}

    def _destination(self, name: str, case: Case) -> dict[str, Any]:
        """The case's account, whose secrets come from variables."""
        declared = case.account(case.url(self.sandbox))
        settings = PLATFORMS[case.vendor].account.__dataclass_fields__
        for setting, value in declared.items():
            if settings[setting].metadata.get("secret"):
                variable = f"{name}_{setting}".upper()
                self.environ[variable] = value
                declared[setting] = f"{{{{ env_var('{variable}') }}}}"
        fast = {
            name: setting.metadata["maximum"]
            for name, setting in settings.items()
            if name == "requests_per_second"
        }
        return {"type": case.vendor, "send_from": ["dev"], **declared, **fast}


def _select(name: str) -> str:
    """Audiences get clear addresses, and conversions those that the macro hashed."""
    case = NETWORKS[name]
    if name == OF_COMPANIES:
        return (
            f"select distinct {COMPANY} as company_name from {{{{ ref('spenders') }}}}"
        )
    if name in AUDIENCES:
        return f"select email {_constants(case)} from {{{{ ref('spenders') }}}}"
    network = service_of(case).network  # type: ignore[attr-defined]
    return (
        "select 'order-' || invoice_id as event_id,"
        " current_timestamp - interval '2 hours' as event_time,"
        f" {{{{ outhaul.hashed_email('email', network='{network}') }}}} as email,"
        f" total as value, 'EUR' as currency {_constants(case)}"
        f" from {SCHEMA}.invoices as invoices"
        f" inner join {SCHEMA}.customers as customers"
        " on invoices.customer_id = customers.customer_id where total > 1"
    )


def _constants(case: Case) -> str:
    """What else a row of this case has, the same in all rows."""
    known = {"member_id", "email", "phone", "last_name", "event_id", "event_time"}
    known |= {"value", "currency", "mobile_ad_id"}
    values = case.rows[0].values
    return "".join(
        f", '{values[column.field]}' as {column.field}"
        for column in case.columns
        if column.field not in known and values.get(column.field) is not None
    )


def _model(name: str) -> dict[str, Any]:
    case = NETWORKS[name]
    binding = {"destination": name, "service": case.service, **case.options}
    key = "email"
    if name in EVENTS:
        key, binding["append_only"] = "event_id", True
    if name == OF_COMPANIES:
        key = "company_name"
    return described(f"chinook__{name}", key, binding)


@pytest.fixture
def chinook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Advertisers]:
    data = data_folder()
    if data is None:
        pytest.skip("the Chinook files are not here: set OUTHAUL_DATA to their folder")
    with Sandbox(job_seconds=0.0) as sandbox:

        def run(*arguments: str) -> Ran:
            ran = run_command(arguments, made.environ, monkeypatch, capsys)
            assert SECRET not in ran.out + ran.err
            return ran

        made = Advertisers(tmp_path, sandbox, run)
        load(data, made.sql)
        yield made


def texts_in(state: Any) -> Iterator[str]:
    """Every text that a stand-in holds, wherever it is."""
    if isinstance(state, Mapping):
        for name, value in state.items():
            yield str(name)
            yield from texts_in(value)
    elif isinstance(state, list):
        for value in state:
            yield from texts_in(value)
    else:
        yield str(state)


def member(email: str, vendor: str) -> str:
    """The hash of an address by the network's rule, written here once more."""
    local, _, domain = email.partition("@")
    if vendor == "reddit" or (
        vendor in ("google_ads", "display_video") and domain == "gmail.com"
    ):
        local = local.replace(".", "").partition("+")[0]
    return hashlib.sha256(f"{local}@{domain}".encode()).hexdigest()


def test_spenders_are_audiences_and_their_invoices_conversions_at_every_network(
    chinook: Advertisers,
) -> None:
    before, orders = chinook.members(), chinook.orders()
    assert len(before) > 5 and len(orders) > 100
    chinook.send()
    assert_holds(chinook, before, orders)

    change_the_data(chinook)
    after = chinook.members()
    assert len(before.keys() - after.keys()) == 3
    assert len(after.keys() - before.keys()) == 4
    reports = chinook.send()
    assert_holds(chinook, {**before, **after}, orders | chinook.orders())
    for name in EVENTS:
        assert reports[f"chinook__{name}"]["accepted"]["inserted"] == 3, name

    again = chinook.send()
    assert {report["result"] for report in again.values()} == {"nothing to send"}


def change_the_data(chinook: Advertisers) -> None:
    """Two leave, three enter by an invoice each, and one has another address."""
    table = f"{SCHEMA}.customers"
    spenders = [
        number
        for (number,) in chinook.sql(f"select customer_id from ({SPENDERS}) order by 1")
    ]
    everybody = [
        number for (number,) in chinook.sql(f"select customer_id from {table}")
    ]
    for number in spenders[:2]:
        chinook.sql(
            f"update {SCHEMA}.invoices set total = 1 where customer_id = {number}"
        )
    others = sorted(set(everybody) - set(spenders))
    for invoice, number in enumerate(others[:3], 9_000):
        chinook.sql(f"insert into {SCHEMA}.invoices values ({invoice}, {number}, 99.5)")
    chinook.sql(
        f"update {table} set email = ' New.Address@Example.com'"
        f" where customer_id = {spenders[2]}"
    )


def assert_holds(
    chinook: Advertisers, everybody: Mapping[str, Any], orders: set[str]
) -> None:
    """Each audience has the members of the segment and nobody else of the shop.

    everybody: who ever was one. Each place of events has every order once told to it.
    """
    state = chinook.sandbox.state()
    members = chinook.members()
    shop = chinook.sql(f"select lower(trim(email)), {COMPANY} from {SCHEMA}.customers")
    people = {*everybody, *(email for email, _ in shop)}
    companies = {company for _, company in shop}
    for name, case in NETWORKS.items():
        held = state[case.stand_in or case.vendor]
        audiences = set(texts_in({part: held.get(part) for part in PARTS_OF_AUDIENCES}))
        events = set(texts_in({part: held.get(part) for part in PARTS_OF_EVENTS}))
        assert not any("@" in text for text in audiences | events), name
        if name == OF_COMPANIES:
            assert audiences & companies == companies & set(members.values()), name
        elif name in AUDIENCES:
            hashes = {email: member(email, case.vendor) for email in people}
            found = {email for email, hash in hashes.items() if hash in audiences}
            assert found == members.keys(), name
        else:
            assert {text for text in events if ORDER.fullmatch(text)} == orders, name
