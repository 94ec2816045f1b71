"""The engine and the real materialization together, build by build."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outhaul.cli.adopt import adopt
from outhaul.cli.approve import approve
from outhaul.cli.decision import Decide, record_decisions
from outhaul.cli.pause import pause
from outhaul.cli.resume import resume
from outhaul.cli.resync import resync
from outhaul.cli.retry import retry
from outhaul.commands.rejections import Refusal, reasons, refusals, wait
from outhaul.commands.session import Session
from outhaul.commands.status import status as status_of
from outhaul.config.project import load_project
from outhaul.engine.summary import Result, Summary
from outhaul.ledger import Warehouse
from tests.dbt.warehouse_project import DiffProject
from tests.engine.conftest import SELECT
from tests.engine.killing import Doom, watched
from tests.engine.ledger import FileLedger, Killed, ScaledSeams
from tests.engine.store import Answer, Store
from tests.engine.world import World

ROOT = Path(__file__).resolve().parents[2]


class Shop:
    """A dbt project whose diff is synced to the store."""

    def __init__(self, project: DiffProject, store: Store) -> None:
        self.project = project
        self.store = store
        self.ledger = FileLedger(Path(project.output["path"]))
        self.world = World(self.ledger, store)

    def people(self, **names: str) -> None:
        """Ann, who is 1, is `p1='Ann'`."""
        rows = [(int(key[1:]), name, "Oslo") for key, name in names.items()]
        self.project.people(*rows)

    def build(self) -> None:
        self.project.build()

    def sync(self, **how: Any) -> Summary:
        return self.world.sync(**how)

    def both(self, **names: str) -> Summary:
        """People, a build after the lease has ended, and a sync."""
        self.people(**names)
        self.pass_time()
        self.build()
        return self.sync()

    def pass_time(self) -> None:
        self.ledger.advance(1_000)

    def killed(self, point: str) -> None:
        doom = Doom(point)
        with pytest.raises(Killed):
            self.sync(wrap=lambda service: watched(service, doom.at))

    def names(self) -> dict[str, str]:
        return {key: held["name"] for key, held in self.store.held.items()}

    def session(self) -> Session:
        warehouse = Warehouse(self.ledger.connect(), self.ledger.database, "shop")
        folder = self.project.folder
        return Session(load_project(folder, folder, environ={}), warehouse)

    def decide(self, decide: Decide, reason: str | None = None) -> list[str]:
        """What a person decides about the diff, as its command does it."""
        session = self.session()
        decisions = decide(session, ["people_out"])
        return record_decisions(session, decide.__name__, decisions, reason)

    def assert_settled(self, **names: str) -> None:
        """The store holds these, and the next build finds nothing to do."""
        assert self.names() == {key[1:]: name for key, name in names.items()}
        self.pass_time()
        self.build()
        assert self.project.rows() == []


@pytest.fixture
def shop(real_project: DiffProject, store: Store) -> Shop:
    real_project.reset()
    real_project.configure("id", service="records")
    real_project.select(f"{SELECT} from people")
    real_project.build()
    return Shop(real_project, store)


def test_insertions_updates_and_removals_arrive(shop):
    shop.both(p1="Ann", p2="Bob", p3="Cem")
    report = shop.both(p1="Ann", p2="Bo", p4="Dea")
    assert report.accepted.total() == 3
    shop.assert_settled(p1="Ann", p2="Bo", p4="Dea")


def test_F08_back_and_forth_within_one_build_is_no_change(shop):
    shop.both(p1="A")
    shop.both(p1="B")
    assert shop.both(p1="A").accepted.total() == 1
    shop.assert_settled(p1="A")


def test_F08_a_second_version_in_doubt_then_the_first_again_is_sent(shop):
    shop.both(p1="A")
    shop.people(p1="B")
    shop.build()
    shop.killed("after send")
    assert shop.names() == {"1": "B"}
    assert shop.both(p1="A").accepted.total() == 1
    shop.assert_settled(p1="A")


def test_F09_an_insertion_in_doubt_that_leaves_is_removed(shop):
    shop.people(p1="A", p2="B")
    shop.build()
    shop.killed("after send")
    report = shop.both(p1="A")
    assert report.accepted.total() == 2
    shop.assert_settled(p1="A")


def test_F06_a_key_removed_while_its_insertion_is_in_flight_does_not_stay(shop):
    shop.people(p1="A", p2="B")
    shop.build()

    def leave(point: str) -> None:
        if point == "before send":
            shop.people(p1="A")
            shop.build()  # a sync is at work: the diff stays as it is

    assert shop.sync(wrap=lambda s: watched(s, leave)).result is Result.SUCCEEDED
    assert shop.project.warned("is at work on it")
    assert shop.names() == {"1": "A", "2": "B"}
    shop.both(p1="A")
    shop.assert_settled(p1="A")


def test_F07_a_key_that_comes_back_while_its_removal_is_in_doubt_stays(shop):
    shop.both(p1="A", p2="B")
    shop.people(p1="A")
    shop.build()
    shop.store.clock = lambda: 0.0
    shop.store.decide = lambda request: Answer(drop=True, late=1.0)
    assert shop.sync(seams=ScaledSeams()).result is Result.INCOMPLETE
    shop.store.decide = lambda request: None
    shop.people(p1="A", p2="B")
    shop.build()  # waits for the lease, which outlives the late removal
    assert shop.project.warned("no sync is at work, but a request of the last one")
    shop.store.flush_late(everything=True)
    assert shop.names() == {"1": "A"}
    shop.both(p1="A", p2="B")
    shop.assert_settled(p1="A", p2="B")


def test_F05_a_change_while_a_sync_is_in_flight_comes_with_the_next(shop):
    shop.people(p1="A", p2="B")
    shop.build()

    def change(point: str) -> None:
        if point == "after send":
            shop.people(p1="A2", p2="B")

    shop.sync(wrap=lambda service: watched(service, change))
    assert shop.names() == {"1": "A", "2": "B"}
    assert shop.both(p1="A2", p2="B").accepted.total() == 1
    shop.assert_settled(p1="A2", p2="B")


def test_a_rejected_row_waits_and_retry_releases_it(shop):
    shop.store.rejects = {"2": "bad"}
    assert shop.both(p1="A", p2="B").exit_code == 1
    assert shop.both(p1="A", p2="B").result is Result.NOTHING
    shop.store.rejects = {}
    with_reason = shop.decide(retry, "mended")
    assert "come back" in with_reason[0]
    assert shop.both(p1="A", p2="B").accepted.total() == 1
    shop.assert_settled(p1="A", p2="B")


def test_missing_rows_come_back_after_their_time(shop):
    shop.store.known = {"1"}
    assert shop.both(p1="A", p2="B").missing.total() == 1
    assert shop.both(p1="A", p2="B").result is Result.NOTHING
    shop.store.known = None
    shop.project.run_sql(
        "update shop.people_out__rejected set _outhaul_retry_at ="
        " _outhaul_retry_at - interval '11 minutes'"
    )
    assert shop.both(p1="A", p2="B").accepted.total() == 1
    shop.assert_settled(p1="A", p2="B")


def test_I15_a_resync_sends_all_and_still_removes_those_who_left(shop):
    shop.both(p1="A", p2="B", p3="C")
    shop.decide(resync)
    shop.store.requests.clear()
    shop.both(p1="A", p2="B")
    assert sorted(shop.store.sent("upsert")) == ["1", "2"]
    assert shop.store.sent("remove") == ["3"]
    shop.assert_settled(p1="A", p2="B")


def test_a_sync_that_found_a_field_made_anew_has_all_sent_again(shop):
    shop.both(p1="A", p2="B")
    (record,) = shop.session().records()
    shop.session().warehouse.control(record, "resend", "outhaul", "a field is new")
    shop.store.requests.clear()
    shop.both(p1="A", p2="B", p3="C")
    assert sorted(shop.store.sent("upsert")) == ["1", "2", "3"]
    shop.assert_settled(p1="A", p2="B", p3="C")


def test_adopted_rows_count_as_delivered_and_later_changes_are_sent(shop):
    shop.store.held = {
        each: {"name": name, "city": "Oslo", "score": None}
        for each, name in (("1", "A"), ("2", "B"))
    }
    shop.people(p1="A", p2="B")
    shop.build()
    assert "2 rows count" in shop.decide(adopt)[0]
    assert shop.sync().result is Result.NOTHING
    shop.both(p1="A2")
    assert len(shop.store.sent()) == 2
    shop.assert_settled(p1="A2")


def test_adopt_settles_what_was_refused_too(shop):
    shop.store.rejects = {"2": "bad"}
    assert shop.both(p1="A", p2="B").rejected.total() == 1
    (status,) = status_of(shop.session(), ())
    assert (status.rejected, len(refused(shop))) == (1, 1)
    shop.decide(adopt)
    (status,) = status_of(shop.session(), ())
    assert (status.rejected, refused(shop)) == (0, [])
    assert shop.both(p1="A", p2="B").result is Result.NOTHING
    (status,) = status_of(shop.session(), ())
    assert (status.rejected, status.waiting) == (0, 0)


def test_adopt_tells_of_rows_that_an_earlier_build_had_refused(shop):
    shop.store.rejects = {"2": "bad"}
    shop.both(p1="A", p2="B")
    shop.both(p1="A", p2="B", p3="C")
    (message,) = shop.decide(adopt)
    assert (
        "1 row was refused before this build" in message
        and "outhaul retry people_out" in message
    )
    shop.decide(retry)
    shop.people(p1="A", p2="B", p3="C")
    shop.pass_time()
    shop.build()
    (message,) = shop.decide(adopt)
    assert message.endswith("1 row counts as delivered")
    assert shop.both(p1="A", p2="B", p3="C").result is Result.NOTHING


def refused(shop: Shop) -> list[Refusal]:
    return refusals(shop.session(), (), show_keys=True)


def again(shop: Shop) -> list[tuple[str, int, str]]:
    """The key of each refused row, how often it was refused, what sends it again."""
    return [(str(row.key[0]), row.attempts, row.again) for row in refused(shop)]


def kept_times(shop: Shop) -> list[Any]:
    """When the builds say that refused rows go out again."""
    rows = shop.project.run_sql(
        "select _outhaul_retry_at from shop.people_out__rejected"
    )
    return [row[0] for row in rows]


def test_what_is_refused_is_told_as_it_is_at_every_moment(shop):
    shop.store.rejects = {"2": "bad"}
    shop.both(p1="A", p2="B")
    assert again(shop) == [("2", 1, "later")]
    (fresh,) = refused(shop)
    shop.people(p1="A", p2="B")
    shop.pass_time()
    shop.build()
    assert again(shop) == [("2", 1, "later")]
    assert kept_times(shop) == [fresh.retry_at]
    # its time has come: with the next build, then with the next sync
    shop.project.run_sql(
        "update shop.people_out__rejected set _outhaul_retry_at ="
        " _outhaul_retry_at - interval '61 minutes'"
    )
    assert again(shop) == [("2", 1, "next build")]
    shop.pass_time()
    shop.build()
    assert again(shop) == [("2", 1, "next sync")]
    # refused again, as the same row and then as another one
    shop.sync()
    assert again(shop) == [("2", 2, "later")]
    (fresh,) = refused(shop)
    shop.both(p1="A", p2="B2")
    assert again(shop) == [("2", 1, "later")]
    shop.decide(retry)
    assert again(shop) == [("2", 1, "next build")]
    # and delivered: nobody is refused from then on
    shop.pass_time()
    shop.build()
    shop.store.rejects = {}
    assert shop.sync().accepted.total() == 1
    assert again(shop) == []


def test_refused_rows_are_summed_up_by_reason(shop):
    shop.store.rejects = {"2": "bad", "3": "bad", "4": "worse"}
    shop.both(p1="A", p2="B", p3="C", p4="D")
    found = reasons(refused(shop))
    assert [(each.code, each.rows, each.changes) for each in found] == [
        ("bad", 2, {"inserted": 2}),
        ("worse", 1, {"inserted": 1}),
    ]


def test_times_of_the_next_attempt_are_those_of_the_build():
    file = ROOT / "macros" / "diffs" / "_fold_rejections.sql"
    text = file.read_text("utf-8").split("macro _retry_at")[1]
    by_build = [
        [int(minutes) for minutes in re.findall(r"(?:then|else) (\d+)", branch)]
        for branch in re.findall(r"when 1 then [^']*? end", text)
    ]
    by_command = [
        [int(after.total_seconds()) // 60 for after in waits(kind)]
        for kind in ("missing", "rejected")
    ]
    assert by_build == by_command
    assert (wait("unconfirmed", 1), wait("not_sent", 9)) == (None, timedelta(0))


def waits(kind: str) -> list[timedelta]:
    """All different times, in order."""
    return list(dict.fromkeys(filter(None, (wait(kind, n) for n in range(1, 9)))))


def test_I01_I05_an_empty_segment_is_held_until_that_build_is_approved(shop):
    shop.both(p1="A", p2="B")
    report = shop.both()
    assert (report.result, report.exit_code, report.held) == (Result.HELD, 3, 2)
    shop.decide(approve, "closing down")
    assert shop.both().result is Result.HELD  # approved was the build before
    assert shop.names() == {"1": "A", "2": "B"}
    shop.decide(approve, "closing down")
    assert shop.sync().accepted.total() == 2
    shop.assert_settled()


def test_I02_removals_beyond_the_guard_wait_and_the_rest_is_sent(shop):
    everyone = {f"p{each}": "A" for each in range(1, 121)}
    shop.both(**everyone)
    fewer = {f"p{each}": "A" for each in range(40, 122)}
    report = shop.both(**fewer)
    assert (report.accepted.total(), report.held) == (1, 39)
    assert report.exit_code == 3
    assert shop.store.sent("remove") == []
    shop.decide(approve)
    assert shop.sync().accepted.total() == 39
    shop.assert_settled(**fewer)


def test_a_paused_activation_is_left_alone_until_it_is_resumed(shop):
    shop.people(p1="A")
    shop.build()
    shop.decide(pause, "holidays")
    report = shop.sync()
    assert (report.result, report.exit_code) == (Result.PAUSED, 3)
    assert "holidays" in report.message
    assert shop.store.requests == []
    shop.decide(resume)
    assert shop.sync().exit_code == 0
    shop.assert_settled(p1="A")
