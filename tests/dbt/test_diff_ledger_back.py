"""A ledger that went back, by a backup or by hand, is noticed by builds and syncs."""

from __future__ import annotations

import pytest

from outhaul.engine.summary import Result
from tests.dbt.dispatched import Shop
from tests.dbt.warehouse_project import literal
from tests.warehouses.base import NOW

ANN, BOB, CAT = (1, "Ann", "Rome"), (2, "Bob", "Oslo"), (3, "Cat", "Bonn")


def ask_for_resync(shop: Shop) -> None:
    """What `outhaul resync` writes, also where the activation's row is gone."""
    shop.project.run_sql(
        f"insert into {shop.project.table('outhaul_controls')} (control_id, activation,"
        f" action, recorded_at) values ('c', 'people_out', 'resync', {NOW})"
    )


def assert_build_refused(shop: Shop, *texts: str) -> None:
    shop.ledger.advance(0)
    message = shop.project.failing_build()
    assert [text for text in texts if text not in message] == [], message


@pytest.mark.conformance(lengthy=True)
def test_A14_claims_that_were_lost_are_noticed_and_nobody_stays(shop: Shop) -> None:
    """Ann left, and that she was sent is in the claims alone."""
    project = shop.project
    shop.build(ANN, BOB)
    shop.sync()
    project.run_sql(f"delete from {project.table('outhaul_claims')}")
    report = shop.sync()
    assert report.result is Result.FAILED
    assert "outhaul_claims knows of 0" in str(report.message)
    project.people(BOB)
    before = project.rows("*")
    assert_build_refused(shop, "at least 2 rows were sent", "outhaul adopt people_out")
    assert project.rows("*") == before
    ask_for_resync(shop)
    shop.build(BOB)
    assert project.rows() == [("removed", "1"), ("inserted", "2")]
    shop.sync()
    shop.assert_settled(BOB)
    # the way without sending anything again: what outhaul adopt writes
    shop.build(CAT)
    shop.sync()
    project.run_sql(f"delete from {project.table('outhaul_claims')}")
    project.deliver()
    assert shop.sync().result is Result.NOTHING
    shop.assert_settled(CAT)


@pytest.mark.conformance(lengthy=True)
def test_A14_an_activation_that_was_lost_is_noticed_and_nobody_stays(
    shop: Shop,
) -> None:
    project = shop.project
    activations = project.table("outhaul_activations")
    shop.build(ANN, BOB)
    shop.sync()
    shop.build(BOB, CAT)
    # back to the build before: its claims are complete, and nothing seems pending
    project.run_sql(f"update {activations} set generation = 1")
    assert_build_refused(shop, "of build 2", "says that build 1 is the last one")
    project.run_sql(f"update {activations} set generation = 2")
    shop.sync()
    project.run_sql(f"update {activations} set generation = 1")
    report = shop.sync()
    assert report.result is Result.FAILED
    assert "build 2 of people_out was sent" in str(report.message)
    # lost altogether
    project.run_sql(f"delete from {activations}")
    assert_build_refused(shop, "does not know it", "outhaul resync people_out")
    project.people((2, "Bo", "Oslo"))
    ask_for_resync(shop)
    project.build()
    assert project.rows() == [("removed", "1"), ("removed", "3"), ("inserted", "2")]
    assert project.activation("generation") == (3,)
    shop.sync()
    shop.assert_settled((2, "Bo", "Oslo"))


def test_A14_a_state_that_was_emptied_is_noticed(shop: Shop) -> None:
    project = shop.project
    if not project.warehouse.is_transactional:
        pytest.skip("a build that died may have emptied it there")
    shop.build(ANN, BOB)
    shop.sync()
    shop.build(ANN, BOB)
    kept = project.acknowledged("*")
    project.run_sql(f"delete from {project.table('people_out__acknowledged')}")
    assert_build_refused(shop, "is empty, and held 2 rows at the last build")
    values = ", ".join(
        f"({', '.join(literal(v if v is None else str(v)) for v in row)})"
        for row in kept
    )
    project.run_sql(
        f"insert into {project.table('people_out__acknowledged')} values {values}"
    )
    shop.assert_settled(ANN, BOB)
