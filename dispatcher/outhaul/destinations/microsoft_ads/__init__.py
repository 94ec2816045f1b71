"""Microsoft Ads: customer lists.

https://learn.microsoft.com/en-us/advertising/campaign-management-service
"""

from outhaul.destinations.microsoft_ads.account import MicrosoftAds
from outhaul.destinations.microsoft_ads.audience import CustomerList
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(MicrosoftAds, CustomerList)

__all__ = ["PLATFORM", "MicrosoftAds"]
