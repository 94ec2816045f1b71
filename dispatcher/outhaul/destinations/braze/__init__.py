"""Braze: attributes of users, events, lists of users, and subscriptions.

https://www.braze.com/docs/api/home
"""

from outhaul.destinations.braze.account import Braze
from outhaul.destinations.braze.attributes import Attributes
from outhaul.destinations.braze.events import Events
from outhaul.destinations.braze.members import Subscriptions, UserList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Braze, Attributes, Events, Subscriptions, UserList)

__all__ = ["PLATFORM", "Braze"]
