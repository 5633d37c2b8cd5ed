"""A patient with a phone: buttons, edits, files, blocking, and everything that is not a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coachbot.testing.botapi import Fault
from tests.channels.telegram.conftest import House


def evening(house: House) -> None:
    """To the evening's question about the exercises."""
    house.stage.travel(timedelta(hours=13, minutes=30))


# -- buttons ------------------------------------------------------------------------------------------
def test_an_answered_question_loses_its_buttons_and_shows_the_answer(house: House) -> None:
    _, phone = house.enter()
    evening(house)
    question = phone.last
    label = question.buttons[0][0]
    phone.presses(label)
    house.poll()
    assert question.buttons == []
    assert question.text.endswith(f"Your answer: {label}")
    assert len(house.telegram.called("answerCallbackQuery")) == 1


def test_a_typed_answer_takes_the_buttons_away_and_repeats_nothing(house: House) -> None:
    _, phone = house.enter()
    evening(house)
    question = phone.last
    phone.writes(question.buttons[0][0])
    house.poll()
    assert question.buttons == []
    assert "Your answer" not in question.text


def test_last_weeks_button_is_answered_kindly_and_changes_nothing(house: House) -> None:
    person, phone = house.enter()
    evening(house)
    data = phone.last.buttons[0][1]
    house.stage.travel(timedelta(days=7))
    before, count = house.place(person), len(phone.messages)
    phone.presses_data(data)
    house.poll()
    assert len(phone.messages) == count + 1
    assert house.place(person).frames == before.frames


def test_the_same_press_under_a_new_update_id_counts_once(house: House) -> None:
    _, phone = house.enter()
    evening(house)
    press = phone.presses(phone.last.buttons[0][0])
    house.poll()
    count = len(phone.messages)
    house.telegram.put(phone.bot, {"callback_query": press["callback_query"]})
    house.poll()
    assert len(phone.messages) == count


def test_the_same_update_ten_times_counts_once(house: House) -> None:
    _, phone = house.enter()
    update = phone.writes("menu")
    house.poll()
    count = len(phone.messages)
    for _ in range(9):
        house.telegram.put_raw(phone.bot, update)
    house.poll()
    assert len(phone.messages) == count


def test_a_list_is_ticked_in_its_own_message_and_a_repeated_tick_does_not_untick(house: House) -> None:
    _, phone = house.enter()
    phone.writes("menu")
    house.poll()
    phone.presses("Settings")
    house.poll()
    phone.presses("Exercise days")
    house.poll()
    days = phone.last
    count = len(phone.messages)
    tuesday = next(data for label, data in days.buttons if label.startswith("Tue"))
    phone.presses_data(tuesday, days.id)
    house.poll()
    assert len(phone.messages) == count
    assert days.edits >= 1
    assert "✓ Tue" in str(days.buttons)
    phone.presses_data(tuesday, days.id)
    house.poll()
    assert "✓ Tue" in str(days.buttons)


def test_an_instrument_stays_in_one_message(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, "instrument/gad7")
    count = len(phone.messages)
    item = phone.last
    for _ in range(3):
        phone.presses(item.buttons[0][0], item)
        house.poll()
    assert phone.last is item
    assert len(phone.messages) == count
    assert item.edits == 3


def test_typed_answers_bring_the_next_item_in_a_message_of_its_own(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, "instrument/gad7")
    item = phone.last
    phone.writes(item.buttons[0][0])
    house.poll()
    assert phone.last is not item
    assert item.buttons == []


# -- coming in and going ------------------------------------------------------------------------------
def test_a_deep_link_opens_the_invitation(house: House) -> None:
    person, phone = house.enter("Bo", enrolled=None)
    phone.writes(f"/start {person.code}")
    house.poll()
    record = house.stage.record(person)
    assert record is not None
    assert record.enrolment is not None


def test_a_stranger_is_told_how_to_begin(house: House) -> None:
    _, phone = house.enter("Bo", enrolled=None, stranger=True)
    phone.writes("/start")
    house.poll()
    assert "code from your invitation" in phone.texts[0]


