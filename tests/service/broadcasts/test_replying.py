"""What patients say to a broadcast."""

from __future__ import annotations

from tests.service.broadcasts.conftest import Office


def test_the_first_words_after_it_wait_for_the_clinic(office: Office) -> None:
    kim = office.house.patient()
    one = office.send()
    office.house.settle()
    assert "passed that on" in office.house.say(kim, "I will be there, where do we meet?")[0]
    alert = office.house.alert(kim, "message")
    assert (alert.body["words"], alert.body["broadcast"]) == ("I will be there, where do we meet?", str(one.id))
    office.house.say(kim, "and what should I bring?")
    assert len(office.house.alerts(kim)) == 1


def test_stop_is_stop(office: Office) -> None:
    kim = office.house.patient()
    office.send()
    office.house.settle()
    office.house.say(kim, "stop")
    assert all(alert.kind != "message" for alert in office.house.alerts(kim))


def test_danger_in_an_answer_is_danger(office: Office) -> None:
    kim = office.house.patient()
    office.send()
    office.house.settle()
    office.house.say(kim, "i want to kill myself")
    assert [alert.kind for alert in office.house.alerts(kim)] == ["crisis"]


def test_an_answer_to_a_question_is_no_answer_to_a_broadcast(office: Office) -> None:
    kim = office.house.patient()
    office.send()
    office.house.settle()
    office.house.open(kim, "cse/checkin")
    office.house.say(kim, "part of it")
    assert office.house.alerts(kim) == []


def test_words_days_later_are_for_the_coach(office: Office) -> None:
    kim = office.house.patient(paused_from="2026-03-12")
    office.send()
    office.house.settle()
    office.later(days=4)
    office.house.say(kim, "hello")
    assert all(alert.kind != "message" for alert in office.house.alerts(kim))


def test_a_reply_to_the_message_itself_counts_whenever_it_comes(office: Office) -> None:
    kim = office.house.patient()
    office.send()
    office.house.settle()
    with office.house.store.reading() as tx:
        remote = tx.outbox(kim.id)[-1]["remote_id"]
    office.house.open(kim, "cse/checkin")
    office.house.send(kim, kind="text", text="I will come", reply_to=remote)
    assert office.house.alert(kim, "message").body["words"] == "I will come"
    assert office.house.place(kim) == "cse/checkin did_you"
