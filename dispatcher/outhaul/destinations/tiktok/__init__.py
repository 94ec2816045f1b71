"""TikTok Ads: audiences by the streaming API, and conversions of web and shops.

https://business-api.tiktok.com/portal/docs
"""

from outhaul.destinations.tiktok.account import TikTok
from outhaul.destinations.tiktok.audience import StreamedAudience
from outhaul.destinations.tiktok.conversions import OfflineConversions, WebConversions
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(TikTok, StreamedAudience, WebConversions, OfflineConversions)

__all__ = ["PLATFORM", "TikTok"]
