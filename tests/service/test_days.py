"""The patient's days: what is due opens, waits or is dropped, and what would be unkind is held back."""

from __future__ import annotations

from datetime import timedelta

from tests.service.house import House, Person

MORNING = "common/morning"
EVENING = "common/evening"


def mid_talk(house: House, **progress: object) -> Person:
    """Somebody who has just answered a question and has the next one open."""
    person = house.patient(**progress)
    house.open(person, "cse/checkin")
    house.press(person, "all")
    assert house.place(person) == "cse/checkin minutes"
    return person


# -- opening --------------------------------------------------------------------------------------------
def test_a_touchpoint_opens_its_dialog_and_is_counted(house: House) -> None:
    person = house.patient()
    house.touch(person, "evening", EVENING)
    house.settle()
    assert house.place(person) == "cse/checkin did_you"
    progress = house.progress(person)
    assert progress.unprompted == {"2026-03-11": 1}
    assert progress.opened["evening"] == "2026-03-11"


def test_a_touchpoint_waits_for_a_talk_to_end(house: House) -> None:
    person = mid_talk(house)
    house.touch(person, "evening", EVENING)
    house.settle()
    assert house.place(person) == "cse/checkin minutes"
    assert house.timers(person)["touch:evening"].due_at == house.clock.now() + timedelta(minutes=20)
    assert house.progress(person).unprompted == {}


def test_it_opens_once_the_patient_has_been_silent_for_half_an_hour(house: House) -> None:
    person = mid_talk(house)
    house.touch(person, "morning", MORNING)
    house.travel(timedelta(minutes=39))
    assert house.opened(person) == []
    house.travel(timedelta(minutes=2))
    assert house.opened(person)


def test_an_expired_touchpoint_is_dropped(house: House) -> None:
    person = house.patient()
    house.touch(person, "morning", MORNING, hours=0)
    house.settle()
    assert person.messages == []
    assert "touch:morning" not in house.timers(person)
    assert house.progress(person).unprompted == {}


def test_a_touchpoint_that_waited_too_long_is_dropped(house: House) -> None:
    person = mid_talk(house)
    house.touch(person, "morning", MORNING, hours=0.3)
    house.travel(timedelta(minutes=50))
    assert house.opened(person) == []


def test_a_whole_day_brings_a_morning_note_and_an_evening_checkin(house: House) -> None:
    person = house.patient()
    house.arm(person, "plan")
    house.travel_to(person, 13, "07:00")
    house.travel_to(person, 13, "22:00")
    opened = [timer for timer in house.progress(person).opened.items() if timer[1] == "2026-03-13"]
    assert sorted(name for name, _ in opened) == ["evening", "morning"]
    assert house.progress(person).unprompted["2026-03-13"] == 2


# -- nudges -----------------------------------------------------------------------------------------------
def test_a_question_is_nudged_once_after_three_hours(house: House) -> None:
    person = house.patient()
    house.touch(person, "evening", EVENING)
    house.settle()
    before = len(person.messages)
    house.travel(timedelta(hours=2, minutes=59))
    assert len(person.messages) == before
    house.travel(timedelta(minutes=2))
    assert len(person.messages) > before
    assert house.progress(person).nags == ("2026-03-11",)
    nudged = len(person.messages)
    house.travel(timedelta(hours=4))
    assert len(person.messages) == nudged


def test_there_are_two_nudges_a_week_at_most(house: House) -> None:
    person = house.patient(nags=("2026-03-11", "2026-03-11"))
    house.touch(person, "evening", EVENING)
    house.settle()
    before = len(person.messages)
    house.travel(timedelta(hours=4))
    assert len(person.messages) == before


def test_nobody_is_nudged_beyond_the_days_budget(house: House) -> None:
    person = house.patient(unprompted={"2026-03-11": 1})
    house.touch(person, "evening", EVENING)
    house.settle()
    before = len(person.messages)
    house.travel(timedelta(hours=4))
    assert len(person.messages) == before


def test_nobody_is_nudged_in_quiet_hours(house: House) -> None:
    person = house.patient()
    house.travel_to(person, 11, "19:00")
    house.touch(person, "evening", EVENING)
    house.settle()
    before = len(person.messages)
    house.travel(timedelta(hours=4))
    assert len(person.messages) == before


def test_an_old_silence_that_is_over_does_not_forbid_nudges(house: House) -> None:
    person = house.patient(silent_until="2026-03-01T03:00:00+00:00")
    house.touch(person, "evening", EVENING)
    house.settle()
    house.travel(timedelta(hours=3, minutes=1))
    assert house.progress(person).nags == ("2026-03-11",)


