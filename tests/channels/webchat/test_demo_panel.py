"""The demo's panel: the page, the clock, fresh codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from coachbot.channels.webchat.demo_panel import create_panel
from coachbot.errors import EnrolmentError

from .fakes import FakeDesk

pytestmark = pytest.mark.anyio


class FakeDemo:
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        self.jumps: list[dict[str, Any]] = []
        self.asked: list[str | None] = []
        self.nothing_planned = False

    async def jump(self, *, hours: float = 0, days: float = 0, to_next: bool = False) -> None:
        if to_next and self.nothing_planned:
            raise EnrolmentError("Nothing is planned yet.")
        self.jumps.append({"hours": hours, "days": days, "to_next": to_next})

    async def state(self, patient: str | None) -> Mapping[str, Any]:
        self.asked.append(patient)
        return {"now": "Sat 7 March 2026, 10:00", "planned": []}

    async def new_code(self, arm: str) -> str:
        if arm not in ("combined", "exercise"):
            raise ValueError(f"there is no arm '{arm}'; there is: combined, exercise")
        return "ABCD-EFGH"


@pytest.fixture
def demo(app: FastAPI, desk: FakeDesk) -> FakeDemo:
    demo = FakeDemo()
    app.include_router(create_panel(demo, desk))
    return demo


async def test_the_page_and_its_files(visit: Any, demo: FakeDemo) -> None:
    async with visit() as browser:
        page = await browser.get("/demo")
        assert page.status_code == 200
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert (await browser.get("/demo/files/panel.js")).status_code == 200
        assert (await browser.get("/demo/files/panel.css")).status_code == 200
        assert (await browser.get("/demo/files/panel.html")).status_code == 404


async def test_the_state_is_that_of_the_device(visit: Any, patient: Any, demo: FakeDemo) -> None:
    async with visit() as browser:
        assert (await browser.get("/demo/api/state")).json()["planned"] == []
    async with patient() as browser:
        await browser.get("/demo/api/state")
    assert demo.asked == [None, "p-w1"]


@pytest.mark.parametrize(
    ("body", "jump"),
    [
        ({"hours": 1}, {"hours": 1, "days": 0, "to_next": False}),
        ({"days": 1}, {"hours": 0, "days": 1, "to_next": False}),
        ({"to": "next"}, {"hours": 0, "days": 0, "to_next": True}),
    ],
)
async def test_a_jump(visit: Any, demo: FakeDemo, body: dict[str, Any], jump: dict[str, Any]) -> None:
    async with visit() as browser:
        assert (await browser.post("/demo/api/jump", json=body)).status_code == 200
    assert demo.jumps == [jump]


@pytest.mark.parametrize("body", [{}, {"hours": -1}, {"hours": "1"}, {"days": 1000}, {"to": "yesterday"}])
async def test_no_other_jump(visit: Any, demo: FakeDemo, body: dict[str, Any]) -> None:
    async with visit() as browser:
        assert (await browser.post("/demo/api/jump", json=body)).status_code == 400
    assert demo.jumps == []


async def test_a_jump_to_nothing_says_why(visit: Any, demo: FakeDemo) -> None:
    demo.nothing_planned = True
    async with visit() as browser:
        answer = await browser.post("/demo/api/jump", json={"to": "next"})
    assert (answer.status_code, answer.json()["message"]) == (409, "Nothing is planned yet.")


async def test_a_fresh_code(visit: Any, demo: FakeDemo) -> None:
    async with visit() as browser:
        assert (await browser.post("/demo/api/new", json={"arm": "combined"})).json() == {"code": "ABCD-EFGH"}
        unknown = await browser.post("/demo/api/new", json={"arm": "third"})
        missing = await browser.post("/demo/api/new", json={})
    assert unknown.status_code == missing.status_code == 400
    assert "there is: combined, exercise" in unknown.json()["message"]


async def test_without_the_panel_there_is_none(visit: Any) -> None:
    async with visit() as browser:
        assert (await browser.get("/demo")).status_code == 404
