"""From a draft to the patients' chats: who gets it, who waits for what, and who gets nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coachbot.service.broadcasts import rules, running
from coachbot.service.broadcasts.records import Broadcast, State
from coachbot.store.transaction import SqlTransaction
from tests.service.broadcasts.conftest import WALK, Office
from tests.service.house import failing_save

SAID = "Hello Kim, the group walks on Sunday at ten."


def test_everybody_in_the_programme_gets_it_once_and_then_it_is_done(office: Office) -> None:
    people = [office.house.patient(arm) for arm in ("combined", "exercise")]
    one = office.send()
    office.house.settle()
    office.house.settle()
    assert [person.texts for person in people] == [[SAID], [SAID]]
    assert office.now(one).state == "done"
    assert office.counts(one) == {"sent": 2}


def test_it_comes_at_the_hour_of_each_patients_own_clock(office: Office) -> None:
    berlin, tokyo = office.house.patient(), office.house.patient()
    office.change(tokyo, {"zone": "Asia/Tokyo"})
    office.send(at="2026-03-12 10:00")
    office.house.travel_to(berlin, 12, "03:00")
    assert (tokyo.texts, berlin.texts) == ([SAID], [])
    office.house.travel_to(berlin, 12, "09:59")
    assert berlin.texts == []
    office.house.travel_to(berlin, 12, "10:00")
    assert berlin.texts == [SAID]


def test_it_never_comes_between_a_question_and_its_answer(office: Office) -> None:
    kim = office.house.patient()
    office.house.open(kim, "cse/checkin")
    one = office.send()
    office.house.settle()
    assert SAID not in kim.texts
    office.house.press(kim, "all")
    for answer in ("20", "3", "3"):
        office.house.say(kim, answer)
        assert SAID not in kim.texts
    assert office.house.record(kim).conversation.prompt is None
    office.later(minutes=21)
    assert SAID in kim.texts
    assert office.fate(one, kim) == ("sent", "")


def test_a_question_that_stays_open_until_the_deadline_drops_it_and_that_is_counted(office: Office) -> None:
    kim = office.house.patient()
    office.house.open(kim, "cse/checkin")
    one = office.send(hours="2")
    office.later(hours=3)
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", "question_open")
    assert (office.now(one).state, office.now(one).reasons) == ("done", {"question_open": 1})


def test_the_night_is_left_alone(office: Office) -> None:
    kim = office.house.patient()
    office.house.travel_to(kim, 11, "23:00")
    office.send()
    office.house.settle()
    assert kim.texts == []
    office.house.travel_to(kim, 12, "07:29")
    assert kim.texts == []
    office.house.travel_to(kim, 12, "07:30")
    assert kim.texts == [SAID]


def test_a_night_as_long_as_the_deadline_drops_it(office: Office) -> None:
    kim = office.house.patient()
    office.house.travel_to(kim, 11, "23:00")
    one = office.send(hours="3")
    office.later(hours=3)
    assert office.fate(one, kim) == ("suppressed", "quiet_hours")


def test_a_full_day_moves_it_to_the_same_hour_of_the_next(office: Office) -> None:
    kim = office.house.patient(unprompted={"2026-03-11": 2})
    one = office.send(hours="48")
    office.house.settle()
    assert kim.texts == []
    office.later(hours=24)
    assert kim.texts == [SAID]
    assert office.fate(one, kim) == ("sent", "")


def test_a_full_day_and_no_other_drops_it(office: Office) -> None:
    kim = office.house.patient(unprompted={"2026-03-11": 2})
    one = office.send(hours="5")
    office.house.settle()
    assert office.fate(one, kim) == ("suppressed", "budget_day")


def test_what_the_day_still_brings_goes_first(office: Office) -> None:
    kim = office.house.patient(unprompted={"2026-03-11": 1})
    office.house.arm(kim, "touch:evening", office.house.clock.now().replace(hour=18), touchpoint="evening")
    one = office.send(hours="5")
    office.house.settle()
    assert office.fate(one, kim) == ("suppressed", "budget_day")


def test_it_counts_as_something_said_unprompted(office: Office) -> None:
    kim = office.house.patient()
    office.send()
    office.house.settle()
    assert office.house.progress(kim).unprompted["2026-03-11"] == 1


@pytest.mark.parametrize(
    ("progress", "reason"),
    [
        ({"paused_from": "2026-03-10"}, "paused"),
        ({"silent_until": "told"}, "silent"),
        ({"safety_hold": True}, "danger"),
        ({"unreachable": True}, "unreachable"),
        ({"erase_wanted": True}, "withdrawn"),
    ],
)
def test_who_is_held_back_meanwhile_gets_nothing_and_the_count_says_so(
    office: Office, progress: dict[str, object], reason: str
) -> None:
    kim = office.house.patient()
    one = office.send(at="2026-03-11 12:00")
    office.house.settle()
    office.change(kim, **progress)
    office.house.travel_to(kim, 11, "12:00")
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", reason)
    assert office.now(one).reasons == {reason: 1}


def test_who_leaves_meanwhile_gets_nothing(office: Office) -> None:
    kim = office.house.patient()
    one = office.send(at="2026-03-11 12:00")
    office.house.settle()
    office.house.coach.enrolments.withdraw(office.house.enrolment_code(kim))
    office.house.travel_to(kim, 11, "12:00")
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", "withdrawn")


def test_who_is_in_danger_gets_nothing_as_long_as_nobody_has_read_the_alert(office: Office) -> None:
    kim = office.house.patient()
    office.house.say(kim, "i want to kill myself")
    one = office.send()
    office.house.settle()
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", "danger")


def test_who_is_erased_meanwhile_leaves_a_number_and_nothing_else(office: Office) -> None:
    kim = office.house.patient()
    other = office.house.patient()
    one = office.send(at="2026-03-11 12:00")
    office.house.settle()
    with office.house.store.writing() as tx:
        assert tx.erase(kim.id)["broadcast_recipient"] == 1
    office.house.travel_to(other, 11, "12:00")
    progress = office.broadcasts.progress(office.now(one))
    assert (progress.people, progress.erased, dict(progress.counts)) == (2, 1, {"sent": 1})
    assert office.now(one).state == "done"


@pytest.mark.parametrize(("words", "reason"), [("i want to kill myself", "danger"), ("stop", "silent")])
def test_what_is_on_its_way_already_is_taken_back_from_who_says_such_a_word(
    office: Office, words: str, reason: str
) -> None:
    kim = office.house.patient()
    one = office.send()
    office.house.work()
    assert office.counts(one) == {"queued": 1}
    office.house.say(kim, words)
    office.house.settle()
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", reason)


def test_what_is_on_its_way_already_is_taken_back_from_who_leaves(office: Office) -> None:
    kim = office.house.patient()
    one = office.send()
    office.house.work()
    office.house.coach.enrolments.withdraw(office.house.enrolment_code(kim))
    office.house.settle()
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", "withdrawn")


def test_a_person_in_the_talk_is_not_interrupted(office: Office) -> None:
    kim = office.house.patient()
    office.house.coach.enrolments.take_over(kim.id, office.lin.id, "Dr Lin")
    one = office.send(hours="1")
    office.later(hours=2)
    assert SAID not in kim.texts
    assert office.fate(one, kim) == ("suppressed", "person_writes")


def test_each_reads_their_own_language_and_who_has_none_gets_nothing(office: Office) -> None:
    kim, chen = office.house.patient(), office.house.patient()
    office.change(chen, {"language": "zh-Hans"})
    one = office.send()
    office.house.settle()
    assert (kim.texts, chen.texts) == ([SAID], [])
    assert office.fate(one, chen) == ("suppressed", "no_language")


def test_a_therapist_reaches_no_patient_of_somebody_else(office: Office) -> None:
    own, foreign, nobodys = (office.house.patient() for _ in range(3))
    other = office.hire("Dr Other", "therapist")
    with office.house.store.writing() as tx:
        tx.put_care(own.id, [office.lin.id])
        tx.put_care(foreign.id, [other.id])
    office.send()
    office.house.settle()
    assert (own.texts, foreign.texts, nobodys.texts) == ([SAID], [], [SAID])


def test_a_process_that_dies_in_any_slice_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_HEADS", 3)
    monkeypatch.setattr(running, "_PIECE", 2)
    monkeypatch.setattr(running, "SLICE_S", 60.0)  # a slow machine cuts no slice short
    people = [office.house.patient() for _ in range(7)]
    one = office.send()
    runner = office.house.coach.broadcasting
    runner.work()
    runner.work()
    while not office.now(one).planned:
        runner.work()
    with failing_save(monkeypatch, lambda changes: bool(changes.outbox)), pytest.raises(OSError, match="disk is full"):
        runner.work()
    office.house.settle()
    assert [person.texts for person in people] == [[SAID]] * 7
    assert office.counts(one) == {"sent": 7}


def test_only_a_few_wait_in_the_outbox_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_QUEUED", 2)
    for _ in range(5):
        office.house.patient()
    one = office.send()
    office.house.work()
    assert office.counts(one) == {"queued": 2, "planned": 3}
    office.house.settle()
    assert office.counts(one) == {"sent": 5}


def test_a_text_that_only_shows_its_secret_when_it_is_rendered_is_held_back(office: Office) -> None:
    kim = office.house.patient("exercise")
    office.change(kim, {"name": "Self-compassion"})
    one = office.send()
    office.house.settle()
    assert kim.texts == []
    assert office.fate(one, kim) == ("suppressed", "blinding")


def test_why_a_patient_got_it_is_kept(office: Office) -> None:
    from coachbot.service.staff.why import Reasons

    kim = office.house.patient()
    office.send()
    office.house.settle()
    with office.house.store.reading() as tx:
        row = tx.outbox(kim.id)[-1]
    why = Reasons(office.house.store).of(kim.id, row["id"])
    assert why is not None
    assert why.rule == "broadcast"
    assert why.text == WALK.replace("{{ patient.name }}", "Kim")


# -- planning, and finding out the hour -----------------------------------------------------------------
@pytest.mark.parametrize("audience", ["", "arm=combined", "week=1-9"])
def test_nobody_is_opened_to_be_planned_where_what_stands_openly_tells(
    office: Office, monkeypatch: pytest.MonkeyPatch, audience: str
) -> None:
    kim = office.house.patient()
    one = office.send(audience=audience, at="2026-03-12 10:00")
    opened: list[str] = []
    for name in ("standings", "load"):
        monkeypatch.setattr(SqlTransaction, name, lambda tx, patients: opened.extend(patients) or {})
    office.house.clock.hold(office.house.clock.now() + timedelta(hours=11))
    runner = office.house.coach.broadcasting
    while not office.now(one).planned:
        assert runner.work()
    assert opened == []
    assert office.fate(one, kim) == ("planned", "")


def test_who_must_be_opened_to_tell_is_opened(office: Office) -> None:
    walker, _ = office.house.patient(tags=("walkers",)), office.house.patient()
    one = office.send(audience="tag=walkers")
    office.house.settle()
    assert office.counts(one) == {"sent": 1}
    assert walker.texts == [SAID]


def test_each_deadline_is_that_of_their_own_clock(office: Office) -> None:
    kim, chen = office.house.patient(), office.house.patient()
    office.change(chen, {"zone": "Asia/Tokyo"})
    one = office.send(at="2026-03-12 10:00", hours="2")
    office.house.travel_to(kim, 11, "23:00")
    with office.house.store.reading() as tx:
        rows = {row.patient: row for row in tx.recipients_of(one.id)}
    for person, zone in ((kim, "Europe/Berlin"), (chen, "Asia/Tokyo")):
        hour = datetime(2026, 3, 12, 10, tzinfo=ZoneInfo(zone))
        assert (rows[person.id].due, rows[person.id].expires) == (hour, hour + timedelta(hours=2))


def test_finding_out_the_hour_brings_back_nobody_who_was_erased_or_cancelled(office: Office) -> None:
    kim, chen = office.house.patient(), office.house.patient()
    one = office.send(at="2026-03-12 10:00")
    office.house.travel_to(kim, 11, "23:00")
    with office.house.store.writing() as tx:
        rows = {row.patient: row for row in tx.recipients_of(one.id)}
        tx.erase(kim.id)
        tx.put_recipients([replace(rows[chen.id], state="cancelled")])
        tx.put_off_recipients([replace(row, due=row.due + timedelta(days=1)) for row in rows.values()])
        left = tx.recipients_of(one.id)
    assert [(row.patient, row.state, row.due) for row in left] == [(chen.id, "cancelled", rows[chen.id].due)]


def test_a_slice_always_comes_on_however_slow_the_machine(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE_S", -1.0)
    people = [office.house.patient() for _ in range(3)]
    one = office.send(at="2026-03-12 10:00")
    office.house.travel_to(people[0], 12, "10:00")
    office.house.settle()
    assert office.counts(one) == {"sent": 3}


def _force(office: Office, text: str) -> Broadcast:
    """A broadcast under way whose text no check has seen: as after an upgrade of the pack."""
    return _put(office, text, "sending")


def _put(office: Office, text: str, state: State) -> Broadcast:
    one = replace(office.draft(), texts={"en": text}, state=state, starts=office.house.clock.now())
    with office.house.store.writing() as tx:
        tx.put_broadcast(one)
    return one


def _incidents(office: Office) -> list[tuple[str, str]]:
    with office.house.store.reading() as tx:
        return [(one.kind, one.patient) for one in tx.incidents()]


@pytest.mark.parametrize("text", ["{{ patient['nam'] }}", "{{ 'a'.foo.bar }}", "{{ 1/0 }}", "{{ patient.name + 1 }}"])
def test_whatever_rendering_raises_leaves_that_one_patient_out_and_all_others_get_theirs(
    office: Office, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    kim, lou = office.house.patient(), office.house.patient()
    office.change(lou, {"name": "Lou"})
    one = _force(office, "Hi {{ patient.name }}{% if patient.name == 'Lou' %}" + text + "{% endif %}")
    other = office.send()
    office.house.settle()
    assert (kim.texts, lou.texts) == (["Hi Kim", SAID], [SAID.replace("Kim", "Lou")])
    assert (office.fate(one, lou), office.now(one).state) == (("suppressed", "text_fails"), "done")
    assert office.now(other).state == "done"
    assert _incidents(office) == [("broadcast", "")]
    assert f"broadcast {one.id} was held back from {lou.id}" in caplog.text


def test_however_many_a_text_leaves_out_there_is_one_incident_with_their_number(office: Office) -> None:
    people = [office.house.patient() for _ in range(4)]
    for person in people[1:]:
        office.change(person, {"name": "Lou"})
    text = "Hi {{ patient.name }}{% if patient.name == 'Lou' %}{{ 1/0 }}{% endif %}"
    one = _force(office, text)
    other = _force(office, text)
    office.house.settle()
    with office.house.store.reading() as tx:
        told = {incident.id: incident.detail.splitlines() for incident in tx.incidents()}
    assert set(told) == {one.id, other.id}
    assert told[one.id][0] == f"broadcast {one.id} was held back from 3 because of its text"
    assert told[one.id][1] == "of the last of them: text_fails"
    assert "Lou" not in str(told)


def test_the_number_grows_with_those_whose_hour_comes_later(office: Office) -> None:
    early, late = office.house.patient(), office.house.patient()
    office.change(late, {"zone": "America/New_York"})
    one = replace(office.draft(), texts={"en": "{{ 1/0 }}"}, at="2026-03-12 10:00", state="sending")
    with office.house.store.writing() as tx:
        tx.put_broadcast(one)
    found = []
    for hour in ("10:01", "16:01"):
        office.house.travel_to(early, 12, hour)
        with office.house.store.reading() as tx:
            found += [incident.detail.splitlines()[0].partition(" was ")[2] for incident in tx.incidents()]
    assert found == ["held back from 1 because of its text", "held back from 2 because of its text"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ patient }}", "patient"),
        ("{{ diary.cse }} and {{ today }}", "today"),
        ("Your self-compassion session is on Sunday.", "self-compassion"),
    ],
)
def test_what_was_scheduled_before_a_rule_is_looked_at_again_when_it_begins(
    office: Office, text: str, told: str
) -> None:
    kim = office.house.patient()
    one = _put(office, text, "scheduled")
    office.house.settle()
    now = office.now(one)
    assert (kim.texts, now.state, now.before) == ([], "paused", "scheduled")
    assert told in now.note
    assert "Cancel it, write it anew" in now.note
    assert _incidents(office) == [("broadcast", "")]


def test_what_its_author_may_name_no_more_is_not_begun(office: Office) -> None:
    kim = office.house.patient()
    one = office.send("You have {{ diary.cse }} practices.", at="2026-03-12 10:00")
    with office.house.store.writing() as tx:
        tx.put_staff(replace(office.lin, role="author"))
    office.house.travel_to(kim, 12, "10:01")
    assert office.now(one).state == "paused"
    assert "diary.cse" in office.now(one).note


def test_a_broadcast_that_raises_is_paused_and_all_others_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kim = office.house.patient()
    one, other = office.send("The first."), office.send("The second.")
    real = rules.verdict

    def broken(tx: Any, draft: Any, due: Any, expires: Any) -> Any:
        if not office.now(one).state == "paused":
            raise KeyError("a fault of the coach")
        return real(tx, draft, due, expires)

    monkeypatch.setattr("coachbot.service.broadcasts.running.verdict", broken)
    office.house.settle()
    assert kim.texts == ["The second."]
    assert (office.now(one).state, office.now(other).state) == ("paused", "done")
    assert "went wrong in the coach itself" in office.now(one).note
    assert _incidents(office) == [("broadcast", "")]
    assert f"broadcast {one.id} was paused: KeyError" in caplog.text
    assert office.counts(one) == {"planned": 1}


def test_whoever_leaves_while_it_waits_is_held_back_at_once(office: Office) -> None:
    kim = office.house.patient()
    one = office.send(at="2026-03-11 18:00")
    office.house.settle()
    assert office.fate(one, kim) == ("planned", "")
    enrolment = office.house.record(kim).enrolment
    assert enrolment is not None
    office.house.coach.enrolments.withdraw(enrolment.code)
    office.house.settle()
    assert office.fate(one, kim) == ("suppressed", "withdrawn")
    assert office.now(one).reasons == {"withdrawn": 1}
