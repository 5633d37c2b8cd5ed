"""The stream: nothing lost, nothing told twice, whatever happens to the wire."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from fastapi import FastAPI

from coachbot.channels.webchat import Hub, WebChat
from coachbot.channels.webchat.hub import MOST_WAITING, Hint
from coachbot.service.records import Address

from .fakes import Coach, FakeDesk, listening

pytestmark = pytest.mark.anyio


def text_of(event: dict[str, str]) -> str:
    return str(json.loads(event["data"])["body"]["text"])


async def test_what_stands_in_the_talk_comes_first(app: FastAPI, desk: FakeDesk, secret: str) -> None:
    first = desk.add("w1", "coach", {"kind": "text", "text": "one"})
    desk.add("w1", "patient", {"kind": "text", "text": "two"})
    desk.add("w2", "coach", {"kind": "text", "text": "somebody else's"})
    async with listening(app, secret) as stream:
        event = await stream.event()
        assert event["id"] == str(first.id)
        assert json.loads(event["data"])["id"] == str(first.id)
        assert text_of(await stream.event()) == "two"
        assert await stream.silence() == []
    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"


async def test_a_message_comes_once_and_before_its_row_is_settled(app: FastAPI, coach: Coach, secret: str) -> None:
    row = coach.row("hello")
    async with listening(app, secret) as stream:
        await stream.block()
        assert await coach.send("w1", row, settle=False) == str(row.id)
        assert text_of(await stream.event()) == "hello"
        coach.desk.add("w1", "coach", row.body, row.id)
        coach.hub.publish("w1", Hint("lines"))
        await coach.send("w1", row, settle=False)
        assert await stream.silence(0.3) == []


async def test_a_tap_in_the_middle_of_a_burst_loses_nothing(app: FastAPI, coach: Coach, secret: str) -> None:
    """The coach's second message has a smaller id than the patient's tap, and is sent after it."""
    one, two = coach.row("one"), coach.row("two")
    async with listening(app, secret) as stream:
        await stream.block()
        await coach.send("w1", one)
        coach.desk.add("w1", "patient", {"kind": "text", "text": "tap"})
        coach.hub.publish("w1", Hint("lines"))
        assert [text_of(await stream.event()) for _ in range(2)] == ["one", "tap"]
        await coach.send("w1", two)
        late = await stream.event()
        assert text_of(late) == "two"
        assert int(late["id"]) > two.id, "the cursor of a reconnect must not go back"
        assert await stream.silence() == []


async def test_a_reconnect_goes_on_where_it_broke_off(app: FastAPI, coach: Coach, secret: str) -> None:
    async with listening(app, secret) as stream:
        for text in ("one", "two"):
            await coach.send("w1", coach.row(text))
        last = [await stream.event() for _ in range(2)][-1]["id"]
    for text in ("three", "four"):
        await coach.send("w1", coach.row(text))
    async with listening(app, secret, last=last, after="1") as stream:
        assert [text_of(await stream.event()) for _ in range(2)] == ["three", "four"]
        await coach.send("w1", coach.row("five"))
        assert text_of(await stream.event()) == "five"
        assert await stream.silence() == []


async def test_many_broken_wires_tell_every_line_once(app: FastAPI, coach: Coach, secret: str) -> None:
    told: list[str] = []
    last = ""
    for count in range(12):
        await coach.send("w1", coach.row(f"away {count}"))
        async with listening(app, secret, last=last) as stream:
            await coach.send("w1", coach.row(f"here {count}"))
            events = [await stream.event() for _ in range(2)]
        told += [text_of(event) for event in events]
        last = events[-1]["id"]
    assert told == [f"{where} {count}" for count in range(12) for where in ("away", "here")]


async def test_a_line_without_a_hint_is_found_at_the_heartbeat(app: FastAPI, desk: FakeDesk, secret: str) -> None:
    async with listening(app, secret) as stream:
        await stream.block()
        desk.add("w1", "coach", {"kind": "text", "text": "from another process"})
        assert text_of(await stream.event()) == "from another process"


async def test_a_long_talk_comes_whole(app: FastAPI, desk: FakeDesk, secret: str) -> None:
    for count in range(1203):
        desk.add("w1", "coach", {"kind": "text", "text": str(count)})
    async with listening(app, secret) as stream:
        assert [text_of(await stream.event()) for _ in range(1203)] == [str(n) for n in range(1203)]


async def test_heartbeats_and_the_sign_of_typing(app: FastAPI, hub: Hub, patient: Any, secret: str) -> None:
    async with listening(app, secret) as stream:
        assert "retry" in await stream.block()
        assert (await stream.block())[""] == "heartbeat"
        async with patient() as browser:
            await browser.post("/api/say", json={"id": str(uuid.uuid4()), "text": "hi"})
        assert text_of(await stream.event()) == "hi"
        await stream.event("typing")
    assert hub.listeners("w1") == 0


async def test_a_device_that_is_forgotten_is_told(app: FastAPI, desk: FakeDesk, secret: str) -> None:
    async with listening(app, secret) as stream:
        await stream.block()
        del desk.devices[secret]
        await stream.event("gone")
        await stream.ended.wait()


async def test_the_hub_can_hang_up_on_all(app: FastAPI, hub: Hub, secret: str) -> None:
    async with listening(app, secret) as stream:
        await stream.block()
        hub.close()
        await stream.ended.wait()


async def test_a_page_too_slow_for_its_hints_looks_into_the_store() -> None:
    hub = Hub()
    with hub.listen("w1") as ear:
        for _ in range(MOST_WAITING + 1):
            hub.publish("w1", Hint("typing"))
        kinds = []
        while hint := await ear.next(0.01):
            kinds.append(hint.kind)
    assert kinds == ["lines", "typing"]


async def test_a_message_for_nobody_is_delivered_all_the_same(coach: Coach, hub: Hub) -> None:
    channel = WebChat(hub)
    row = coach.row("later")
    assert await channel.deliver(Address(1, 1, "webchat", "nobody here"), row) == str(row.id)
    assert channel.name == "webchat"
    assert channel.capabilities.deduplicates


async def test_a_hint_may_come_from_another_thread(hub: Hub) -> None:
    import asyncio

    with hub.listen("w1") as ear:
        await asyncio.to_thread(hub.publish, "w1", Hint("typing"))
        hint = await ear.next(1)
    assert hint is not None
    assert hint.kind == "typing"
