"""What audiences of all networks have in common, shown at Meta's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outhaul.destinations.meta import Meta
from outhaul.engine.summary import Result
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation, OneByOne
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from tests.destinations.binding import bound
from tests.destinations.cases.advertising import address
from tests.destinations.small_ledger import NAME, SmallLedger

EMAIL = Column("email", "email", Kind.TEXT, "varchar")
PHONE = Column("phone", "phone", Kind.TEXT, "varchar")
PERSON = "'Person' || n || '@example.com'"


def meta(sandbox: Sandbox, **settings: Any) -> Meta:
    url = sandbox.url("meta")
    return Meta(
        **{"access_token": "x", "ad_account_id": "1", "base_url": url}, **settings
    )


def audience(account: Meta, **options: Any) -> Any:
    made = PLATFORMS["meta"].services["audience"].Options(**options)
    return bound(account, "audience", made, Activation("vip__meta", "vip", "meta"))


def held(sandbox: Sandbox) -> dict[str, Any]:
    return {
        each["name"]: [member["EMAIL"] for member in each["members"]]
        for each in sandbox.state()["meta"]["audiences"].values()
    }


def test_an_audience_follows_its_segment_and_nothing_in_clear_is_kept(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ledger = SmallLedger(tmp_path, meta(sandbox), {"email": "varchar"})
    published = {"service": "audience", "segment": "vip"}
    ledger.publish(3, select=PERSON, **published)
    report = ledger.sync()
    assert (report.result, report.created) == (Result.SUCCEEDED, ["audience 'vip'"])
    assert held(sandbox) == {"vip": [address(n) for n in (1, 2, 3)]}
    ledger.publish(
        2, removed=1, generation=2, acknowledged=3, select=PERSON, **published
    )
    ledger.run(
        f"update {NAME} set email = 'person4@example.com' where _outhaul_seq = 2"
    )
    assert ledger.sync().result is Result.SUCCEEDED
    assert held(sandbox) == {"vip": [address(n) for n in (2, 3, 4)]}

    sandbox.vendors["meta"].load({})
    ledger.publish(1, generation=3, acknowledged=3, select=PERSON, **published)
    report = ledger.sync()
    assert report.result is Result.MISCONFIGURED
    assert "audience 'vip', which holds its rows, is gone" in report.message
    warehouse = ledger.warehouse()
    warehouse.control(warehouse.activation(NAME), "resync", "ann")
    assert ledger.sync().created == ["audience 'vip'"]
    assert held(sandbox) == {"vip": [address(1)]}

    ledger.publish(1, generation=4, acknowledged=1, select="'nobody'", **published)
    report = ledger.sync()
    assert report.result is Result.REJECTED
    tables = ledger.run("select table_name from information_schema.tables")
    for (name,) in tables:
        if name.startswith("outhaul_"):
            content = str(ledger.run(f"select * from {name}")).lower()
            assert "@example" not in content and "nobody" not in content


def test_a_deleted_audience_is_filled_anew_where_its_diff_says_so(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ledger = SmallLedger(tmp_path, meta(sandbox), {"email": "varchar"})
    published = {"service": "audience", "segment": "vip", "when_deleted": "refill"}
    ledger.publish(3, select=PERSON, **published)
    assert ledger.sync().result is Result.SUCCEEDED
    sandbox.vendors["meta"].load({})
    ledger.publish(1, generation=2, acknowledged=3, select=PERSON, **published)
    report = ledger.sync()
    assert (report.result, report.created) == (Result.SUCCEEDED, ["audience 'vip'"])
    assert "audience 'vip' was deleted" in str(report.notes)
    assert held(sandbox) == {"vip": [address(1)]}
    decided = "select action, actor from outhaul_controls"
    assert ledger.run(decided) == [("resync", "outhaul")]
    ledger.publish(2, generation=3, acknowledged=4, select=PERSON, **published)
    report = ledger.sync()
    assert (report.result, report.notes) == (Result.SUCCEEDED, [])


@pytest.mark.parametrize(
    ("columns", "key", "problem"),
    [
        ({"email": "varchar", "phone": "varchar"}, "email", "the field 'member_id'"),
        (
            {"email": "varchar", "phone": "varchar", "member_id": "varchar"},
            "email",
            "identity: must be 'member_id'",
        ),
        ({"email": "varchar", "city_id": "varchar"}, "city_id", "must be 'email'"),
    ],
)
def test_members_are_known_by_all_of_their_identifiers(
    sandbox: Sandbox, tmp_path: Path, columns: dict[str, str], key: str, problem: str
) -> None:
    ledger = SmallLedger(tmp_path, meta(sandbox), columns)
    nothing = ", ".join(["null"] * len(columns))
    ledger.publish(1, service="audience", select=nothing, key=key)
    with pytest.raises(ConfigurationError, match=problem):
        ledger.bound()


def test_an_identifier_that_changes_under_its_key_is_refused(sandbox: Sandbox) -> None:
    service = audience(meta(sandbox))
    service.prepare([Column("member_id", "member_id", Kind.TEXT, "text"), EMAIL, PHONE])
    values = {"member_id": "1", "email": "a@b.cd", "phone": None}
    changed = Row(1, Change.UPDATED, values, changed=("email",))
    with pytest.raises(RowRefused, match=r"outhaul\.member_id"):
        service.encode(changed)
    with pytest.raises(OneByOne):
        service.encode_rows(Rows.of([changed]), [None])
    for changes in ((), ("member_id",)):
        assert service.encode(changed._replace(changed=changes))


def test_what_is_wrong_with_columns_and_options_is_told_before_anything_is_sent(
    sandbox: Sandbox,
) -> None:
    city = Column("town", "town", Kind.TEXT, "text")
    with pytest.raises(ConfigurationError, match="those are: email, phone, first_name"):
        audience(meta(sandbox)).check([city])
    assert audience(meta(sandbox)).check([EMAIL, city]) == [
        "audience 'vip' will be created",
        "column 'town' is not sent: an audience holds identifiers",
    ]
    with pytest.raises(ConfigurationError, match="'ad_account_id' is not set"):
        audience(Meta(access_token="x", base_url=sandbox.url("meta")))
    with pytest.raises(ConfigurationError, match=r"phone_country: must be .* DE"):
        audience(meta(sandbox), phone_country="Germany")
    with pytest.raises(RowRefused, match="in clear"):
        hashed = audience(meta(sandbox), hashed_only=True)
        hashed.prepare([EMAIL])
        hashed.encode(Row(1, Change.INSERTED, {"email": "ann@example.com"}))
