"""An account of a platform: its settings, its secrets and which account it is."""

from __future__ import annotations

import time
from abc import ABC
from collections.abc import Iterator, Sequence
from dataclasses import field, fields
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, ClassVar

from outhaul.config.settings import identifying_settings
from outhaul.errors import ConfigurationError
from outhaul.kit.identities import identity_of
from outhaul.kit.interface import Interface
from outhaul.text.secret_texts import Secrets, secret_parts_of_address


def real_clock() -> Any:
    """The field `clock`: seconds since 1970; tests move it on."""
    return field(default=time.time, init=False, repr=False, compare=False)


class Account(ABC):
    """An account of a platform, declared in `destinations.yml`.

    Subclasses are frozen dataclasses whose fields are made by `setting`.
    """

    type: ClassVar[str]
    title: ClassVar[str]
    interfaces: ClassVar[tuple[Interface, ...]] = ()
    """The vendor's interfaces that accounts can be reached by, the usual one first."""

    def validate(self) -> list[str]:
        """What is wrong with the settings, one sentence each; opens no connection."""
        return []

    def secret_texts(self) -> Iterator[str]:
        """What no message may show: all secret settings, and what addresses hold."""
        for each in fields(self):  # type: ignore[arg-type]
            value = getattr(self, each.name)
            texts = value.values() if isinstance(value, dict) else [value]
            for text in texts:
                if each.metadata.get("secret"):
                    yield str(text or "")
                elif isinstance(text, str):
                    yield from secret_parts_of_address(text)

    @cached_property
    def secrets(self) -> Secrets:
        """`secret_texts`, and the tokens that clients of this account get."""
        return Secrets(self.secret_texts())

    def needed(self, name: str, service: str) -> str:
        """A setting that some services need alone. Raises ConfigurationError."""
        value = getattr(self, name)
        if not value:
            raise ConfigurationError(
                f"destination of type '{self.type}': '{name}' is not set, which the"
                f" service '{service}' needs"
            )
        return str(value)

    def identifying(self, service: str) -> Sequence[str]:
        """The settings that say which account this is to a service."""
        return identifying_settings(type(self))

    def identity(self, service: str) -> str:
        """Which account this is, in words without a secret; see `identities.py`."""
        return identity_of(self, self.identifying(service))

    @property
    def interface(self) -> Interface | None:
        """The interface that this account is reached by."""
        return self.interfaces[0] if self.interfaces else None

    def notes(self) -> list[str]:
        """What `outhaul check` should tell of the account itself."""
        today = datetime.now(timezone.utc).date()
        return self.interface.notes(today) if self.interface else []

    @property
    def log_in_requests(self) -> int:
        """Requests that let a process in, made once before its first one."""
        return 0
