"""The platforms that rows can be sent to, one line each."""

from __future__ import annotations

from outhaul.destinations import (
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
from outhaul.kit.platform import Platform

PLATFORMS: dict[str, Platform] = {
    each.type: each
    for each in (
        batch.PLATFORM,
        braze.PLATFORM,
        brevo.PLATFORM,
        google.DISPLAY_VIDEO,
        emarsys.PLATFORM,
        google.GOOGLE_ADS,
        hubspot.PLATFORM,
        intercom.PLATFORM,
        iterable.PLATFORM,
        klaviyo.PLATFORM,
        mailchimp.PLATFORM,
        meta.PLATFORM,
        pinterest.PLATFORM,
        sendgrid.PLATFORM,
        sftp.PLATFORM,
        splio.PLATFORM,
        tiktok.PLATFORM,
        webhook.PLATFORM,
        zendesk.PLATFORM,
    )
}
