"""A universe at Splio: its settings, and what both ways to it share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from outhaul.config.settings import setting
from outhaul.destinations.splio.api import SplioApi, log_in
from outhaul.http.addresses import setting_problems
from outhaul.http.client import HttpClient
from outhaul.kit.api import address
from outhaul.kit.files.account import SftpAccount
from outhaul.kit.files.names import describe
from outhaul.kit.service import Limits

_MOST_ROWS = 199_999  # 200,000 lines with the header
_WORD = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class Splio(SftpAccount):
    """A universe of the Splio Customer Platform."""

    type = "splio"
    title = "Splio"

    transport: str = setting(
        "How contacts travel: files over `sftp`, or `rest`, one request a contact.",
        default="sftp",
        choices=("sftp", "rest"),
    )
    host: str = setting(
        "The SFTP server's name, as Splio tells it.", default="", identifies=True
    )
    username: str = setting("The user of the SFTP server.", default="", identifies=True)
    folder: str = setting("The folder that Splio reads.", default="/imports")
    rows_per_file: int = setting(
        "Rows in one file, at most; Splio takes 200,000 lines with the header.",
        default=_MOST_ROWS,
        minimum=1,
        maximum=_MOST_ROWS,
    )
    universe: str = setting(
        "The universe, as in the names of files.", default="", identifies=True
    )
    subsequence_insert: str = setting(
        "The sub-sequence for which Splio has set up `create contacts: 1`.", default=""
    )
    subsequence_update: str = setting(
        "The sub-sequence for which Splio has confirmed `create contacts: 0`; without"
        " it, files cannot update alone.",
        default="",
    )
    file_name: str = setting(
        f"A file's name; placeholders: {describe(('universe', 'subsequence'))}.",
        default="{universe}_contacts_{subsequence}_{date}_{id}.csv",
    )
    confirmed_columns: list[str] = setting(
        "Custom columns that Splio knows, where there is no API key to ask.", default=[]
    )
    custom_column_style: str = setting(
        "What stands in the header for a custom field: its `name`, or `c_id`, a c and"
        " its number (needs `api_key`).",
        default="name",
        choices=("name", "c_id"),
    )
    null_cell: str = setting("What stands in a file for a null.", default="")
    date_format: str = setting(
        "How dates are written into files, in the notation of strftime.",
        default="%Y-%m-%d",
    )
    timestamp_format: str = setting(
        "How times are written, in the notation of strftime; they count in UTC.",
        default="%Y-%m-%d %H:%M:%S",
    )
    api_key: str = setting(
        "A key of the REST API, to check columns and to create custom fields.",
        default="",
        secret=True,
        identifies=True,
    )
    base_url: str = address("https://api.splio.com")
    requests_per_second: float = setting(
        "Requests a second; Splio allows 20 for contacts.",
        default=15.0,
        minimum=0.01,
        maximum=1_000,
    )
    api_seconds: float = setting(
        "Seconds that one request of the API may take in all.",
        default=60.0,
        minimum=1,
        maximum=600,
    )

    def validate(self) -> list[str]:
        problems = setting_problems(self, ["base_url"])
        if self.custom_column_style == "c_id" and not self.api_key:
            problems.append("custom_column_style: c_id needs 'api_key'")
        if self.transport == "rest":
            return problems + ["transport: rest needs 'api_key'"] * (not self.api_key)
        for name in ("host", "username", "universe"):
            if not getattr(self, name):
                problems.append(f"'{name}' is missing, which transport: sftp needs")
        for name in ("universe", "subsequence_insert", "subsequence_update"):
            word = getattr(self, name)
            if word and not _WORD.fullmatch(word):
                problems.append(f"'{name}' must be of letters, digits and '-'")
        if self.subsequence_insert == self.subsequence_update != "":
            problems.append(
                "'subsequence_insert' and 'subsequence_update' are the same"
            )
        return problems + super().validate()

    def identifying(self, service: str) -> Sequence[str]:
        """The API is only a help where contacts travel as files."""
        of_api = ("base_url", "api_key")
        if self.transport == "rest":
            return of_api
        return [each for each in super().identifying(service) if each not in of_api]

    @cached_property
    def api(self) -> SplioApi:
        """The universe's calls, which log in with the first of them."""
        client = HttpClient(
            self.base_url, {}, secrets=self.secrets, deadline_seconds=self.api_seconds
        )
        return SplioApi(client, log_in(client, self.api_key))

    @cached_property
    def limits(self) -> Limits:
        """The limits of updates by the API, one contact a request."""
        return Limits(1, 1_000_000, self.requests_per_second, concurrency=4)

    @property
    def log_in_requests(self) -> int:
        return int(bool(self.api_key))

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused: another one, and once more."""
        return 3 * self.api_seconds
