"""A build may die between any two of its statements; the next one repairs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from dbt.adapters.base.impl import BaseAdapter
from dbt_common.exceptions import DbtRuntimeError

from outhaul.errors import WarehouseError
from outhaul.ledger import Warehouse
from tests.dbt.dispatched import ProjectLedger
from tests.dbt.warehouse_project import DiffProject

PEOPLE = {n: (n, f"name {n}", "x") for n in range(1, 9)}


@contextmanager
def dying_at(moment: Callable[[int, str], bool]) -> Iterator[list[str]]:
    """From a statement on none reaches the warehouse, as if the process were gone.

    moment: whether it is this one, by its number and its text. Yields those that did.
    """
    ran: list[str] = []
    dead: list[str] = []
    execute = BaseAdapter.execute

    def die_or_execute(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        if dead or moment(len(ran) + 1, sql):
            dead.append(sql)
            raise DbtRuntimeError("the process is gone")
        ran.append(sql)
        return execute(self, sql, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseAdapter, "execute", die_or_execute)
        yield ran


@pytest.mark.also_on_duckdb
@pytest.mark.conformance(lengthy=True)
def test_A13_A14_a_build_that_dies_between_any_two_statements_is_repaired(
    project: DiffProject,
) -> None:
    """One after the other: what one leaves behind is what the next one meets."""
    project.configure(max_invalid=1, max_removed=1)
    project.people(*PEOPLE.values())
    project.build()
    order = sorted(PEOPLE, key=project.position)
    leaver, other, changed, refused, *_, in_doubt = order
    project.deliver(claimed=8, committed=7, rejected={refused: "rejected"})
    after = {n: each for n, each in PEOPLE.items() if n not in (leaver, other)}
    after |= {changed: (changed, "new name", "x"), 9: (9, "nine", "x")}
    project.people(*after.values(), (10, "ten", "x"), (10, "zehn", "x"))
    ledger = ProjectLedger(project)
    number = 0
    while True:
        number += 1
        before = project.activation("generation")
        with dying_at(lambda statement, _, last=number: statement >= last):
            result = project.dbt("build")
        if result.success or project.activation("generation") != before:
            break  # all is recorded, and what follows is not undone everywhere
        assert_a_sync_sees_the_old_generation_or_refuses(project, ledger)
        project.end_leases()
    assert number > 10
    assert set(project.rows()) == {
        ("removed", leaver),
        ("removed", other),
        ("updated", changed),
        ("inserted", in_doubt),
        ("inserted", 9),
    }
    assert ("duplicate key", 10) in project.held()
    # the refusal was counted once, however often it was folded
    assert [row[3] for row in project.rejected()] == [1]
    project.deliver()
    project.people(*after.values())
    project.control("retry")
    project.build()
    project.deliver()
    project.build()
    assert project.rows() == []
    assert project.acknowledged("id") == sorted(((n,) for n in after), key=str)


@pytest.mark.conformance
def test_A14_rows_that_are_sent_after_a_build_died_with_new_columns_are_folded(
    project: DiffProject,
) -> None:
    """The state may have other columns by then than the table that was sent."""
    project.select("select id, name from people")
    project.people(PEOPLE[1], PEOPLE[2])
    project.build()
    project.select("select id, name, city from people")
    with dying_at(lambda _, sql: "null_keys" in sql):
        assert not project.dbt("build").success
    project.end_leases()
    project.deliver()
    project.people(PEOPLE[2])
    project.build()
    assert project.rows("_outhaul_change, id, _outhaul_changed_columns") == [
        ("removed", 1, None),
        ("updated", 2, '["city"]'),
    ]
    project.deliver()
    project.build()
    assert (project.rows(), project.acknowledged("id, city")) == ([], [(2, "x")])


def assert_a_sync_sees_the_old_generation_or_refuses(
    project: DiffProject, ledger: ProjectLedger
) -> None:
    """A table of another generation than the ledger's is never sent."""
    loaded = ledger.loaded
    warehouse = Warehouse(ledger.connect(), loaded.database, loaded.outhaul_schema)
    record = warehouse.activation("people_out")
    try:
        page = warehouse.page(record, 0, record.last_seq)
    except WarehouseError as error:
        assert 'run "dbt build"' in str(error)
    else:
        assert [row[0] for row in page] == list(range(1, record.last_seq + 1))
    finally:
        warehouse.close()
