"""Intercom: contacts, companies, and tags of contacts.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io
"""

from outhaul.destinations.intercom.account import Intercom
from outhaul.destinations.intercom.companies import Companies
from outhaul.destinations.intercom.contacts import Contacts
from outhaul.destinations.intercom.segments import Segment
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Intercom, Contacts, Companies, Segment)

__all__ = ["PLATFORM", "Intercom"]
