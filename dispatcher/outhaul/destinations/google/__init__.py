"""Google Ads and Display & Video 360, by the Data Manager API and the Google Ads API.

https://developers.google.com/data-manager/api
"""

from outhaul.destinations.google.account import DisplayVideo, GoogleAds
from outhaul.destinations.google.adjustments import Adjustments, Retractions
from outhaul.destinations.google.audience import CustomerMatch
from outhaul.destinations.google.conversions import Conversions, EnhancedConversions
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

__all__ = ["DISPLAY_VIDEO", "GOOGLE_ADS", "DisplayVideo", "GoogleAds"]
