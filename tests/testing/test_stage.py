"""The stage, used from Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coachbot.errors import DeliveryError
from coachbot.testing import Role, Stage

MEI = Role("Mei", zone="Europe/Berlin", arm="exercise", enrolled=date(2026, 3, 2), attended=("cse_1",))
WEDNESDAY = datetime(2026, 3, 4, 5, tzinfo=UTC)


def test_a_patient_enters_in_the_middle_of_a_programme() -> None:
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(MEI)
        stage.travel_to(datetime(2026, 3, 4, 18, tzinfo=UTC))
        assert mei.messages[-1].text.startswith("Did you get to your core exercises")
        stage.press(mei, "Part of it")
        assert mei.messages[-1].asks == "number"


def test_a_newcomer_is_known_by_their_code() -> None:
    with Stage(WEDNESDAY) as stage:
        sam = stage.enter(Role("Sam"))
        assert stage.record(sam) is None
        stage.start(sam)
        record = stage.record(sam)
        assert record is not None
        assert record.enrolment is not None
        assert record.enrolment.state == "screening"


def test_a_message_that_the_messenger_did_not_take_goes_out_later() -> None:
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(MEI)
        stage.channel.faults = [DeliveryError("busy", permanent=False)]
        stage.say(mei, "menu")
        assert mei.messages == []
        stage.travel(timedelta(minutes=1))
        stage.settle()
        assert mei.messages


def test_going_to_the_next_thing_due_leaves_out_the_planning_of_days() -> None:
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(MEI)
        stage.travel_to_next(mei)
        assert stage.local(mei).strftime("%H:%M") == "08:00"


def test_two_stages_share_nothing() -> None:
    with Stage(WEDNESDAY) as one, Stage(WEDNESDAY) as two:
        one.enter(MEI)
        with two.store.reading() as tx:
            assert tx.enrolments() == []


def test_a_press_without_a_question_is_refused() -> None:
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(MEI)
        with pytest.raises(LookupError, match="there is none at all"):
            stage.press(mei, "Yes")


def test_a_misspelt_finding_of_the_screening_is_refused() -> None:
    with Stage(WEDNESDAY) as stage, pytest.raises(ValueError, match=r"exercise_safety\.pregnancy.*not pregnant"):
        stage.enter(Role("Mei", arm="exercise", enrolled=date(2026, 3, 2), screened=("pregnant",)))


def test_every_turn_meets_the_conversation_as_it_was_stored() -> None:
    with Stage(WEDNESDAY) as stage:
        mei = stage.enter(MEI)
        with stage.coach.store.reading() as tx:
            first, second = (tx.load([mei.patient])[mei.patient].conversation for _ in range(2))
        assert first == second
        assert first is not second
