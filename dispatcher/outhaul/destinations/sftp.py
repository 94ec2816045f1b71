"""Files on an SFTP server, for every platform that reads them.

CSV, tab-separated values or JSON Lines; one file for every request, with rows of
one generation. A file tells changes, never the whole segment.

https://www.rfc-editor.org/rfc/rfc4180, https://jsonlines.org
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError
from outhaul.kit.columns import Values
from outhaul.kit.files.account import SftpAccount
from outhaul.kit.files.names import FileNames, describe
from outhaul.kit.files.service import FileService
from outhaul.kit.files.tables import ENCODINGS, JsonLines, Separated
from outhaul.kit.platform import Platform
from outhaul.kit.rows import Rows
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Row

_ENDINGS = {"csv": "csv", "tsv": "tsv", "json_lines": "jsonl"}
_SEPARATORS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True)
class UpsertsOptions:
    """What a diff may set for the service `upserts`."""

    format: str = setting(
        "The form of the file.", default="csv", choices=tuple(_ENDINGS)
    )
    formulas: str = setting(
        "What becomes of a text that a spreadsheet would run, such as `=1+1` or"
        " `+33612345678`; must be chosen for csv and tsv: `machine` leaves it as it"
        " is, `spreadsheet` puts an apostrophe before it, `reject` refuses the row.",
        default="",
        choices=("machine", "spreadsheet", "reject"),
    )
    file_name: str = setting(
        f"A file's name without its ending; placeholders: {describe()}.",
        default="{activation}_{date}_{generation}_{chunk}",
    )
    header: bool = setting("Begin with the names of the columns.", default=True)
    separator: str = setting(
        "The character between values; default: a comma, or a tab for tsv.", default=""
    )
    quote: str = setting(
        "Which values are put in quotes: those that `need` it, or `all`.",
        default="need",
        choices=("need", "all"),
    )
    null: str = setting("What stands for a null in csv and tsv.", default="")
    encoding: str = setting(
        "The encoding of csv and tsv.", default="utf-8", choices=tuple(ENCODINGS)
    )
    gzip: bool = setting("Compress, and add `.gz` to the name.", default=False)


@dataclass(frozen=True)
class ChangesOptions(UpsertsOptions):
    """What a diff may set for the service `changes`."""

    change_column: str = setting(
        "The first column, which says inserted, updated or removed.", default="change"
    )


class Upserts(FileService):
    """Writes inserted and updated rows into files, with the columns of the select.

    A reader takes such a row as new or replaces what it has under the same key. Who
    leaves the segment is not told; the service `changes` does.
    """

    name = "upserts"
    title = "Upserts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})
    Options: ClassVar[type] = UpsertsOptions

    def __init__(
        self, account: Sftp, options: UpsertsOptions, activation: Activation
    ) -> None:
        ending = _ENDINGS[options.format] + ".gz" * options.gzip
        super().__init__(
            account,
            activation,
            FileNames(f"{options.file_name}.{ending}", activation),
            _layout(options, f"model {activation.name}: meta.outhaul"),
            has_header=options.header,
            is_packed=options.gzip,
        )


class Changes(Upserts):
    """Writes every change into files, with a column that says which it is.

    A removed row holds what was sent last. Removals stand in files of their own,
    which come before the others.
    """

    name = "changes"
    title = "Changes"
    consumes = frozenset(Change)
    Options: ClassVar[type] = ChangesOptions

    def __init__(
        self, account: Sftp, options: ChangesOptions, activation: Activation
    ) -> None:
        super().__init__(account, options, activation)
        self._column = options.change_column

    def fields(self, columns: Sequence[Column]) -> list[str]:
        fields = super().fields(columns)
        if self._column in fields or not self._column:
            raise ConfigurationError(
                f"model {self._activation.name}: meta.outhaul.change_column must name a"
                " column that the select does not have"
            )
        return [self._column, *fields]

    def cells(self, row: Row) -> list[tuple[str, Any]]:
        return [(self._column, row.change.value), *super().cells(row)]

    def columns(self, rows: Rows) -> list[tuple[str, Values]]:
        changes = [rows[0].change.value] * len(rows)
        return [(self._column, changes), *super().columns(rows)]


@dataclass(frozen=True, kw_only=True)
class Sftp(SftpAccount):
    """A folder on an SFTP server that takes files."""

    type = "sftp"
    title = "SFTP file"


def _layout(options: UpsertsOptions, where: str) -> Separated | JsonLines:
    if options.format == "json_lines":
        if options.encoding != "utf-8":
            raise ConfigurationError(f"{where}.encoding: JSON Lines are UTF-8")
        return JsonLines()
    if not options.formulas:
        raise ConfigurationError(
            f"{where}: 'formulas' is missing. Choose what becomes of a text that a"
            " spreadsheet would run: machine (a program reads the file, leave it as"
            " it is), spreadsheet (a person opens it), or reject"
        )
    separator = options.separator or _SEPARATORS[options.format]
    if len(separator) != 1 or separator in '"\r\n' or separator.isalnum():
        raise ConfigurationError(
            f"{where}.separator: must be one character, and no letter, digit or quote"
        )
    return Separated(
        separator=separator,
        quote_all=options.quote == "all",
        encoding=options.encoding,
        formulas=options.formulas,
        null=options.null,
    )


PLATFORM = Platform.of(Sftp, Changes, Upserts)
