import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outhaul.config.rendering import Renderer, environment_names
from outhaul.errors import ConfigurationError

ENVIRON = {
    "NAME": "ann",
    "PORT": "5432",
    "RATIO": "0.5",
    "YES": "True",
    "LIST": "['a', 1]",
    "EMPTY": "",
    "BRACES": "{{ not_rendered_twice }}",
    "DBT_ENV_SECRET_TOKEN": "s3cret",
}


def render(value: Any, key: str = "demo.outputs.dev.key") -> Any:
    renderer = Renderer(Path("profiles.yml"), {"region": "eu", "size": 3}, ENVIRON)
    return renderer.render(value, key)


def refusal(value: Any, key: str = "demo.outputs.dev.key") -> str:
    with pytest.raises(ConfigurationError) as caught:
        render(value, key)
    assert caught.value.__context__ is None, "the context would show the value"
    return str(caught.value)


AS_DBT = [
    "plain",
    "{ not jinja }",
    5,
    True,
    None,
    2.5,
    date(2020, 1, 2),
    "{{ env_var('NAME') }}",
    "x-{{ env_var('NAME') }}-y",
    "{{ env_var('PORT') }}",
    "{{ env_var('PORT') | as_number }}",
    "{{ env_var('RATIO') | as_number }}",
    "{{ env_var('PORT') | int }}",
    "{{ env_var('YES') | as_bool }}",
    "{{ env_var('YES') }}",
    "{{ env_var('LIST') | as_native }}",
    "{{ env_var('LIST') }}",
    "{{ env_var('NAME') | as_native }}",
    "{{ env_var('PORT') | as_text }}",
    "{{ '7' | as_number }}",
    "{{ 991 }}",
    "{{ 991 | as_native }}",
    "{{ env_var('EMPTY') }}",
    "{{ env_var('ABSENT', 'fallback') }}",
    "{{ env_var('ABSENT', 5) }}",
    "{{ env_var('NAME') ~ '!' }}",
    "{{ env_var('NAME') | upper }}",
    "{% if env_var('NAME') == 'ann' %}yes{% else %}no{% endif %}",
    "{{ var('region') }}",
    "{{ var('size') }}",
    "{{ var('absent', 'none') }}",
    "{{ env_var('BRACES') }}",
    "{{ env_var('DBT_ENV_SECRET_TOKEN') }}",
    "Bearer {{ env_var('DBT_ENV_SECRET_TOKEN') }}",
    "{# a comment #}",
    ["{{ env_var('NAME') }}", {"a": "{{ env_var('PORT') | as_number }}"}],
]


def test_values_render_as_dbt_renders_profiles():
    from dbt.config.renderer import ProfileRenderer
    from dbt_common.context import set_invocation_context

    set_invocation_context(ENVIRON)
    dbt = ProfileRenderer({"region": "eu", "size": 3})
    for value in AS_DBT:
        expected = dbt.render_data({"key": value})["key"]
        rendered = render(value)
        assert rendered == expected, value
        assert isinstance(expected, type(rendered)), value


def test_a_missing_variable_is_named_with_file_and_key():
    assert refusal({"pass": "{{ env_var('ABSENT') }}"}) == (
        "profiles.yml: demo.outputs.dev.key.pass: the environment variable 'ABSENT' "
        "is not set; set it, or give env_var a default"
    )
    assert "the var 'absent' is not set" in refusal("{{ var('absent') }}")


def test_an_unknown_name_is_refused_even_where_jinja_would_print_nothing():
    assert "there are env_var and var" in refusal("{{ target.name }}")
    assert "there are env_var and var" in refusal("{{ nothing }}")


@pytest.mark.parametrize("name", ["as_number", "as_bool"])
def test_a_value_of_the_wrong_type_is_refused_and_not_shown(name):
    message = refusal(f"{{{{ env_var('DBT_ENV_SECRET_TOKEN') | {name} }}}}")
    assert "does not render to" in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    "template",
    [
        "hunter2{{",
        "{{ 'hunter2' + 5 }}",
        "{{ hunter2 }}",
        "{% hunter2 %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ range(10000000) | list }}",
    ],
)
def test_J01_a_template_that_fails_is_not_shown(template):
    assert "hunter2" not in refusal(template)


