"""What a sync takes from the ledger passes the same checks as what comes from files."""

import dataclasses
from pathlib import Path

import pytest

from outhaul.config.project import load_project
from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord, DiffColumn
from outhaul.registry.activations import bind, refuse_shared_places
from outhaul.registry.destinations import Destinations, load_destinations


def recorded(service: str, **settings) -> ActivationRecord:
    """An activation as the ledger holds it, with these settings of its diff."""
    known = {field.name: None for field in dataclasses.fields(ActivationRecord)}
    columns = (DiffColumn("email", "varchar", "email"),)
    return ActivationRecord(
        **known
        | {"name": "vip__crm", "segment": "vip", "destination": "crm"}
        | {"service": service, "key": ("email",), "columns": columns, "generation": 3}
        | {"settings": {"destination": "crm", "service": service, **settings}}
    )


@pytest.fixture
def destinations(tmp_path, monkeypatch):
    """The destinations of a project with one, called crm, of these settings."""
    monkeypatch.chdir(tmp_path)
    Path("dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    Path("profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: x.duckdb}}}"
    )
    project = load_project(environ={"KEY": "SG.x"})

    def declare(settings: str) -> Destinations:
        project.destinations_file.write_text(f"destinations: {{crm: {settings}}}")
        return load_destinations(project)

    return declare


def test_J07_a_path_that_was_changed_in_the_ledger_alone_is_refused(destinations):
    crm = destinations("{type: webhook, url: 'https://hooks.example.com'}")
    with pytest.raises(ConfigurationError, match="vip__crm: meta.outhaul.path: must"):
        bind(recorded("changes", path="@evil.test/x"), crm)
    assert bind(recorded("changes", path="/x"), crm).name == "vip__crm"


def test_a_refresh_needs_a_service_that_takes_updated_rows(destinations):
    crm = destinations("{type: sendgrid, api_key: \"{{ env_var('KEY') }}\"}")
    with pytest.raises(ConfigurationError, match="refresh_after: the service 'list'"):
        bind(recorded("list", refresh_after="30 days"), crm)
    bind(recorded("list"), crm)
    bind(recorded("contacts", refresh_after="30 days"), crm)


def test_two_diffs_of_all_changes_need_two_endpoints_of_a_webhook(destinations):
    crm = destinations("{type: webhook, url: 'https://hooks.example.com'}")

    def bound(service: str, name: str, path: str = ""):
        record = dataclasses.replace(recorded(service, path=path), name=name)
        return bind(record, crm)

    one = bound("changes", "one")
    with pytest.raises(ConfigurationError, match="one and two: both write to the path"):
        refuse_shared_places([one, bound("changes", "two")])
    refuse_shared_places([one, bound("changes", "two", path="/two")])
    # what nobody removes, nobody else can lose
    refuse_shared_places([bound("upserts", "one"), bound("upserts", "two")])
