"""Codes, cookies, links for a second device."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from coachbot.channels.webchat.guards import Tries

from .fakes import FakeDesk

pytestmark = pytest.mark.anyio
CODE = "ABCD-EFGH-JKLM-NPQR"


async def test_a_code_opens_a_new_chat_and_binds_the_device(visit: Any, desk: FakeDesk) -> None:
    async with visit() as browser:
        answer = await browser.post("/api/enter", json={"code": f" {CODE} "})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        assert (await browser.get("/api/lines")).status_code == 200
    (update,) = desk.updates
    assert (update.kind, update.text, update.account, update.channel) == ("start", CODE, 1, "webchat")
    assert len(update.chat) > 32


async def test_over_https_the_cookie_is_secure(visit: Any) -> None:
    async with visit("https://test") as browser:
        answer = await browser.post("/api/enter", json={"code": CODE})
    assert "Secure" in answer.headers["set-cookie"]


async def test_two_strangers_get_two_chats(visit: Any, desk: FakeDesk) -> None:
    async with visit() as browser:
        await browser.post("/api/enter", json={"code": CODE})
        await browser.post("/api/enter", json={"code": CODE})
    assert len({update.chat for update in desk.updates}) == 2


async def test_a_try_sent_again_leads_into_the_same_chat(visit: Any, desk: FakeDesk) -> None:
    attempt = {"id": str(uuid.uuid4()), "code": CODE}
    async with visit() as browser:
        await browser.post("/api/enter", json=attempt)
        again = await browser.post("/api/enter", json={**attempt, "code": CODE.lower()})
        other = await browser.post("/api/enter", json={**attempt, "code": "another code"})
    assert again.status_code == other.status_code == 204
    assert len(desk.updates) == 2
    assert len(set(desk.devices.values())) == 2


async def test_without_a_code_it_says_what_to_do(visit: Any, desk: FakeDesk) -> None:
    async with visit() as browser:
        answer = await browser.post("/api/enter", json={"code": "  "})
    assert answer.status_code == 400
    assert answer.json()["error"] == "no_code"
    assert "code" in answer.json()["message"]
    assert desk.updates == []


async def test_the_code_of_a_members_chat_is_refused_and_stays_good(visit: Any, desk: FakeDesk) -> None:
    async with visit() as browser:
        answer = await browser.post("/api/enter", json={"code": "staff-" + "0a" * 16})
    assert (answer.status_code, answer.json()["error"]) == (409, "staff_code")
    assert "still good" in answer.json()["message"]
    assert desk.updates == []


async def test_ten_tries_an_hour(visit: Any) -> None:
    async with visit() as browser:
        for _ in range(10):
            assert (await browser.post("/api/enter", json={"code": CODE})).status_code == 204
        answer = await browser.post("/api/enter", json={"code": CODE})
    assert answer.status_code == 429
    assert "wait" in answer.json()["message"]
    assert 0 < int(answer.headers["retry-after"]) <= 3600


async def test_tries_are_counted_by_place_and_forgotten_in_time() -> None:
    now = [0.0]
    tries = Tries(2, 60, lambda: now[0])
    assert [tries.count("a"), tries.count("a"), tries.count("b")] == [0, 0, 0]
    assert tries.count("a") == 61
    now[0] = 61
    assert tries.count("a") == 0


async def test_a_stranger_is_told_to_come_in(visit: Any) -> None:
    async with visit(cookies={"coachbot_device": "made up"}) as browser:
        for path in ("/api/lines", "/api/stream", "/api/media/1"):
            assert (await browser.get(path)).status_code == 401
        for path in ("say", "press", "attach", "link"):
            answer = await browser.post(f"/api/{path}", json={})
            assert answer.status_code == 401
            assert answer.json()["error"] == "not_in"


async def test_a_link_lets_one_more_device_in_once(patient: Any, visit: Any) -> None:
    async with patient() as browser:
        path = (await browser.post("/api/link", json={})).json()["path"]
    async with visit() as other:
        answer = await other.get(f"/{path}")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert (await other.get("/api/lines")).status_code == 200
    async with visit() as third:
        answer = await third.get(f"/{path}")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "link has been used" in answer.text


@pytest.mark.parametrize("header", [{"user-agent": "WhatsApp/2.23"}, {"sec-purpose": "prefetch"}])
async def test_a_preview_does_not_use_a_link_up(visit: Any, desk: FakeDesk, header: dict[str, str]) -> None:
    token = desk.new_link("p-w1")
    async with visit() as other:
        assert "set-cookie" not in (await other.get(f"/l/{token}", headers=header)).headers
        assert (await other.get(f"/l/{token}")).status_code == 303


async def test_links_are_limited(patient: Any) -> None:
    async with patient() as browser:
        answers = [await browser.post("/api/link", json={}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
