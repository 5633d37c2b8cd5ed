"""Somebody of the staff with a phone: linked by a code, told of an alert, and "I've seen it" by a press."""

from __future__ import annotations

from typing import Any

from coachbot.bootstrap import staff_rooms
from coachbot.carriers.chat import ChatCarrier
from coachbot.service.notices.post import Post
from coachbot.service.staff.records import StaffRow
from tests.channels.telegram.conftest import House


def test_a_member_is_told_and_acknowledges_on_their_own_phone(house: House) -> None:
    person, phone = house.enter()
    coach = house.stage.coach
    rooms = staff_rooms(coach)
    lin = StaffRow(coach.world.ids.next(), "Lin", "therapist")
    with coach.store.writing() as tx:
        tx.put_staff(lin)
    post = Post(coach.store, coach.world.clock, coach.writer, {"chat": _carrier(house)})

    def carry() -> None:
        house.poll()
        rooms.talk.drain()
        coach.notices.work()
        house.stage._runner.run(post.drain())

    own = house.telegram.person("Lin", chat=777_777)
    own.writes(f"/start {rooms.ways.chat_code(lin.id, 0)}")
    carry()
    assert own.last.text.startswith("This chat is yours now, Lin.")
    phone.writes("i want to kill myself")
    carry()
    assert own.last.text.startswith("Please look (look soon):")
    own.presses("I've seen it")
    carry()
    assert own.last.text.startswith("Written down: seen by you")
    record = house.stage.record(person)
    assert record is not None
    with coach.store.reading() as tx:
        assert [alert.acknowledged_by for alert in tx.alerts(record.id) if alert.kind == "crisis"] == ["Lin"]
    assert "kill" not in " ".join(own.texts)


def _carrier(house: House) -> Any:
    return ChatCarrier({"telegram": house.front.channel}, house.stage.clock)
