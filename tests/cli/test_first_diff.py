"""`outhaul destinations TYPE SERVICE`: what it prints builds, and passes `check`."""

from __future__ import annotations

from typing import Any

import yaml

from outhaul.config.settings import describe_settings
from outhaul.model import Kind
from outhaul.registry.first_diff import SEGMENT, example_columns, first_diff
from outhaul.registry.platforms import PLATFORMS
from tests.cli.shop import Shop
from tests.destinations.cases import CASES, SECRET, Case

VALUES = {
    Kind.TEXT: "cast('x' as varchar)",
    Kind.INTEGER: "cast(1 as bigint)",
    Kind.NUMBER: "cast(1.5 as decimal(18, 2))",
    Kind.BOOLEAN: "true",
    Kind.DATE: "cast('2026-01-31' as date)",
    Kind.TIMESTAMP: "cast('2026-01-31 10:00:00' as timestamp)",
}


def segment() -> str:
    """A segment of one row, with the columns of all first diffs."""
    columns: dict[str, Kind] = {}
    for platform in PLATFORMS.values():
        for service in platform.services.values():
            for name, kind in example_columns(service).items():
                assert columns.setdefault(name, kind) is kind
    shown = {name: f"{VALUES[kind]} as {name}" for name, kind in columns.items()}
    shown["email"] = "'ann@example.com' as email"
    return "select\n" + ",\n".join(shown.values())


def declared(case: Case, shop: Shop) -> dict[str, Any]:
    """The entry of an account at its stand-in."""
    settings = case.account(case.url(shop.sandbox))
    for each in describe_settings(PLATFORMS[case.vendor].account):
        value = settings.get(each.name)
        if each.secret and value:
            variable = f"{case.vendor}_{each.name}"
            is_mapping = isinstance(value, dict)
            shop.environ[variable] = SECRET if is_mapping else value
            taken = f"{{{{ env_var('{variable}') }}}}"
            settings[each.name] = dict.fromkeys(value, taken) if is_mapping else taken
    return {"type": case.vendor, "send_from": ["dev"], **settings}


def test_a_first_diff_of_every_service_builds_and_passes_check(shop, outhaul):
    for file in (shop.folder / "models").glob("*_out.*"):
        file.unlink()
    (shop.folder / "models" / f"{SEGMENT}.sql").write_text(
        "{{ config(materialized='table') }}\n" + segment()
    )
    accounts = {case.vendor: case for case in CASES}
    for case in {case.vendor: case for case in reversed(CASES)}.values():
        case.seed(shop.sandbox)
    entries = {name: declared(case, shop) for name, case in accounts.items()}
    (shop.folder / "destinations.yml").write_text(
        yaml.safe_dump({"destinations": entries})
    )
    names = []
    for platform in PLATFORMS.values():
        for service in platform.services:
            start = first_diff(platform, service)
            names.append(start.name)
            for ending, text in (("sql", start.sql), ("yml", start.yml)):
                (shop.folder / "models" / f"{start.name}.{ending}").write_text(text)
            assert yaml.safe_load(start.destinations)["destinations"][platform.type]
    shop.project.build()
    checked = outhaul("check", "--json")
    found = {each["name"]: each["problems"] for each in checked.json}
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, [])


def test_the_command_prints_the_files(outhaul):
    ran = outhaul("destinations", "batch", "events", here=False)
    assert ran.code == 0
    assert "# models/diffs/your_segment__batch_events.yml" in ran.out
    assert "event_time  -- timestamp" in ran.out
    assert "append_only: true" in ran.out
    assert "rest_api_key: \"{{ env_var('BATCH_REST_API_KEY') }}\"" in ran.out
    ran = outhaul("destinations", "sftp", "changes", "--json", here=False)
    assert "formulas: machine  # What becomes" in ran.json["yml"]
    ran = outhaul("destinations", "batch", "event", here=False)
    assert (ran.code, "did you mean 'events'?" in ran.err) == (2, True)
