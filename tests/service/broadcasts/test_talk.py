"""A broadcast written in a member's own chat, by the same guards as in the console."""

from __future__ import annotations

from coachbot.service.broadcasts.records import Broadcast
from tests.service.house import Person
from tests.service.notices.conftest import MakeWard, Ward
from tests.service.notices.conftest import make_ward as make_ward
from tests.service.notices.conftest import ward as ward

WALK = "Hello {{ patient.name }}, the group walks on Sunday."


def broadcasts(ward: Ward) -> list[Broadcast]:
    with ward.house.store.reading() as tx:
        return list(tx.broadcasts())


def settled(ward: Ward, person: Person) -> list[str]:
    ward.house.settle()
    return person.texts


def test_from_the_command_to_the_patient(ward: Ward) -> None:
    lin, kim = ward.hire("Lin"), ward.house.patient()
    assert ward.writes(lin, "broadcast", kind="command", code="broadcast")[0].startswith("What shall it say?")
    assert ward.writes(lin, WALK)[0].startswith("To whom?")
    assert ward.presses(lin, "beverybody")[0].startswith("When?")
    (summary,) = ward.presses(lin, "bnow")
    assert summary.startswith("1 of 1 would get it, as soon as each of them has no question open.")
    assert "Kim" not in summary
    assert settled(ward, kim) == []
    assert ward.presses(lin, "bsend")[0].startswith("It's on its way.")
    assert settled(ward, kim) == ["Hello Kim, the group walks on Sunday."]
    assert ward.actions()[-2:] == ["broadcast.rehearse", "broadcast.send"]


def test_the_text_may_stand_behind_the_command(ward: Ward) -> None:
    lin = ward.hire("Lin")
    assert ward.writes(lin, f"/broadcast {WALK}")[0].startswith("To whom?")


def test_the_summary_tells_who_gets_nothing_and_why(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.house.patient()
    ward.house.patient(paused_from="2026-03-10")
    ward.writes(lin, f"/broadcast {WALK}")
    ward.writes(lin, "week=3")
    (summary,) = ward.writes(lin, "2026-03-12 10:00")
    assert "1 of 2 would get it, between Thu 12 Mar 10:00 and Thu 12 Mar 10:00." in summary
    assert "Not: 1 paused." in summary


def test_cancel_at_any_time_sends_nothing(ward: Ward) -> None:
    lin, kim = ward.hire("Lin"), ward.house.patient()
    ward.writes(lin, f"/broadcast {WALK}")
    ward.presses(lin, "beverybody")
    ward.presses(lin, "bnow")
    assert ward.presses(lin, "bcancel") == ["Cancelled; nothing goes out."]
    assert settled(ward, kim) == []
    assert [one.state for one in broadcasts(ward)] == ["cancelled"]
    assert ward.presses(lin, "bsend")[0].startswith("There is nothing to send here any more.")


def test_sent_once_it_is_not_sent_again_by_the_same_button(ward: Ward) -> None:
    lin, kim = ward.hire("Lin"), ward.house.patient()
    ward.writes(lin, f"/broadcast {WALK}")
    ward.presses(lin, "beverybody")
    ward.presses(lin, "bnow")
    for _ in range(3):
        ward.presses(lin, "bsend")
    assert len(settled(ward, kim)) == 1


def test_an_idea_of_one_arm_alone_is_stopped_and_can_be_written_again(ward: Ward) -> None:
    lin, kim = ward.hire("Lin"), ward.house.patient("exercise")
    ward.writes(lin, "/broadcast Remember to be kind to yourself: self-compassion helps.")
    ward.presses(lin, "beverybody")
    assert ward.presses(lin, "bnow")[0].startswith("It can't be sent like this:")
    assert ward.writes(lin, WALK)[0].startswith("1 of 1 would get it")
    ward.presses(lin, "bsend")
    assert settled(ward, kim) == ["Hello Kim, the group walks on Sunday."]


def test_what_cant_be_read_is_asked_again(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.house.patient()
    ward.writes(lin, f"/broadcast {WALK}")
    (said,) = ward.writes(lin, "wek=3")
    assert "did you mean 'week'" in said
    assert "To whom?" in said
    ward.writes(lin, "week=3")
    (said,) = ward.writes(lin, "tomorrow")
    assert "is no time" in said
    assert ward.presses(lin, "bnow")[0].startswith("1 of 1 would get it")


def test_who_does_not_treat_asks_a_second_person_who_is_told(ward: Ward) -> None:
    author, lin, kim = ward.hire("Aut", "author"), ward.hire("Lin"), ward.house.patient()
    ward.writes(author, f"/broadcast {WALK}")
    ward.presses(author, "beverybody")
    assert "Somebody else who treats will be asked to agree first." in ward.presses(author, "bnow")[0]
    assert ward.presses(author, "bsend")[0].startswith("Somebody else must agree now")
    assert ward.told(lin)[-1].startswith("A broadcast of Aut waits for you to agree")
    assert len([text for text in ward.told(author) if "waits for you" in text]) == 0
    assert settled(ward, kim) == []
    ward.rooms.broadcasts.approve(lin, broadcasts(ward)[0].id)
    assert len(settled(ward, kim)) == 1


def test_a_blinded_author_cannot_filter_by_arm_from_the_chat_either(ward: Ward) -> None:
    author = ward.hire("Aut", "author")
    ward.house.patient()
    ward.writes(author, f"/broadcast {WALK}")
    ward.writes(author, "arm=combined")
    (said,) = ward.presses(author, "bnow")
    assert "would get it" not in said
    assert broadcasts(ward) == []


def test_a_therapist_reaches_their_own_patients_and_those_of_nobody(make_ward: MakeWard) -> None:
    ward = make_ward()
    lin, kai = ward.hire("Lin"), ward.hire("Kai")
    for staff, person in ((lin, ward.house.patient()), (kai, ward.house.patient())):
        with ward.house.store.writing() as tx:
            tx.put_care(person.id, [staff.id])
    ward.writes(lin, f"/broadcast {WALK}")
    ward.presses(lin, "beverybody")
    assert ward.presses(lin, "bnow")[0].startswith("1 of 1 would get it")


def test_a_patient_who_writes_the_command_writes_no_broadcast(ward: Ward) -> None:
    person = ward.house.patient()
    ward.house.say(person, f"/broadcast {WALK}")
    ward.rooms.talk.drain()
    assert broadcasts(ward) == []


def test_cancel_that_is_typed_is_no_text(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.writes(lin, "/broadcast")
    assert ward.writes(lin, "/cancel") == ["Cancelled; nothing goes out."]
    assert broadcasts(ward) == []


def test_what_stands_against_a_text_is_told_right_after_it(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.writes(lin, "/broadcast")
    for text in ("Hi {{ patient.nmae }}", "You are in the exercise group.", "Hi {{ patient }}"):
        assert ward.writes(lin, text)[0].startswith("It can't be sent like this:")
    assert ward.writes(lin, WALK)[0].startswith("To whom?")


def test_a_time_more_than_a_year_ahead_is_asked_again(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.writes(lin, f"/broadcast {WALK}")
    ward.presses(lin, "beverybody")
    (said,) = ward.writes(lin, "2099-03-12 10:00")
    assert "more than a year ahead" in said
    assert "When?" in said
