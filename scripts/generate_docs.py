"""Make from the declarations of the code what the documentation has of them.

    python scripts/generate_docs.py            write them
    python scripts/generate_docs.py --check    say which are out of date; exit 1 if any

A generated part stands between `<!-- generated: name -->` and `<!-- /generated -->`
in a page; PARTS says what makes it. The files of SCHEMAS are generated as a whole.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from outhaul import extension as surface  # noqa: E402
from outhaul.cli import cli  # noqa: E402
from outhaul.config.settings import REQUIRED, describe_settings  # noqa: E402
from outhaul.destinations.sendgrid.fields import WRITABLE  # noqa: E402
from outhaul.engine.summary import Result, Summary  # noqa: E402
from outhaul.kit.contract import taken_fields  # noqa: E402
from outhaul.kit.service import Service  # noqa: E402
from outhaul.registry.diff_keys import DispatchOptions  # noqa: E402
from outhaul.registry.platforms import PLATFORMS  # noqa: E402
from scripts import schemas  # noqa: E402

PART = re.compile(
    r"(<!-- generated: (?P<name>[\w .-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL
)

PROJECT_OPTIONS = (
    "project_dir",
    "profiles_dir",
    "profile",
    "target",
    "vars_text",
    "debug",
)
FOLDERS = {
    "segments": "For segments",
    "identity": "For identities",
    "predictions": "For predictions",
    "advertising": "For advertising",
    "diffs": "For diffs",
    "ledger": "The ledger",
}
FOR_USERS = ("segments", "identity", "predictions", "advertising", "diffs")

RESULTS = {
    Result.SUCCEEDED: "Everything that was pending is accepted, but for rows within"
    " `max_missing` that are missing at the destination and must not be created.",
    Result.NOTHING: "Nothing was pending.",
    Result.REJECTED: "The sync came to its end, or stopped because too many rows were"
    " refused; `outhaul rejections` shows them.",
    Result.MISSING: "A larger share of the segment than `max_missing` is missing at the"
    " destination, where it must not be created.",
    Result.INCOMPLETE: "The sync ended early: interrupted, no answer in spite of"
    " retries, or a pause was asked for that is too long. Run it again later.",
    Result.FAILED: "No request can succeed, or the warehouse is away.",
    Result.HELD: "A guard holds rows, or `send_from` does not name this target.",
    Result.PAUSED: "Somebody paused the activation.",
    Result.BUSY: "Another sync or a build is at work on the activation.",
    Result.MISCONFIGURED: "Something in your files cannot work; the message names it.",
}

CONSTANTS = {
    "ACCEPTED": "The outcome of a row that the platform has.",
    "UNKNOWN": "The outcome of a row of which the answer does not tell.",
    "LOST": "What `look_at` returns of a job that the platform does not know any more.",
}


def main() -> None:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    stale = {file: text for file, text in generated().items() if is_stale(file, text)}
    for file, text in stale.items():
        if check:
            print(f"out of date: {file.relative_to(ROOT)}", file=sys.stderr)
        else:
            file.write_text(text, "utf-8")
            print(f"written: {file.relative_to(ROOT)}")
    sys.exit(1 if check and stale else 0)


def generated() -> dict[Path, str]:
    """Every file that is generated, or has generated parts, as it should be."""
    found = {page: filled(page) for page in pages()}
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=2, ensure_ascii=False)
        found[ROOT / "docs" / "schemas" / name] = text + "\n"
    return found


def is_stale(file: Path, text: str) -> bool:
    return not file.is_file() or file.read_text("utf-8") != text


def pages() -> list[Path]:
    """The pages that may have generated parts."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(page: Path) -> str:
    """The text of a page with its generated parts made anew."""
    return PART.sub(
        lambda found: found[1] + "\n" + part(found["name"]) + "\n" + found[3],
        page.read_text("utf-8"),
    )


