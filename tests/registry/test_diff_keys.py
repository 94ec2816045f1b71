"""What the package's macros and the dispatcher both have to know is the same."""

from outhaul.registry.diff_keys import BUILD_KEYS, DISPATCH_KEYS
from tests.macro_values import call


def test_the_keys_of_a_diff_are_those_of_the_macros():
    file = "diffs/_diff_configuration.sql"
    assert tuple(call(file, "_build_keys")) == BUILD_KEYS
    assert tuple(call(file, "_dispatch_keys")) == DISPATCH_KEYS
