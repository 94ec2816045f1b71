"""Builds and syncs together on every warehouse: the whole way of a row, and back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from outhaul.connections.base import Connection
from outhaul.engine.summary import Result
from outhaul.errors import LeaseLost, WarehouseUnreachable
from outhaul.ledger.records import Claims, Place, RecordedJob, Rejection, SyncRecord
from outhaul.model import Change
from tests.dbt.dispatched import Shop

pytestmark = pytest.mark.conformance

ONE = {Change.INSERTED: 1}
ANN, BOB, CAT = (1, "Ann", "Rome"), (2, "Bob", "Oslo"), (3, "Cat", "Bonn")


def test_what_is_built_is_sent_and_acknowledged(shop: Shop) -> None:
    shop.build(ANN, BOB)
    assert shop.sync().accepted.total() == 2
    shop.build((2, "Bert", "Oslo"), CAT)
    report = shop.sync()
    assert report.result is Result.SUCCEEDED
    assert {c.value: n for c, n in report.accepted.items()} == {
        "removed": 1,
        "inserted": 1,
        "updated": 1,
    }
    shop.assert_settled((2, "Bert", "Oslo"), CAT)
    assert shop.sync().result is Result.NOTHING


def test_G06_values_of_every_kind_arrive_as_python_has_them(shop: Shop) -> None:
    text = "Zoë \U0001f600 'q' \\ \"x\"\n\t"
    shop.project.write_model(
        "people_out",
        shop.project.warehouse.model(
            "select cast(id as varchar(20)) as id, name,"
            " cast(7 as bigint) as whole, cast(1.10 as numeric(10, 2)) as exact,"
            " cast(0.5 as double precision) as fraction, id = 1 as is_first,"
            " cast('2026-02-28' as date) as day,"
            " cast('2026-02-28 23:59:58.123456' as timestamp) as moment,"
            " cast(null as varchar(20)) as nothing from people"
        ),
    )
    shop.build((1, text, "x"))
    warehouse = shop.warehouse()
    record = warehouse.activation("people_out")
    [row] = warehouse.page(record, 0, 1)
    warehouse.close()
    assert row[:3] == (1, "inserted", None)
    names = [column.name for column in record.columns]
    values = dict(zip(names, row[3:], strict=True))
    moment = values.pop("moment")
    if moment.tzinfo is not None:  # where a timestamp is a moment in time
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    assert moment == datetime(2026, 2, 28, 23, 59, 58, 123456)
    assert values == {
        "id": "1",
        "name": text,
        "whole": 7,
        "exact": Decimal("1.10"),
        "fraction": 0.5,
        "is_first": True,
        "day": date(2026, 2, 28),
        "nothing": None,
    }
    assert [type(values[n]) for n in ("whole", "fraction", "is_first", "day")] == [
        int,
        float,
        bool,
        date,
    ]


@pytest.mark.conformance(lengthy=True)
def test_F01_of_eight_contenders_for_a_lease_one_gets_it(shop: Shop) -> None:
    shop.build(ANN)
    contenders = [shop.warehouse() for _ in range(8)]
    for warehouse in contenders:
        warehouse.activation("people_out")  # all are connected before it begins
    barrier = threading.Barrier(len(contenders))

    def contend(number: int) -> Any:
        barrier.wait()
        return contenders[number].take_lease("people_out", f"sync {number}", 60)

    with ThreadPoolExecutor(len(contenders)) as pool:
        leases = list(pool.map(contend, range(len(contenders))))
    granted = [lease for lease in leases if lease is not None]
    assert len(granted) == 1
    lease = granted[0]
    record = contenders[0].activation("people_out")
    assert (record.lease_holder, record.lease_is_live) == (lease.holder, True)
    contenders[0].renew_lease(lease, 60)
    assert contenders[1].live_lease("people_out") == lease
    assert not contenders[1].has_claimed(lease)
    contenders[1].shorten_lease(lease, 600)
    assert contenders[2].take_lease("people_out", "sync too early", 60) is None
    contenders[1].shorten_lease(lease, 0)
    assert contenders[1].live_lease("people_out") is None
    contenders[1].release_lease(lease)
    with pytest.raises(LeaseLost):
        contenders[2].renew_lease(lease, 60)
    again = contenders[3].take_lease("people_out", "sync later", 60)
    assert again is not None and again.fence == lease.fence + 1
    for warehouse in contenders:
        warehouse.close()


@pytest.mark.conformance(lengthy=True)
def test_nothing_is_written_under_a_lease_that_is_lost(shop: Shop) -> None:
    shop.build(ANN)
    warehouse = shop.warehouse()
    lease = warehouse.take_lease("people_out", "sync 1", 60)
    assert lease is not None
    shop.ledger.advance(0)
    refused = [Rejection(1, Change.INSERTED, "rejected", "bad", "Bad.", False)]
    with pytest.raises(LeaseLost):
        warehouse.claim(lease, Claims(1, 0))
    with pytest.raises(LeaseLost):
        warehouse.record_rejections(lease, refused)
    assert warehouse.claims("people_out", 1) == Claims(0, 0)
    # the twin under a live lease
    held = warehouse.take_lease("people_out", "sync 2", 60)
    assert held is not None
    warehouse.claim(held, Claims(1, 0))
    warehouse.record_rejections(held, refused)
    assert warehouse.claims("people_out", 1) == Claims(1, 0)
    assert warehouse.rejected_positions("people_out", 1, 0) == {1}
    warehouse.close()


@pytest.mark.conformance(lengthy=True)
def test_F02_a_build_during_a_sync_and_a_sync_during_a_build_keep_apart(
    shop: Shop,
) -> None:
    shop.build(ANN, BOB)
    warnings: list[str] = []

    def build(request: Any) -> None:
        if not warnings:
            shop.project.build()
            warnings.extend(shop.project.warnings)

    shop.store.on_request = build
    assert shop.sync().result is Result.SUCCEEDED
    assert any("is at work on it until" in " ".join(w.split()) for w in warnings)
    shop.build(ANN, BOB, CAT)
    shop.project.hold_lease(5, "build 1")
    assert shop.sync().result is Result.BUSY
    shop.ledger.advance(0)
    assert shop.sync().result is Result.SUCCEEDED
    shop.assert_settled(ANN, BOB, CAT)


class LosesAnswers:
    """A connection that breaks after a statement has run, where the text says so."""

    def __init__(self, connection: Connection, text: str) -> None:
        self._connection = connection
        self._text = text
        self.adapter_type = connection.adapter_type
        self.query = connection.query
        self.close = connection.close

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        written = self._connection.execute(sql, parameters)
        if self._text in sql.lower() and "insert" in sql:
            raise WarehouseUnreachable("the connection to the warehouse broke")
        return written


@pytest.mark.conformance(lengthy=True)
@pytest.mark.parametrize("table", ["outhaul_claims", "outhaul_syncs"])
def test_A05_a_write_whose_answer_is_lost_loses_no_row(shop: Shop, table: str) -> None:
    shop.build(ANN, BOB)
    connection = LosesAnswers(shop.ledger.connect(), table)
    assert shop.sync(connection=connection).result is not Result.SUCCEEDED
    connection.close()
    people = (BOB, CAT)  # Ann may have arrived, and has left
    shop.build(*people)
    shop.sync()
    shop.assert_settled(*people)


def test_all_that_commands_and_reports_ask_can_be_asked(shop: Shop) -> None:
    shop.build(ANN, BOB, CAT)
    shop.store.rejects = {"2": "bad"}
    shop.sync()
    warehouse = shop.warehouse()
    [record] = warehouse.activations()
    assert (record.name, record.rows_in_segment, record.generation) == (
        "people_out",
        3,
        1,
    )
    lease = warehouse.take_lease("people_out", "sync 9", 60)
    assert lease is not None
    warehouse.record_job(lease, RecordedJob("job-1", (1, 2, 3)))
    binding = {"destination": "crm", "service": "records", "fingerprint": "f"}
    warehouse.record_sync(
        lease, binding, SyncRecord("s", "running", None, {}, {}, {}, {}, 0, 0.0)
    )
    warehouse.control(record, "pause", "ann", "because it's late", '{"inserted": 1}')
    assert warehouse.current_claims() == {"people_out": Claims(3, 3)}
    assert warehouse.jobs("people_out", 1) == [RecordedJob("job-1", (1, 2, 3))]
    pause = warehouse.controls(["pause", "resume"])["people_out"]
    assert (pause.action, pause.actor, pause.reason) == (
        "pause",
        "ann",
        "because it's late",
    )
    standing = warehouse.statuses()["people_out"]
    assert standing.rows_rejected == 1 and standing.committed_seq == 3
    assert (standing.paused_by, standing.pause_reason) == ("ann", "because it's late")
    assert standing.last_sync_status == "running"
    assert 0 <= float(standing.synced_seconds_ago or 0) < 300
    [refused] = warehouse.rejections(record)
    assert (refused.key, refused.code, refused.attempts) == (("2",), "bad", 1)
    [build] = warehouse.builds(5)
    assert (build["segment"], build["rows"]) == ("people_out", 3)
    assert {sync["status"] for sync in warehouse.syncs(["people_out"], 5)} >= {
        "running"
    }
    [day] = warehouse.delivered_by_day(7)
    assert (int(day["accepted"]), int(day["refused"])) == (2, 1)
    [reason] = warehouse.reasons()
    assert (reason["code"], int(reason["rows"])) == ("bad", 1)
    assert warehouse.has_succeeded("people_out", "f", 0.5) is False
    for probe in warehouse.grant_probes():
        assert probe() == 0
    assert warehouse.places()["people_out"].account.startswith("store, base_url")
    for place in (
        Place("crm, url x", "list 'é'", "12", {"Größe": "e1"}),
        Place("crm, url y"),
    ):
        sync = SyncRecord("t", "succeeded", None, {}, ONE, {}, {}, 1, 0.0, place)
        warehouse.record_sync(lease, binding, sync._replace(sync_id=place.account))
        assert warehouse.places() == {"people_out": place}
    warehouse.control(record, "rebind", "ann")
    assert warehouse.places() == {}
    warehouse.close()


@pytest.mark.conformance(lengthy=True)
def test_pages_of_a_larger_diff_are_read_by_position(shop: Shop) -> None:
    shop.build(*((n, f"name {n}", "x") for n in range(1, 1001)))
    warehouse = shop.warehouse()
    record = warehouse.activation("people_out")
    pages = [warehouse.page(record, after, after + 300) for after in (0, 300, 600)]
    warehouse.close()
    assert [row[0] for page in pages for row in page] == list(range(1, 901))
    assert len({row[3] for page in pages for row in page}) == 900
