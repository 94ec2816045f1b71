"""Batch: users of its mobile platform (MEP), profiles and events of its newer (CEP).

account.py holds the settings; contacts.py, profiles.py and events.py a service
each; attributes.py what a column becomes, cep.py the calls of the Profile API.

https://doc.batch.com
"""

from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.contacts import Contacts
from outhaul.destinations.batch.events import Events
from outhaul.destinations.batch.profiles import Profiles
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(BatchAccount, Contacts, Profiles, Events)

__all__ = ["PLATFORM", "BatchAccount"]
