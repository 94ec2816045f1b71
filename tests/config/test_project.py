import os
from pathlib import Path
from textwrap import dedent

import pytest

from outhaul.config.project import load_project, parse_vars
from outhaul.errors import ConfigurationError

PROFILES = """
config: {send_anonymous_usage_stats: false}
shop:
  target: "{{ env_var('SHOP_TARGET', 'dev') }}"
  outputs:
    dev: {type: duckdb, path: data/my.shop.duckdb}
    prod:
      type: postgres
      host: db.example.com
      port: "{{ env_var('SHOP_PORT') | as_number }}"
      user: shop
      password: "{{ env_var('SHOP_PASSWORD') }}"
      dbname: shop
      schema: marts
      threads: 4
    lake: {type: bigquery, project: shop-1, dataset: marts}
    typeless: {host: x, schema: y}
    misnamed: {type: ../../x, schema: y}
    schemaless: {type: postgres, host: x}
    empty:
other: {outputs: {default: {type: snowflake, account: a, database: d, schema: s}}}
hollow: {target: dev}
"""
SECRETS = {"SHOP_PORT": "6543", "SHOP_PASSWORD": "hunter2"}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(project / "dbt_project.yml", "name: shop\nprofile: shop\n")
    write(project / "profiles.yml", PROFILES)
    return project


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text))


def refusal(**options) -> str:
    options.setdefault("environ", {})
    with pytest.raises(ConfigurationError) as caught:
        load_project(**options)
    return str(caught.value)


def test_a_project_is_read_from_the_working_directory(folder):
    project = load_project(environ={})
    assert project.project_dir == folder
    assert project.name == "shop"
    assert project.profile_name == "shop"
    assert project.target_name == "dev"
    assert project.adapter_type == "duckdb"
    assert (project.database, project.schema) == ("my", "main")
    assert project.outhaul_schema == "main"
    assert project.threads == 1
    assert project.destinations_file == folder / "destinations.yml"


def test_only_the_selected_target_is_rendered(folder):
    assert load_project(target="dev", environ={}).adapter_type == "duckdb"
    message = refusal(target="prod")
    assert message == (
        f"{folder / 'profiles.yml'}: shop.outputs.prod.port: the environment variable "
        f"'SHOP_PORT' is not set; set it, or give env_var a default"
    )
    project = load_project(target="prod", environ=SECRETS)
    assert project.credentials["port"] == 6543
    assert project.credentials["password"] == "hunter2"
    assert (project.database, project.schema) == ("shop", "marts")
    assert project.threads == 4


def test_J04_a_project_shows_no_secret(folder):
    assert "hunter2" not in repr(load_project(target="prod", environ=SECRETS))


def test_the_target_is_the_option_then_the_variable_then_the_profile(folder):
    environ = {"DBT_TARGET": "lake", "SHOP_TARGET": "prod", **SECRETS}
    assert load_project(target="dev", environ=environ).target_name == "dev"
    assert load_project(environ=environ).target_name == "lake"
    environ["DBT_TARGET"] = ""
    assert load_project(environ=environ).target_name == "prod"
    assert load_project(profile="other", environ={}).target_name == "default"


def test_the_profile_is_the_option_then_the_variable_then_the_project(folder):
    environ = {"DBT_PROFILE": "other"}
    assert load_project(profile="shop", environ=environ).profile_name == "shop"
    assert load_project(environ=environ).profile_name == "other"
    write(
        folder / "dbt_project.yml",
        "name: shop\nprofile: \"{{ env_var('P', 'other') }}\"\n",
    )
    assert load_project(environ={}).profile_name == "other"
    assert load_project(environ={"P": "shop"}).profile_name == "shop"


@pytest.mark.parametrize("name", ["dbt_project.yml", "profiles.yml"])
def test_a_folder_in_the_place_of_a_file_is_told(folder, name):
    load_project(environ={})
    (folder / name).unlink()
    (folder / name).mkdir()
    assert f"{folder / name} is a folder, not a file" in refusal()


def test_profiles_are_searched_as_dbt_does(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere / "profiles.yml", PROFILES.replace("data/my", "named"))
    write(tmp_path / "home/.dbt/profiles.yml", PROFILES.replace("data/my", "home"))
    environ = {"DBT_PROFILES_DIR": str(elsewhere)}
    assert load_project(environ={}).database == "my"
    assert load_project(environ=environ).database == "named"
    assert load_project(profiles_dir=folder, environ=environ).database == "my"
    (folder / "profiles.yml").unlink()
    assert load_project(environ={}).database == "home"
    message = refusal(profiles_dir=folder)
    assert message.startswith(f"no profiles.yml in {folder}; write one there")
    (tmp_path / "home/.dbt/profiles.yml").unlink()
    assert f"{folder} or {tmp_path / 'home/.dbt'}" in refusal()


