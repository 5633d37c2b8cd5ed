"""Notices as signed calls, against a receiver on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from coachbot.carriers.webhook import WebhookCarrier
from coachbot.errors import DeliveryError
from coachbot.service.clock import StandingClock
from coachbot.service.notices.records import Notice, Way
from tests.carriers.servers import Receiver, webhook_receiver

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
NOTICE = Notice(42, 1, "alert:9", "first high", {"text": "x", "event": {"type": "alert.opened", "alert": "9"}}, 0.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as made:
        yield made


def carry(receiver: Receiver, **way: Any) -> None:
    fields: dict[str, Any] = {"address": receiver.url, "secret": "s3cret", **way}
    asyncio.run(WebhookCarrier(StandingClock(NOW), 5).carry(Way(1, 7, "webhook", NOW, **fields), NOTICE))


def test_a_call_is_signed_over_its_time_and_body(receiver: Receiver) -> None:
    carry(receiver)
    ((headers, body),) = receiver.calls
    assert json.loads(body) == {"id": "42", "type": "alert.opened", "alert": "9"}
    signed = headers["coachbot-timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["coachbot-signature"] == expected
    assert headers["coachbot-delivery"] == "42"


@pytest.mark.parametrize(
    ("status", "permanent"), [(500, False), (503, False), (429, False), (401, False), (410, True), (404, True)]
)
def test_a_refusal_is_final_or_not(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answers.append(status)
    with pytest.raises(DeliveryError, match=str(status)) as raised:
        carry(receiver)
    assert raised.value.permanent is permanent


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers.append(307)
    receiver.headers["location"] = receiver.url
    with pytest.raises(DeliveryError, match="307"):
        carry(receiver)
    assert len(receiver.calls) == 1


def test_a_receiver_may_say_when_to_come_again(receiver: Receiver) -> None:
    receiver.answers.append(503)
    receiver.headers["retry-after"] = "90"
    with pytest.raises(DeliveryError) as raised:
        carry(receiver)
    assert raised.value.retry_after == 90


def test_where_nobody_listens_it_is_tried_again(receiver: Receiver) -> None:
    with pytest.raises(DeliveryError, match="not reached") as raised:
        carry(receiver, address="http://127.0.0.1:9/")
    assert raised.value.permanent is False
