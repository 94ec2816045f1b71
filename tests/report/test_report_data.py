"""What a report reads from ledger and models, on each warehouse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from outhaul.commands.session import open_session
from outhaul.report.contents import read_report
from outhaul.report.data import Combination, Pair, Report, Value
from outhaul.report.manifest import ALL_MODELS
from outhaul.report.page import render
from tests.report.conftest import ReportProject
from tests.report.markup import Page

NOW = "(current_timestamp at time zone 'utc')"
EARLIER = f"({NOW} - interval '1 hour')"
LATER = f"({NOW} + interval '1 hour')"


def report_of(project: ReportProject, *patterns: str) -> Report:
    places = {"project_dir": project.folder, "profiles_dir": project.folder}
    with open_session(places) as session:
        return read_report(session, patterns)


@contextmanager
def changed_manifest(project: ReportProject) -> Iterator[Path]:
    """The manifest's file; as it was before when the block ends."""
    file = project.folder / "target" / "manifest.json"
    before = file.read_bytes()
    try:
        yield file
    finally:
        file.write_bytes(before)


def sync(project: ReportProject, sync_id: str, status: str, **values: Any) -> None:
    ended = {"seconds": 7, "requests": 2} if status != "running" else {"seconds": 0}
    changes = ("inserted", "updated", "removed")
    told = {f"{o}_{c}": 0 for o in ("accepted", "rejected", "missing") for c in changes}
    names = {"destination": "'crm'", "service": "'contacts'"}
    row = {"sync_id": f"'{sync_id}'", "status": f"'{status}'", **names, **told, **ended}
    project.insert("syncs", **(row | {"recorded_at": NOW} | values))


def test_a_build_is_a_size(project: ReportProject) -> None:
    (sizes,) = report_of(project).delivery.sizes
    assert (sizes.activation, sizes.rows, sizes.growth) == ("people_out", 3, None)
    assert isinstance(sizes.builds[0].built_at, datetime)


def test_a_ledger_from_before_the_history_says_so(project: ReportProject) -> None:
    project.run_sql("alter table shop.outhaul_builds rename to set_aside")
    try:
        delivery = report_of(project).delivery
    finally:
        project.run_sql("alter table shop.set_aside rename to outhaul_builds")
    assert delivery.sizes == ()
    assert [each.part for each in delivery.left_out] == ["Sizes over time"]
    assert [each.name for each in delivery.statuses] == ["people_out"]


def test_what_is_pending_is_what_the_status_says(project: ReportProject) -> None:
    project.insert("claims", claimed_seq=2, committed_seq=1, recorded_at=NOW)
    project.insert("claims", generation=0, claimed_seq=9, committed_seq=9)
    project.insert("rejections", seq=1, code="'bad'", kind="'rejected'")
    project.insert("rejections", seq=1, code="'bad'", kind="'rejected'")
    project.insert("rejections", generation=0, seq=2, code="'bad'", kind="'rejected'")
    (status,) = report_of(project).delivery.statuses
    assert sum(status.pending.values()) == 2
    assert (status.in_doubt, status.rejected) == (1, 1)


def test_a_sync_is_one_row_with_its_end(project: ReportProject) -> None:
    sync(project, "one", "running", recorded_at=EARLIER)
    counts = {"accepted_inserted": 3, "rejected_updated": 1, "missing_removed": 2}
    sync(project, "one", "some rejected", **counts)
    delivery = report_of(project).delivery
    (found,) = delivery.syncs
    assert (found.status, found.seconds, found.requests) == ("some rejected", 7, 2)
    assert found.accepted == {"inserted": 3, "updated": 0, "removed": 0}
    assert found.refused == 3 and found.destination == "crm.contacts"
    assert [(day.accepted, day.refused) for day in delivery.days] == [(3, 3)]


@pytest.mark.parametrize(
    ("expires", "status"), [(LATER, "running"), (EARLIER, "unfinished")]
)
def test_a_sync_without_an_end_has_no_counts(
    project: ReportProject, expires: str, status: str
) -> None:
    project.change(lease_fence=1, lease_expires_at=expires)
    sync(project, "one", "running", recorded_at=EARLIER)
    (found,) = report_of(project).delivery.syncs
    assert found.status == status
    assert found.accepted is found.refused is found.seconds is None


def test_days_without_a_sync_are_there(project: ReportProject) -> None:
    for number, days in enumerate((1, 4, 40)):
        at = f"({NOW} - interval '{days} days')"
        sync(project, str(number), "succeeded", recorded_at=at, accepted_inserted=5)
    found = report_of(project).delivery.days
    assert [day.accepted for day in found] == [5, 0, 0, 5]


def test_reasons_count_each_refusal_once(project: ReportProject) -> None:
    rows = [(1, 1), (1, 1), (2, 1), (2, 2)]
    for seq, generation in rows:
        project.insert(
            "rejections",
            seq=seq,
            generation=generation,
            code="'bad'",
            kind="'rejected'",
            message="'not shown'",
            recorded_at=EARLIER,
        )
    (reason,) = report_of(project).delivery.reasons
    assert (reason.activation, reason.code, reason.rows) == ("people_out", "bad", 3)


