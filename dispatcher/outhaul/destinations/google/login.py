"""How accounts of Google are reached: the log-in, by a service account or a person.

https://developers.google.com/identity/protocols/oauth2
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import setting_problems
from outhaul.kit.account import real_clock
from outhaul.kit.api import ApiAccount, certificates, deadline
from outhaul.kit.login import Token, refresh_token
from outhaul.kit.service_account import ServiceAccount

_REQUESTS_OF_A_CALL = 3  # one that is refused, a token, and one more


@dataclass(frozen=True, kw_only=True)
class LoggedIn(ApiAccount):
    """An account that is let in by tokens of Google."""

    service_account_key: str = setting(
        "The key of a service account with access to the account: the JSON of its file."
        " Or `service_account_file`, or `refresh_token`.",
        default="",
        secret=True,
    )
    service_account_file: str = setting(
        "A file with the key of a service account.", default=""
    )
    subject: str = setting(
        "With a service account: the person on whose behalf it acts, where it may.",
        default="",
    )
    client_id: str = setting("With `refresh_token`: the OAuth client.", default="")
    client_secret: str = setting(
        "With `refresh_token`: the secret of the OAuth client.", default="", secret=True
    )
    refresh_token: str = setting(
        "A refresh token of a person with access to the account.",
        default="",
        secret=True,
    )
    token_url: str = setting(
        "With `refresh_token`: the address that gives tokens.",
        default="https://oauth2.googleapis.com/token",
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    @property
    @abstractmethod
    def account_id(self) -> str:
        """The digits of the account that is written to."""

    @property
    @abstractmethod
    def login_id(self) -> str:
        """Those of the account that it is reached through, if another one."""

    def validate(self) -> list[str]:
        problems = setting_problems(self, ["base_url", "token_url"])
        ways = (self.service_account_key, self.service_account_file, self.refresh_token)
        if sum(map(bool, ways)) != 1:
            problems.append(
                "give one of 'service_account_key', 'service_account_file' and"
                " 'refresh_token'"
            )
        elif self.refresh_token and not (self.client_id and self.client_secret):
            problems.append("'refresh_token' needs 'client_id' and 'client_secret'")
        elif not self.refresh_token:
            problems += self._key_problems()
        if not self.account_id.isdecimal() or not (self.login_id or "1").isdecimal():
            problems.append("the id of an account has digits alone, without hyphens")
        return problems

    def secret_texts(self) -> Iterator[str]:
        """Also the key that a file holds."""
        yield from super().secret_texts()
        if self.service_account_file:
            with suppress(OSError, ValueError):
                yield self._key_text()

    @property
    def log_in_requests(self) -> int:
        return 1

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused."""
        return self.request_seconds * _REQUESTS_OF_A_CALL

    @property
    @abstractmethod
    def scope(self) -> str:
        """What its tokens are for."""

    def log_in(self) -> None:
        """Ask for a token, unless there is one. Raises StopSync, NotSent."""
        self.login.sign()

    @cached_property
    def login(self) -> Token:
        """The token of all its calls."""
        if self.refresh_token:
            asks = refresh_token(
                "", self.client_id, self.client_secret, self.refresh_token
            )
            hint = "check 'client_id', 'client_secret' and 'refresh_token'"
            return Token(self.client(self.token_url), asks, hint)
        key = ServiceAccount.read(self._key_text())
        hint = "check the key of the service account, and the clock of this machine"
        return Token(
            self.client(key.token_url), lambda: key.ask(self.scope, self.subject), hint
        )

    def _key_text(self) -> str:
        if self.service_account_key:
            return self.service_account_key
        return Path(self.service_account_file).read_text(encoding="utf-8")

    def _key_problems(self) -> Iterator[str]:
        name = "service_account_key"
        if self.service_account_file:
            name = "service_account_file"
        try:
            ServiceAccount.read(self._key_text())
        except ConfigurationError as error:
            yield f"'{name}' {error}"
        except (OSError, ValueError):
            yield f"'{name}' names no file that can be read"
