"""What carries notices to staff and to clinic systems: the messengers' channels, e-mail, webhooks."""

from __future__ import annotations

from collections.abc import Mapping

from coachbot.carriers.chat import ChatCarrier
from coachbot.carriers.mail import MailCarrier, mailbox_of
from coachbot.carriers.webhook import WebhookCarrier
from coachbot.service.notices.ports import Carrier
from coachbot.service.ports import Channel, Clock
from coachbot.settings import Settings


def carriers_of(settings: Settings, channels: Mapping[str, Channel], clock: Clock) -> dict[str, Carrier]:
    """A carrier for each kind of way that these settings allow. Raises SettingsError for half of a mail server."""
    found: dict[str, Carrier] = {"chat": ChatCarrier(channels, clock), "webhook": WebhookCarrier(clock)}
    mailbox = mailbox_of(settings)
    if mailbox is not None:
        found["email"] = MailCarrier(mailbox)
    return found
