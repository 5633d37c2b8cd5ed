"""Turns: computed in memory, committed in groups; what raises waits, is tried again, and is parked in the end."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import assemble
from coachbot.service.failing import PATIENCE
from coachbot.service.records import Changes
from coachbot.settings import load_settings
from tests.service.filling import Filling
from tests.service.house import House, Person, failing_save

#: The question that opens the check-in, and the one after it.
FIRST, SECOND = ("cse/checkin", "did_you"), ("cse/checkin", "minutes")
CRISIS = "I want to kill myself"


def in_checkin(house: House) -> Person:
    person = house.patient()
    house.open(person, "cse/checkin")
    assert house.place(person) == "cse/checkin did_you"
    return person


def inbox(house: House) -> list[tuple[str, int]]:
    """State and number of tries of everything in the inbox."""
    with house.store.reading() as tx:
        rows = tx._connection.exec_driver_sql("SELECT state, attempts FROM inbox ORDER BY id")
        return [(state, tries) for state, tries in rows]


# -- a turn that raises ---------------------------------------------------------------------------------
def test_a_turn_that_raises_stays_in_the_inbox_and_changes_nothing(house: House) -> None:
    person = in_checkin(house)
    before = house.record(person).conversation
    house.words.broken.add(SECOND)
    assert house.press(person, "all") == []
    assert inbox(house) == [("waiting", 1)]
    assert house.record(person).conversation == before
    assert house.incidents() == []


def test_it_is_tried_again_and_answered_once_the_fault_is_mended(house: House) -> None:
    person = in_checkin(house)
    house.words.broken.add(SECOND)
    house.press(person, "all")
    house.words.broken.clear()
    assert house.coach.turns.drain() == 0, "it waits a second first"
    house.clock.seconds += 1.5
    house.settle()
    assert house.place(person) == "cse/checkin minutes"
    assert [state for state, _ in inbox(house)] == ["done"]


def test_after_its_patience_it_is_parked_with_an_incident_and_an_apology(house: House) -> None:
    person = in_checkin(house)
    before = house.record(person).conversation
    house.words.broken.add(SECOND)
    house.press(person, "all")
    for _ in range(10):
        house.clock.seconds += PATIENCE / 4
        house.settle()
    assert [state for state, _ in inbox(house)] == ["parked"]
    assert "Something went wrong here, on my side" in person.last.text
    assert [incident.kind for incident in house.incidents()] == ["parked"]
    assert house.record(person).conversation == before
    house.words.broken.clear()
    house.press(person, "part")
    assert house.place(person) == "cse/checkin minutes"


def test_an_incident_names_the_place_and_no_word_of_the_patient(house: House) -> None:
    person = house.patient()
    house.open(person, "common/therapist")
    house.words.broken.add(("common/therapist", "passed_on"))
    house.say(person, "my neighbour Rumpelstiltskin")
    house.clock.seconds += PATIENCE + 1
    house.settle()
    detail = house.incidents()[0].detail
    assert "RuntimeError" in detail
    assert "Rumpelstiltskin" not in detail


def test_later_updates_of_that_patient_wait_and_others_go_on(house: House) -> None:
    person, other = in_checkin(house), in_checkin(house)
    house.words.broken.add(SECOND)
    house.press(person, "all")
    house.put(person, kind="text", text="not today")
    house.words.broken.clear()
    house.press(other, "all")
    assert house.place(other) == "cse/checkin minutes"
    assert house.place(person) == "cse/checkin did_you"
    house.clock.seconds += 2
    house.settle()
    assert [state for state, _ in inbox(house)] == ["done"] * 3


# -- safety, whatever happens ---------------------------------------------------------------------------
def test_the_alert_and_the_help_come_in_the_very_turn_that_raises(house: House) -> None:
    person = in_checkin(house)
    house.words.broken.add(("safety/crisis", "safe_now"))
    said = house.say(person, CRISIS)
    assert said == [house.static("crisis")]
    assert house.alert(person, "crisis").priority == "high"
    assert house.progress(person).safety_hold
    assert inbox(house) == [("waiting", 1)]


@pytest.mark.parametrize("way", ["press", "label", "page"])
def test_a_dangerous_answer_is_heard_in_the_very_turn_that_raises(house: House, way: str) -> None:
    """No fault of a text hides item 9: neither in the talk nor on a page."""
    filling = Filling(house)
    person = filling.person
    house.open(person, "instrument/phq9")
    for _ in range(8):
        house.press(person, "a0")
    house.words.broken.add(("safety/crisis", "safe_now"))
    if way == "press":
        house.press(person, "a3")
    elif way == "label":
        house.say(person, next(label for code, label in person.last.labels if code == "a3").upper())
    else:
        filling.give("phq9", "p9", "a3")
    assert person.texts.count(house.static("crisis")) == 1
    alert = house.alert(person, "crisis")
    assert (alert.priority, alert.body["item"]) == ("top", "instrument/phq9/p9=a3")
    assert house.progress(person).safety_hold
    assert inbox(house)[-1] == ("waiting", 1)


def test_an_answer_behind_a_turn_that_raises_is_heard_meanwhile(house: House) -> None:
    filling = Filling(house)
    house.open(filling.person, "cse/checkin")
    house.words.broken.add(SECOND)
    house.press(filling.person, "all")
    filling.give("phq9", "p9", "a1")
    assert house.alert(filling.person, "crisis").priority == "high"


def test_a_harmless_answer_of_a_turn_that_raises_alerts_nobody(house: House) -> None:
    person = in_checkin(house)
    house.words.broken.add(SECOND)
    house.press(person, "all")
    assert house.alerts(person) == []


def test_the_help_is_given_once_when_the_turn_comes_through_later(house: House) -> None:
    person = in_checkin(house)
    house.words.broken.add(("safety/crisis", "safe_now"))
    house.say(person, CRISIS)
    house.words.broken.clear()
    house.clock.seconds += 2
    house.settle()
    assert person.texts.count(house.static("crisis")) == 1
    assert house.place(person) == "safety/crisis safe_now"
    assert [alert.kind for alert in house.alerts(person)] == ["crisis"]


def test_what_a_held_patient_writes_meanwhile_is_read_for_danger_at_once(house: House) -> None:
    person = in_checkin(house)
    house.words.broken.add(SECOND)
    house.press(person, "all")
    assert house.say(person, CRISIS) == [house.static("crisis")]
    assert house.alert(person, "crisis")
    house.words.broken.clear()
    house.clock.seconds += 2
    house.settle()
    assert person.texts.count(house.static("crisis")) == 1
    assert house.place(person) == "safety/crisis safe_now"


def test_a_broken_apology_does_not_keep_a_turn_from_being_parked(house: House) -> None:
    person = in_checkin(house)
    house.words.broken |= {SECOND, ("coach", "apology")}
    house.press(person, "all")
    house.clock.seconds += PATIENCE + 1
    house.settle()
    assert [state for state, _ in inbox(house)] == ["parked"]


# -- groups ---------------------------------------------------------------------------------------------
def test_a_group_is_written_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [in_checkin(house) for _ in range(5)]
    for person in people:
        house.put(person, kind="text", text="all of it")
    with failing_save(monkeypatch, lambda changes: False) as tried:
        assert house.coach.turns.drain() == 5
    assert [len(changes.turns) for changes in tried] == [5]


def test_a_full_group_knows_whether_anything_is_left(house: House) -> None:
    for person in [in_checkin(house) for _ in range(5)]:
        house.put(person, kind="text", text="all of it")
    turns = house.coach.turns
    assert (turns.drain(3), turns.emptied) == (3, False)
    assert (turns.drain(2), turns.emptied) == (2, True)
    assert (turns.drain(2), turns.emptied) == (0, True)


def test_several_updates_of_one_patient_are_chained_in_a_group(house: House) -> None:
    person = in_checkin(house)
    for text in ("all of it", "20", "3", "2"):
        house.put(person, kind="text", text=text)
    house.settle()
    with house.store.reading() as tx:
        entry = tx.diary(person.id)[0].body
    assert (entry["done"], entry["minutes"], entry["pain_before"], entry["pain_after"]) == ("all", 20, 3, 2)


def test_a_turn_that_raises_is_left_out_of_its_group(house: House) -> None:
    good, bad = in_checkin(house), in_checkin(house)
    house.words.broken.add(("cse/checkin", "barrier"))
    house.put(bad, kind="text", text="not today")
    house.put(good, kind="text", text="all of it")
    house.settle()
    assert house.place(good) == "cse/checkin minutes"
    assert house.place(bad) == "cse/checkin did_you"


def test_a_group_whose_write_fails_is_repeated_turn_by_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [in_checkin(house) for _ in range(3)]
    for person in people:
        house.put(person, kind="text", text="all of it")
    with failing_save(monkeypatch, lambda changes: len(changes.turns) > 1):
        house.work()
    house.settle()
    assert [house.place(person) for person in people] == ["cse/checkin minutes"] * 3
    assert [len([t for t in person.texts if "minutes" in t]) for person in people] == [1, 1, 1]


def test_one_turn_that_cannot_be_written_does_not_stand_in_the_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = in_checkin(house), in_checkin(house)
    house.put(bad, kind="text", text="all of it")
    house.put(good, kind="text", text="all of it")

    def fails(changes: Changes) -> bool:
        return any(turn.patient == bad.id and turn.inbox for turn in changes.turns)

    with failing_save(monkeypatch, fails):
        house.work()
        assert house.place(good) == "cse/checkin minutes"
        house.clock.seconds += PATIENCE + 1
        house.work()
    assert sorted(state for state, _ in inbox(house)) == ["done", "parked"]
    assert [incident.kind for incident in house.incidents()] == ["parked"]


def test_an_alert_is_not_lost_with_a_turn_that_cannot_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = in_checkin(house)
    with failing_save(monkeypatch, lambda changes: bool(changes.turns)):
        house.say(person, CRISIS)
    assert person.last.text == house.static("crisis")
    assert house.alert(person, "crisis")


def test_an_update_that_comes_twice_is_one_turn(house: House) -> None:
    person = in_checkin(house)
    update = house.put(person, kind="text", text="all of it")
    assert house.coach.inbox.store([update]) == [False]
    house.settle()
    assert house.coach.inbox.store([update]) == [False]
    house.settle()
    assert house.place(person) == "cse/checkin minutes"
    assert [state for state, _ in inbox(house)] == ["done"]


def test_what_is_said_after_a_clock_that_went_back_stands_behind_what_was_said_before(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pack: Pack
) -> None:
    person = house.patient()
    house.put(person, kind="text", text="help")
    house.work()
    hour_ago = time.time_ns() - 3_600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hour_ago)
    again = assemble(load_settings(data=tmp_path), house.store, house.clock, {"webchat": house.channel}, pack=pack)
    with house.store.reading() as tx:
        said = tx.newest_id()
    assert again.world.ids.next() > said


# -- timers ---------------------------------------------------------------------------------------------
def test_a_timer_that_raises_is_tried_again_and_then_shown_to_the_operator(house: House) -> None:
    person = house.patient()
    house.words.broken.add(FIRST)
    house.open(person, "cse/checkin")
    assert house.timers(person)["remind:cse/checkin"].body["tries"] == 1
    house.travel(timedelta(minutes=5))
    assert [incident.detail.splitlines()[0] for incident in house.incidents()] == ["timer remind:cse/checkin"]
    assert "remind:cse/checkin" not in house.timers(person)


def test_a_timer_that_raises_once_opens_a_little_later(house: House) -> None:
    person = house.patient()
    house.words.broken.add(FIRST)
    house.open(person, "cse/checkin")
    house.words.broken.clear()
    house.travel(timedelta(seconds=10))
    assert house.place(person) == "cse/checkin did_you"
    assert house.incidents() == []


def test_a_timer_that_cannot_be_written_does_not_stand_in_the_way_of_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = house.patient(), house.patient()
    for person in (bad, good):
        house.arm(person, "remind:cse/checkin", dialog="cse/checkin")

    def fails(changes: Changes) -> bool:
        return any(turn.patient == bad.id for turn in changes.turns)

    with failing_save(monkeypatch, fails):
        house.work()
        assert house.place(good) == "cse/checkin did_you"
        house.travel(timedelta(minutes=5))
    assert [incident.patient for incident in house.incidents()] == [bad.id]


def test_a_plan_that_keeps_raising_is_planned_again_an_hour_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = house.patient()
    house.arm(person, "plan")
    with monkeypatch.context() as patch:
        patch.setattr("coachbot.service.days.plan_day", lambda *_, **__: 1 / 0)
        house.travel(timedelta(minutes=5))
    assert house.incidents()
    assert "plan" in house.timers(person)
    house.travel(timedelta(hours=1))
    assert any(purpose.startswith("touch:") for purpose in house.timers(person))