def part(name: str) -> str:
    """One generated part; it ends with a line break."""
    kind, *arguments = name.split()
    if kind not in PARTS:
        raise SystemExit(f"there is no part '{kind}'; there are: {', '.join(PARTS)}")
    return "\n".join(PARTS[kind](*arguments)).rstrip("\n") + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A Markdown table."""
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


# --- commands


def commands() -> Iterator[str]:
    """Every command with what it does, its usage and its options."""
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=f"outhaul {name}")
        yield f"## {name}\n"
        yield f"{sentence(command)}\n"
        yield f"```console\n{command.get_usage(context).removeprefix('Usage: ')}\n```\n"
        rows = [option_row(option) for option in own_options(command)]
        if rows:
            yield from table(("option", "meaning"), rows)
            yield ""


def project_options() -> Iterator[str]:
    """The options that say which project and target."""
    options = cli.commands["sync"].params
    rows = [option_row(each) for each in options if each.name in PROJECT_OPTIONS]
    yield from table(("option", "meaning"), rows)


def own_options(command: click.Command) -> list[click.Parameter]:
    return [
        each
        for each in command.params
        if isinstance(each, click.Option) and each.name not in PROJECT_OPTIONS
    ]


def option_row(option: click.Parameter) -> tuple[str, str]:
    """`--option VALUE` and its help, as click shows them."""
    written, meaning = option.get_help_record(click.Context(cli)) or ("", "")
    meaning = re.sub(r"\s*\[(?!default)[^]]*\]$", "", meaning)
    return f"`{written}`", re.sub(r"\s+", " ", meaning)


def sentence(command: click.Command) -> str:
    """The first paragraph of a command's help on one line."""
    return " ".join((command.help or "").split("\n\n")[0].split())


def results() -> Iterator[str]:
    """How a sync can end, with its exit code."""
    yield from table(
        ("result", "exit code", "meaning"),
        (
            (f"`{result.value}`", str(Summary("", result=result).exit_code), meaning)
            for result, meaning in ((result, RESULTS[result]) for result in Result)
        ),
    )


# --- settings


def settings(cls: type) -> Iterator[str]:
    """The settings of a dataclass as a table."""
    rows = []
    for each in describe_settings(cls):
        meaning = each.help
        if each.choices:
            meaning += (
                f" One of: {', '.join(f'`{choice}`' for choice in each.choices)}."
            )
        if each.secret:
            meaning += " Secret: from `env_var` alone."
        rows.append((f"`{each.name}`", each.type, default_of(each.default), meaning))
    yield from table(("key", "type", "default", "meaning"), rows)


def default_of(default: Any) -> str:
    if default is REQUIRED:
        return "required"
    if default in ("", [], {}):
        return "none"
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def account(destination: str) -> Iterator[str]:
    """The settings of a destination in `destinations.yml`."""
    yield from settings(PLATFORMS[destination].account)


def service(destination: str, name: str) -> Iterator[str]:
    """The keys of `meta.outhaul` that a service takes, and what it consumes."""
    found = PLATFORMS[destination].services[name]
    yield f"- Acts on rows {changes_of(found)}."
    if found.identity:
        key = "and `unique_key` too" if found.membership else "`unique_key` is free"
        yield f"- `identity` must be `{found.identity}`, {key}."
    if not found.repeatable:
        yield "- Needs `append_only: true`: each key of `unique_key` is added once."
    yield "- Options in `meta.outhaul`, or under `defaults:` of the destination:\n"
    yield from settings(found.Options)
    yield from fields(found)


def fields(found: type[Service]) -> Iterator[str]:
    """The columns that a service knows by name, and what becomes of others."""
    rows = [
        (
            f"`{each.name}`",
            each.type,
            "yes" if each.is_required else "",
            "" if each.longest is None else str(each.longest),
            each.values,
            each.null,
        )
        for each in taken_fields(found)
    ]
    yield ""
    if rows:
        head = ("column", "takes", "required", "longest", "values", "a null")
        yield from table(head, rows)
        yield ""
    yield f"Any other column {found.others or 'is refused'}."


def own_fields() -> Iterator[str]:
    """SendGrid's own fields that a request may set."""
    yield textwrap.fill(", ".join(f"`{name}`" for name in WRITABLE), 88)


