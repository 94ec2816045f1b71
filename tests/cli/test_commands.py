"""Every command, its output for machines and people, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from outhaul.sandbox.faults import Fault
from tests.cli.shop import CANARY, MEMBERS

BOTH = ("members_out", "people_out")


@pytest.fixture
def built(shop):
    shop.build("Ann", "Bob", "Cem")
    return shop


def test_K01_check_says_what_it_found_and_sends_nothing(built, outhaul):
    ran = outhaul("check", "--json")
    assert ran.code == 0
    assert [each["name"] for each in ran.json] == ["the ledger", *BOTH]
    assert "will be created" in ran.out
    assert all(request["method"] == "GET" for request in built.requests())
    assert "people_out: ok" in outhaul("check").out


def test_J11_check_says_where_a_link_leads(built, outhaul):
    file = built.folder / "destinations.yml"
    real = file.rename(file.with_name("shared.yml"))
    file.symlink_to(real)
    assert f"it is a link to {real}" in outhaul("check", "--json").out
    real.chmod(0o666)
    refused = outhaul("sync")
    assert refused.code == 2 and "which everybody may write" in refused.err
    file.unlink()


def test_check_tells_a_wrong_key(built, outhaul):
    built.sandbox.sendgrid._api_key = "SG.another"
    ran = outhaul("check")
    assert ran.code == 2
    assert "problem" in ran.out


def test_K02_plan_sends_and_writes_nothing_and_masks_its_samples(built, outhaul):
    tables = "outhaul_claims, outhaul_syncs, outhaul_controls".split(", ")
    ran = outhaul("plan", "--json", "-s", "people_out")
    assert ran.code == 0
    (plan,) = ran.json
    assert plan["pending"] == {"inserted": 3, "updated": 0, "removed": 0}
    assert plan["requests"] == 3, "for the fields, the import, and a look at its job"
    assert len(plan["samples"]) == 3
    assert "ann@example.com" not in ran.out
    assert "ann@example.com" not in outhaul("plan").out
    assert built.requests() == []
    for table in tables:
        assert built.project.run_sql(f"select count(*) from shop.{table}") == [(0,)]


def test_K01_sync_sends_what_is_pending(built, outhaul):
    ran = outhaul("sync", "--json")
    assert ran.code == 0, ran
    reports = {report["name"]: report for report in ran.json}
    assert reports["people_out"]["result"] == "succeeded"
    assert reports["people_out"]["accepted"]["inserted"] == 3
    assert reports["members_out"]["exit_code"] == 0
    assert built.contacts() == {
        "ann@example.com",
        "bob@example.com",
        "cem@example.com",
    }
    again = outhaul("sync")
    assert again.code == 0
    assert "nothing to send" in again.out


def test_progress_goes_to_standard_error(built, outhaul):
    ran = outhaul("sync", "-s", "people_out")
    assert "people_out: 3 rows to send" in ran.err
    assert "people_out: succeeded" in ran.err
    assert "+3" in ran.out


def test_K01_exit_1_where_rows_are_rejected(built, outhaul):
    built.project.people((1, "Ann", "Oslo"), (2, "not an", "Oslo"))
    built.project.build()
    ran = outhaul("sync", "-s", "people_out")
    assert ran.code == 1
    assert "outhaul rejections" in ran.out
    found = outhaul("rejections", "--json")
    assert found.code == 0
    (reason,) = found.json
    assert (reason["activation"], reason["kind"], reason["rows"]) == (
        *("people_out", "invalid"),
        1,
    )
    (row,) = outhaul("rejections", "--rows", "--json").json
    assert (row["kind"], row["key"]) == ("invalid", ["***"])
    shown = outhaul("rejections", "--show-keys", "--json").json
    assert shown[0]["key"] == ["2"]
    assert "a build after 20" in outhaul("rejections").out


def test_rejections_says_so_where_there_are_none(built, outhaul):
    assert outhaul("rejections").out == "Nothing is rejected.\n"
    assert outhaul("rejections", "--json").json == []


def test_K01_exit_1_where_a_sync_fails_and_the_others_go_on(built, outhaul):
    built.sandbox.add_faults(
        Fault("status", method="PUT", path="*/contacts", status=404)
    )
    ran = outhaul("sync", "--json")
    assert ran.code == 1
    results = {report["name"]: report["result"] for report in ran.json}
    assert results == {"people_out": "failed", "members_out": "some missing"}


def test_K01_exit_3_where_the_target_may_not_send(built, outhaul):
    built.declare(send_from=["prod"])
    ran = outhaul("sync")
    assert ran.code == 3
    assert "send_from" in ran.out
    assert built.requests() == []
    assert outhaul("plan").code == 0


def test_K01_exit_4_where_another_sync_is_at_work(built, outhaul):
    built.project.run_sql(
        "update shop.outhaul_activations set lease_holder = 'somebody',"
        " lease_expires_at = (now() at time zone 'utc') + interval '1 minute'"
    )
    ran = outhaul("sync")
    assert ran.code == 4
    assert "another sync or a build" in ran.out
    assert outhaul("adopt", "people_out", "--yes").code == 4
    assert "somebody" in outhaul("status").out


def test_pause_resume_and_status(built, outhaul):
    ran = outhaul("pause", "people_out", "--reason", "holidays")
    assert (ran.code, ran.out) == (0, "people_out is paused\n")
    paused = outhaul("sync", "-s", "people_out")
    assert paused.code == 3
    assert "paused by tester: holidays" in paused.out
    status = {each["name"]: each for each in outhaul("status", "--json").json}
    assert status["people_out"]["paused"] == "tester: holidays"
    assert status["people_out"]["pending"]["inserted"] == 3
    assert status["members_out"]["paused"] is None
    assert "is not paused now" in outhaul("resume", "people_out").out
    assert outhaul("sync", "-s", "people_out").code == 0
    after = outhaul("status", "--json", "-s", "people_out").json[0]
    assert after["last_sync"] == "succeeded"
    assert sum(after["pending"].values()) == 0
    assert "people_out" in outhaul("status").out


def test_J14_words_of_people_do_not_steer_the_terminal(built, outhaul):
    reason = "gone\x1b[2J\nmembers_out: succeeded\u202e\x9b0m"
    built.environ["OUTHAUL_ACTOR"] = "tes\x1b]0;x\x07ter"
    outhaul("pause", "people_out", "--reason", reason)
    for arguments in (["sync"], ["status"], ["sync", "--json"], ["status", "--json"]):
        ran = outhaul(*arguments, "-s", "people_out")
        for text in (ran.out, ran.err):
            assert not set("\x1b\x07\x9b\u202e").intersection(text)
            assert "\nmembers_out" not in text
        assert "members_out: succeeded" in ran.out
    told = {each["name"]: each for each in outhaul("status", "--json").json}
    assert told["people_out"]["paused"] == f"tes\x1b]0;x\x07ter: {reason}"


def test_approve_releases_a_guarded_build(built, outhaul):
    outhaul("sync")
    assert outhaul("approve", "people_out").code == 2
    built.build()
    ran = outhaul("sync", "-s", "members_out")
    assert ran.code == 3
    assert "outhaul approve members_out" in ran.out
    assert outhaul("status", "--json").json[0]["guarded"] == 3
    approved = outhaul("approve", "members_out", "--json", "--reason", "closing")
    assert approved.code == 0
    assert "3 rows were held" in approved.json[0]
    assert outhaul("sync", "-s", "members_out").code == 0
    (row,) = built.project.run_sql(
        "select actor, reason, action from shop.outhaul_controls"
    )
    assert row == ("tester", "closing", "approve")


def test_retry_resync_and_adopt_end_to_end(built, outhaul):
    refused = outhaul("resync", "people_out")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert "pending again (3 rows)" in outhaul("resync", "people_out", "--yes").out
    assert "come back" in outhaul("retry", "people_out").out
    adopted = outhaul("adopt", "people_out", "--yes", "--json")
    assert adopted.json == ["people_out: 3 rows count as delivered"]
    (report,) = outhaul("sync", "--json", "-s", "people_out").json
    assert report["result"] == "nothing to send"
    assert built.contacts() == set()


def test_a_list_that_was_deleted_is_told_by_check_and_sync(built, outhaul):
    assert "created list 'Members'" in outhaul("sync").out
    built.sandbox.sendgrid.delete_list("Members")
    checked = outhaul("check")
    assert checked.code == 2
    assert "list 'Members', which holds its rows, is gone" in checked.out
    refused = outhaul("rebind", "members_out", "--yes")
    assert refused.code == 2
    assert "there is no list 'Members' at 'mail'" in refused.err
    built.build("Ann", "Bob", "Cem", "Dea")
    ran = outhaul("sync", "--json")
    assert ran.code == 2
    results = {report["name"]: report["result"] for report in ran.json}
    assert results == {"people_out": "succeeded", "members_out": "misconfigured"}
    assert outhaul("resync", "members_out", "--yes").code == 0
    built.build("Ann", "Bob", "Cem", "Dea")
    (report,) = outhaul("sync", "--json", "-s", "members_out").json
    assert report["created"] == ["list 'Members'"]
    assert len(built.members()) == 4
    assert outhaul("check").code == 0


def test_another_list_name_is_told_by_build_plan_and_check(built, outhaul):
    outhaul("sync")
    built.bind("members_out", MEMBERS, "email", "list", list_name="Guests")
    built.build("Ann", "Bob", "Cem", "Dea")
    assert built.project.warned('\'list_name\' (was "Members", is "Guests")')
    assert built.project.warned("outhaul rebind members_out")
    assert not built.project.warned("people_out: changed since")
    moved = "its rows were delivered to list 'Members', and it is now bound to list"
    planned = outhaul("plan", "-s", "members_out")
    assert moved in planned.out and planned.code == 0
    assert moved in outhaul("check").out
    assert outhaul("sync").code == 2
    assert (len(built.members()), built.members("Guests")) == (3, set())
    built.sandbox.sendgrid.rename_list("Members", "Guests")
    assert outhaul("sync", "-s", "members_out").code == 0
    assert len(built.members("Guests")) == 4
    assert outhaul("plan", "-s", "members_out", "--json").json[0]["moved"] == []


def test_a_rotated_key_goes_on_after_rebind(built, outhaul):
    outhaul("sync")
    built.environ["SENDGRID_API_KEY"] = "SG.rotated"
    built.build("Ann", "Bob", "Cem", "Dea")
    assert outhaul("sync").code == 2
    assert len(built.contacts()) == 3
    rebound = outhaul("rebind", "*", "--yes", "--reason", "new key")
    assert rebound.code == 0
    assert "members_out: what is acknowledged counts as held by list" in rebound.out
    assert "SG." not in rebound.out
    assert outhaul("sync").code == 0
    assert (len(built.contacts()), len(built.members())) == (4, 4)


def test_a_decision_names_its_activations(built, outhaul):
    assert "name the activations" in outhaul("pause").err
    assert outhaul("pause").code == 2


def test_one_activation_is_selected_by_a_pattern(built, outhaul):
    found = outhaul("status", "--json", "-s", "mem*").json
    assert [each["name"] for each in found] == ["members_out"]
    ran = outhaul("status", "-s", "peple_out")
    assert ran.code == 2
    assert "did you mean 'people_out'" in ran.err.lower()


def test_the_help_lists_all_commands(outhaul):
    ran = outhaul("--help", here=False)
    assert ran.code == 0
    names = (
        "check plan sync status rejections pause resume approve retry resync adopt"
        " sandbox"
    )
    assert all(f"  {name} " in ran.out for name in names.split())
    assert outhaul("--version", here=False).out.startswith("outhaul, version")


def test_wrong_usage_exits_2(built, outhaul):
    ran = outhaul("sync", "--threads", "0")
    assert ran.code == 2
    assert outhaul("snyc").code == 2
    assert built.requests() == []


# --- lists and e-mail addresses


def test_a_changed_address_is_one_who_leaves_and_one_who_enters(built, outhaul):
    assert outhaul("sync").code == 0
    assert built.members() == {"ann@example.com", "bob@example.com", "cem@example.com"}
    built.build("Ann", "Bobby", "Cem")
    ran = outhaul("sync", "--json")
    assert ran.code == 0
    reports = {report["name"]: report for report in ran.json}
    assert reports["members_out"]["accepted"] == {
        "removed": 1,
        "inserted": 1,
        "updated": 0,
    }
    assert built.members() == {
        "ann@example.com",
        "bobby@example.com",
        "cem@example.com",
    }


def test_two_people_who_swap_addresses_change_nothing_in_a_list(built, outhaul):
    outhaul("sync")
    built.build("Bob", "Ann", "Cem")
    reports = {each["name"]: each for each in outhaul("sync", "--json").json}
    assert reports["members_out"]["result"] == "nothing to send"
    assert reports["people_out"]["accepted"]["updated"] == 2
    assert built.members() == {"ann@example.com", "bob@example.com", "cem@example.com"}


# --- processes


@pytest.fixture
def detached(built, tmp_path):
    built.build("Åse", "Ümit", "Cem")
    built.detach(tmp_path)
    return built


def test_K03_a_reader_that_goes_away_does_not_stop_the_sync(detached):
    process = detached.start("sync", "-s", "people_out", bufsize=1)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0, err
    assert "Traceback" not in err
    assert len(detached.contacts()) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_K03_a_full_disk_is_told_in_one_line(detached):
    command = detached.start("status")
    assert (command.wait(), command.communicate()[1]) == (0, "")
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            command.args, stdout=full, stderr=subprocess.PIPE, env=detached.environ
        )
    assert ended.returncode == 1
    message = ended.stderr.decode()
    assert message.startswith("Error: standard output cannot be written: No space")
    assert message.count("\n") == 1


def test_K04_a_bare_locale_sends_the_same_bytes(detached):
    detached.environ |= {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati"}
    detached.environ["PYTHONUTF8"] = "0"
    process = detached.start("sync", "-s", "people_out")
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    names = {
        contact["first_name"]
        for contact in detached.sandbox.state()["sendgrid"]["contacts"]
    }
    assert names == {"Åse", "Ümit", "Cem"}


def test_status_starts_without_dbt(detached):
    program = (
        "import sys; from outhaul.cli import cli;"
        f" arguments = ['status', '--json', *{detached.options()!r}];"
        " cli.main(arguments, standalone_mode=False);"
        " heavy = [m for m in sys.modules if m.split('.')[0] in"
        " ('dbt', 'paramiko', 'requests', 'openapi_core')];"
        " print(heavy[:5], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=detached.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(ran.stdout)) == 2
    assert "dbt" not in ran.stderr


def test_J01_no_secret_is_in_any_output_or_in_the_ledger(built, outhaul):
    printed: list[str] = []
    faults = [
        Fault("status", method="PUT", status=401, body={"key": CANARY}),
        Fault("status", method="PUT", status=400, body={"key": CANARY}, times=9),
        Fault("status", method="GET", status=404, body=f"Bearer {CANARY}"),
        Fault("drop", method="PUT", times=9),
        Fault("status", method="PUT", status=302, headers={"Location": CANARY}),
    ]
    for fault in faults:
        built.sandbox.faults.clear()
        built.sandbox.add_faults(fault)
        built.end_leases()
        for command in ("check", "sync", "status", "rejections", "plan"):
            ran = outhaul("--debug", command)
            printed += [ran.out, ran.err]
    built.sandbox.faults.clear()
    built.declare(base_url=f"http://{CANARY}@127.0.0.1:9")
    ran = outhaul("check")
    printed += [ran.out, ran.err]
    assert ran.code == 2
    for table in ("syncs", "rejections", "jobs", "controls", "activations"):
        rows = built.project.run_sql(f"select * from shop.outhaul_{table}")
        printed.append(repr(rows))
    text = "\n".join(printed)
    assert "401" in text
    for hidden in (CANARY, CANARY.removeprefix("SG."), "canary-5321"):
        assert hidden not in text
    assert "ann@example.com" not in text


def test_J14_an_error_text_with_line_breaks_stays_one_line(built, outhaul):
    text = "first\nsecond \x1b[31mred"
    built.sandbox.add_faults(
        Fault("status", method="PUT", status=404, body={"errors": [{"message": text}]})
    )
    ran = outhaul("sync", "-s", "people_out", "--json")
    message = ran.json[0]["message"]
    assert "second" in message
    assert "\n" not in message and "\x1b" not in message
