"""What staff may do with a broadcast, and what is refused with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coachbot.errors import StaffError
from coachbot.service.broadcasts import running
from coachbot.service.broadcasts.office import UnknownBroadcastError
from tests.service.broadcasts.conftest import Office


def test_more_patients_than_the_site_allows_wait_for_a_second_person(office: Office) -> None:
    _allow(office, 1)
    kim, _ = office.house.patient(), office.house.patient()
    one = office.send()
    office.house.settle()
    assert (one.state, kim.texts) == ("waiting", [])
    with pytest.raises(StaffError, match="somebody else than its author"):
        office.broadcasts.approve(office.lin, one.id)
    ada = office.hire("Ada", "admin")
    agreed = office.broadcasts.approve(ada, one.id)
    office.house.settle()
    assert (agreed.approved_by, office.counts(one)) == (ada.id, {"sent": 2})


def _allow(office: Office, number: int) -> None:
    office.broadcasts._world = replace(office.broadcasts._world, approve_above=number)


def test_an_approval_that_comes_too_late_goes_back_to_the_author(office: Office) -> None:
    _allow(office, 0)
    kim = office.house.patient()
    one = office.send()
    office.later(days=4)
    with pytest.raises(StaffError, match="waited for longer than 3 days"):
        office.broadcasts.approve(office.hire("Ada", "admin"), one.id)
    assert office.now(one).state == "draft"
    assert "The walk" not in kim.texts


def test_a_second_person_can_send_it_back_with_a_word(office: Office) -> None:
    _allow(office, 0)
    office.house.patient()
    one = office.broadcasts.refuse(office.hire("Dr Other", "therapist"), office.send().id, "say where you meet")
    assert (one.state, one.note) == ("draft", "say where you meet")


def test_somebody_elses_broadcast_looks_like_one_that_never_was(office: Office) -> None:
    one, other = office.draft(), office.hire("Dr Other", "therapist")
    refusals = []
    for number in (one.id, 4711):
        with pytest.raises(UnknownBroadcastError) as told:
            office.broadcasts.of(other, number)
        refusals.append(str(told.value).replace(str(number), "N"))
    assert refusals[0] == refusals[1]
    assert [line.detail for line in office.audit.lines() if line.action == "refused"] == [
        "broadcast 4711", f"broadcast {one.id}"
    ]  # fmt: skip


def test_an_audience_of_nobody_is_not_sent_to(office: Office) -> None:
    office.house.patient()
    with pytest.raises(StaffError, match="the audience is nobody"):
        office.send(audience="week=12-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {{ patient.nmae }}", r"en, line 1, character 10: 'patient.nmae' does not exist"),
        ("Hello\nand {{ patient.name }", r"en, line 2, character 5: it can't be read"),
        ("Hello {% if programme.week > 3 %}you", r"en, line 1, character 7: it can't be read"),
        ("Hi {{ patient.name | shout }}", r"en, line 1, character \d+: .*shout"),
        ("Your pain was {{ diary.pain_last }}", r"en, line 1, character 18: 'diary.pain_last' may be missing"),
        ("Look: ![back](back.png)", r"en, line 1, character 7: a broadcast is text alone"),
    ],
)
def test_a_fault_in_the_text_is_shown_at_its_character_and_nothing_is_sent(
    office: Office, text: str, told: str
) -> None:
    kim = office.house.patient()
    with pytest.raises(StaffError, match=told):
        office.send(text)
    office.house.settle()
    assert kim.texts == []


def test_an_idea_of_one_arm_is_stopped_where_the_other_would_read_it(office: Office) -> None:
    office.house.patient("combined")
    text = "Remember self-compassion today."
    with pytest.raises(StaffError, match=r"line 1, character 10: blinding: 'self-compassion'.*arm 'exercise'"):
        office.send(text)
    assert office.send(text, audience="arm=combined").state == "scheduled"


def test_a_text_that_weighs_the_arm_is_stopped_where_both_would_read_it(office: Office) -> None:
    office.house.patient()
    with pytest.raises(StaffError, match=r"character 7: blinding: 'programme.arm'"):
        office.send("{% if programme.arm == 'combined' %}A{% else %}B{% endif %}")


@pytest.mark.parametrize("place", ["programme.arm", "programme['arm']", "diary.sct", "attended", "answered.scs_sf"])
def test_a_preview_shows_no_arm_to_a_blinded_person(office: Office, place: str) -> None:
    office.house.patient()
    rosa = office.hire("Rosa", "researcher")
    one = office.draft("You: {{ " + place + " }}", by=rosa)
    with pytest.raises(StaffError, match=r"can't be rehearsed yet.*blinding"):
        office.broadcasts.rehearse(rosa, one.id)


@pytest.mark.parametrize("audience", ["arm=combined", "score:scs_sf>=1", "tag=sct"])
def test_a_blinded_person_cant_filter_by_what_tells_the_arm(office: Office, audience: str) -> None:
    researcher = office.hire("Rosa", "researcher")
    with pytest.raises(StaffError, match="you are blinded"):
        office.draft(by=researcher, audience=audience)


def test_who_does_not_treat_always_needs_a_second_person_and_sees_nobody(office: Office) -> None:
    kim, rosa = office.house.patient(), office.hire("Rosa", "researcher")
    one = office.send(by=rosa)
    assert one.state == "waiting"
    sample = office.broadcasts.rehearse(rosa, one.id).samples[0]
    assert (sample.patient, sample.name) == ("", "")
    assert "Kim" not in sample.text
    assert kim.texts == []


def test_paused_half_way_nothing_more_goes_out_until_it_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_QUEUED", 2)
    people = [office.house.patient() for _ in range(4)]
    one = office.send()
    office.house.work()
    office.broadcasts.pause(office.lin, one.id)
    office.house.settle()
    assert sum(len(person.texts) for person in people) == 0
    assert office.counts(one) == {"planned": 4}
    assert all(not office.house.progress(person).unprompted.get("2026-03-11") for person in people)
    office.broadcasts.resume(office.lin, one.id)
    office.house.settle()
    assert [len(person.texts) for person in people] == [1] * 4


def test_cancelled_half_way_what_was_sent_is_sent_and_the_rest_gets_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_QUEUED", 2)
    people = [office.house.patient() for _ in range(4)]
    one = office.send()
    office.house.work()
    office.broadcasts.cancel(office.lin, one.id)
    office.house.settle()
    office.later(days=1)
    assert sum(len(person.texts) for person in people) == 0
    assert office.counts(one) == {"cancelled": 4}
    with pytest.raises(StaffError, match="cancelled already"):
        office.broadcasts.cancel(office.lin, one.id)


def test_a_rehearsal_tells_who_when_in_which_language_and_why_not(office: Office) -> None:
    office.house.patient()
    office.house.patient(paused_from="2026-03-10")
    office.change(office.house.patient(), {"language": "zh-Hans"})
    one = office.draft()
    told = office.broadcasts.rehearse(office.lin, one.id)
    assert (told.meant, told.get, told.languages) == (3, 1, {"en": 1})
    assert told.suppressed == {"paused": 1, "no_language": 1}
    assert [sample.text for sample in told.samples] == ["Hello Kim, the group walks on Sunday at ten."]
    assert told.first == office.house.clock.now()
    assert office.counts(one) == {}


def test_a_rehearsal_masks_who_it_is_when_asked(office: Office) -> None:
    office.house.patient()
    told = office.broadcasts.rehearse(office.lin, office.draft().id, masked=True)
    assert told.samples[0].text == "Hello •••, the group walks on Sunday at ten."
    assert told.samples[0].name == ""


def test_every_act_stands_in_the_audit(office: Office) -> None:
    office.house.patient()
    one = office.send()
    office.broadcasts.pause(office.lin, one.id)
    office.broadcasts.cancel(office.lin, one.id)
    assert [line.action for line in reversed(office.audit.lines())] == [
        "broadcast.write", "broadcast.send", "broadcast.pause", "broadcast.cancel"
    ]  # fmt: skip


def test_a_draft_that_was_sent_cant_be_written_anew(office: Office) -> None:
    office.house.patient()
    one = office.send()
    with pytest.raises(StaffError, match="only a draft"):
        office.broadcasts.write(office.lin, {"title": "Another", "text.en": "x"}, one.id)


def test_a_time_that_is_past_everywhere_is_refused(office: Office) -> None:
    office.house.patient()
    with pytest.raises(StaffError, match="past everywhere"):
        office.send(at="2026-03-01 10:00")


BROKEN = [
    ("Hi {{ patient['nam'] }}", 7),
    ("Hi {{ 'a'.foo.bar }}", 7),
    ("Hi {{ patient.name[99] }}", 7),
    ("Hi {{ ().__class__.__mro__ }}", 7),
    ("Hi {{ patient.name }} {{ 1/0 }}", 26),
    ("Hi {% if 1/0 %}x{% endif %}", 7),
    ("Hi {{ patient.name + 1 }}", 7),
]


@pytest.mark.parametrize(("text", "character"), BROKEN)
def test_what_rendering_raises_is_a_fault_of_the_draft_at_its_character(
    office: Office, text: str, character: int
) -> None:
    office.house.patient()
    (fault, *_) = office.broadcasts.faults(office.draft(text), office.lin)
    assert fault.startswith(f"en, line 1, character {character}: ")
    with pytest.raises(StaffError, match="can't be sent"):
        office.send(text)


def test_a_text_that_fails_for_one_real_patient_alone_is_a_fault_at_rehearsal_and_is_not_sent(office: Office) -> None:
    office.house.patient()
    office.change(office.house.patient(), {"name": "Lou"})
    text = "Hi {{ patient.name }}{% if patient.name == 'Lou' %}{{ 1/0 }}{% endif %}"
    told = office.broadcasts.rehearse(office.lin, office.draft(text).id)
    assert told.faults == ("en, line 1, character 55: it divides by zero (for 1 of those it is meant for)",)
    assert (told.get, told.suppressed) == (1, {"text_fails": 1})
    with pytest.raises(StaffError, match="character 55: it divides by zero"):
        office.send(text)


@pytest.mark.parametrize(
    "text",
    [
        "You are in the exercise group; the other group gets more.",
        "The combined arm meets on Sunday.",
        "Those of the control group meet at ten.",
        "You were randomised in May.",
        "You have been allocated to walking.",
        "Ask what the other treatment is.",
        "Your group is called 'combined'.",
    ],
)
@pytest.mark.parametrize("audience", ["", "arm=combined"])
def test_what_tells_the_arm_is_stopped_whoever_reads_it(office: Office, text: str, audience: str) -> None:
    office.house.patient()
    with pytest.raises(StaffError, match=r"blinding: '.*' tells which group somebody is in"):
        office.send(text, audience=audience)


@pytest.mark.parametrize(
    "text",
    [
        "The group walks on Sunday. Lift your arm, then each arm, then both arms.",
        "We do a group exercise. Your condition may be better on some days than on others.",
        "Exercise on Sunday; the clinic at Müller-Straße is open. Ёлка, Ελλάδα und Łódź grüßen.",
    ],
)
def test_what_tells_no_arm_is_sent(office: Office, text: str) -> None:
    office.house.patient("exercise")
    assert office.broadcasts.faults(office.draft(text), office.lin) == ()


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("Be kind: comp\u0430ssion helps", 10),
        ("Ask for \u0455\u0441t today", 9),
        ("Be kind: compa\u0301ssion helps", 10),
        ("Be kind: com\u00adpassion helps", 10),
        ("Be kind: com**passion** helps", 10),
        ("Be kind: \uff43ompassion helps", 10),
        ("Be kind: {{ 'self-com' }}{{ 'passion' }}", 13),
        ("Be kind: {% if today.weekday == 'sun' %}{{ 'self-com' }}{{ 'passion' }}{% endif %}", 13),
        ("Be kind: {{ 'SELF-COM' | lower }}{{ ('PASS' + 'ION') | lower }}", 13),
    ],
)
def test_a_hidden_word_is_stopped_as_it_is_read(office: Office, text: str, character: int) -> None:
    office.house.patient("exercise")
    found = office.broadcasts.faults(office.draft(text), office.lin)
    assert any(f"character {character}: blinding: " in fault for fault in found), found
    with pytest.raises(StaffError, match="blinding"):
        office.send(text)


def test_a_word_of_several_alphabets_is_refused_whatever_it_says(office: Office) -> None:
    (fault,) = office.broadcasts.faults(office.draft("A w\u0430lk"), office.lin)
    assert fault.startswith("en, line 1, character 3: blinding: 'w\u0430lk' mixes letters of several alphabets")


def test_a_rehearsal_says_who_would_be_held_back_as_the_text_is_read(office: Office) -> None:
    office.house.patient("exercise")
    office.change(office.house.patient("exercise"), {"name": "Self-compassion"})
    told = office.broadcasts.rehearse(office.lin, office.draft().id)
    assert (told.get, told.suppressed) == (1, {"blinding": 1})


@pytest.mark.parametrize(
    "place",
    ["patient", "exercises", "site", "patient.phone", "patient.contact", "exercises.conditions", "safety.hold",
     "patient.name[0]", "(patient)", "patient | default('x')", "[patient]", "alert.kind", "demo"],
)  # fmt: skip
def test_only_single_values_of_the_short_list_may_be_named(office: Office, place: str) -> None:
    office.house.patient()
    faults = office.broadcasts.faults(office.draft("Hi {{ " + place + " }}"), office.lin)
    assert any(
        fault.startswith("en, line 1, character 7") and ("may name" in fault or "can't be named" in fault)
        for fault in faults
    )


def test_a_bracket_in_a_text_hides_no_name(office: Office) -> None:
    faults = office.broadcasts.faults(office.draft("Hi {{ '}}' ~ exercises }}"), office.lin)
    assert any("'exercises' is nothing that a broadcast of yours may name" in fault for fault in faults)


def test_a_broadcast_has_no_loops(office: Office) -> None:
    faults = office.broadcasts.faults(office.draft("Hi {% for one in patient %}{{ one }}{% endfor %}"), office.lin)
    assert any("character 4: a broadcast has no loops" in fault for fault in faults)


@pytest.mark.parametrize("place", ["diary.cse_week", "exercises", "exercises.names", "away.days", "safety.hold"])
def test_a_blinded_author_names_nothing_of_health_and_sees_none_at_rehearsal(office: Office, place: str) -> None:
    office.house.patient()
    rosa = office.hire("Rosa", "researcher")
    one = office.draft("You: {{ " + place + " }}", by=rosa)
    with pytest.raises(StaffError, match=r"can't be rehearsed yet.*(may name|blinding)"):
        office.broadcasts.rehearse(rosa, one.id)


def test_what_a_broadcast_needs_may_be_named(office: Office) -> None:
    office.house.patient()
    text = (
        "{{ patient.name }}, week {{ programme.week }}: {{ diary.cse_week }}. {{ site.therapist }}, {{ channel.name }}"
    )
    assert office.broadcasts.faults(office.draft(text), office.lin) == ()


@pytest.mark.parametrize("at", ["", "2026-03-11 18:00"])
def test_a_rehearsal_tells_of_a_full_day_and_when_it_would_end(office: Office, at: str) -> None:
    office.house.patient(unprompted={"2026-03-11": 2})
    told = office.broadcasts.rehearse(office.lin, office.draft(at=at).id)
    assert told.first is not None
    assert (told.get, told.waiting, told.first.date().day) == (1, {"budget_day": 1}, 12)
    assert told.last is not None
    assert told.last >= told.first
    short = office.broadcasts.rehearse(office.lin, office.draft(at=at, hours="5").id)
    assert (short.get, short.suppressed, short.first) == (0, {"budget_day": 1}, None)


def test_a_cancelled_broadcast_that_nobody_got_is_not_all_done(office: Office) -> None:
    office.house.patient()
    one = office.send()
    office.house.work()
    office.broadcasts.cancel(office.lin, one.id)
    progress = office.broadcasts.progress(office.now(one))
    assert (progress.sent, progress.without, progress.people, progress.percent) == (0, 1, 1, 0)
