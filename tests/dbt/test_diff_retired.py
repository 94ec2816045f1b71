"""What builds make of an activation that was retired or renamed."""

from __future__ import annotations

import pytest
import yaml

from tests.dbt.warehouse_project import DiffProject

ANN, BOB = (1, "Ann", "Rome"), (2, "Bob", "Oslo")


@pytest.mark.conformance(lengthy=True)
def test_28_a_retired_diff_publishes_the_removal_of_all_or_nothing(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    project.control("retire", "remove")
    project.build()
    assert project.rows() == [("removed", 1), ("removed", 2)]
    assert project.activation("hold, sendable_seq") == (None, 2)
    project.control("retire", "keep")
    project.people(ANN, BOB, (3, "Cat", "Bonn"))
    project.build()
    assert project.warned('"outhaul resume people_out" takes it up again')
    assert project.rows() == [("removed", 1), ("removed", 2)]
    assert project.activation("lease_holder") == (None,)
    project.control("resume")
    project.build()
    assert project.rows() == [("inserted", 3)]


@pytest.mark.conformance(lengthy=True)
def test_28_a_renamed_model_takes_up_the_activation_and_its_tables(
    project: DiffProject,
) -> None:
    project.people(ANN, BOB)
    project.build()
    project.deliver(rejected={2: "rejected"})
    models = project.folder / "models"
    content = yaml.safe_load((models / "people_out.yml").read_text())
    content["models"][0]["name"] = "people_new"
    (models / "people_out.yml").write_text(yaml.safe_dump(content))
    (models / "people_out.sql").rename(models / "people_new.sql")
    project.control("rename", "people_new")
    project.people(BOB)
    project.build()
    changes = f"select _outhaul_change, id from {project.table('people_new')}"
    assert project.run_sql(f"{changes} where _outhaul_seq > 0") == [("removed", 1)]
    assert len(project.run_sql(f"{changes} where _outhaul_held is not null")) == 1
    assert project.activation("generation, orphaned_at", "people_new") == (2, None)
    assert not project.exists("people_out")
    for table in ("activations", "builds", "claims", "rejections", "controls"):
        names = f"select distinct activation from {project.table('outhaul_' + table)}"
        assert project.run_sql(names) == [("people_new",)]


def test_28_a_renamed_model_in_the_old_place_is_told_how_to_go_on(
    project: DiffProject,
) -> None:
    project.settle(ANN, BOB)
    models = project.folder / "models"
    content = yaml.safe_load((models / "people_out.yml").read_text())
    content["models"][0]["name"] = "people_new"
    content["models"][0]["config"]["alias"] = "people_out"
    (models / "people_out.yml").write_text(yaml.safe_dump(content))
    (models / "people_out.sql").rename(models / "people_new.sql")
    message = project.failing_build()
    assert 'run "outhaul rename people_out people_new"' in message
    project.control("rename", "people_new")
    project.people(BOB)
    project.build()
    assert project.rows() == [("removed", 1)]
