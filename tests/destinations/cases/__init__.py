"""The cases of the contract suite: a file for each platform, an entry a service.

A new destination adds its file here, with a stand-in in `outhaul.sandbox`.
"""

from tests.destinations.cases import (
    batch,
    braze,
    brevo,
    criteo,
    emarsys,
    google,
    hubspot,
    intercom,
    iterable,
    klaviyo,
    linkedin,
    mailchimp,
    meta,
    microsoft_ads,
    pinterest,
    reddit,
    sendgrid,
    sftp,
    snapchat,
    splio,
    tiktok,
    webhook,
    x,
    zendesk,
)
from tests.destinations.cases.case import SECRET, Case

CASES: list[Case] = [
    *batch.CASES,
    *braze.CASES,
    *brevo.CASES,
    *criteo.CASES,
    *emarsys.CASES,
    *google.CASES,
    *hubspot.CASES,
    *intercom.CASES,
    *iterable.CASES,
    *klaviyo.CASES,
    *linkedin.CASES,
    *mailchimp.CASES,
    *meta.CASES,
    *microsoft_ads.CASES,
    *pinterest.CASES,
    *reddit.CASES,
    *sendgrid.CASES,
    *sftp.CASES,
    *snapchat.CASES,
    *splio.CASES,
    *tiktok.CASES,
    *webhook.CASES,
    *x.CASES,
    *zendesk.CASES,
]

__all__ = ["CASES", "SECRET", "Case"]
