"""Destinations: one file or folder a platform, one line in the registry."""

from dispatcher.destinations.base import Account
from dispatcher.destinations.batch import Batch
from dispatcher.destinations.emarsys import Emarsys
from dispatcher.destinations.sendgrid import SendGrid
from dispatcher.destinations.sftp import Sftp
from dispatcher.destinations.splio import Splio
from dispatcher.destinations.webhook import Webhook

ACCOUNT_TYPES: dict[str, type[Account]] = {
    Batch.type: Batch,
    Emarsys.type: Emarsys,
    SendGrid.type: SendGrid,
    Sftp.type: Sftp,
    Splio.type: Splio,
    Webhook.type: Webhook,
}

__all__ = ["ACCOUNT_TYPES"]
