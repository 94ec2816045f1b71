import os

import pytest

from outhaul.config.yaml_files import link_problem, parse_yaml, read_mapping, read_yaml
from outhaul.errors import ConfigurationError


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_yaml(text, "file.yml")
    assert caught.value.__context__ is None
    return str(caught.value)


def test_a_file_is_read_with_aliases_merges_and_a_byte_order_mark(tmp_path):
    file = tmp_path / "file.yml"
    file.write_text(
        "\ufeffbase: &base {a: 1, b: 2}\nmine: {<<: *base, b: 3}\n", "utf-8"
    )
    assert read_yaml(file)["mine"] == {"a": 1, "b": 3}


def test_an_empty_file_is_a_mapping_without_keys(tmp_path):
    file = tmp_path / "file.yml"
    file.write_text("# nothing yet\n")
    assert read_yaml(file) is None
    assert read_mapping(file) == {}


def test_J10_a_duplicate_key_is_refused_with_its_name_and_both_lines():
    message = refusal("outer:\n  token: 1\n  other: 2\n  token: 3\n")
    assert message == (
        "file.yml: the key 'token' at line 4 is already at line 2; keep one of them"
    )
    assert refusal("{a: 1, a: 2}")
    assert parse_yaml("a: {x: 1}\nb: {x: 1}", "file.yml")


def test_J10_objects_are_never_made():
    assert "line 1" in refusal("!!python/object/apply:os.system ['true']")
    assert parse_yaml("!!str 5", "file.yml") == "5"


def test_J10_aliases_that_expand_without_measure_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert "aliases expand" in refusal("\n".join(lines))
    assert parse_yaml("\n".join(lines[:3]), "file.yml")


def test_J10_an_alias_that_contains_itself_is_refused():
    assert "contains itself" in refusal("a: &a [*a]")


def test_J10_a_file_nested_without_end_is_refused():
    assert "nested too deeply" in refusal("[" * 10_000)


def test_a_file_over_one_megabyte_is_refused(tmp_path):
    file = tmp_path / "file.yml"
    file.write_text("a: " + "x" * 999_900)
    assert read_yaml(file)
    file.write_text("a: " + "x" * 1_000_000)
    with pytest.raises(ConfigurationError, match="1,000,003 bytes"):
        read_yaml(file)


def test_a_file_that_is_not_utf_8_or_not_readable_is_refused(tmp_path):
    file = tmp_path / "file.yml"
    file.write_bytes(b"a: \xff")
    with pytest.raises(ConfigurationError, match="not UTF-8 at byte 3"):
        read_yaml(file)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    file = tmp_path / "file.yml"
    file.write_text("- a\n- b\n")
    with pytest.raises(ConfigurationError, match="'key: value' lines"):
        read_mapping(file)


@pytest.mark.parametrize(
    "text",
    [
        "password: *hunter2",
        "password: !hunter2 x",
        "password: 'hunter2",
        "password: [hunter2",
        "password: @hunter2",
        "password: hunter2: x",
        "date: 2020-02-31\npassword: hunter2",
    ],
)
def test_J01_a_syntax_error_tells_no_value(text):
    message = refusal(text)
    assert message.startswith("file.yml: not valid YAML")
    assert "hunter2" not in message


def test_J11_a_link_is_followed_to_what_is_ours_alone(tmp_path, monkeypatch):
    file, link = tmp_path / "real.yml", tmp_path / "destinations.yml"
    file.write_text("destinations: {}")
    file.chmod(0o644)
    assert link_problem(file) is None
    link.symlink_to(file)
    assert link_problem(link) is None
    file.chmod(0o646)
    assert f"a link to {file}, which everybody may write" in link_problem(link)
    assert link_problem(file) is None
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    file.chmod(0o644)
    if os.getuid() == 0:  # only root can give a file to somebody else
        assert link_problem(link) is None
        os.chown(file, 4712, 4712)
        assert "which belongs to somebody else" in link_problem(link)
