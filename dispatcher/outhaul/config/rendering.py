"""Jinja in the values of YAML files, rendered as dbt renders `profiles.yml`.

`env_var` and `var` are there, and the filters `as_text`, `as_bool`, `as_number`
and `as_native`; values keep their native type
(https://docs.getdbt.com/reference/dbt-jinja-functions/profiles-yml-context).
No message ever shows a value: it may be a secret.

`profiles.yml` and `dbt_project.yml` may hold whatever dbt renders. A file of our own
takes simple expressions alone, which end at once and stay small: nothing that repeats,
multiplies or calls anything but `env_var` and `var`.
"""

from __future__ import annotations

import functools
import os
import re
from ast import literal_eval
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import jinja2
import jinja2.nativetypes
import jinja2.sandbox
from jinja2 import nodes

from outhaul.errors import ConfigurationError

_JINJA = re.compile(r"\{[{%#]|[#}%]\}")
_LITERAL_KEYS = {"password", "pass"}
# Far above any setting, a private key among them, and quick to compile.
_LONGEST_TEMPLATE = 10_000
# They make no text longer than it was, but by what is written in the template.
_SIMPLE_FILTERS = (
    "as_bool",
    "as_native",
    "as_number",
    "as_text",
    "capitalize",
    "d",
    "default",
    "float",
    "int",
    "lower",
    "string",
    "title",
    "trim",
    "upper",
)
_SIMPLE_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Call,
    nodes.Filter,
    nodes.Concat,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
    nodes.List,
    nodes.Tuple,
    nodes.Neg,
    nodes.Keyword,
)
_SIMPLE_TESTS = frozenset({"defined", "undefined", "none", "string", "number", "in"})


class _Missing(Exception):
    """A variable that a template asks for is not set; the text says what to do."""


class _Text(str):
    """Marks a value that stays text, as dbt's `as_text`."""


class _Native(str):
    """Marks a value to be read as a Python literal, as dbt's `as_native`."""

    wanted: tuple[type, ...] = ()
    word = ""


class _Boolean(_Native):
    wanted, word = (bool,), "true or false"


class _Number(_Native):
    wanted, word = (int, float), "a number"


class _Environment(jinja2.sandbox.SandboxedEnvironment):
    code_generator_class = jinja2.nativetypes.NativeCodeGenerator


@functools.cache
def _environment() -> _Environment:
    environment = _Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    environment.filters.update(
        as_text=_Text, as_native=_Native, as_bool=_Boolean, as_number=_Number
    )
    return environment


@dataclass(frozen=True)
class Renderer:
    """Renders the values of one file.

    file: for messages. variables: what `var` sees. environ: what `env_var`
    sees, as it stands when a value is rendered. simple: takes simple expressions alone.
    takes_defaults: whether `env_var` may have a default, as a secret's may not.
    """

    file: Path
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    simple: bool = False
    takes_defaults: bool = True

    def render(self, value: Any, key: str, *, takes_defaults: bool = True) -> Any:
        """The value with all Jinja inside it rendered; keys are left alone.

        `key` is the dotted place of the value in the file, for messages; these advise
        no default of a variable where it takes none.
        """
        if not takes_defaults:
            return replace(self, takes_defaults=False).render(value, key)
        if isinstance(value, dict):
            return {k: self.render(v, f"{key}.{k}") for k, v in value.items()}
        if isinstance(value, list):
            return [self.render(v, f"{key}[{i}]") for i, v in enumerate(value)]
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, str) or not _JINJA.search(value):
            return value
        return self._render_text(value, key)

    def _render_text(self, text: str, key: str) -> Any:
        """One template. Errors are raised outside of `except`: the context of an
        exception would hold the text."""
        literal = key.rpartition(".")[2] in _LITERAL_KEYS
        try:
            if self.simple:
                _check_simple(text)
            template = _environment().from_string(text)
            context = template.new_context({"env_var": self._env_var, "var": self._var})
            return _joined(list(template.root_render_func(context)))
        except _Missing as error:
            problem = str(error)
        except jinja2.TemplateSyntaxError:
            if literal:  # a password may look like broken Jinja; dbt takes it as is
                return text
            problem = "is not valid Jinja; check its braces and quotes"
        except jinja2.UndefinedError:
            if literal:
                return text
            problem = "asks for a name that does not exist; there are env_var and var"
        except Exception as error:
            problem = f"cannot be rendered ({type(error).__name__})"
        raise ConfigurationError(f"{self.file}: {key}: {problem}")

    def _env_var(self, name: str, default: Any = None) -> Any:
        value = self.environ.get(name, default)
        if value is None:
            raise _Missing(
                f"the environment variable '{name}' is not set; set it"
                + (", or give env_var a default" if self.takes_defaults else "")
            )
        return value

    def _var(self, name: str, *default: Any) -> Any:
        if name in self.variables:
            return self.variables[name]
        if default:
            return default[0]
        raise _Missing(f"the var '{name}' is not set; pass it with --vars")


