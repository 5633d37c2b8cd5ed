"""The page in a real Chromium, on a phone: a whole round, the connection lost in the middle, the page loaded anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.browser.conftest import QUIET, SCREENSHOTS
from tests.service.filling import ALL, Filling

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
]
PHONE = {"width": 360, "height": 740}
_PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the pages are served."""
    served = Starlette(routes=[Mount("/q", app=app)])
    server = uvicorn.Server(uvicorn.Config(served, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/q"
    server.should_exit = True
    thread.join(5)


def aside(work: Callable[[], Any]) -> None:
    """Do it in a thread of its own: Playwright keeps an event loop running in that of the tests."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


class Reader:
    """Somebody with the page on their phone."""

    def __init__(self, browser: Any, address: str, filling: Filling, **options: Any) -> None:
        self.context = browser.new_context(viewport=PHONE, reduced_motion="reduce", **options)
        self.page = self.context.new_page()
        self.filling = filling
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)
        self.page.goto(f"{address}/{filling.token}")

    @property
    def step(self) -> Any:
        return self.page.locator(".step.current")

    @property
    def name(self) -> str:
        return str(self.step.get_attribute("data-step"))

    def says(self, text: str) -> None:
        self.page.get_by_text(text).locator("visible=true").first.wait_for(timeout=_PATIENCE_MS)

    def pick(self, label: str) -> None:
        """The answer of this name, in every question of the step."""
        for option in self.step.get_by_label(label, exact=True).all():
            option.check()

    def next(self) -> None:
        self.step.get_by_role("button", name="Next", exact=True).click()

    def lowest(self) -> None:
        """The first answer to each question."""
        for question in self.step.locator("[data-question]").all():
            question.locator(".option:not(.out) input").first.check()

    def ticks(self) -> None:
        """The first statement of each page of ticks, and no other."""
        for question in self.step.locator("[data-question]").all():
            question.locator(".option input").first.check()
            question.get_by_role("button", name="That's all").click()

    def shot(self, name: str, *, whole: bool = False) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"page_{name}.png"), full_page=whole)

    def kept(self) -> str:
        """What lies on the device."""
        return str(self.page.evaluate("JSON.stringify(localStorage)"))


@pytest.fixture
def reader(chromium: Any, address: str, filling: Filling) -> Iterator[Reader]:
    made = Reader(chromium, address, filling)
    yield made
    assert made.faults == []
    made.context.close()


def test_a_whole_round_with_the_connection_lost_in_the_middle(reader: Reader) -> None:
    filling = reader.filling
    reader.shot("start")
    reader.ticks()
    reader.says("All your answers are saved.")
    reader.next()
    assert reader.name == "nrs"
    reader.pick("4")
    reader.shot("numbers", whole=True)
    reader.next()

    reader.context.set_offline(True)
    assert reader.name == "gad7"
    reader.pick("On a few days")
    reader.says("No connection.")
    reader.shot("offline")
    reader.next()
    assert reader.name == "pcs"
    assert "gad7" in reader.kept()
    assert filling.step("gad7").questions[0].known is False

    reader.context.set_offline(False)
    reader.says("All your answers are saved.")
    assert reader.kept() == "{}"
    assert filling.step("gad7").is_complete
    reader.page.reload()
    assert reader.name == "pcs"
    reader.step.get_by_role("button", name="Back").click()
    assert reader.step.get_by_label("On a few days", exact=True).first.is_checked()
    reader.next()

    reader.lowest()
    reader.next()
    assert reader.name == "pseq"
    reader.pick("3")
    reader.next()
    reader.page.locator("form.current[data-step=phq9]").wait_for(timeout=_PATIENCE_MS)  # asks whether it may open
    reader.lowest()
    reader.step.get_by_role("button", name="Finish").click()
    reader.says("That was all of it")
    reader.shot("done")
    stored = {row.instrument: row for row in filling.responses()}
    assert tuple(stored) == ALL
    assert sum(stored["rmdq"].body["answers"].values()) == 4
    assert stored["nrs"].body["answers"] == {"current": 4, "worst": 4, "average": 4}
    assert stored["gad7"].body["scores"] == {"total": 7}
    assert all(row.body["missing"] == 0 for row in stored.values())


def test_what_was_not_sent_survives_a_page_that_is_loaded_anew(reader: Reader) -> None:
    """The ticks that nobody confirmed yet, and an answer that found no connection."""
    first = reader.step.locator("[data-question]").first
    first.locator(".option input").nth(1).check()
    reader.page.route("**/answers", lambda route: route.abort())
    second = reader.step.locator("[data-question]").nth(1)
    second.get_by_role("button", name="None of these").click()
    reader.says("No connection.")
    reader.page.reload()
    assert reader.step.locator("[data-question]").first.locator(".option input").nth(1).is_checked()
    assert reader.filling.step("rmdq").questions[1].known is False
    reader.page.unroute("**/answers")
    reader.page.reload()
    reader.says("All your answers are saved.")
    assert reader.filling.step("rmdq").questions[1].value == ()
    assert reader.filling.step("rmdq").questions[0].known is False


def test_an_open_question_is_named_and_can_be_left_out_on_purpose(reader: Reader) -> None:
    reader.ticks()
    reader.next()
    reader.step.locator("[data-question]").first.get_by_label("4", exact=True).check()
    reader.next()
    reader.says("2 questions are still open.")
    reader.shot("open")
    reader.step.get_by_role("button", name="Leave the rest out").click()
    reader.next()
    assert reader.name == "gad7"
    reader.says("All your answers are saved.")
    assert [question.value for question in reader.filling.step("nrs").questions] == [4, None, None]


def test_item_9_shows_its_help_at_once_even_without_a_connection(reader: Reader) -> None:
    filling = reader.filling
    aside(lambda: [filling.answer(name) for name in ALL[:-1]])
    reader.page.reload()
    assert reader.name == "phq9"
    reader.context.set_offline(True)
    question = reader.page.locator("[data-question=p9]")
    question.get_by_label("On a few days", exact=True).check()
    reader.says("What you tell me sounds serious")
    reader.says("nobody has been told yet")
    assert reader.page.get_by_role("link", name="Call 112").is_visible()
    reader.shot("help")
    assert filling.house.alerts(filling.person) == []
    reader.context.set_offline(False)
    reader.says("All your answers are saved.")
    assert filling.house.alert(filling.person, "crisis").priority == "high"
    assert not reader.page.get_by_text("nobody has been told yet").is_visible()


def test_item_9_left_out_is_asked_once_more(reader: Reader) -> None:
    filling = reader.filling
    aside(lambda: [filling.answer(name) for name in ALL[:-1]])
    reader.page.reload()
    question = reader.page.locator("[data-question=p9]")
    question.get_by_label("Leave this one out").click()
    reader.says("I ask once more, because you matter here")
    assert filling.house.alerts(filling.person) == []
    question.get_by_label("Leave this one out").click()
    reader.says("You left that one open, and you may.")
    reader.says("All your answers are saved.")
    assert filling.house.alert(filling.person, "crisis")


def test_a_step_can_be_filled_in_with_the_keyboard_alone(reader: Reader) -> None:
    reader.ticks()
    reader.next()
    assert reader.page.evaluate("document.activeElement.tagName") == "H2"
    assert reader.page.get_by_role("group", name="Right now, how strong is the pain").count() == 1
    assert reader.page.get_by_role("radio", name="10", exact=True).count() == 3
    for _ in range(3):
        reader.page.keyboard.press("Tab")
        reader.page.keyboard.press("Space")
        for _ in range(3):
            reader.page.keyboard.press("ArrowRight")
    reader.says("All your answers are saved.")
    assert [question.value for question in reader.filling.step("nrs").questions] == [3, 3, 3]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_small_phone_and_every_target_is_large(
    chromium: Any, address: str, filling: Filling, scheme: str
) -> None:
    reader = Reader(chromium, address, filling, color_scheme=scheme)
    for name in ALL:
        reader.page.evaluate(
            "name => document.querySelectorAll('.step').forEach("
            "one => one.classList.toggle('current', one.dataset.step === name))",
            name,
        )
        reader.shot(f"{scheme}_{name}", whole=True)
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        heights = reader.page.eval_on_selector_all(
            ".step.current .option, .step.current button",
            "all => all.filter(one => one.offsetHeight).map(one => one.offsetHeight)",
        )
        assert min(heights) >= 44
    reader.context.close()
