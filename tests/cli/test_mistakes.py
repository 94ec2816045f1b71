"""Each mistake ends before anything is sent, with one message and exit code 2."""

from __future__ import annotations

import pytest
import yaml

COMMANDS = ("check", "plan", "sync")


@pytest.fixture
def built(shop):
    shop.build("Ann", "Bob")
    return shop


@pytest.fixture
def refuses(built, outhaul):
    """Whether each command says this, and nothing else happens."""

    def judge(*words: str, commands=COMMANDS) -> None:
        for command in commands:
            ran = outhaul(command)
            assert ran.code == 2, (command, ran)
            told = ran.err
            if command == "check" and not told:  # of each activation what it found
                told = " ".join(ran.out.split())
            else:
                assert ran.out == ""
                assert told.startswith("Error: ")
                assert told.count("Error: ") == 1
            assert "Traceback" not in told
            for word in words:
                assert word in told, (word, told)
        assert {each["method"] for each in built.requests()} <= {"GET"}

    return judge


def rebind(built, **outhaul):
    from tests.cli.shop import CONTACTS

    built.bind("people_out", CONTACTS, "customer_id", "contacts", **outhaul)
    built.project.build()


def test_the_twin_without_a_mistake_is_accepted(built, outhaul):
    rebind(built, insert=True, null_mode="omit")
    assert [outhaul(command).code for command in COMMANDS] == [0, 0, 0]


def test_an_unknown_key_of_a_diff(built, refuses):
    rebind(built, insrt=True)
    refuses("people_out", "unknown key 'insrt'", "'insert'")


def test_an_unknown_service(built, refuses):
    rebind(built)
    built.bind("people_out", "select 'a@b.de' as email", "email", "contcts")
    built.project.build()
    refuses("people_out", "unknown service 'contcts'", "contacts")


def test_an_unknown_destination(built, refuses):
    rebind(built, destination="mial")
    refuses("people_out", "no destination 'mial'", "mail")


def test_an_unknown_key_of_a_destination(built, refuses):
    built.declare(api_kye="x")
    refuses("destinations.yml", "mail", "unknown key 'api_kye'")


def test_a_missing_secret(built, refuses):
    del built.environ["SENDGRID_API_KEY"]
    refuses("destinations.yml", "SENDGRID_API_KEY", "api_key")


def test_check_tells_of_each_activation_what_is_missing(built, outhaul):
    declared = yaml.safe_load((built.folder / "destinations.yml").read_text())
    declared["destinations"]["app"] = {
        "type": "batch",
        "rest_api_key": "{{ env_var('BATCH_KEY') }}",
        "ios_key": "{{ env_var('BATCH_IOS') }}",
    }
    (built.folder / "destinations.yml").write_text(yaml.safe_dump(declared))
    built.bind("members_out", "select 1 as custom_id", "custom_id", "contacts")
    text = (built.folder / "models" / "members_out.yml").read_text()
    text = text.replace("destination: mail", "destination: app")
    text = text.replace("identity: email", "identity: custom_id")
    (built.folder / "models" / "members_out.yml").write_text(text)
    built.project.build()

    ran = outhaul("check", "--json")
    assert ran.code == 2
    found = {each["name"]: each["problems"] for each in ran.json}
    assert found["people_out"] == []
    (problem,) = found["members_out"]
    assert "destinations.app" in problem
    assert "'BATCH_KEY' is not set" in problem and "'BATCH_IOS' is not set" in problem

    refused = outhaul("sync")
    assert refused.code == 2 and "--select" in refused.err
    assert outhaul("sync", "-s", "people_out").code == 0
    assert len(built.contacts()) == 2


def test_a_secret_that_is_written_down(built, refuses):
    built.declare(api_key="SG.canary-5321-abcdef")
    refuses("api_key", "env_var")


def test_a_value_of_the_wrong_type(built, refuses):
    rebind(built, insert="yes please")
    refuses("people_out", "'insert'")


def test_an_identity_that_the_service_does_not_know(built, refuses):
    rebind(built, identity="customer_id")
    refuses("people_out", "'email'", "identity")


def test_no_field_by_which_the_service_recognises_records(built, refuses):
    built.bind("people_out", "select 1 as id", "id", "contacts", identity="id")
    built.project.build()
    refuses("people_out", "email")


def test_a_list_whose_key_is_not_the_address(built, refuses):
    built.bind("members_out", "select 1 as id, 'a@b.de' as email", "id", "list")
    built.project.build()
    refuses("members_out", "'unique_key' must be 'email'")


def test_two_lists_of_one_name(built, refuses):
    select = "select 'a@b.de' as email"
    built.bind("people_out", select, "email", "list", list_name="Members")
    built.project.build()
    refuses("people_out", "members_out", "both write to")


def test_a_field_whose_type_does_not_fit(built, outhaul):
    built.bind(
        "people_out",
        "select 'a@b.de' as email, [1, 2] as country",
        "email",
        "contacts",
        insert=True,
    )
    built.project.build()
    ran = outhaul("sync", "-s", "people_out")
    assert ran.code == 2, ran
    assert "people_out" in ran.out and "country" in ran.out
    assert all(request["method"] == "GET" for request in built.requests())
    checked = outhaul("check", "-s", "people_out")
    assert checked.code == 2
    assert "country" in checked.out


def test_several_mistakes_are_told_at_once(built, refuses):
    rebind(built, insrt=True)
    built.bind("members_out", "select 'a@b.de' as email", "email", "lst")
    built.project.build()
    refuses("unknown key 'insrt'", "unknown service 'lst'")


def test_an_unreadable_profile(built, refuses):
    (built.folder / "profiles.yml").write_text("diff_tests: [not, a, profile")
    refuses("profiles.yml", commands=(*COMMANDS, "status", "rejections"))


def test_a_target_that_the_profile_does_not_have(built, outhaul):
    ran = outhaul("status", "--target", "prd")
    assert ran.code == 2
    assert "prd" in ran.err and "dev" in ran.err


def test_no_project(built, outhaul, tmp_path):
    ran = outhaul("status", "--project-dir", str(tmp_path), here=False)
    assert ran.code == 2
    assert "dbt_project.yml" in ran.err


def test_E11_no_ledger(shop, refuses, outhaul):
    shop.project.warehouse.empty()
    refuses("there is no ledger", "dbt build", commands=(*COMMANDS, "status"))


def test_no_destinations_file(built, refuses):
    (built.folder / "destinations.yml").unlink()
    refuses("destinations.yml", "declare")


def test_an_internal_error_is_one_line_and_a_traceback_with_debug(
    built, outhaul, monkeypatch
):
    ran = outhaul("status", "--vars", "{outhaul_schema: 'no such schema'}")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    with pytest.raises(Exception, match="no ledger"):
        run_debugging(built, monkeypatch)


def run_debugging(built, monkeypatch) -> None:
    """With --debug the error leaves `main`, so that Python shows where it was."""
    from outhaul import cli

    arguments = ["status", "--vars", "{outhaul_schema: 'no such schema'}"]
    monkeypatch.setattr(
        "sys.argv", ["outhaul", "--debug", *arguments, *built.options()]
    )
    cli.main()
