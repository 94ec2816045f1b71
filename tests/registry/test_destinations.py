from dataclasses import dataclass
from pathlib import Path

import pytest

from outhaul.config.project import Project, load_project
from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError
from outhaul.kit.account import Account
from outhaul.kit.platform import Platform
from outhaul.registry.destinations import load_destinations


@dataclass(frozen=True)
class PigeonOptions:
    insert: bool = setting("Whether to create.", default=False)
    list_name: str = setting("The list.", default="")


class PigeonFlight:
    name = "flight"
    Options = PigeonOptions


@dataclass(frozen=True)
class Pigeon(Account):
    """An account that asks for one secret."""

    type = "pigeon"
    title = "Pigeon Post"

    api_key: str = setting("The key of the loft.", secret=True)
    base_url: str = setting("Where the loft is.", default="https://loft.example.com")
    speed: float = setting("Flights a second.", default=1.0, minimum=0.1)
    spare_key: str = setting("A second key.", default="", secret=True)
    rings: dict[str, str] = setting("Numbers of rings.", default={}, secret=True)

    def validate(self) -> list[str]:
        return [] if self.base_url.startswith("https:") else ["'base_url' is not https"]


PIGEON = Platform(Pigeon, {"flight": PigeonFlight})  # type: ignore[dict-item]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    Path("dbt_project.yml").write_text("name: shop\nprofile: shop\nvars: {speed: 3}\n")
    Path("profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: x.duckdb}}}"
    )
    return load_project(environ={"PIGEON_KEY": "hunter2", "BLANK": " "})


def load(project: Project, text: str):
    project.destinations_file.write_text(text)
    return load_destinations(project, {"pigeon": PIGEON})


def refusal(project: Project, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(project, text)
    assert str(project.destinations_file) in str(caught.value)
    return str(caught.value)


GOOD = """
destinations:
  loft:
    type: pigeon
    api_key: "{{ env_var('PIGEON_KEY') }}"
    speed: "{{ var('speed') }}"
    send_from: [dev, prod]
    defaults: {insert: true, max_missing: 1}
  attic:
    type: pigeon
    api_key: "{{ env_var('ATTIC_KEY') }}"
"""
KEY = "api_key: \"{{ env_var('PIGEON_KEY') }}\""


def one(*lines: str) -> str:
    return (
        "destinations:\n  loft:\n    type: pigeon\n    " + "\n    ".join(lines) + "\n"
    )


def test_destinations_are_read_with_their_defaults(project):
    destinations = load(project, GOOD)
    assert list(destinations) == ["loft", "attic"]
    loft = destinations["loft"]
    assert loft.type == "pigeon"
    assert loft.platform is PIGEON
    assert loft.send_from == ("dev", "prod")
    assert loft.defaults == {"insert": True, "max_missing": 1}
    assert destinations["attic"].send_from == ("prod",)
    assert destinations["attic"].defaults == {}


def test_only_the_account_that_is_used_asks_for_its_environment(project):
    destinations = load(project, GOOD)
    account = destinations["loft"].account
    assert account == Pigeon(api_key="hunter2", speed=3.0)
    assert destinations["loft"].account is account
    with pytest.raises(ConfigurationError) as caught:
        _ = destinations["attic"].account
    assert "destinations.attic: api_key: the environment variable 'ATTIC_KEY'" in str(
        caught.value
    )


def test_J04_nothing_shows_the_secret(project):
    destinations = load(project, GOOD)
    assert "hunter2" not in repr(destinations["loft"].account)
    assert "hunter2" not in repr(destinations["loft"])


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        "\"{{ env_var('PIGEON_KEY', 'hunter2') }}\"",
        "\"hunter2{{ env_var('PIGEON_KEY') }}\"",
        "[hunter2]",
        "",
    ],
)
@pytest.mark.parametrize("key", ["api_key", "spare_key"])
def test_J11_a_secret_in_the_file_is_refused_and_not_shown(project, key, value):
    message = refusal(project, one(KEY if key != "api_key" else "", f"{key}: {value}"))
    assert f"destinations.loft: '{key}' is a secret and must come from" in message
    assert "hunter2" not in message


def test_J02_a_secret_that_is_empty_names_its_variable(project):
    destinations = load(project, one("api_key: \"{{ env_var('BLANK') }}\""))
    with pytest.raises(ConfigurationError) as caught:
        _ = destinations["loft"].account
    assert str(caught.value).endswith(
        "destinations.loft: 'api_key' is empty: set the environment variable BLANK"
    )


def test_an_account_may_refuse_its_own_settings(project):
    destinations = load(project, one(KEY, "base_url: http://loft.example.com"))
    with pytest.raises(ConfigurationError, match="loft: 'base_url' is not https"):
        _ = destinations["loft"].account


