"""Reddit Ads: custom audiences of customer lists.

https://ads-api.reddit.com/docs/v3
"""

from outhaul.destinations.reddit.account import Reddit
from outhaul.destinations.reddit.audience import CustomerList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Reddit, CustomerList)

__all__ = ["PLATFORM", "Reddit"]
