"""A therapist's day in a real browser, from the first password on, on a phone and on a desktop."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest

from tests.browser.conftest import DESKTOP, PHONE, Patient, Therapist
from tests.browser.test_broadcasts import write_broadcast

pytestmark = pytest.mark.browser

NAME, PASSWORD = "Asha Rao", "four plain words here"
_STEP_S = 30


def code(secret: str, steps: int = 0) -> str:
    """A one-time code, as the app shows it so many steps from now: each is taken once."""
    return pyotp.TOTP(secret).at(int(time.time()) + steps * _STEP_S)


def hired(admin: Therapist) -> tuple[str, str]:
    """An admin makes an account on the page Team; its secret and its link are shown once."""
    admin.open("team")
    page = admin.page
    page.get_by_label("Name").last.fill(NAME)
    page.get_by_role("button", name="Add").click()
    page.get_by_role("heading", name=f"For {NAME}").wait_for()
    secret, _, link = page.locator("section.once code").all_inner_texts()
    return secret, link


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def member(request: pytest.FixtureRequest, chromium: Any, therapist: Therapist) -> Iterator[Therapist]:
    """A new therapist who has just signed in with name, password and code."""
    secret, link = hired(therapist)
    context = chromium.new_context(viewport=request.param)
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_label("Code of your app").fill(code(secret, -1))
    page.get_by_role("button", name="Choose it").click()
    someone = Therapist(page, therapist.url)
    size = "phone" if request.param == PHONE else "desktop"
    page.get_by_role("heading", name="Sign in").wait_for()
    someone.shot(f"{size}-sign-in")
    sign_in(page, "000000")
    page.get_by_role("alert").get_by_text("That did not work").wait_for()
    someone.faults.clear()  # the browser notes the refusal
    sign_in(page, code(secret))
    page.get_by_role("heading", name=re.compile("^Today")).wait_for()
    yield someone
    context.close()


def sign_in(page: Any, written: str) -> None:
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of your app").fill(written)
    page.get_by_role("button", name="Sign in").click()


def test_an_alert_a_talk_and_a_broadcast(member: Therapist, newcomer: Patient) -> None:
    page, size = member.page, "phone" if member.page.viewport_size == PHONE else "desktop"
    newcomer.say("i want to kill myself")
    newcomer.sees("You don't have to be alone with it")
    _acknowledges(member, size)
    _takes_over_and_hands_back(member, newcomer, size)
    member.until("patients?show=active", "week")
    write_broadcast(page, member)
    page.get_by_role("link", name="Rehearse", exact=True).click()
    page.get_by_role("heading", name="Rehearsal").wait_for()
    _shows(member, f"{size}-rehearsal")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="How far").wait_for()
    page.get_by_text("Cancel it").click()
    page.get_by_role("button", name="Cancel the broadcast").click()
    page.get_by_role("heading", name=re.compile("cancelled")).wait_for()
    _shows(member, f"{size}-broadcast-cancelled")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    member.open("today")
    assert page.get_by_role("heading", name="Sign in").is_visible()
    assert member.faults == newcomer.faults == []


def _acknowledges(member: Therapist, size: str) -> None:
    page = member.page
    member.until("today", "Crisis: thoughts of self-harm")
    _shows(member, f"{size}-alert")
    row = page.locator("li.alert").filter(has_text="i want to kill myself").first
    row.get_by_role("button", name="I've seen it").click()
    page.get_by_role("heading", name=re.compile("^Today")).wait_for()
    assert page.locator("li.alert").filter(has_text="i want to kill myself").count() == 0


def _takes_over_and_hands_back(member: Therapist, newcomer: Patient, size: str) -> None:
    page = member.page
    member.until("patients?show=screening", "No name yet")
    page.get_by_role("link", name="No name yet").first.click()
    page.get_by_role("button", name="Take over this talk").click()
    newcomer.sees("is here now and reads what you write")
    page.get_by_label("Your message").fill("I read your message. May I ring you?")
    page.get_by_role("button", name="Send").click()
    newcomer.sees("May I ring you?")
    assert newcomer.page.locator(".person .from").last.inner_text() == NAME
    _shows(member, f"{size}-in-the-talk")
    page.get_by_label("Your message").fill("Half a sentence")
    newcomer.say("yes, this afternoon")
    page.locator(".talk").get_by_text("yes, this afternoon").wait_for()
    assert page.get_by_label("Your message").input_value() == "Half a sentence"
    page.get_by_role("button", name="I have finished").click()
    newcomer.sees("talking with the program again")
    _shows(member, f"{size}-handed-back")


def _shows(member: Therapist, name: str) -> None:
    assert member.fits(), name
    member.shot(name)
