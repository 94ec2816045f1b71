"""X Ads: custom audiences.

https://developer.x.com/en/docs/x-ads-api/audiences
"""

from outhaul.destinations.x.account import XAds
from outhaul.destinations.x.audience import CustomAudience
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(XAds, CustomAudience)

__all__ = ["PLATFORM", "XAds"]
