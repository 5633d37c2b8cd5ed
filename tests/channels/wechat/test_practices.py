"""Guided practices at a messenger that takes five messages after a patient's word: no line is lost, none runs ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from coachbot.authoring.pack import Pack
from coachbot.engine.asks import Wait
from coachbot.engine.model import Prompt
from coachbot.rendering import mark, split
from coachbot.testing.stage import Person
from coachbot.testing.wechatapi import BURST, Follower
from tests.channels.wechat.test_talking import House
from tests.conftest import ROOT

PRACTICES = sorted(file.stem for file in (ROOT / "content" / "practices").glob("*.yaml"))
LONG = "practice/friend"


@pytest.fixture
def house(pack: Pack) -> Iterator[House]:
    built = House(pack)
    yield built
    built.stage.close()


def prompt_of(house: House, person: Person) -> Prompt | None:
    record = house.stage.record(person)
    assert record is not None
    return record.conversation.prompt


def waits(house: House, person: Person) -> bool:
    """Whether a practice is under way."""
    prompt = prompt_of(house, person)
    dialogs = house.stage.coach.world.pack.library.dialogs
    return prompt is not None and isinstance(dialogs[prompt.dialog].states[prompt.state].ask, Wait)


def more(house: House) -> str:
    return house.front._account.words["more"]


def to_next_line(house: House, person: Person) -> None:
    due = [timer.due_at for timer in house.stage.timers(person) if timer.purpose == "wait"]
    house.stage.travel_to(due[0] if due else house.stage.now + timedelta(minutes=1))


def until_asked_for_a_word(house: House, person: Person, phone: Follower) -> None:
    for _ in range(BURST + 1):
        if more(house) in phone.last.text:
            return
        to_next_line(house, person)
    raise AssertionError("no word was ever asked for")


def lines_of(house: House, dialog: str) -> list[str]:
    """What a practice says, line by line, as plain text."""
    words = house.stage.coach.world.pack.words
    draft = house.stage.coach.world.pack.library.dialogs[dialog]
    lines = []
    state = draft.states[draft.start]
    while state.branches:
        section = words.section("en", draft.words, state.section or state.name)
        assert section is not None
        lines.append(split(mark(section.texts[0]))[0].markdown.replace("*", "").splitlines()[0])
        state = draft.states[state.branches[0].to]
    return lines


def places(lines: list[str], texts: list[str]) -> list[int]:
    """In which message each line stands."""
    return [place for line in lines for place, text in enumerate(texts) if line in text.replace("*", "")]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["", "_short", "_quiet"])
@pytest.mark.parametrize("name", PRACTICES)
def test_a_practice_comes_whole_and_no_message_is_refused(house: House, name: str, ending: str) -> None:
    person, phone = house.enter()
    dialog = f"practice/{name}{ending}"
    house.asked(person, dialog)
    for _ in range(60):
        if not waits(house, person):
            break
        if more(house) in phone.last.text:
            phone.writes("ok")
            house.settle()
        else:
            to_next_line(house, person)
    assert not waits(house, person)
    found = places(lines_of(house, dialog), phone.texts)
    assert len(found) == len(lines_of(house, dialog)), "a line is lost, or came twice"
    assert found == sorted(found)
    assert len(phone.messages) == len(house.wechat.called("message/custom/send")), "a message was refused"


def test_a_practice_waits_for_a_word_and_does_not_run_ahead_of_it(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    told = len(phone.messages)
    house.stage.travel(timedelta(minutes=20))
    phone.writes("ok")
    house.settle()
    assert len(phone.messages) == told + 1, "lines had gathered while nobody saw them"


def test_after_the_word_the_quiet_of_the_line_begins_anew(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    house.stage.travel(timedelta(minutes=20))
    phone.writes("ok")
    house.settle()
    line = prompt_of(house, person)
    assert line is not None
    (due,) = [timer.due_at for timer in house.stage.timers(person) if timer.purpose == "wait"]
    assert due > house.stage.now
    house.stage.travel_to(due)
    after = prompt_of(house, person)
    assert after is not None
    assert after.state != line.state


def test_a_word_in_the_quiet_brings_the_next_line_and_no_message_about_it(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    before, told = prompt_of(house, person), len(phone.messages)
    phone.writes("ok")
    house.settle()
    after = prompt_of(house, person)
    assert before is not None
    assert after is not None
    assert after.state != before.state
    assert len(phone.messages) == told + 1


def test_a_practice_that_nobody_goes_on_with_keeps_nothing_else_away(house: House) -> None:
    person, phone = house.enter(attended=("sct_1", "cse_1"))
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    house.stage.travel(timedelta(hours=14))
    prompt = prompt_of(house, person)
    assert prompt is not None
    assert not prompt.dialog.startswith("practice/")


def test_a_line_that_waited_too_long_is_not_said_out_of_the_blue(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    told = len(phone.messages)
    house.stage.travel(timedelta(minutes=90))
    house.settle()
    phone.writes("ok")
    house.settle()
    assert "It waits. Go on whenever you like." in " ".join(phone.texts[told:])
    phone.writes("go on")
    house.settle()
    assert waits(house, person)


def test_stop_ends_a_practice_that_waits_for_a_word(house: House) -> None:
    person, phone = house.enter()
    house.asked(person, LONG)
    until_asked_for_a_word(house, person, phone)
    house.stage.travel(timedelta(minutes=5))
    phone.writes("stop")
    house.settle()
    assert not waits(house, person)