def test_the_project_is_the_option_then_the_variable_then_the_working_directory(
    folder, tmp_path, monkeypatch
):
    other = tmp_path / "other"
    write(other / "dbt_project.yml", "name: second\nprofile: shop\n")
    environ = {"DBT_PROJECT_DIR": str(other)}
    assert load_project(environ=environ).name == "second"
    assert load_project(project_dir=folder, environ=environ).name == "shop"
    assert load_project(project_dir=os.path.relpath(other), environ={}).name == "second"
    below = folder / "models"
    below.mkdir()
    monkeypatch.chdir(below)
    assert refusal() == (
        f"no dbt_project.yml in {below}; there is one in {folder}: run there, or name "
        f"its folder with --project-dir or DBT_PROJECT_DIR"
    )
    assert refusal(project_dir=tmp_path).startswith(
        f"no dbt_project.yml in {tmp_path}; run in a dbt project, or name"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "shopp"}, "no profile 'shopp' (did you mean 'shop'?); it has: "),
        ({"profile": "config"}, "no profile 'config'; it has: shop, other, hollow"),
        (
            {"target": "prd"},
            "no target 'prd' (did you mean 'prod'?); it has: dev, ",
        ),
        ({"target": "typeless"}, "shop.outputs.typeless.type is missing"),
        (
            {"target": "misnamed"},
            "shop.outputs.misnamed.type is not the name of an adapter",
        ),
        ({"target": "schemaless"}, "shop.outputs.schemaless: 'schema' is missing"),
        ({"target": "empty"}, "shop: 'empty' is missing or holds no keys"),
        ({"profile": "hollow"}, "hollow: 'outputs' is missing or holds no keys"),
    ],
)
def test_a_wrong_choice_is_told_with_what_there_is(folder, options, message):
    assert message in refusal(**options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profile: shop", "'name' is missing"),
        ("name: shop", "'profile' is missing"),
        ("", "'name' is missing"),
        ("name: shop\nprofile: shop\nvars: [a]", "vars: must be a mapping"),
        ("name: shop\nprofile: \"{{ env_var('NO') }}\"", "profile: the environment"),
    ],
)
def test_a_broken_project_file_is_told_with_its_key(folder, text, message):
    write(folder / "dbt_project.yml", text)
    assert refusal().startswith(str(folder / "dbt_project.yml"))
    assert message in refusal()


@pytest.mark.parametrize("value", ["many", "0", "[1]"])
def test_threads_must_be_a_whole_number(folder, value):
    write(folder / "profiles.yml", PROFILES.replace("threads: 4", f"threads: {value}"))
    assert "'threads' must be" in refusal(target="prod", environ=SECRETS)


def test_the_names_of_other_warehouses_for_database_and_schema_are_known(folder):
    project = load_project(target="lake", environ={})
    assert (project.database, project.schema) == ("shop-1", "marts")


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("{}", "main"),
        ("{outhaul_schema: plain}", "plain"),
        ("{outhaul_schema: plain, outhaul: {other: ours}}", "plain"),
        ("{outhaul_schema: plain, stranger: {outhaul_schema: theirs}}", "plain"),
    ],
)
def test_the_ledgers_schema_is_a_var_of_the_project(folder, written, schema):
    write(folder / "dbt_project.yml", f"name: shop\nprofile: shop\nvars: {written}\n")
    assert load_project(environ={}).outhaul_schema == schema
    given = {"outhaul_schema": "given"}
    assert load_project(vars=given, environ={}).outhaul_schema == "given"


@pytest.mark.parametrize("package", ["outhaul", "shop"])
def test_a_scoped_schema_of_the_ledger_is_refused(folder, package):
    scoped = f"{{{package}: {{outhaul_schema: ours}}}}"
    write(folder / "dbt_project.yml", f"name: shop\nprofile: shop\nvars: {scoped}\n")
    message = refusal(environ={})
    assert f"vars.{package}.outhaul_schema" in message
    assert "directly under 'vars:'" in message


def test_vars_of_the_command_line_reach_profiles(folder):
    write(
        folder / "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: \"{{ var('p') }}\"}}}",
    )
    project = load_project(vars=parse_vars("{p: x.duckdb}"), environ={})
    assert project.credentials["path"] == "x.duckdb"
    assert "the var 'p' is not set" in refusal()


def test_vars_of_the_command_line_are_a_yaml_mapping():
    assert parse_vars("{a: 1, b: [x]}") == {"a": 1, "b": ["x"]}
    assert parse_vars("") == {}
    for wrong in ("a", "[a]", "{a"):
        with pytest.raises(ConfigurationError, match="--vars"):
            parse_vars(wrong)


def test_the_ledger_of_each_target_may_have_a_schema_of_its_own(folder):
    given = {"outhaul_schema": {"dev": "outhaul_dev", "other": "outhaul"}}
    assert load_project(vars=given, environ={}).outhaul_schema == "outhaul_dev"
    left_out = {"outhaul_schema": {"other": "outhaul"}}
    assert load_project(vars=left_out, environ={}).outhaul_schema == "main"
    for wrong in (["a"], {"dev": 1}, {"dev": ""}, True):
        with pytest.raises(ConfigurationError, match=r"vars\.outhaul_schema"):
            load_project(vars={"outhaul_schema": wrong}, environ={})