def test_blocking_stops_what_the_coach_would_send_and_tells_the_therapist(house: House) -> None:
    person, phone = house.enter()
    phone.blocks()
    house.poll()
    house.stage.travel(timedelta(days=3))
    assert phone.messages == []
    assert house.telegram.called("sendMessage") == []
    with house.stage.store.reading() as tx:
        assert [alert.kind for alert in tx.alerts()] == ["unreachable"]
    phone.unblocks()
    house.poll()
    assert phone.texts[0].startswith("Good to have you back")
    count = len(phone.messages)
    house.stage.travel(timedelta(days=1))
    assert len(phone.messages) > count
    assert not house.progress(person).unreachable


def test_a_block_that_only_sending_shows_is_learnt_from_it(house: House) -> None:
    person, phone = house.enter()
    phone.blocked = True
    house.stage.travel(timedelta(days=1))
    house.stage.settle()
    assert house.progress(person).unreachable


def test_a_dangerous_word_is_a_sign_of_life_so_that_the_check_ins_after_it_come(house: House) -> None:
    person, phone = house.enter()
    phone.blocks()
    house.poll()
    phone.blocked = False  # Telegram's word of the unblocking was lost
    phone.writes("I want to die")
    house.poll()
    assert not house.progress(person).unreachable
    count = len(phone.messages)
    house.stage.travel(timedelta(days=1))
    assert len(phone.messages) > count


# -- what is no word ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"sticker": {"file_id": "s", "emoji": "x"}}, "can't tell what it means"),
        ({"photo": [{"file_id": "p"}]}, "can't open pictures"),
        ({"voice": {"file_id": "v"}}, "can't open pictures"),
        ({"document": {"file_id": "d"}}, "can't open pictures"),
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "can't tell what it means"),
        ({"contact": {"phone_number": "+49301", "first_name": "A"}}, "can't tell what it means"),
        ({"dice": {"value": 3}}, "can't tell what it means"),
    ],
)
def test_what_is_no_word_is_answered_kindly(house: House, content: dict[str, Any], said: str) -> None:
    _, phone = house.enter()
    phone.sends(**content)
    house.poll()
    assert said in " ".join(phone.texts)


def test_danger_in_the_caption_of_a_photo_is_read(house: House) -> None:
    _, phone = house.enter()
    phone.sends(photo=[{"file_id": "p"}], caption="I want to die")
    house.poll()
    with house.stage.store.reading() as tx:
        assert [alert.kind for alert in tx.alerts()] == ["crisis"]


def test_danger_in_an_edited_message_is_read(house: House) -> None:
    _, phone = house.enter()
    sent = phone.writes("fine")
    house.poll()
    phone.edits(sent["message"]["message_id"], "I want to kill myself")
    house.poll()
    with house.stage.store.reading() as tx:
        assert [alert.kind for alert in tx.alerts()] == ["crisis"]


def test_an_edited_message_changes_no_answer_and_says_so(house: House) -> None:
    _, phone = house.enter()
    sent = phone.writes("menu")
    house.poll()
    phone.edits(sent["message"]["message_id"], "menue")
    house.poll()
    assert phone.last.text.startswith("I see that you changed a message")


def test_a_reply_to_an_earlier_question_answers_not_the_open_one(house: House) -> None:
    person, phone = house.enter()
    phone.writes("menu")
    house.poll()
    old = phone.last
    phone.presses("Settings")
    house.poll()
    before = house.place(person)
    phone.writes("1", reply_to_message={"message_id": old.id})
    house.poll()
    assert house.place(person).prompt == before.prompt
    assert "under an earlier question" in phone.last.text


def test_a_place_answers_the_question_for_the_zone(house: House) -> None:
    _, phone = house.enter()
    phone.writes("menu")
    house.poll()
    phone.presses("Settings")
    house.poll()
    phone.presses("Where I am")
    house.poll()
    phone.sends(location={"latitude": 31.2, "longitude": 121.5})
    house.poll()
    assert "Shanghai" in phone.last.text


