"""Destinations: one file or folder a platform, one line in the registry."""

from dispatcher.destinations.base import Account
from dispatcher.destinations.batch import Batch
from dispatcher.destinations.emarsys import Emarsys
from dispatcher.destinations.sendgrid import SendGrid

ACCOUNT_TYPES: dict[str, type[Account]] = {
    Batch.type: Batch,
    Emarsys.type: Emarsys,
    SendGrid.type: SendGrid,
}

__all__ = ["ACCOUNT_TYPES"]
