"""The stand-ins that need nothing of the others, one line each."""

from __future__ import annotations

from outhaul.sandbox.braze import BrazeStandIn
from outhaul.sandbox.brevo import BrevoStandIn
from outhaul.sandbox.criteo import CriteoStandIn
from outhaul.sandbox.google import DisplayVideoStandIn, GoogleAdsStandIn
from outhaul.sandbox.hubspot import HubSpotStandIn
from outhaul.sandbox.intercom import IntercomStandIn
from outhaul.sandbox.iterable import IterableStandIn
from outhaul.sandbox.klaviyo import KlaviyoStandIn
from outhaul.sandbox.linkedin import LinkedInStandIn
from outhaul.sandbox.mailchimp import MailchimpStandIn
from outhaul.sandbox.meta import MetaStandIn
from outhaul.sandbox.microsoft_ads import MicrosoftAdsStandIn
from outhaul.sandbox.pinterest import PinterestStandIn
from outhaul.sandbox.reddit import RedditStandIn
from outhaul.sandbox.search_ads_360 import SearchAdsStandIn
from outhaul.sandbox.snapchat import SnapchatStandIn
from outhaul.sandbox.stand_in import StandIn
from outhaul.sandbox.tiktok import TikTokStandIn
from outhaul.sandbox.x import XStandIn
from outhaul.sandbox.zendesk import ZendeskStandIn

STAND_INS: dict[str, type[StandIn]] = {
    "braze": BrazeStandIn,
    "brevo": BrevoStandIn,
    "criteo": CriteoStandIn,
    "display_video": DisplayVideoStandIn,
    "google_ads": GoogleAdsStandIn,
    "hubspot": HubSpotStandIn,
    "intercom": IntercomStandIn,
    "iterable": IterableStandIn,
    "klaviyo": KlaviyoStandIn,
    "linkedin": LinkedInStandIn,
    "mailchimp": MailchimpStandIn,
    "meta": MetaStandIn,
    "microsoft_ads": MicrosoftAdsStandIn,
    "pinterest": PinterestStandIn,
    "reddit": RedditStandIn,
    "search_ads_360": SearchAdsStandIn,
    "snapchat": SnapchatStandIn,
    "tiktok": TikTokStandIn,
    "x": XStandIn,
    "zendesk": ZendeskStandIn,
}
