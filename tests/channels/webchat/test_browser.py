"""The page in a real browser: what a patient does, and what must not happen to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from coachbot.channels.webchat import Hub
from coachbot.channels.webchat.app import create_app
from coachbot.channels.webchat.hub import Hint
from coachbot.service.ports import Line

from .fakes import PACK, WORDS, FakeDesk

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
]
YES_NO = [["yes", "Yes"], ["no", "No"]]
BOXES = [["sit", "Sitting"], ["lift", "Lifting"], ["done", "That's all"]]


@dataclass
class Clinic:
    """A running server, and the coach behind it."""

    desk: FakeDesk
    hub: Hub
    address: str

    @property
    def chat(self) -> str:
        return self.desk.updates[0].chat

    def say(self, text: str = "", line: int | None = None, **body: Any) -> Line:
        said = self.desk.add(self.chat, "coach", {"kind": "text", "text": text, **body}, line)
        self.hub.publish(self.chat, Hint("lines", said))
        return said

    def ask(self, text: str, token: str, choices: list[list[str]], kind: str = "choice", **body: Any) -> Line:
        return self.say(text, token=token, choices=choices, ask={"kind": kind}, **body)

    def heard(self, count: int) -> list[Any]:
        """The updates, once there are so many of them."""
        deadline = time.monotonic() + 5
        while len(self.desk.updates) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.desk.updates) == count
        return self.desk.updates


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    desk, hub = FakeDesk(), Hub()
    inner = create_app(desk, PACK, WORDS, hub=hub)
    app = Starlette(routes=[Mount("/chat", app=inner)])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Clinic(desk, hub, f"http://127.0.0.1:{port}/chat/")
    server.should_exit = True
    hub.close()
    thread.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, clinic: Clinic) -> Iterator[Any]:
    """The page of a patient who has just come in with the link of the invitation."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    context.set_default_timeout(5000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{clinic.address}c/ABCD-EFGH")
    page.get_by_role("button", name=WORDS["en"]["enter"]).click()
    page.wait_for_selector("#talk:not([hidden])")
    yield page
    context.close()
    assert faults == []


def bubbles(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(".message .text").all_inner_texts()]


def test_coming_in_and_answering(page: Any, clinic: Clinic) -> None:
    assert page.url == clinic.address
    assert clinic.desk.updates[0].text == "ABCD-EFGH"
    clinic.ask("Did you practise?", "t1", YES_NO)
    page.get_by_role("button", name="Yes", exact=True).click()
    press = clinic.heard(2)[1]
    assert (press.kind, press.token, press.code) == ("press", "t1", "yes")
    page.fill("#write", "and it was fine")
    page.keyboard.press("Enter")
    assert clinic.heard(3)[2].text == "and it was fine"
    clinic.say("Good.")
    page.wait_for_selector("text=Good.")
    assert page.locator("button", has_text="Yes").count() == 0
    assert page.locator(".settled .chosen").inner_text().startswith("Yes")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    before = bubbles(page)
    page.reload()
    page.wait_for_selector("text=Good.")
    assert bubbles(page) == before
    assert len(before) == 4


def test_nothing_a_text_says_becomes_markup(page: Any, clinic: Clinic) -> None:
    clinic.say("<img src=x onerror=alert(1)> **<b>bold</b>** [x](javascript:alert(1)) [call](tel:112)")
    page.wait_for_selector("text=<b>bold</b>")
    assert page.locator("#log img, #log b").count() == 0
    assert page.locator("#log a").all_inner_texts() == ["call"]
    assert page.locator("#log strong").inner_text() == "<b>bold</b>"