def changes_of(found: type[Service]) -> str:
    return ", ".join(
        change
        for change in ("inserted", "updated", "removed")
        if change in {each.value for each in found.consumes}
    )


def dispatch_options() -> Iterator[str]:
    """The keys of `meta.outhaul` that the dispatcher takes, whatever the service."""
    yield from settings(DispatchOptions)


def destinations() -> Iterator[str]:
    """All services of all destinations."""
    rows = []
    for platform in PLATFORMS.values():
        for found in platform.services.values():
            does = (found.__doc__ or "").strip().split("\n")[0]
            rows.append((platform.title, f"`{found.name}`", does))
    yield from table(("destination", "service", "what it does"), rows)


def extension() -> Iterator[str]:
    """What packages of others may import, with what it is."""
    rows = []
    for name in sorted(surface.__all__, key=str.lower):
        found = getattr(surface, name)
        said = CONSTANTS.get(name) or inspect.getdoc(found) or ""
        rows.append((f"`{name}`", flowed(said.split("\n\n")[0])))
    yield from table(("name", "what it is"), rows)


# --- macros


def documented_macros() -> Mapping[str, list[dict[str, Any]]]:
    """The macros of each folder, as its `_<folder>.yml` describes them."""
    files = sorted((ROOT / "macros").glob("*/_*.yml"))
    return {
        file.parent.name: yaml.safe_load(file.read_text("utf-8"))["macros"]
        for file in files
    }


def public_macros(folder: str) -> list[dict[str, Any]]:
    """Those that are for users, as `dbt docs` shows them too."""
    return [
        entry
        for entry in documented_macros()[folder]
        if entry.get("docs", {}).get("show", True)
    ]


def macros() -> Iterator[str]:
    """Every public macro with its arguments."""
    for folder, heading in FOLDERS.items():
        yield f"## {heading}\n"
        for entry in public_macros(folder):
            yield f"### {macro_name(entry)}\n"
            if not is_materialization(entry) and not is_test(entry):
                names = ", ".join(each["name"] for each in entry.get("arguments", []))
                yield f"```jinja\n{{{{ outhaul.{entry['name']}({names}) }}}}\n```\n"
            yield textwrap.fill(flowed(entry["description"]), 88) + "\n"
            arguments = entry.get("arguments")
            if arguments:
                rows = (
                    (f"`{each['name']}`", each["type"], flowed(each["description"]))
                    for each in arguments
                )
                yield from table(("argument", "type", "meaning"), rows)
                yield ""


def macro_table() -> Iterator[str]:
    """The macros that models use, one line each."""
    rows = []
    for folder in FOR_USERS:
        for entry in public_macros(folder):
            anchor = macro_name(entry).lower().replace(" ", "-")
            link = f"[`{macro_name(entry)}`](docs/macros.md#{anchor})"
            first = flowed(entry["description"]).split(". ")[0].rstrip(".")
            first = re.sub(r"^The materialization `\w+`: ", "", first)
            rows.append((link, first[0].upper() + first[1:]))
    yield from table(("macro", "what it gives"), rows)


def is_materialization(entry: Mapping[str, Any]) -> bool:
    return str(entry["name"]).startswith("materialization_")


def is_test(entry: Mapping[str, Any]) -> bool:
    return str(entry["name"]).startswith("test_")


def macro_name(entry: Mapping[str, Any]) -> str:
    """`materialization_diff_default` is written `materialized: diff`."""
    name = str(entry["name"])
    if is_materialization(entry):
        return name.split("_")[1] + " materialization"
    return name.removeprefix("test_") + " test" if is_test(entry) else name


def flowed(text: str) -> str:
    return " ".join(text.split())


PARTS: dict[str, Callable[..., Iterator[str]]] = {
    "account": account,
    "commands": commands,
    "destinations": destinations,
    "extension": extension,
    "dispatch-options": dispatch_options,
    "macro-table": macro_table,
    "macros": macros,
    "own-fields": own_fields,
    "project-options": project_options,
    "results": results,
    "service": service,
}

SCHEMAS = {"destinations.json": schemas.destinations, "models.json": schemas.models}


if __name__ == "__main__":
    main()
