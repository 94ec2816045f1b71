"""Google Ads, Display & Video 360 and Search Ads 360.

By the Data Manager API, the Google Ads API, and one of the same forms:
https://developers.google.com/data-manager/api
"""

from outhaul.destinations.google.account import DisplayVideo, GoogleAds, SearchAds
from outhaul.destinations.google.adjustments import Adjustments, Retractions
from outhaul.destinations.google.audience import CustomerMatch
from outhaul.destinations.google.conversions import Conversions, EnhancedConversions
from outhaul.destinations.google.search_ads import ClickConversions
from outhaul.kit.platform import Platform

GOOGLE_ADS = Platform.of(
    GoogleAds,
    CustomerMatch,
    Conversions,
    EnhancedConversions,
    Adjustments,
    Retractions,
)
DISPLAY_VIDEO = Platform.of(DisplayVideo, CustomerMatch)
SEARCH_ADS_360 = Platform.of(SearchAds, ClickConversions)

__all__ = [
    "DISPLAY_VIDEO",
    "GOOGLE_ADS",
    "SEARCH_ADS_360",
    "DisplayVideo",
    "GoogleAds",
    "SearchAds",
]