def test_a_selection_leaves_other_activations_out(project: ReportProject) -> None:
    for name in ("people_out", "gone"):
        at = {"activation": f"'{name}'", "recorded_at": NOW}
        sync(project, name, "succeeded", accepted_inserted=5, **at)
        project.insert("rejections", seq=1, code="'bad'", kind="'missing'", **at)
    delivery = report_of(project, "people*").delivery
    found = [*delivery.sizes, *delivery.syncs, *delivery.reasons]
    assert [each.activation for each in found] == ["people_out"] * 3
    assert [day.accepted for day in delivery.days] == [5]


def test_a_breakdown_is_read_as_its_macro_writes_it(project: ReportProject) -> None:
    (breakdown,) = report_of(project).counts.breakdowns
    assert breakdown.rows == 7
    assert breakdown.values[0] == Value("FR", 2, pytest.approx(2 / 7), None)
    texts = [each.text for each in breakdown.values]
    assert {'<b>&"x"', "日本", "مصر"} <= set(texts)
    assert breakdown.values[-1].gathered == 1


def test_a_value_that_may_be_an_address_is_masked(project: ReportProject) -> None:
    (breakdown,) = report_of(project).counts.breakdowns
    texts = [each.text for each in breakdown.values]
    assert "a***@example.com" in texts and "ann@example.com" not in texts


def test_an_overlap_is_read_in_both_directions(project: ReportProject) -> None:
    (overlap,) = report_of(project).counts.overlaps
    assert overlap.sizes == {"newer": 5, "older": 4}
    third = pytest.approx(2 / 7)
    assert overlap.pairs["older", "newer"] == Pair(2, pytest.approx(0.5), third)
    assert overlap.pairs["newer", "older"] == Pair(2, pytest.approx(0.4), third)


def test_combinations_are_sets_with_the_sizes_of_segments(
    project: ReportProject,
) -> None:
    (found,) = report_of(project).counts.combinations
    assert found.sets[0] == Combination(("newer",), 3)
    assert sorted(each.rows for each in found.sets) == [2, 2, 3]
    assert found.sizes == {"newer": 5, "older": 4} and not found.is_cut


def test_the_history_tells_the_last_build(project: ReportProject) -> None:
    (turnover,) = report_of(project).counts.turnovers
    assert (turnover.activation, turnover.rows) == ("people_out", 3)
    assert turnover.turnover is None and not turnover.is_unusual


def test_a_model_that_is_not_what_it_says_is_left_out(project: ReportProject) -> None:
    left_out = dict(report_of(project).counts.left_out)
    assert set(left_out) == {"not_a_breakdown", "unknown_kind"}
    assert "outhaul.breakdown" in left_out["not_a_breakdown"]
    assert "not 'pie'" in left_out["unknown_kind"]


def test_a_model_that_is_not_built_is_left_out(project: ReportProject) -> None:
    project.run_sql("alter table shop.by_country rename to set_aside")
    try:
        counts = report_of(project).counts
    finally:
        project.run_sql("alter table shop.set_aside rename to by_country")
    assert counts.breakdowns == ()
    assert "not built in this target" in dict(counts.left_out)["by_country"]


def test_without_a_manifest_the_ledger_is_told(project: ReportProject) -> None:
    with changed_manifest(project) as file:
        file.unlink()
        found = report_of(project)
    assert found.delivery.sizes
    (left_out,) = found.counts.left_out
    assert left_out.part == ALL_MODELS
    assert "there is no target/manifest.json" in left_out.reason


@pytest.mark.parametrize("content", ["{", "[]", '{"nodes": 3}', "", "\x00"])
def test_a_manifest_that_is_broken_is_no_error(
    project: ReportProject, content: str
) -> None:
    with changed_manifest(project) as file:
        file.write_text(content)
        assert report_of(project).counts.breakdowns == ()


def test_a_manifest_of_another_schema_is_not_used(project: ReportProject) -> None:
    with changed_manifest(project) as file:
        manifest = json.loads(file.read_text())
        for node in manifest["nodes"].values():
            node["schema"] = "elsewhere"
        file.write_text(json.dumps(manifest))
        (left_out,) = report_of(project).counts.left_out
    assert "another target" in left_out.reason


def test_a_manifest_of_another_warehouse_is_not_used(project: ReportProject) -> None:
    with changed_manifest(project) as file:
        manifest = json.loads(file.read_text())
        manifest["metadata"]["adapter_type"] = "snowflake"
        file.write_text(json.dumps(manifest))
        (left_out,) = report_of(project).counts.left_out
    assert "a target of type 'snowflake'" in left_out.reason


def test_the_target_path_is_where_dbt_looks(
    project: ReportProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(project.folder / "target" / "manifest.json", tmp_path)
    with changed_manifest(project) as file:
        file.unlink()
        monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
        assert report_of(project).counts.breakdowns


def test_a_project_without_a_ledger_has_a_report(
    project: ReportProject, tmp_path: Path
) -> None:
    folder = shutil.copytree(project.folder, tmp_path / "copy", symlinks=True)
    file = folder / "dbt_project.yml"
    file.write_text(file.read_text() + "\nvars: {outhaul_schema: nowhere}\n")
    found = report_of(ReportProject(folder, project.run_sql))
    assert found.delivery.statuses == ()
    assert "there is no ledger" in found.delivery.left_out[0].reason
    assert found.counts.breakdowns


def test_all_of_it_becomes_a_page(project: ReportProject) -> None:
    sync(project, "one", "succeeded", accepted_inserted=3)
    found = report_of(project)
    page = Page(render(found))
    assert found.made_at.tzinfo is timezone.utc
    assert page.problems == []
    assert "日本" in page.text and '<b>&"x"' in page.text
