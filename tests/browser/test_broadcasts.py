"""A broadcast in a real browser: written, rehearsed, sent, cancelled; on a phone and on a desktop, light and dark."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Therapist

pytestmark = pytest.mark.browser


def test_compose_rehearse_send_and_cancel(therapist: Therapist) -> None:
    page = therapist.page
    therapist.until("patients?show=active", "week")
    therapist.open("broadcasts")
    page.get_by_role("link", name="Write a broadcast").click()
    _fill(page, "Hello {{ patient.nmae }}, the group walks on Sunday.")
    page.get_by_role("alert").get_by_text("line 1, character 10").wait_for()
    _shots(therapist, "broadcast-fault")
    assert page.get_by_role("button", name="Send", exact=True).count() == 0
    page.get_by_role("link", name="Write it anew").click()
    _shots(therapist, "broadcast-form")
    _fill(page, "Hello {{ patient.name }}, the group walks on Sunday at **ten**.")
    page.get_by_role("link", name="Rehearse", exact=True).click()
    page.get_by_role("heading", name="Rehearsal").wait_for()
    _shots(therapist, "broadcast-rehearsal")
    send = page.get_by_role("button", name="Send", exact=True)
    send.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How far").wait_for()
    _shots(therapist, "broadcast-scheduled")
    page.get_by_text("Cancel it").click()
    page.get_by_role("button", name="Cancel the broadcast").click()
    page.get_by_role("heading", name=re.compile("cancelled")).wait_for()
    _shots(therapist, "broadcast-cancelled")
    therapist.open("broadcasts")
    _shots(therapist, "broadcasts")
    assert therapist.faults == []


def write_broadcast(page: Any, therapist: Therapist) -> None:
    """A draft without a fault, far ahead, to a few."""
    therapist.open("broadcasts/new")
    _fill(page, "Hello {{ patient.name }}, the group walks on Sunday at **ten**.")


def _fill(page: Any, text: str) -> None:
    page.get_by_label("Title").fill("The walk on Sunday")
    page.get_by_label(re.compile("^Text en")).fill(text)
    page.get_by_label("To whom").fill("week=1-3")
    page.get_by_label("When").fill((datetime.now() + timedelta(days=200)).strftime("%Y-%m-%dT10:00"))
    page.get_by_role("button", name="Save the draft").click()


def _shots(therapist: Therapist, name: str) -> None:
    """The page as it stands, on a desktop and a phone, light and dark; nothing is wider than the screen."""
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        therapist.page.set_viewport_size(size)
        assert therapist.fits(), f"{name} at {size}"
        for scheme in ("light", "dark"):
            therapist.page.emulate_media(color_scheme=scheme)
            therapist.shot(f"{name}-{width}-{scheme}")
    therapist.page.emulate_media(color_scheme="light")
    therapist.page.set_viewport_size(DESKTOP)
