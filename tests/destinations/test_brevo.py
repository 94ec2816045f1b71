"""What is peculiar to Brevo; the rest is in `cases/brevo.py`."""

from __future__ import annotations

from typing import Any

import pytest

from outhaul.destinations.brevo import Brevo
from outhaul.errors import ConfigurationError, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
IMPORTS = "*/contacts/import"


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [Row(n, change, {"email": f"person{n}@example.com"}) for n in numbers]


@pytest.fixture
def brevo(sandbox):
    return Brevo(api_key="x", base_url=sandbox.url("brevo"))


def service(account: Brevo, name: str, **options: Any):
    made = PLATFORMS["brevo"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__brevo", "vip", "brevo"))


def statuses(outcomes):
    return {n: each.status.value for n, each in outcomes.items()}


def test_the_file_of_an_import_names_the_rows_that_failed(sandbox, brevo):
    contacts = service(brevo, "contacts", insert=True)
    sandbox.add_faults(Fault("errored", path=IMPORTS, emails=["person2@example.com"]))
    outcomes = deliver(contacts, [EMAIL], rows(1, 2, 3))
    assert statuses(outcomes) == {1: "accepted", 2: "rejected", 3: "accepted"}
    assert "invalid_emails" in outcomes[2].message


def test_an_import_whose_file_cannot_be_had_tells_nothing_of_its_rows(sandbox, brevo):
    contacts = service(brevo, "contacts", insert=True)
    sandbox.add_faults(
        Fault("errored", path=IMPORTS, emails=["person2@example.com"]),
        Fault("status", path="/_files/*", status=403),
    )
    outcomes = deliver(contacts, [EMAIL], rows(1, 2, 3))
    assert statuses(outcomes) == dict.fromkeys((1, 2, 3), "some_failed")


def test_an_import_that_nobody_knows_of_is_unknown(sandbox, brevo):
    contacts = service(brevo, "contacts", insert=True)
    sandbox.add_faults(Fault("lost", path=IMPORTS))
    assert statuses(deliver(contacts, [EMAIL], rows(1))) == {1: "unknown"}


@pytest.mark.parametrize("mode", ["empty", "omit"])
def test_a_null_clears_an_attribute_or_leaves_it(sandbox, brevo, mode):
    city = Column("city", "city", Kind.TEXT, "varchar")
    (row,) = rows(1)
    row.values["city"] = "Rome"
    contacts = service(brevo, "contacts", insert=True, null_mode=mode)
    deliver(contacts, [EMAIL, city], [row])
    row.values["city"] = None
    deliver(contacts, [EMAIL, city], [row])
    held = sandbox.vendors["brevo"].held["contacts"]["person1@example.com"]
    assert held["attributes"] == ({} if mode == "empty" else {"CITY": "Rome"})


def test_columns_that_fit_no_attribute_are_refused_before_anything_is_sent(
    sandbox, brevo
):
    sandbox.vendors["brevo"].held["attributes"] |= {"SPENT": "float", "SEEN": "date"}
    columns = [
        EMAIL,
        Column("spent", "spent", Kind.TEXT, "varchar"),
        Column("total €", "total €", Kind.NUMBER, "decimal"),
        Column("Seen", "Seen", Kind.DATE, "date"),
        Column("seen", "seen", Kind.DATE, "date"),
    ]
    with pytest.raises(ConfigurationError) as caught:
        service(brevo, "contacts").check(columns)
    assert "the attribute SPENT is of type float: cast it" in str(caught.value)
    assert "'total €' can be no attribute" in str(caught.value)
    assert "'seen' and 'Seen' are the same attribute" in str(caught.value)
    told = service(brevo, "contacts", insert=True).check([EMAIL])
    assert told == ["list 'outhaul' will be created"]


def test_those_whom_a_change_of_a_list_fails_for_are_looked_up(sandbox, brevo):
    deliver(service(brevo, "contacts", insert=True), [EMAIL], rows(1, 2, 3))
    vip = service(brevo, "list")
    assert statuses(deliver(vip, [EMAIL], rows(1))) == {1: "accepted"}
    again = statuses(deliver(vip, [EMAIL], rows(1, 2, 9)))
    assert again == {1: "accepted", 2: "accepted", 9: "missing"}
    gone = statuses(deliver(vip, [EMAIL], rows(3, 9, change=Change.REMOVED)))
    assert gone == {3: "accepted", 9: "accepted"}
    asked = [each["path"] for each in sandbox.state()["requests"]]
    assert sum(path.startswith("/contacts/person") for path in asked) == 4


def test_a_list_that_is_deleted_meanwhile_stops_the_sync(sandbox, brevo):
    vip = service(brevo, "list")
    vip.prepare([EMAIL])
    sandbox.vendors["brevo"].held["lists"].clear()
    (row,) = rows(1)
    with pytest.raises(StopSync, match="deleted at Brevo"):
        vip.send(Items.of([Encoded(row, vip.encode(row))]))
