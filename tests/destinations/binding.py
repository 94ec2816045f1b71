"""A service of an account, bound as a sync binds it."""

from __future__ import annotations

from typing import Any

from outhaul.kit.account import Account
from outhaul.kit.service import Activation, Service
from outhaul.registry.platforms import PLATFORMS


def bound(
    account: Account, service: str, options: Any, activation: Activation
) -> Service:
    return PLATFORMS[account.type].bind(account, service, options, activation)
