"""A patient with WeChat: codes, lists, what is no word, danger, and days of silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.engine.model import Conversation
from coachbot.service.records import Changes, Progress, TimerRow
from coachbot.settings import load_settings
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage
from coachbot.testing.wechatapi import Fault, Follower
from coachbot.testing.wechatfront import WeChatFront
from tests.channels.wechat.bench import SITE
from tests.conftest import ROOT

#: A Monday of the first week, six in the morning in Berlin: nothing is due yet.
MONDAY = datetime(2026, 3, 9, 5, tzinfo=UTC)
WITH_TEMPLATES = (ROOT / "tests" / "site.yaml").read_text("utf-8") + "wechat:" + SITE.partition("wechat:")[2]


class House:
    """A stage whose patients hold phones."""

    def __init__(self, pack: Pack, site: Path | None = None) -> None:
        self.stage = Stage(MONDAY, pack=pack, front="wechat", settings=load_settings(site=site))
        assert isinstance(self.stage.front, WeChatFront)
        self.front = self.stage.front
        self.wechat = self.front.wechat

    def enter(self, name: str = "Kim", **role: object) -> tuple[Person, Follower]:
        """Somebody in the first week."""
        given = {"zone": "Europe/Berlin", "enrolled": date(2026, 3, 3), **role}
        person = self.stage.enter(Role(name, **given))  # type: ignore[arg-type]
        return person, self.front._people[person.chat]

    def asked(self, person: Person, dialog: str) -> None:
        """The coach opens a dialog, because the patient had asked for it."""
        record = self.stage.record(person)
        assert record is not None
        with self.stage.store.writing() as tx:
            tx.put_timers([TimerRow(record.id, f"remind:{dialog}", self.stage.now, None, {"dialog": dialog})])
        self.stage.settle()

    def answers(self, person: Person) -> dict[str, object]:
        record = self.stage.record(person)
        assert record is not None
        frame = record.conversation.frames[-1]
        return dict(frame.slots)

    def progress(self, person: Person) -> Progress:
        record = self.stage.record(person)
        assert record is not None
        assert record.enrolment is not None
        return record.enrolment.progress

    def alerts(self) -> list[str]:
        with self.stage.store.reading() as tx:
            return [alert.kind for alert in tx.alerts()]

    def settle(self) -> None:
        self.stage.settle()


@pytest.fixture
def house(pack: Pack) -> Iterator[House]:
    built = House(pack)
    yield built
    built.stage.close()


@pytest.fixture
def ringing(pack: Pack, tmp_path: Path) -> Iterator[House]:
    """A site with a template for check-ins."""
    site = tmp_path / "site.yaml"
    site.write_text(WITH_TEMPLATES)
    built = House(pack, site)
    yield built
    built.stage.close()


def evening(house: House) -> None:
    """To the evening's question about the exercises."""
    house.stage.travel(timedelta(hours=13, minutes=30))


# -- coming in and going ------------------------------------------------------------------------------
def test_a_scanned_code_opens_the_invitation(house: House) -> None:
    person, phone = house.enter("Bo", enrolled=None)
    phone.scans(person.code)
    house.settle()
    record = house.stage.record(person)
    assert record is not None
    assert record.enrolment is not None
    assert phone.messages


def test_a_stranger_who_follows_is_told_how_to_begin(house: House) -> None:
    _, phone = house.enter("Bo", enrolled=None, stranger=True)
    phone.subscribes()
    house.settle()
    assert "code from your invitation" in phone.texts[0]


def test_who_leaves_gets_nothing_and_is_welcomed_back(house: House) -> None:
    person, phone = house.enter()
    phone.unsubscribes()
    house.settle()
    house.stage.travel(timedelta(days=1))
    assert phone.messages == []
    assert house.alerts() == ["unreachable"]
    phone.subscribes()
    house.settle()
    assert phone.texts[0].startswith("Good to have you back")
    assert not house.progress(person).unreachable


def test_a_patient_who_refuses_messages_is_learnt_from_sending(house: House) -> None:
    person, phone = house.enter()
    phone.refuses = True
    evening(house)
    assert house.progress(person).unreachable


# -- answering ----------------------------------------------------------------------------------------
def test_a_number_answers_a_list_and_a_menu_entry_does_what_its_word_does(house: House) -> None:
    _, phone = house.enter()
    evening(house)
    assert "1. Yes, all of it" in phone.last.text
    phone.writes("1")
    house.settle()
    assert "How many minutes" in phone.last.text or "minutes" in phone.last.text
    phone.clicks("command:menu")
    house.settle()
    assert "Settings" in phone.last.text


def test_a_letter_is_the_answer_it_stands_before_and_no_value(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, "instrument/gad7")
    assert "A. " in phone.last.text
    first = house.stage.record(person)
    phone.writes("b")
    house.settle()
    record = house.stage.record(person)
    assert first is not None
    assert record is not None
    assert first.conversation.prompt != record.conversation.prompt
    assert "a1" in [value for frame in record.conversation.frames for value in frame.slots.values()]


