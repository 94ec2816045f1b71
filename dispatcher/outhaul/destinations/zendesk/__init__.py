"""Zendesk: users, and records of custom objects.

https://developer.zendesk.com/api-reference/
"""

from outhaul.destinations.zendesk.account import Zendesk
from outhaul.destinations.zendesk.objects import CustomObject
from outhaul.destinations.zendesk.users import Users
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Zendesk, Users, CustomObject)

__all__ = ["PLATFORM", "Zendesk"]
