"""Iterable: users of a project, and lists of them.

https://api.iterable.com/api/docs
"""

from outhaul.destinations.iterable.account import Iterable
from outhaul.destinations.iterable.attributes import Attributes
from outhaul.destinations.iterable.lists import UserList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Iterable, Attributes, UserList)

__all__ = ["PLATFORM", "Iterable"]