def _check_simple(text: str) -> None:
    """Raises _Missing for a template that could take long or become large.

    It is asked before the template is compiled, which works out constants.
    """
    if len(text) > _LONGEST_TEMPLATE:
        raise _Missing(f"is a template of more than {_LONGEST_TEMPLATE:,} characters")
    for node in _environment().parse(text).find_all(nodes.Node):
        called = node.node if isinstance(node, nodes.Call) else None
        is_simple = (
            isinstance(node, _SIMPLE_NODES)
            and (not isinstance(node, nodes.Filter) or node.name in _SIMPLE_FILTERS)
            and (not isinstance(node, nodes.Test) or node.name in _SIMPLE_TESTS)
            and (called is None or _is_ours(called))
        )
        if not is_simple:
            raise _Missing(
                "is more than a simple expression: there are env_var and var, '~',"
                f" conditions and the filters {', '.join(_SIMPLE_FILTERS)}"
            )


def _is_ours(called: nodes.Node) -> bool:
    return isinstance(called, nodes.Name) and called.name in ("env_var", "var")


def _joined(parts: list[Any]) -> Any:
    """One part keeps its type; several become one text."""
    for part in parts:
        if isinstance(part, jinja2.Undefined):
            raise jinja2.UndefinedError
    if len(parts) != 1:
        return "".join(str(part) for part in parts)
    part = parts[0]
    if isinstance(part, _Text):
        return str(part)
    return _native(part) if isinstance(part, _Native) else part


def _native(part: _Native) -> Any:
    try:
        value = literal_eval(str(part))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = str(part)
    if part.wanted and type(value) not in part.wanted:
        _not_a(part.word)
    return value


def _not_a(word: str) -> NoReturn:
    raise _Missing(f"does not render to {word}")


def environment_names(template: Any) -> tuple[str, ...]:
    """The variables of a template that is made of `env_var` calls and nothing else.

    Empty for every other text, also for one whose `env_var` has a default: that
    would be a secret in the file. Of a mapping, the variables of all its values.
    """
    if isinstance(template, dict):
        found = [environment_names(value) for value in template.values()]
        return tuple(name for names in found for name in names) if all(found) else ()
    if not isinstance(template, str):
        return ()
    try:
        statements = _environment().parse(template).body
    except jinja2.TemplateSyntaxError:
        return ()
    names: list[str] = []
    for statement in statements:
        parts = statement.nodes if isinstance(statement, nodes.Output) else [statement]
        names += [_environment_name(part) for part in parts if not _is_blank(part)]
    return tuple(names) if all(names) else ()


def _is_blank(part: nodes.Node) -> bool:
    return isinstance(part, nodes.TemplateData) and not part.data.strip()


def _environment_name(part: nodes.Node) -> str:
    """The name in `env_var('NAME')`, with or without a filter; else ''."""
    while isinstance(part, nodes.Filter) and part.node is not None and not part.args:
        part = part.node
    if not isinstance(part, nodes.Call) or part.kwargs or len(part.args) != 1:
        return ""
    called = isinstance(part.node, nodes.Name) and part.node.name == "env_var"
    name = part.args[0]
    return str(name.value) if called and isinstance(name, nodes.Const) else ""