def test_a_command_of_the_menu_does_what_its_word_does(house: House) -> None:
    _, phone = house.enter()
    phone.writes("/menu@coach_bot")
    house.poll()
    assert any(label.startswith("Settings") for label, _ in phone.last.buttons)


def test_groups_and_channels_are_left_with_a_word(house: House) -> None:
    group = {"id": -100, "type": "group", "title": "Us"}
    for _ in range(3):
        house.telegram.put(
            house.front.TOKEN,
            {"message": {"message_id": 1, "date": 1, "chat": group, "from": {"id": 5}, "text": "hello"}},
        )
    house.telegram.put(
        house.front.TOKEN, {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -200, "type": "channel"}}}
    )
    house.poll()
    house.stage._runner.run(house.front._intake.finish())
    assert sorted(fields["chat_id"] for fields in house.telegram.called("leaveChat")) == [-200, -100]
    assert all("only talk with one person" in fields["text"] for fields in house.telegram.called("sendMessage"))
    with house.stage.store.reading() as tx:
        assert tx.find_address(house.stage.desk.account, "-100") is None


# -- faults on the way ----------------------------------------------------------------------------------
def test_words_in_which_markup_breaks_arrive_plainly(house: House) -> None:
    _, phone = house.enter()
    house.telegram.fail("sendMessage", Fault(400, description="Bad Request: can't parse entities: x"))
    phone.writes("menu")
    house.poll()
    assert phone.messages


def test_a_question_whose_message_the_patient_deleted_does_no_harm(house: House) -> None:
    _, phone = house.enter()
    evening(house)
    question = phone.last
    phone.messages.remove(question)
    phone.presses_data(question.buttons[0][1], question.id)
    house.poll()
    assert phone.messages
    with house.stage.store.reading() as tx:
        assert tx.undelivered() == 0


def test_telegram_that_asks_for_patience_gets_it(house: House) -> None:
    _, phone = house.enter()
    house.telegram.fail("sendMessage", Fault(429, retry_after=600))
    phone.writes("menu")
    house.poll()
    assert phone.messages == []
    with house.stage.store.reading() as tx:
        assert tx.undelivered() > 0


def test_a_cut_connection_is_in_doubt_and_sent_again(house: House) -> None:
    _, phone = house.enter()
    house.telegram.fail("sendMessage", Fault(0, after=True))
    phone.writes("menu")
    house.poll()
    house.stage.travel(timedelta(seconds=30))
    house.stage.settle()
    assert phone.texts[0] == phone.texts[1]


def test_pictures_are_uploaded_once_and_then_known_by_their_name(house: House) -> None:
    _, phone = house.enter()
    row_sends = house.front._telegram_channel
    assert row_sends.capabilities.media >= {"picture"}
    from coachbot.service.records import Address, OutboxRow

    to = Address(1, house.stage.desk.account, "telegram", str(phone.chat))
    picture = {"kind": "picture", "picture": "exercises/bridge_start.png", "alt": "Hips up"}
    row = OutboxRow(1, "p", 1, picture, house.stage.now)
    for _ in range(2):
        house.stage._runner.run(row_sends.deliver(to, row))
    house.telegram.forget_files()
    house.stage._runner.run(row_sends.deliver(to, row))
    given = [fields["photo"] for fields in house.telegram.called("sendPhoto")]
    assert [type(one) for one in given] == [bytes, str, str, bytes]


def test_an_item_whose_message_telegram_no_longer_changes_comes_in_a_new_one(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, "instrument/gad7")
    first = phone.last
    house.telegram.fail("editMessageText", Fault(400, description="Bad Request: MESSAGE_ID_INVALID"))
    phone.presses(first.buttons[0][0])
    house.poll()
    assert phone.last.id != first.id
    assert phone.last.buttons
