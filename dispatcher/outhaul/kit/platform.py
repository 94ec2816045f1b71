"""A platform: the class of its accounts, and the services they can be bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outhaul.kit.account import Account
from outhaul.kit.service import Activation, Service

# Named here, since `type` means something else inside of a platform.
ServiceClass = type[Service]


@dataclass(frozen=True)
class Platform:
    """What the registry knows of a platform; its name is the `type` of its accounts.

    services: the class of each service, by its name.
    """

    account: type[Account]
    services: Mapping[str, ServiceClass]

    @classmethod
    def of(cls, account: type[Account], *services: ServiceClass) -> Platform:
        """A platform of services that know their own names."""
        return cls(account, {service.name: service for service in services})

    @property
    def type(self) -> str:
        """What `destinations.yml` calls it."""
        return self.account.type

    @property
    def title(self) -> str:
        """What people call it."""
        return self.account.title

    def bind(
        self, account: Any, service: str, options: Any, activation: Activation
    ) -> Service:
        """The named service of an account, bound to one activation."""
        return self.implementation(account, service)(account, options, activation)

    def implementation(self, account: Any, service: str) -> ServiceClass:
        """The class for this account; a platform may have one for each way in."""
        return self.services[service]
