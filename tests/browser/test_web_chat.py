"""A patient in a real browser: enrols, does the first session with a pause and a reload, and sees all of it once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, Patient

pytestmark = pytest.mark.browser

_NONE = "None of these"


def enrol(patient: Patient) -> None:
    """Consent, settings and screening, by hand."""
    for label in ("Yes, let's begin", "I'm ready to decide", "Yes, I agree"):
        patient.press(label)
    patient.shot("phone-consent")
    patient.say("Mei")
    patient.say("+49 170 1234567")
    patient.press("Yes")
    patient.press("No, rather not")
    patient.say("Berlin")
    patient.press("Yes")
    patient.say("08:00")
    patient.say("19:00")
    patient.press("Saturday")
    patient.tick("Monday", "Wednesday", "Friday")
    patient.press("No, none of these")
    patient.say("42")
    patient.press("Yes")
    for _ in range(4):
        patient.press(_NONE)
    patient.press("No")
    patient.press(_NONE)
    patient.press("Yes")
    patient.press("Yes, I'd like to try")


def answer(patient: Patient, question: dict[str, Any], words: str) -> None:
    """Answer whatever is asked, as somebody who goes along."""
    choices, kind = question.get("choices") or [], question["ask"]["kind"]
    if kind == "wait":
        patient.jump(hours=0.03)
    elif kind == "scale":
        patient.press("4")
    elif kind == "several":
        patient.press(choices[-1][1])
    elif choices:
        patient.press(choices[0][1])
    else:
        patient.say(words)


def live_through_the_session(patient: Patient, most: int = 120) -> None:
    """Go on answering until the session counts as attended."""
    for number in range(most):
        state = patient.page.request.get(f"{patient.url}/demo/api/state").json()
        if "sct_1" in state["state"]["attended"]:
            return
        answer(patient, patient.question(), f"words number {number}")
    raise AssertionError(f"the session did not end; last: {patient.lines()[-1]}")


def every_line_stands_once(patient: Patient) -> None:
    """Each message of the server stands on the page, and none of them twice."""
    while patient.page.locator("#earlier").is_visible():
        patient.page.locator("#earlier").click()
        patient.page.wait_for_timeout(300)
    bodies = [line["body"] for line in patient.lines() if line["by"] == "coach" and line["body"].get("text")]
    own = [body["text"] for body in bodies if not body.get("group")]
    plain = [text.split("\n")[0].replace("*", "").strip() for text in own]
    shown = patient.page.locator(".message.coach .text").all_inner_texts()
    expected = Counter(text for text in plain if len(text) > 60)
    page = "\n".join(shown)
    for text, times in expected.items():
        assert page.count(text) == times, f"{page.count(text)} times instead of {times}: {text}"


def to_the_first_session(patient: Patient) -> None:
    """Day by day, answering what is asked, until the weekend."""
    for _ in range(200):
        question = patient.question()
        codes = [code for code, _ in question.get("choices") or []]
        if not patient.is_asked():
            patient.jump(to="next")
        elif "self-compassion" in str(question.get("text")):
            return
        elif "no_more" in codes:
            patient.press(question["choices"][codes.index("no_more")][1])
        elif codes == ["ready", "later"] and "where you stand" in str(question.get("text")):
            patient.press("Later")
        else:
            answer(patient, question, "fine")
    raise AssertionError(f"the first session never came; last: {patient.lines()[-1]}")


def test_enrol_and_do_the_first_session_with_a_pause_and_a_reload(newcomer: Patient) -> None:
    enrol(newcomer)
    newcomer.sees("In this demo nobody examined you")
    newcomer.sees("Before we begin")
    newcomer.press("Later")
    to_the_first_session(newcomer)
    newcomer.sees("self-compassion")
    newcomer.shot("phone-session")
    assert newcomer.page.evaluate("document.scrollingElement.scrollHeight <= window.innerHeight")
    newcomer.press("I'm ready")
    while newcomer.question()["ask"]["kind"] != "wait":
        answer(newcomer, newcomer.question(), "I was annoyed with my back")
    newcomer.press("Pause")
    newcomer.sees("It waits")
    newcomer.shot("phone-practice-paused")
    newcomer.page.reload()
    newcomer.sees("It waits")
    newcomer.press("Go on")
    live_through_the_session(newcomer)
    every_line_stands_once(newcomer)
    newcomer.page.reload()
    newcomer.page.locator(".message.coach").last.wait_for()
    newcomer.shot("phone-after-session")
    assert newcomer.faults == []


def test_the_page_works_with_the_keyboard_alone(newcomer: Patient) -> None:
    page = newcomer.page
    page.locator("#write").focus()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Yes, let's begin":
            break
    page.keyboard.press("Enter")
    newcomer.sees("Please read this before you decide")


def test_the_demo_shows_the_chat_beside_what_is_planned(newcomer: Patient, chromium: Any) -> None:
    enrol(newcomer)
    newcomer.sees("Before we begin")
    page = newcomer.page
    page.set_viewport_size(DESKTOP)
    page.goto(f"{newcomer.url}/demo")
    page.get_by_text("week_1").first.wait_for(timeout=10_000)
    newcomer.shot("desktop-demo")
    page.get_by_role("button", name="+1 day").click()
    page.frame_locator("#chat").get_by_text("you're in").first.wait_for(timeout=15_000)
    newcomer.shot("desktop-demo-next-day")
    assert newcomer.faults == []
