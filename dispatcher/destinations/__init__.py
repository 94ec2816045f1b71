"""Destinations: one file or folder a platform, one line in the registry."""

from dispatcher.destinations.base import Account
from dispatcher.destinations.sendgrid import SendGrid

ACCOUNT_TYPES: dict[str, type[Account]] = {
    SendGrid.type: SendGrid,
}

__all__ = ["ACCOUNT_TYPES"]
