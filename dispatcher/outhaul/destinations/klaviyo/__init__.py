"""Klaviyo: profiles, lists of them, and subscriptions.

https://developers.klaviyo.com/en/reference/api_overview
"""

from outhaul.destinations.klaviyo.account import Klaviyo
from outhaul.destinations.klaviyo.contacts import Contacts
from outhaul.destinations.klaviyo.lists import ContactList
from outhaul.destinations.klaviyo.subscriptions import SubscriptionList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Klaviyo, Contacts, ContactList, SubscriptionList)

__all__ = ["PLATFORM", "Klaviyo"]