def test_a_password_may_look_like_broken_jinja_as_in_dbt():
    assert render("p{{w", "demo.outputs.dev.password") == "p{{w"
    assert render("p{{w", "demo.outputs.dev.pass") == "p{{w"
    assert "not valid Jinja" in refusal("p{{w", "demo.outputs.dev.user")
    assert "ABSENT" in refusal("{{ env_var('ABSENT') }}", "demo.outputs.dev.password")


def test_a_renderer_shows_no_variables():
    renderer = Renderer(Path("f.yml"), {"v": "hunter2"}, {"K": "hunter2"})
    assert "hunter2" not in repr(renderer)


def test_only_calls_of_env_var_count_as_coming_from_the_environment():
    assert environment_names("{{ env_var('A') }}") == ("A",)
    assert environment_names(" {{ env_var('A') | trim }}{{env_var('B')}} ") == (
        "A",
        "B",
    )
    for inline in (
        None,
        5,
        "",
        "SG.inline",
        "SG.inline {{ env_var('A') }}",
        "{{ env_var('A', 'SG.inline') }}",
        "{{ env_var('A') ~ 'SG.inline' }}",
        "{{ 'SG.inline' }}",
        "{{ 'SG.inline' if true else env_var('A') }}",
        "{% if true %}SG.inline{{ env_var('A') }}{% endif %}",
        "{{ env_var('A') | default('SG.inline') }}",
        "{{ env_var('A'",
    ):
        assert environment_names(inline) == (), inline


SIMPLE = [
    "plain",
    "{{ env_var('NAME') }}",
    "Bearer {{ env_var('NAME') }}",
    "{{ env_var('PORT') | as_number }}",
    "{{ env_var('ABSENT', 'fallback') | upper | trim }}",
    "{{ env_var('NAME') ~ '!' if var('region') == 'eu' else -1 }}",
    "{% if var('size') > 2 and not var('absent', none) is defined %}a{% endif %}",
    "{{ 'yes' if env_var('NAME') in ['ann', 'bob'] else 'no' }}",
    "{# a comment #}",
]


@pytest.mark.parametrize("value", SIMPLE)
def test_a_simple_expression_is_rendered_as_any_other(value):
    renderer = Renderer(Path("x.yml"), {"region": "eu", "size": 3}, ENVIRON)
    simple = dataclasses.replace(renderer, simple=True)
    assert simple.render(value, "a") == renderer.render(value, "a")


@pytest.mark.parametrize(
    "value",
    [
        "{% for i in range(10 ** 12) %}x{% endfor %}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ range(10 ** 9) | list }}",
        "{{ 'x' | center(10 ** 10) }}",
        "{{ '%9999999999d' | format(1) }}",
        "{{ 'x'.ljust(10 ** 10) }}",
        "{{ lipsum(n=10 ** 6) }}",
        "{{ 'x' | replace('', 'y') }}",
        "{% set a = 'x' %}{% set a = a ~ a %}{{ a }}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% do cycler('x') %}",
        "{{ env_var.__globals__ }}",
        "{{ var('region')[0] }}",
        "{% include 'x' %}",
        "{{ 1 is divisibleby(0) }}",
        "{{ 'x' }}" * 2_000,
    ],
)
def test_what_could_take_long_or_become_large_is_refused_unseen(value):
    simple = Renderer(Path("destinations.yml"), {"region": "eu"}, ENVIRON, simple=True)
    with pytest.raises(ConfigurationError) as caught:
        simple.render(value, "destinations.mail.base_url")
    text = str(caught.value)
    assert text.startswith("destinations.yml: destinations.mail.base_url: is ")
    assert caught.value.__context__ is None
