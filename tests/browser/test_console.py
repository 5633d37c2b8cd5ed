"""Staff in a real browser: from the demo's panel into the console, a talk taken over, every page on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS, Patient

pytestmark = pytest.mark.browser

_COHORT_S = 240


class Therapist:
    """Somebody of the clinic at the console."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/staff/{path}")

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"console-{name}.png"), full_page=True)

    def until(self, path: str, text: str) -> None:
        """Load a page again until a text stands on it: the made-up patients come in by and by."""
        for _ in range(_COHORT_S):
            self.open(path)
            if self.page.get_by_text(text).count():
                return
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"{text} did not come: {self.page.inner_text('main')}")

    def fits(self) -> bool:
        """Nothing is wider than the screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture
def therapist(chromium: Any, newcomer: Patient) -> Iterator[Therapist]:
    """In by the panel's button, on a desktop."""
    context = chromium.new_context(viewport=DESKTOP)
    panel = context.new_page()
    panel.goto(f"{newcomer.url}/demo")
    with context.expect_page() as opened:
        panel.get_by_role("button", name="Open the staff's console").click()
    opened.value.get_by_role("heading", name=re.compile("^Today")).wait_for()
    yield Therapist(opened.value, newcomer.url)
    context.close()


def test_a_talk_is_taken_over_and_handed_back(newcomer: Patient, therapist: Therapist) -> None:
    newcomer.press("Yes, let's begin")
    therapist.until("patients?show=screening", "No name yet")
    page = therapist.page
    page.get_by_role("link", name="No name yet").first.click()
    page.get_by_role("button", name="Take over this talk").click()
    newcomer.sees("is here now and reads what you write")
    page.get_by_label("Your message").fill("Hello, may I help you with the first questions?")
    page.get_by_role("button", name="Send").click()
    newcomer.sees("may I help you with the first questions?")
    assert newcomer.page.locator(".person .from").last.inner_text() == "Lin"
    newcomer.shot("phone-person")
    therapist.shot("desktop-hand-over")
    page.get_by_role("button", name="I have finished").click()
    newcomer.sees("talking with the program again")
    assert newcomer.is_asked()
    assert newcomer.faults == therapist.faults == []


def test_from_today_to_the_reason_of_a_message(therapist: Therapist) -> None:
    therapist.until("today", "Noor Haddad")
    therapist.shot("desktop-today")
    page = therapist.page
    page.get_by_role("link", name="Noor Haddad").first.click()
    therapist.shot("desktop-patient")
    page.get_by_role("link", name="why?").last.click()
    page.get_by_role("heading", name="Why did this patient get this?").wait_for()
    therapist.shot("desktop-why")
    therapist.open("patients")
    page.get_by_label("Name or code").fill("noo ha")
    page.wait_for_url("**search=noo*")
    assert page.locator("a.name").all_inner_texts() == ["Noor Haddad"]
    assert page.evaluate("document.activeElement.name") == "search"
    assert therapist.faults == []


def test_every_page_fits_a_phone_in_the_dark(therapist: Therapist) -> None:
    therapist.until("patients", "Noor Haddad")
    page = therapist.page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    patient = page.get_by_role("link", name="Noor Haddad").first.get_attribute("href").rpartition("/")[2]
    for path in ("today", "patients", f"patients/{patient}", "team", "audit?check=1", "account"):
        therapist.open(path)
        assert therapist.fits(), path
        therapist.shot(f"phone-{path.partition('?')[0].partition('/')[0]}")
    assert therapist.faults == []


def test_the_keyboard_alone_leads_to_the_content_and_to_an_alert(therapist: Therapist) -> None:
    therapist.until("today", "Noor Haddad")
    page = therapist.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main :is(input:not([type=hidden]), select, textarea, button, a)')]"
        ".filter(e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).length"
    )
    assert unnamed == 0
