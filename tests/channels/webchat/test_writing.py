"""What a page sends is stored once, cut, and refused kindly where it must be."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from .fakes import FakeDesk

pytestmark = pytest.mark.anyio


def new_id() -> str:
    return str(uuid.uuid4())


async def test_words_are_stored_under_the_pages_own_id(patient: Any, desk: FakeDesk) -> None:
    update_id = new_id()
    async with patient() as browser:
        answer = await browser.post("/api/say", json={"id": update_id, "text": "hello"})
    assert answer.json() == {"fresh": True}
    (update,) = desk.updates
    assert (update.update_id, update.chat, update.kind, update.text) == (update_id, "w1", "text", "hello")


async def test_a_repeated_message_is_stored_once(patient: Any, desk: FakeDesk) -> None:
    message = {"id": new_id(), "text": "hello"}
    async with patient() as browser:
        answers = [(await browser.post("/api/say", json=message)).json()["fresh"] for _ in range(3)]
    assert answers == [True, False, False]
    assert len(desk.updates) == 1


async def test_a_press_and_an_attachment(patient: Any, desk: FakeDesk) -> None:
    async with patient() as browser:
        await browser.post("/api/press", json={"id": new_id(), "token": "t1", "code": "all"})
        await browser.post("/api/attach", json={"id": new_id(), "kind": "photo"})
    press, attachment = desk.updates
    assert (press.kind, press.token, press.code) == ("press", "t1", "all")
    assert (attachment.kind, attachment.attachment, attachment.text) == ("attachment", "photo", "")


@pytest.mark.parametrize("letter", ["x", "ä", "漢"])
async def test_a_very_long_text_is_stored_cut(patient: Any, desk: FakeDesk, letter: str) -> None:
    text = letter * (64 * 1024 // len(letter.encode()))
    async with patient() as browser:
        answer = await browser.post(
            "/api/say",
            content=f'{{"id":"{new_id()}","text":"{text}"}}'.encode(),
            headers={"content-type": "application/json"},
        )
    assert answer.status_code == 200
    assert desk.updates[0].text == letter * min(len(text), 20_000)


async def test_more_than_that_is_refused_kindly(patient: Any, desk: FakeDesk) -> None:
    async with patient() as browser:
        answer = await browser.post("/api/say", json={"id": new_id(), "text": "x" * 70_000})
    assert answer.status_code == 413
    assert "smaller pieces" in answer.json()["message"]
    assert desk.updates == []


async def test_what_no_database_keeps_is_taken_out(patient: Any, desk: FakeDesk) -> None:
    async with patient() as browser:
        await browser.post(
            "/api/say",
            content=f'{{"id": "{new_id()}", "text": "a\\u0000b\\ud800c"}}',
            headers={"content-type": "application/json"},
        )
    assert desk.updates[0].text == "ab?c"


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("say", '{"text": "x"}', "bad_id"),
        ("say", '{"id": "not-a-uuid", "text": "x"}', "bad_id"),
        ("say", '{"id": "ID"}', "bad_field"),
        ("say", '{"id": "ID", "text": 5}', "bad_field"),
        ("press", '{"id": "ID", "token": "t"}', "bad_field"),
        ("attach", '{"id": "ID", "kind": "elephant"}', "bad_field"),
        ("attach", '{"id": "ID", "kind": ["photo"]}', "bad_field"),
        ("say", "[1]", "not_json"),
        ("say", "{", "not_json"),
        ("say", "[" * 60_000, "not_json"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_a_sentence(
    patient: Any, desk: FakeDesk, path: str, body: str, error: str
) -> None:
    headers = {"content-type": "application/json"}
    async with patient() as browser:
        answer = await browser.post(f"/api/{path}", content=body.replace("ID", new_id()), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert len(answer.json()["message"]) > 20
    assert desk.updates == []


async def test_another_website_cannot_write(patient: Any, desk: FakeDesk) -> None:
    message = {"id": new_id(), "text": "x"}
    async with patient() as browser:
        elsewhere = await browser.post("/api/say", json=message, headers={"sec-fetch-site": "cross-site"})
        as_form = await browser.post("/api/say", data=message)
    assert (elsewhere.status_code, as_form.status_code) == (403, 415)
    assert desk.updates == []


async def test_a_broken_store_is_a_500_so_that_the_page_tries_again(patient: Any, desk: FakeDesk) -> None:
    message = {"id": new_id(), "text": "x"}
    async with patient() as browser:
        desk.broken = True
        answer = await browser.post("/api/say", json=message)
        desk.broken = False
        assert (answer.status_code, answer.json()["error"]) == (500, "server")
        assert (await browser.post("/api/say", json=message)).json() == {"fresh": True}
