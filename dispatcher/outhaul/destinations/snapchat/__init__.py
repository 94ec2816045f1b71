"""Snapchat Ads: audiences of customer lists, and conversions.

https://developers.snap.com/api/marketing-api
"""

from outhaul.destinations.snapchat.account import Snapchat
from outhaul.destinations.snapchat.audience import CustomerList
from outhaul.destinations.snapchat.conversions import SnapchatConversions
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Snapchat, CustomerList, SnapchatConversions)

__all__ = ["PLATFORM", "Snapchat"]
