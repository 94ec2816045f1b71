"""SAP Emarsys: contacts, contact lists and tables of relational data.

account.py holds the settings, wsse.py the older way to log in, api.py the calls and
codes.py what their answers mean; contacts.py, lists.py and tables.py a service each;
fields.py what a column becomes.

https://dev.emarsys.com/docs/core-api-reference
"""

from outhaul.destinations.emarsys.account import Emarsys
from outhaul.destinations.emarsys.contacts import Contacts
from outhaul.destinations.emarsys.lists import ContactList
from outhaul.destinations.emarsys.tables import Table
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Emarsys, Contacts, ContactList, Table)

__all__ = ["PLATFORM", "Emarsys"]