# -- missing ------------------------------------------------------------------------------------------------
def test_two_missed_evenings_bring_a_smaller_offer(house: House) -> None:
    person = house.patient()
    for expected in (1, 2):
        house.touch(person, "evening", EVENING)
        house.settle()
        house.touch(person, "morning", MORNING)
        house.travel(timedelta(hours=20))
        assert house.progress(person).missed == expected
    house.touch(person, "evening", EVENING)
    house.settle()
    assert house.place(person) == "common/missed hello"
    assert house.progress(person).missed == 0


def test_practice_that_was_done_ends_the_count_of_missed_evenings(house: House) -> None:
    person = house.patient(missed=1)
    house.touch(person, "evening", EVENING)
    house.settle()
    house.press(person, "all")
    for answer in ("20", "3", "2"):
        house.say(person, answer)
    assert house.progress(person).missed == 0
    with house.store.reading() as tx:
        assert [row.body["done"] for row in tx.diary(person.id)] == ["all"]


# -- pause and silence --------------------------------------------------------------------------------------
def plan_of(house: House, person: Person, day: int) -> list[str]:
    """Touchpoints armed for a day of March, early that morning."""
    house.travel_to(person, day, "04:30")
    return sorted(p.removeprefix("touch:") for p in house.timers(person) if p.startswith("touch:"))


def test_a_pause_brings_nothing_and_ends_by_itself(house: House) -> None:
    person = house.patient()
    house.say(person, "pause")
    house.press(person, "three_days")
    assert plan_of(house, person, 12) == []
    assert plan_of(house, person, 14) != []


def test_stop_silences_everything_at_once_and_can_be_undone(house: House) -> None:
    person = house.patient()
    house.arm(person, "plan")
    house.settle()
    house.say(person, "stop")
    assert house.progress(person).silent_until == "told"
    assert [p for p in house.timers(person) if p.startswith("touch:")] == []
    house.press(person, "mistake")
    assert house.progress(person).silent_until is None
    assert [p for p in house.timers(person) if p.startswith("touch:")]


def test_stop_for_today_ends_with_the_day(house: House) -> None:
    person = house.patient()
    house.say(person, "stop")
    house.press(person, "today")
    assert plan_of(house, person, 12) == ["morning"]


def test_a_reminder_is_not_unprompted_but_waits_for_a_talk_to_end(house: House) -> None:
    person = mid_talk(house)
    house.arm(person, "remind:cse/nudge", dialog="cse/nudge")
    house.settle()
    assert house.timers(person)["remind:cse/nudge"].due_at == house.clock.now() + timedelta(minutes=20)
    house.travel(timedelta(minutes=45))
    assert house.progress(person).unprompted == {}
    assert "remind:cse/nudge" not in house.timers(person)


def test_reminders_keep_quiet_in_a_silence_and_in_a_pause_and_come_again_after_it(house: House) -> None:
    silent = house.patient(silent_until="told")
    paused = house.patient(paused_from="2026-03-10", paused_until="2026-03-14")
    rested = house.patient(paused_from="2026-03-01", paused_until="2026-03-05")
    spoken = house.patient(silent_until="2026-03-02T03:00:00+00:00")
    assert house.open(silent, "cse/nudge") == []
    assert house.open(paused, "cse/nudge") == []
    assert house.open(rested, "cse/nudge") != []
    assert house.open(spoken, "cse/nudge") != []


def test_a_pause_moves_no_assessment(house: House) -> None:
    paused = house.patient(paused_from="2026-03-10", paused_until="2026-03-14")
    assert house.open(paused, "assessment/week_4") != []
    stopped = house.patient(state="treatment_stopped")
    assert house.open(stopped, "assessment/week_4") != []
    assert house.open(stopped, "cse/nudge") == []
    left = house.patient(state="withdrawn")
    assert house.open(left, "assessment/week_4") == []


def test_a_plan_that_is_due_decides_on_what_else_is_due(house: House) -> None:
    person = house.patient(silent_until="told")
    house.touch(person, "morning", MORNING)
    house.arm(person, "plan")
    house.settle()
    assert person.messages == []
    assert "touch:morning" not in house.timers(person)


def test_a_moved_dialog_is_reported_to_the_operator(house: House) -> None:
    person = mid_talk(house)
    dialogs = dict(house.coach.world.pack.library.dialogs)
    from dataclasses import replace

    checkin = dialogs["cse/checkin"]
    states = {name: state for name, state in checkin.states.items() if name != "minutes"}
    dialogs["cse/checkin"] = replace(checkin, states=states)
    library = replace(house.coach.world.pack.library, dialogs=dialogs)
    house.coach.turns.world = replace(house.coach.world, pack=replace(house.coach.world.pack, library=library))
    said = house.say(person, "20")
    assert "changed while you were in the middle" in said[0]
    assert house.place(person) == "cse/checkin did_you"
    assert [i.detail for i in house.incidents()] == ["cse/checkin: minutes -> did_you"]
