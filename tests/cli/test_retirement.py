"""The end of an activation, and its new name."""

from __future__ import annotations

from tests.cli.shop import MEMBERS


def delete_model(shop, name: str) -> None:
    for suffix in ("sql", "yml"):
        (shop.folder / "models" / f"{name}.{suffix}").unlink()


def test_28_who_was_sent_is_removed_by_a_last_build_and_sync(shop, outhaul):
    shop.build("Ann", "Bob")
    assert outhaul("sync").code == 0
    ran = outhaul("retire", "members_out", "--yes")
    assert ran.code == 2
    assert "say --remove-members or --keep" in ran.err
    ran = outhaul("retire", "people_out", "--remove-members", "--yes")
    assert ran.code == 2
    assert "mail.contacts removes nobody" in ran.err
    assert outhaul("retire", "members_out", "--remove-members", "--yes").code == 0
    ran = outhaul("sync")
    assert ran.code == 0
    assert "left out: members_out is retired: the next 'dbt build'" in ran.err
    shop.build("Ann", "Bob", "Cem")
    assert outhaul("sync").code == 0
    assert shop.members() == set()
    assert len(shop.contacts()) == 3
    # a service of contacts has no members: it is kept without being told
    assert outhaul("retire", "people_out", "--yes").code == 0
    ran = outhaul("status")
    assert "left out, retired: people_out" in ran.err
    assert "people_out" not in ran.out
    assert "was retired by tester" in outhaul("status", "-s", "people_out").out
    assert outhaul("resume", "people_out").code == 0
    assert "people_out" in outhaul("status").out


def test_28_a_deleted_model_never_keeps_others_from_being_sent(shop, outhaul):
    shop.build("Ann", "Bob")
    assert outhaul("sync").code == 0
    delete_model(shop, "members_out")
    shop.build("Ann", "Bob", "Cem")
    shop.project.run_sql(
        "update shop.outhaul_activations set destination = 'gone'"
        " where activation = 'members_out'"
    )
    for command in ("plan", "sync"):
        ran = outhaul(command)
        assert ran.code == 0, command
        assert "left out: members_out has no model in the project" in ran.err
    assert len(shop.contacts()) == 3
    for command in ("check", "status"):
        ran = outhaul(command)
        assert ran.code == 0, command
        assert "it has no model in the project any more" in ran.out
    ran = outhaul("retire", "members_out", "--remove-members", "--yes")
    assert ran.code == 2
    assert "which destinations.yml does not know" in ran.err
    assert outhaul("retire", "members_out", "--yes").code == 2
    assert outhaul("retire", "members_out", "--keep", "--yes").code == 0
    assert "left out, retired: members_out" in outhaul("status").err
    # the twin: a model that is back is no orphan, and goes on when it is resumed
    shop.bind("members_out", MEMBERS, "email", "list", list_name="Members")
    shop.project.run_sql(
        "update shop.outhaul_activations set destination = 'mail'"
        " where activation = 'members_out'"
    )
    assert outhaul("resume", "members_out").code == 0
    shop.build("Bob", "Cem")
    assert outhaul("sync").code == 0
    assert shop.members() == {"bob@example.com", "cem@example.com"}


def test_28_a_renamed_model_goes_on_with_what_was_sent(shop, outhaul):
    shop.build("Ann", "Bob")
    assert outhaul("sync").code == 0
    delete_model(shop, "members_out")
    shop.bind("vips_out", MEMBERS, "email", "list", list_name="Members")
    shop.build("Ann", "Bob")  # too early, which does no harm
    assert outhaul("rename", "members_out", "vips_out", "--yes").code == 0
    ran = outhaul("sync", "-s", "members_out")
    assert "left out: members_out goes on as vips_out" in ran.err
    shop.build("Bob")
    assert outhaul("sync").code == 0
    assert shop.members() == {"bob@example.com"}
    names = [each["name"] for each in outhaul("status", "--json").json]
    assert names == ["people_out", "vips_out"]
    delete_model(shop, "vips_out")
    ran = outhaul("rename", "vips_out", "people_out", "--yes")
    assert ran.code == 2
    assert "people_out is an activation of its own" in ran.err
