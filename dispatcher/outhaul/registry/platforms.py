"""The platforms that rows can be sent to, one line each."""

from __future__ import annotations

from outhaul.destinations import (
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
from outhaul.kit.platform import Platform

PLATFORMS: dict[str, Platform] = {
    each.type: each
    for each in (
        batch.PLATFORM,
        braze.PLATFORM,
        brevo.PLATFORM,
        criteo.PLATFORM,
        google.DISPLAY_VIDEO,
        emarsys.PLATFORM,
        google.GOOGLE_ADS,
        hubspot.PLATFORM,
        intercom.PLATFORM,
        iterable.PLATFORM,
        klaviyo.PLATFORM,
        linkedin.PLATFORM,
        mailchimp.PLATFORM,
        meta.PLATFORM,
        microsoft_ads.PLATFORM,
        pinterest.PLATFORM,
        reddit.PLATFORM,
        google.SEARCH_ADS_360,
        sendgrid.PLATFORM,
        sftp.PLATFORM,
        snapchat.PLATFORM,
        splio.PLATFORM,
        tiktok.PLATFORM,
        webhook.PLATFORM,
        x.PLATFORM,
        zendesk.PLATFORM,
    )
}
