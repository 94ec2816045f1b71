"""The cases of the contract suite: a file for each platform, an entry a service.

A new destination adds its file here, with a stand-in in `outhaul.sandbox`.
"""

from tests.destinations.cases import (
    batch,
    braze,
    brevo,
    emarsys,
    google,
    hubspot,
    intercom,
    iterable,
    klaviyo,
    mailchimp,
    meta,
    pinterest,
    sendgrid,
    sftp,
    splio,
    tiktok,
    webhook,
    zendesk,
)
from tests.destinations.cases.case import SECRET, Case

CASES: list[Case] = [
    *batch.CASES,
    *braze.CASES,
    *brevo.CASES,
    *emarsys.CASES,
    *google.CASES,
    *hubspot.CASES,
    *intercom.CASES,
    *iterable.CASES,
    *klaviyo.CASES,
    *mailchimp.CASES,
    *meta.CASES,
    *pinterest.CASES,
    *sendgrid.CASES,
    *sftp.CASES,
    *splio.CASES,
    *tiktok.CASES,
    *webhook.CASES,
    *zendesk.CASES,
]

__all__ = ["CASES", "SECRET", "Case"]
