"""Brevo: contacts and lists.

https://developers.brevo.com/reference/importcontacts-1
"""

from outhaul.destinations.brevo.account import Brevo
from outhaul.destinations.brevo.contacts import Contacts
from outhaul.destinations.brevo.lists import ContactList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Brevo, Contacts, ContactList)

__all__ = ["PLATFORM", "Brevo"]
