"""Meta Ads: custom audiences, and conversions of a dataset.

https://developers.facebook.com/docs/marketing-api
"""

from outhaul.destinations.meta.account import Meta
from outhaul.destinations.meta.audience import CustomAudience
from outhaul.destinations.meta.conversions import MetaConversions
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Meta, CustomAudience, MetaConversions)

__all__ = ["PLATFORM", "Meta"]