def test_help_in_danger_can_be_called(page: Any, clinic: Clinic) -> None:
    clinic.say("In danger right now: 112\nDay or night: 116 123. Read on weekdays, 9 to 17, 24/7.", safety="crisis")
    page.wait_for_selector(".safety")
    links = page.locator(".safety a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert links == ["tel:112", "tel:116123"]


def test_ticking_boxes(page: Any, clinic: Clinic) -> None:
    question: dict[str, Any] = {"text": "Which?", "token": "t1", "choices": BOXES, "kind": "several"}
    clinic.ask(**question)
    page.get_by_label("Sitting").check()
    page.get_by_label("Lifting").check()
    clinic.heard(3)
    clinic.ask(**question, chosen=["sit"])
    assert page.get_by_label("Lifting").is_checked(), "a tick under way is not taken back"
    clinic.ask(**question, chosen=["sit", "lift"])
    page.get_by_role("button", name="That's all").click()
    assert [update.code for update in clinic.heard(4)[1:]] == ["sit", "lift", "done"]
    assert len(bubbles(page)) == 2
    assert page.locator(".settled .chosen").count() == 2


def test_an_instrument_lives_in_one_message(page: Any, clinic: Clinic) -> None:
    clinic.ask("First item", "t1", YES_NO, group="instrument/x")
    page.get_by_role("button", name="No", exact=True).dblclick()
    clinic.heard(2)
    clinic.ask("Second item", "t2", YES_NO, group="instrument/x")
    page.wait_for_selector("text=Second item")
    assert page.locator(".message").count() == 1
    assert page.locator(".noted").inner_text() == "Noted: No"
    page.wait_for_timeout(400)
    page.get_by_role("button", name="Yes", exact=True).click()
    clinic.heard(3)
    clinic.say("Thank you.")
    page.wait_for_selector("text=Thank you.")
    page.reload()
    page.wait_for_selector("text=Thank you.")
    assert page.locator(".message").count() == 2
    clinic.ask("First item", "t3", YES_NO, group="instrument/x")
    page.wait_for_selector("text=First item")
    assert page.locator(".message").count() == 3, "weeks later it is a new message"


def test_what_is_written_without_a_wire_goes_out_later_once(page: Any, clinic: Clinic) -> None:
    page.context.set_offline(True)
    page.fill("#write", "written in the lift")
    page.keyboard.press("Enter")
    page.wait_for_selector(".own[data-state=pending]")
    page.wait_for_selector("#banner:not([hidden])")
    page.context.set_offline(False)
    assert clinic.heard(2)[1].text == "written in the lift"
    page.wait_for_selector(".own[data-state=sent]")
    page.reload()
    page.wait_for_selector(".own")
    assert page.locator(".own").count() == 1


def test_a_lost_answer_does_not_double_the_message(page: Any, clinic: Clinic) -> None:
    lost = []

    def lose(route: Any) -> None:
        lost.append(route.fetch())
        route.abort()

    page.route("**/api/say", lose, times=1)
    page.fill("#write", "hello")
    page.keyboard.press("Enter")
    with page.expect_response("**/api/say") as answered:
        pass
    assert answered.value.json() == {"fresh": False}
    assert len(lost) == 1
    page.wait_for_timeout(100)
    assert page.locator(".own").count() == 1
    assert len(clinic.desk.updates) == 2


def test_typed_answers_and_the_keyboard_alone(page: Any, clinic: Clinic) -> None:
    clinic.ask("How bad?", "t1", [[str(n), str(n)] for n in range(11)], "scale")
    page.wait_for_selector(".scale-row")
    page.locator(".number-button").nth(7).focus()
    page.keyboard.press("Enter")
    assert clinic.heard(2)[1].code == "7"
    clinic.ask("How many minutes?", "t2", [], "number")
    page.wait_for_selector(".typed-input:focus")
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    assert clinic.heard(3)[2].text == "25"


def test_reading_further_up_is_not_disturbed(page: Any, clinic: Clinic) -> None:
    for count in range(30):
        clinic.desk.add(clinic.chat, "coach", {"kind": "text", "text": f"line {count}"})
    page.reload()
    page.wait_for_selector("text=line 29")
    page.evaluate("document.getElementById('scroller').scrollTop = 0")
    page.wait_for_timeout(100)
    clinic.say("news")
    page.wait_for_selector("#newer:not([hidden])")
    assert page.evaluate("document.getElementById('scroller').scrollTop") < 50
    page.click("#newer")
    page.wait_for_selector("#newer", state="hidden")


def test_a_line_that_comes_late_is_shown(page: Any, clinic: Clinic) -> None:
    late = clinic.desk.next_id()
    clinic.say("first")
    clinic.say("late", line=late)
    page.wait_for_selector("text=late")
    assert page.locator(".message").count() == 2
