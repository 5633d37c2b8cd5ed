"""A real Chromium at the demo's web chat."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.process.conftest import Process

#: Debian's Chromium, kept from calling home.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"
_PATIENCE_S = 15.0
#: Tries, a second apart, until the made-up patients have come in.
_COHORT_S = 240


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. Closed after its module: Playwright's event loop runs in the thread of the tests until then."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Process]:
    """A demo in a process of its own."""
    running = Process(tmp_path, "demo")
    running.start()
    yield running
    running.stop()


class Patient:
    """Somebody at the page, clicking and typing as a person does."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    # -- looking -----------------------------------------------------------------------------------------
    def lines(self) -> list[dict[str, Any]]:
        data = self.page.request.get(f"{self.url}/api/lines?after=0").json()
        return list(data["lines"] if isinstance(data, dict) else data)

    def question(self) -> dict[str, Any]:
        """The question now open, as the server has it."""
        asked = [line["body"] for line in self.lines() if line["by"] == "coach" and line["body"].get("token")]
        return dict(asked[-1])

    def is_asked(self) -> bool:
        """Does a question wait for an answer, or has the last one been answered?"""
        lines = self.lines()
        token = self.question()["token"]
        pressed = {line["body"].get("token") for line in lines if line["by"] == "patient"}
        return token not in pressed and lines[-1]["body"].get("token") == token

    def sees(self, text: str) -> None:
        """Wait until a text stands on the page."""
        self.page.get_by_text(text).last.wait_for(timeout=_PATIENCE_S * 1000)

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))

    # -- doing -------------------------------------------------------------------------------------------
    def press(self, label: str) -> None:
        before, count = self.question()["token"], len(self.lines())
        self.page.get_by_role("button", name=label, exact=True).last.click(timeout=_PATIENCE_S * 1000)
        self._until_moved(before, count)

    def tick(self, *labels: str) -> None:
        for label in labels:
            self.page.get_by_label(label, exact=True).last.check(timeout=_PATIENCE_S * 1000)
        self.press("That's all")

    def say(self, text: str) -> None:
        before, count = self.question()["token"], len(self.lines())
        self.page.locator("#write").fill(text)
        self.page.keyboard.press("Enter")
        self._until_moved(before, count)

    def _until_moved(self, token: str, count: int) -> None:
        """Wait for the answer of the coach: another question, or an end."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if self.question()["token"] != token or len(self.lines()) > count + 1:
                break
            time.sleep(0.05)
        self._until_shown()

    def _until_shown(self) -> None:
        """Wait until the page shows the last thing that the coach said."""
        last = [line for line in self.lines() if line["by"] == "coach" and line["body"].get("text")][-1]
        choices = last["body"].get("choices") or []
        if choices:
            self.page.get_by_text(choices[0][1], exact=True).last.wait_for(timeout=_PATIENCE_S * 1000)

    def jump(self, **to: Any) -> None:
        answer = self.page.request.post(f"{self.url}/demo/api/jump", data=to)
        assert answer.ok, answer.text()
        time.sleep(0.3)


@pytest.fixture
def newcomer(chromium: Any, demo: Process) -> Iterator[Patient]:
    """A patient on a phone who has just come in with a code."""
    page = chromium.new_page(viewport=PHONE, reduced_motion="reduce")
    patient = Patient(page, demo.url)
    code = page.request.post(f"{demo.url}/demo/api/new", data={"arm": "combined"}).json()["code"]
    page.goto(f"{demo.url}/c/{code}")
    page.get_by_role("button", name="Begin", exact=True).click()
    patient.sees("Yes, let's begin")
    yield patient
    page.close()


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
