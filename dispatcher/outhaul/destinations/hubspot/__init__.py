"""HubSpot: objects of the CRM, and lists of contacts.

https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from outhaul.destinations.hubspot.account import HubSpot
from outhaul.destinations.hubspot.lists import ContactList
from outhaul.destinations.hubspot.objects import Objects
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(HubSpot, Objects, ContactList)

__all__ = ["PLATFORM", "HubSpot"]
