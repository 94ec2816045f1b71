"""Pinterest Ads: customer lists with their audiences, and conversions.

https://developers.pinterest.com/docs/api/v5
"""

from outhaul.destinations.pinterest.account import Pinterest
from outhaul.destinations.pinterest.audience import CustomerList
from outhaul.destinations.pinterest.conversions import PinterestConversions
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Pinterest, CustomerList, PinterestConversions)

__all__ = ["PLATFORM", "Pinterest"]
