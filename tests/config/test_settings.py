from dataclasses import dataclass, field
from typing import Any

import pytest

from outhaul.config.settings import REQUIRED, describe_settings, read_settings, setting
from outhaul.errors import ConfigurationError


@dataclass(frozen=True)
class Everything:
    name: str = setting("A name.")
    key: str = setting("A key.", default="", secret=True)
    count: int = setting("How many.", default=1, minimum=1, maximum=10)
    seconds: float = setting("How long, in seconds.", default=1.5, minimum=0.5)
    strict: bool = setting("Whether to be strict.", default=False)
    lists: list[str] = setting("Names of lists.", default=["a"])
    labels: dict[str, str] = setting("Labels.", default={})
    mode: str = setting("A mode.", default="omit", choices=["omit", "empty", "error"])
    note: str | None = setting("A note.", default=None)
    made: list[int] = field(default_factory=list, init=False)


def read(**values: Any) -> Everything:
    return read_settings(Everything, {"name": "x"} | values, "here")


def refusal(mapping: dict[Any, Any]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(Everything, mapping, "here")
    return str(caught.value)


def test_every_type_is_taken():
    everything = read(
        key="k",
        count=10,
        seconds=2,
        strict=True,
        lists=["b", "c"],
        labels={"a": "b"},
        mode="error",
        note="n",
    )
    assert everything.seconds == 2.0
    assert isinstance(everything.seconds, float)
    assert everything.lists == ["b", "c"]
    assert everything.labels == {"a": "b"}
    assert read(note=None).note is None


def test_defaults_are_copied_for_every_instance():
    first, second = read(), read()
    first.lists.append("b")
    assert second.lists == ["a"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": 5}, "'name' must be a text, not a whole number; put it in quotes"),
        ({"name": True}, "'name' must be a text, not true or false; put it in quotes"),
        ({"name": None}, "'name' is empty: give it a value, or remove the line"),
        ({"count": True}, "'count' must be a whole number, not true or false"),
        ({"count": 1.0}, "'count' must be a whole number, not a number"),
        (
            {"count": "5"},
            "'count' must be a whole number, not a text; write it without quotes, or "
            "use '| as_number' behind env_var",
        ),
        ({"count": 0}, "'count' must be at least 1"),
        ({"count": 11}, "'count' must be at most 10"),
        ({"seconds": 0.25}, "'seconds' must be at least 0.5"),
        ({"seconds": float("nan")}, "'seconds' must be a finite number"),
        (
            {"strict": "yes"},
            "'strict' must be true or false, not a text; write it without quotes, or "
            "use '| as_bool' behind env_var",
        ),
        ({"strict": 1}, "'strict' must be true or false, not a whole number"),
        (
            {"lists": "b"},
            "'lists' must be a list of texts, not a text; write it as [value]",
        ),
        (
            {"lists": ["b", 1]},
            "'lists' must be a list of texts, not a list of other values",
        ),
        (
            {"labels": {"a": 1}},
            "'labels' must be a mapping of texts to texts, not a mapping of other "
            "values",
        ),
        (
            {"mode": "omitt"},
            "'mode' must be one of: omit, empty, error (did you mean 'omit'?)",
        ),
        (
            {"nam": "x"},
            "unknown key 'nam' (did you mean 'name'?); the keys are: name, key, count, "
            "seconds, strict, lists, labels, mode, note",
        ),
        ({5: "x"}, "unknown key '5'; the keys are: name, key, count, seconds, "),
        ({"made": []}, "unknown key 'made' (did you mean 'mode'?)"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_right(values, problem):
    message = refusal({"name": "x"} | values)
    assert message.startswith(f"here: {problem}")


def test_all_problems_come_in_one_error():
    message = refusal({"count": 0, "strict": "no", "other": 1})
    assert message.startswith("here: 4 problems\n  - unknown key 'other'")
    assert "\n  - 'name' is missing (a text: A name)\n" in message
    assert "\n  - 'count' must be at least 1\n" in message


def test_J01_no_message_shows_a_value():
    canary = "hunter2"
    wrong = {"key": [canary], "count": canary, "mode": canary, "strict": canary}
    message = refusal(wrong | {"name": "x", "lists": canary, "labels": canary})
    assert message.count("\n  - ") == 6
    assert canary not in message


def test_a_secret_is_left_out_of_repr():
    assert "hunter2" not in repr(read(key="hunter2"))


def test_settings_describe_themselves_for_the_reference_pages():
    described = {each.name: each for each in describe_settings(Everything)}
    assert list(described) == [
        *("name", "key", "count", "seconds", "strict"),
        *("lists", "labels", "mode", "note"),
    ]
    assert described["name"].default is REQUIRED
    assert described["name"].type == "a text"
    assert described["lists"] == (
        *("lists", "a list of texts", ["a"], False, "Names of lists.", None),
        *(list[str], None, None),
    )
    assert (described["count"].minimum, described["count"].maximum) == (1, 10)
    assert described["mode"].choices == ("omit", "empty", "error")
    assert described["key"].secret


def test_a_setting_of_an_unknown_type_is_our_bug():
    @dataclass(frozen=True)
    class Odd:
        when: complex = setting("A point in time.")

    with pytest.raises(TypeError, match=r"Odd.when"):
        describe_settings(Odd)
