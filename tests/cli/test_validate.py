"""`outhaul validate`, which needs no warehouse, no profile and no secret."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from outhaul import cli

ENTRY = """
destinations:
  klaviyo:
    type: klaviyo
    api_key: "{{ env_var('A_SECRET_THAT_IS_NOT_SET') }}"
"""


@pytest.fixture
def validate(monkeypatch, capsys, tmp_path):
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: nowhere\n")
    (tmp_path / "destinations.yml").write_text(ENTRY)
    (tmp_path / "target").mkdir()

    def run(*nodes: dict[str, Any], options: tuple[str, ...] = ()):
        by_id = {f"model.shop.{each['name']}": each for each in nodes}
        manifest = tmp_path / "target" / "manifest.json"
        manifest.write_text(json.dumps({"nodes": by_id}))
        arguments = ["outhaul", "validate", "--project-dir", str(tmp_path), *options]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def diff(columns: dict[str, str], **outhaul: Any) -> dict[str, Any]:
    settings = {"destination": "klaviyo", "service": "contacts", **outhaul}
    return {
        "name": "vip__klaviyo",
        "resource_type": "model",
        "original_file_path": "models/vip__klaviyo.sql",
        "patch_path": "shop://models/vip.yml",
        "config": {
            "materialized": "diff",
            "unique_key": "email",
            "meta": {"outhaul": settings},
        },
        "columns": {
            name: {"name": name, "data_type": each or None}
            for name, each in columns.items()
        },
    }


SOUND = {"email": "text", "first_name": "text", "visits": "integer"}


def test_a_sound_diff_is_fine_without_profile_and_secret(validate):
    code, out, _ = validate(diff(SOUND))
    assert (code, out.split()) == (0, ["vip__klaviyo:", "ok"])


@pytest.mark.parametrize(
    ("columns", "outhaul", "said"),
    [
        (
            {**SOUND, "latitude": "text"},
            {},
            "models/vip.yml, column latitude: 'latitude' is text, and a number",
        ),
        (
            {**SOUND, "north": "text"},
            {"fields": {"north": "latitude"}},
            "models/vip.yml, column north: 'latitude' is text",
        ),
        ({"first_name": "text"}, {}, "by the field 'email', which the select does not"),
        (SOUND, {"null_mod": "omit"}, "did you mean 'null_mode'?"),
        (SOUND, {"null_mode": "keep"}, "models/vip__klaviyo.sql: model vip__klaviyo"),
        (SOUND, {"service": "contact"}, "unknown service 'contact'"),
        (SOUND, {"destination": "klavio"}, "there is no destination 'klavio'"),
        (SOUND, {"append_only": True}, "an append-only diff never shows"),
        ({}, {"fields": {"north": "latitude"}, "service": "lists"}, "unknown service"),
    ],
)
def test_what_is_wrong_is_told_with_file_model_and_column(
    validate, columns, outhaul, said
):
    code, out, _ = validate(diff(columns, **outhaul))
    assert code == 2
    assert "vip__klaviyo: problem" in out
    assert said in " ".join(out.split())


def test_the_problems_are_there_for_machines(validate):
    found = diff({**SOUND, "latitude": "text"})
    code, out, _ = validate(found, options=("--json",))
    (problem,) = json.loads(out)[0]["problems"]
    assert code == 2
    assert (problem["file"], problem["column"]) == ("models/vip.yml", "latitude")


def test_what_cannot_be_judged_is_told(validate):
    code, out, _ = validate(diff({}))
    assert (code, "declares no columns" in out) == (0, True)
    code, out, _ = validate(diff({"email": "", "first_name": "text"}))
    assert (code, "the column 'email' has no data_type" in out) == (0, True)


def test_other_models_are_left_alone(validate):
    table = {**diff({}), "config": {"materialized": "table"}}
    code, out, _ = validate(table)
    assert (code, "no model of the project is a diff" in out) == (0, True)


def test_without_a_manifest_it_says_what_to_run(validate, monkeypatch):
    monkeypatch.setenv("DBT_TARGET_PATH", "elsewhere")
    code, _, err = validate(diff(SOUND))
    assert code == 2
    assert "which this command needs: run 'dbt parse'" in " ".join(err.split())
