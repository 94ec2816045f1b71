"""A service whose requests are files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from outhaul import model
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.http.traffic import note_request
from outhaul.kit.bodies import Field
from outhaul.kit.columns import Values
from outhaul.kit.files.account import SftpAccount
from outhaul.kit.files.names import FileNames
from outhaul.kit.files.packing import contents, gzipped
from outhaul.kit.files.tables import JsonLines, Separated
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits, Service
from outhaul.model import ACCEPTED, Change, Outcome, Row

if TYPE_CHECKING:
    from outhaul.kit.files.server import Server


class FileService(Service):
    """Writes the rows of a request as one file.

    A row is accepted when its file is in the folder, whole and under its name. What
    its reader makes of it is not known. The same request sent again replaces the
    file, so nothing is there twice.

    Subclasses tell by `field` how a column is called and written, where that differs.
    """

    spooled: ClassVar[bool] = True
    others = "is a column of the file"
    null = "is an empty cell, or what the options say"

    def __init__(
        self,
        account: SftpAccount,
        activation: Activation,
        names: FileNames,
        layout: Separated | JsonLines,
        *,
        has_header: bool = True,
        is_packed: bool = False,
    ) -> None:
        self._account = account
        self._activation = activation
        self._names = names
        self._layout = layout
        self._has_header = has_header
        self._is_packed = is_packed
        self._header = b""
        self.request_seconds = account.request_seconds
        if problem := names.problem():
            raise ConfigurationError(f"model {activation.name}: 'file_name' {problem}")

    @cached_property
    def _server(self) -> Server:
        """The server behind the settings; opens no connection by itself."""
        # Loading the SSH library takes a quarter of a second, which `outhaul status`
        # and every sync to another platform can do without.
        from outhaul.kit.files.server import Server

        return Server(self._account)

    def field(self, column: str) -> Field:
        """How a column is called in the file, and how its values are written."""
        return Field(column, column)

    def fields(self, columns: Sequence[model.Column]) -> list[str]:
        """The names of the file's columns in order. Raises ConfigurationError."""
        return [self.field(column.field).key for column in columns]

    def cells(self, row: Row) -> list[tuple[str, Any]]:
        """The fields of a row with their values, in the order of `fields`."""
        return [
            (name, self.field(name).one(value)) for name, value in row.values.items()
        ]

    def columns(self, rows: Rows) -> list[tuple[str, Values]]:
        """The same of many rows: the fields, each with its values. Raises OneByOne."""
        return [
            (name, self.field(name).format.many(rows.column(name)))
            for name in rows[0].values
        ]

    def owns(self) -> str:
        """Names that another diff would replace files of."""
        return f"the files '{self._names.of(1)}' and following"

    def writes_to(self) -> str:
        """The folder: what files are called in it differs from build to build."""
        folder = self._account.folder
        return f"folder '{folder.rstrip('/') or folder}'"

    def limits(self, change: Change) -> Limits:
        return self._account.file_limits

    def check(self, columns: Sequence[model.Column]) -> list[str]:
        self._write_header(columns)
        notes = self._server.check()
        folder = self._account.folder
        return [
            f"files such as '{self._names.of(1)}' will be put in '{folder}'",
            *notes,
        ]

    def prepare(self, columns: Sequence[model.Column]) -> None:
        self._write_header(columns)
        self._server.prepare(self._names.own())

    def encode(self, row: Row, found: Any = None) -> bytes:
        return self._layout.line(self.cells(row))

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._layout.lines(self.columns(rows))

    def send(self, items: Collected) -> list[Outcome]:
        pieces = contents(self._layout.start + self._header, items)
        name = self._names.of(items[0].row.seq)
        self._server.deliver(name, gzipped(pieces) if self._is_packed else pieces)
        note_request()
        return [ACCEPTED] * len(items)

    def _write_header(self, columns: Sequence[model.Column]) -> None:
        fields = self.fields(columns)
        try:
            self._header = self._layout.header(fields) if self._has_header else b""
            return
        except RowRefused as refused:
            problem = str(refused)
        raise ConfigurationError(f"model {self._activation.name}: {problem}")
