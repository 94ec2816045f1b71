"""SendGrid: contacts and lists of Marketing Campaigns.

account.py holds the settings, contacts.py and lists.py the two services, api.py
the calls, imports.py what both services do; the rest are parts without any request.

https://www.twilio.com/docs/sendgrid/api-reference/contacts
"""

from outhaul.destinations.sendgrid.account import SendGrid
from outhaul.destinations.sendgrid.contacts import Contacts
from outhaul.destinations.sendgrid.lists import ContactList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(SendGrid, Contacts, ContactList)

__all__ = ["PLATFORM", "SendGrid"]