def test_a_setting_of_the_wrong_type_is_refused_when_the_account_is_used(project):
    destinations = load(project, one(KEY, "speed: fast"))
    with pytest.raises(ConfigurationError, match="'speed' must be a number"):
        _ = destinations["loft"].account


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            one("api_kee: x"),
            "2 problems\n  - destinations.loft: unknown key 'api_kee' (did you mean "
            "'api_key'?); the keys are: type, send_from, messages, defaults, "
            "api_key, base_url, speed, spare_key, rings\n"
            "  - destinations.loft: 'api_key' is missing",
        ),
        (
            "destinations: {loft: {type: pigeonn}}",
            "unknown type 'pigeonn' (did you mean 'pigeon'?); the types are: pigeon",
        ),
        ("destinations: {loft: {}}", "'type' is missing; the types are: pigeon"),
        ("destinations: {loft: [a]}", "must be a mapping with the key 'type'"),
        ("destinations: [loft]", "must be a mapping of names to accounts"),
        ("destination: {}", "unknown key 'destination' (did you mean 'destinations'?)"),
        (GOOD.replace("loft:", "'my loft; drop':"), "a name has letters, digits"),
        (one(KEY, "send_from: prod"), "'send_from' must be a list of dbt targets"),
        (one(KEY, "send_from: [1]"), "'send_from' must be a list of dbt targets"),
        (
            one(KEY, "defaults: {inserts: true}"),
            "defaults: unknown key 'inserts' (did you mean 'insert'?); services of "
            "type 'pigeon' take: max_rejected, max_missing, insert, list_name",
        ),
        (
            one(KEY, "defaults: {max_removed: 0.5}"),
            "defaults: 'max_removed' is used by dbt build, which does not read this"
            " file: it belongs in meta.outhaul of each diff",
        ),
        (
            one(KEY, "defaults: {identity: email}"),
            "defaults: 'identity' is used by dbt build",
        ),
        (
            one(KEY, "defaults: {fields: {a: b}}"),
            "defaults: 'fields' names columns of one diff: it belongs in meta.outhaul",
        ),
        (one(KEY, "defaults: [insert]"), "'defaults' must be a mapping of options"),
        (
            one(KEY, "defaults: {list_name: \"{{ var('x') }}\"}"),
            "defaults: 'list_name' cannot be a template; write the value itself",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_key(project, text, message):
    assert message in refusal(project, text)


def test_an_empty_file_has_no_destinations(project):
    assert list(load(project, "")) == []
    assert list(load(project, "destinations:")) == []


def test_a_missing_file_is_told_with_what_to_do(project):
    with pytest.raises(ConfigurationError, match="declare the accounts to send to"):
        load_destinations(project, {"pigeon": PIGEON})


def test_a_destination_is_found_by_name_or_the_names_are_told(project):
    destinations = load(project, GOOD)
    assert destinations.find("loft", "model x").name == "loft"
    with pytest.raises(ConfigurationError) as caught:
        destinations.find("lofts", "models/x.yml")
    assert str(caught.value) == (
        f"models/x.yml: there is no destination 'lofts' (did you mean 'loft'?); "
        f"{project.destinations_file} has: loft, attic"
    )


def test_the_registered_types_are_known_by_default(project):
    project.destinations_file.write_text("destinations: {a: {type: pigeon}}")
    with pytest.raises(ConfigurationError, match="the types are: .*sendgrid"):
        load_destinations(project)


def test_every_value_of_a_secret_mapping_comes_from_the_environment(project):
    ring = "\"{{ env_var('PIGEON_KEY') }}\""
    good = GOOD.replace("    speed:", f"    rings: {{Left: {ring}}}\n    speed:")
    account = load(project, good)["loft"].account
    assert account.rings == {"Left": "hunter2"}
    assert "hunter2" not in repr(account)
    for inline in (f"{{Left: {ring}, Right: '007'}}", "'007'"):
        bad = GOOD.replace("    speed:", f"    rings: {inline}\n    speed:")
        message = refusal(project, bad)
        assert "'rings' is a secret" in message
        assert "007" not in message


def test_a_blank_value_of_a_secret_mapping_is_refused(project):
    ring = "\"{{ env_var('BLANK') }}\""
    text = GOOD.replace("    speed:", f"    rings: {{Left: {ring}}}\n    speed:")
    with pytest.raises(ConfigurationError, match="'rings' is empty.*BLANK"):
        load(project, text)["loft"].account  # noqa: B018


def test_what_stands_in_the_place_of_the_file_is_named(project):
    file = project.destinations_file
    with pytest.raises(ConfigurationError, match=f"^there is no {file}; declare"):
        load_destinations(project)
    file.mkdir()
    with pytest.raises(ConfigurationError, match="yml is a folder, not a file; declar"):
        load_destinations(project)


def test_a_default_is_advised_where_one_is_taken_alone(project):
    text = one("api_key: \"{{ env_var('ABSENT') }}\"", "speed: \"{{ env_var('NO') }}\"")
    with pytest.raises(ConfigurationError) as caught:
        _ = load(project, text)["loft"].account
    assert "'ABSENT' is not set; set it\n" in str(caught.value)
    assert "'NO' is not set; set it, or give env_var a default" in str(caught.value)
