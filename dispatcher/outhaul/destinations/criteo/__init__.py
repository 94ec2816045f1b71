"""Criteo: contact lists, the segments of your own customers.

https://developers.criteo.com/marketing-solutions/docs/audiences
"""

from outhaul.destinations.criteo.account import Criteo
from outhaul.destinations.criteo.audience import ContactList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Criteo, ContactList)

__all__ = ["PLATFORM", "Criteo"]
