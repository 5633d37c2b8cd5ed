"""Staff in a real browser: from the demo's panel into the console, a talk taken over, every page on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PHONE, Patient, Therapist

pytestmark = pytest.mark.browser


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
    page.wait_for_url("**find=*")
    assert "noo" not in page.url
    assert page.locator("a.name").all_inner_texts() == ["Noor Haddad"]
    assert page.evaluate("document.activeElement.name") == "search"
    assert therapist.faults == []


def test_every_page_fits_a_phone_in_the_dark(therapist: Therapist) -> None:
    therapist.until("patients", "Noor Haddad")
    page = therapist.page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    patient = page.get_by_role("link", name="Noor Haddad").first.get_attribute("href").rpartition("/")[2]
    for path in ("today", "patients", f"patients/{patient}", "programme", "site", "team", "audit?check=1", "account"):
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