def test_letters_answer_a_list_of_several(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, "instrument/rmdq")
    phone.writes("A, C")
    house.settle()
    phone.writes("b")
    house.settle()
    assert "3 of 4" in phone.last.text


def test_the_same_message_ten_times_counts_once(house: House) -> None:
    _, phone = house.enter()
    message = phone.writes("menu")
    house.settle()
    count = len(phone.messages)
    for _ in range(9):
        phone.repeats(message)
    house.settle()
    assert len(phone.messages) == count


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("image", {}, "can't open pictures"),
        ("voice", {"Recognition": "it was fine"}, "can't open pictures"),
        ("location", {"Location_X": "52.5", "Location_Y": "13.4"}, "can't tell what it means"),
        ("link", {"Title": "a page"}, "can't open pictures"),
        ("brand_new", {}, "can't tell what it means"),
    ],
)
def test_what_is_no_word_is_answered_kindly(house: House, kind: str, fields: dict[str, str], said: str) -> None:
    _, phone = house.enter()
    phone.sends(kind, **fields)
    house.settle()
    assert said in " ".join(phone.texts)


# -- danger -------------------------------------------------------------------------------------------
def test_danger_in_a_voice_that_wechat_wrote_down_is_read(house: House) -> None:
    _, phone = house.enter()
    phone.sends("voice", Recognition="I want to die")
    house.settle()
    assert house.alerts() == ["crisis"]


def test_help_comes_first_whatever_was_waiting_and_stands_alone(house: House) -> None:
    _, phone = house.enter()
    house.stage.travel(timedelta(days=4))
    waited = len(phone.messages)
    phone.writes("I want to kill myself")
    house.settle()
    assert house.alerts() == ["crisis"]
    assert "116 123" in phone.texts[waited]
    assert len(phone.messages) - waited <= 5


# -- the service window -------------------------------------------------------------------------------
def test_after_two_days_of_silence_nothing_is_tried_and_the_next_word_opens_the_door(house: House) -> None:
    person, phone = house.enter()
    house.stage.travel(timedelta(days=6, hours=13))
    calls = len(house.wechat.called("message/custom/send"))
    assert calls == len(phone.messages) <= 5  # not one call was refused
    before = house.stage.record(person)
    phone.writes("hello")
    house.settle()
    after = house.stage.record(person)
    assert len(phone.messages) > calls
    assert before is not None
    assert after is not None
    assert after.conversation.prompt is not None


def test_a_word_to_a_question_that_was_never_seen_is_no_answer_to_it(house: House) -> None:
    person, phone = house.enter(attended=("sct_1", "cse_1"))
    house.stage.travel(timedelta(days=2))
    evening(house)
    record = house.stage.record(person)
    assert record is not None
    assert record.conversation.prompt is not None
    assert not any("Did you get to your core exercises" in text for text in phone.texts[-1:])
    phone.writes("1")
    house.settle()
    now = house.stage.record(person)
    assert now is not None
    assert now.conversation.prompt == record.conversation.prompt
    assert phone.messages


def test_a_word_that_lets_a_note_go_is_not_asked_what_it_means(house: House) -> None:
    person, phone = house.enter(arm="exercise", attended=("cse_1",))
    house.stage.travel(timedelta(days=4, hours=4))
    record = house.stage.record(person)
    assert record is not None
    with house.stage.store.writing() as tx:  # nothing is open, and a note waits
        tx.save(Changes(conversations={record.id: replace(record, conversation=Conversation(record.id))}))
        waited = tx.outbox_shut()["wechat"]
    told = len(phone.messages)
    phone.writes("ok")
    house.settle()
    assert len(phone.messages) == told + min(waited, 5)
    assert "What do you need?" not in " ".join(phone.texts[told:])


def test_stop_is_heard_although_the_question_was_never_seen(house: House) -> None:
    _, phone = house.enter()
    house.stage.travel(timedelta(days=3))
    phone.writes("stop")
    house.settle()
    assert "stop" in " ".join(phone.texts[-3:]).lower()


def test_a_template_rings_for_a_check_in_and_the_question_comes_with_the_next_word(ringing: House) -> None:
    _, phone = ringing.enter(attended=("sct_1", "cse_1"))
    ringing.stage.travel(timedelta(days=2))
    evening(ringing)
    rung = [message for message in phone.messages if message.kind == "template"]
    assert rung
    assert "Write me any word" in rung[-1].text
    phone.writes("hi")
    ringing.settle()
    assert "Did you get to your core exercises" in " ".join(phone.texts[-3:])


def test_an_ended_access_token_costs_no_message(house: House) -> None:
    _, phone = house.enter()
    phone.writes("menu")
    house.settle()
    house.wechat.end_token()
    phone.writes("menu")
    house.settle()
    assert len(phone.messages) == 2


def test_a_message_in_doubt_is_sent_again_and_a_cut_one_is_not_lost(house: House) -> None:
    _, phone = house.enter()
    house.wechat.fail("message/custom/send", Fault(status=0))
    phone.writes("menu")
    house.settle()
    house.stage.travel(timedelta(minutes=1))
    house.settle()
    assert len(phone.messages) == 1
