"""YAML files, read safely: no objects, no duplicate keys, no alias bombs.

No message ever shows a value of a file: it may be a secret.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from outhaul.errors import ConfigurationError

MAX_BYTES = 1_000_000
"""Far above any file that a person writes."""
MAX_NODES = 100_000
"""Nodes of a file after its aliases are expanded: far above any real file."""

_QUOTED = re.compile(r"'(?!<)[^']{2,}'")


def read_yaml(path: Path) -> Any:
    """The content of one YAML file, not rendered; None when it is empty.

    Refuses duplicate keys (dbt would silently take the last one), files over
    1 MB, aliases that expand without measure, and every tag that makes objects.
    """
    return parse_yaml(_text_of(path), str(path))


def parse_yaml(text: str, where: str) -> Any:
    """The content of a YAML text; `where` opens every message."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _measure(root, where, {}, set())
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        # a quoted part may be an inline secret, such as `password: *hunter2`
        problem = _QUOTED.sub("'…'", error.problem or "cannot be read")
        mark = error.problem_mark or error.context_mark
        line = f" at line {mark.line + 1}" if mark else ""
        message = f"{where}: not valid YAML{line}: {problem}"
    except (yaml.YAMLError, ValueError):
        message = f"{where}: not valid YAML"
    except RecursionError:
        message = f"{where}: nested too deeply to be read"
    raise ConfigurationError(message)


def link_problem(path: Path) -> str | None:
    """Why a link must not be followed, or None; also for a file that is not a link.

    What it leads to decides where rows go, so it must belong to us, to root or to
    whoever made the link, and not everybody may write it.
    """
    if not path.is_symlink():
        return None
    found, made = path.stat(), path.lstat()
    trusted = {0, made.st_uid, *([os.geteuid()] if hasattr(os, "geteuid") else [])}
    where = f"is a link to {path.resolve()}"
    if found.st_uid not in trusted:
        return f"{where}, which belongs to somebody else: put the file itself here"
    if found.st_mode & 0o002:
        return f"{where}, which everybody may write: remove that right (chmod o-w)"
    return None


def read_mapping(path: Path) -> dict[str, Any]:
    """The content of one YAML file that must be a mapping; empty: no keys."""
    content = read_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}: must hold 'key: value' lines at the top")
    return content


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ConfigurationError(
                f"{path}: {size:,} bytes; a configuration file may have at most "
                f"{MAX_BYTES:,}"
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read: {error.strerror}; check the path and its mode"
        ) from None
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"
    raise ConfigurationError(message)


def _measure(
    node: yaml.Node, where: str, sizes: dict[int, int], above: set[int]
) -> int:
    """How many nodes this one stands for once its aliases are expanded."""
    if id(node) in above:
        raise ConfigurationError(
            f"{where}: an alias at line {node.start_mark.line + 1} contains itself"
        )
    if id(node) not in sizes:
        above.add(id(node))
        size = 1
        if isinstance(node, yaml.MappingNode):
            _refuse_duplicates(node, where)
            for key, value in node.value:
                size += _measure(key, where, sizes, above)
                size += _measure(value, where, sizes, above)
        elif isinstance(node, yaml.SequenceNode):
            size += sum(_measure(item, where, sizes, above) for item in node.value)
        above.remove(id(node))
        if size > MAX_NODES:
            raise ConfigurationError(
                f"{where}: its aliases expand to more than {MAX_NODES:,} values; "
                f"write fewer of them"
            )
        sizes[id(node)] = size
    return sizes[id(node)]


def _refuse_duplicates(node: yaml.MappingNode, where: str) -> None:
    lines: dict[tuple[str, Any], int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag.endswith(":merge"):
            continue
        line = key.start_mark.line + 1
        if (key.tag, key.value) in lines:
            raise ConfigurationError(
                f"{where}: the key '{key.value}' at line {line} is already at "
                f"line {lines[key.tag, key.value]}; keep one of them"
            )
        lines[key.tag, key.value] = line
