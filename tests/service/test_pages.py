"""The page of a round: the talk's questions behind a signed link, answered past the talk, by turns of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coachbot.service.links import Bearing, PageLinks
from coachbot.service.page_answers import Given
from coachbot.service.pages import Over
from coachbot.service.records import Changes
from tests.service.filling import ALL, DAY_28, LATE, Filling
from tests.service.house import House


@pytest.fixture
def filling(house: House) -> Filling:
    return Filling(house)


# -- the link -----------------------------------------------------------------------------------------
def test_a_link_opens_the_questionnaires_of_the_round_in_the_order_of_the_talk(filling: Filling) -> None:
    assert tuple(filling.steps) == ALL
    assert filling.open().minutes == 17


@pytest.mark.parametrize("change", [0, 5, 20, -1])
def test_a_link_that_was_changed_opens_nothing(filling: Filling, change: int) -> None:
    letters = list(filling.token)
    letters[change] = "A" if letters[change] != "A" else "B"
    filling.token = "".join(letters)
    assert filling.why_over() == "unknown"


@pytest.mark.parametrize("token", ["", "q", "....", "é", "A" * 5000, "=" * 40])
def test_anything_else_opens_nothing(filling: Filling, token: str) -> None:
    filling.token = token
    assert filling.why_over() == "unknown"


def test_a_link_of_another_installation_opens_nothing(filling: Filling) -> None:
    links = PageLinks(b"another key")
    filling.token = links.token(Bearing(filling.person.id, "week_4", "2026-03-25"))
    assert filling.why_over() == "unknown"


def test_a_link_of_another_opening_opens_nothing(filling: Filling) -> None:
    filling.token = filling.house.coach.world.links.token(Bearing(filling.person.id, "week_4", "2026-03-24"))
    assert filling.why_over() == "unknown"


def test_the_key_of_the_links_outlives_a_new_master_key(house: House) -> None:
    before = house.store.secret("page")
    house.store.rotate_master_key()
    assert house.store.secret("page") == before
    assert house.store.secret("another") != before


def test_a_link_ends_with_the_window(filling: Filling) -> None:
    filling.house.clock.hold(DAY_28 + timedelta(days=7))
    assert len(filling.steps) == len(ALL)
    filling.house.clock.hold(DAY_28 + timedelta(days=8))
    assert filling.why_over() == "closed"
    assert filling.pages.take(filling.token, [Given("x", "nrs", "current", "3")]) == filling.pages.open(filling.token)


def test_a_link_ends_with_the_enrolment_and_with_an_erasure(filling: Filling) -> None:
    filling.house.coach.enrolments.withdraw(filling.house.enrolment_code(filling.person))
    assert filling.why_over() == "left"
    with filling.house.store.writing() as tx:
        tx.erase(filling.person.id)
    assert filling.why_over() == "unknown"


def test_where_no_address_is_known_other_messengers_have_no_link(house: House) -> None:
    filling = Filling(house)
    links = house.coach.world.links
    bearing = Bearing(filling.person.id, "week_4", "2026-03-25")
    assert links.link(bearing, "webchat").startswith("q/")
    assert links.link(bearing, "telegram") == ""
    public = replace(links, address="https://coach.example")
    assert public.link(bearing, "telegram").startswith("https://coach.example/q/")


# -- in the talk ----------------------------------------------------------------------------------------
def test_the_talk_offers_the_page_and_gives_its_link(filling: Filling) -> None:
    house, person = filling.house, filling.person
    house.open(person, "assessment/week_4")
    assert ("page", "On one page") in person.last.labels
    said = house.press(person, "page")
    assert f"(q/{filling.token})" in said[0]
    assert house.place(person) == "assessment/week_4 on_page"


def test_without_a_page_the_talk_offers_none(house: House) -> None:
    filling = Filling(house, DAY_28 + timedelta(days=20))  # no round is open
    house.open(filling.person, "assessment/week_4")
    assert ("page", "On one page") not in filling.person.last.labels


def test_an_answer_on_the_page_says_nothing_in_the_talk(filling: Filling) -> None:
    before = len(filling.person.messages)
    filling.give("nrs", "current", "4")
    assert filling.person.texts[before:] == []
    assert filling.step("nrs").questions[0].value == 4


def test_the_page_is_finished_and_the_talk_comes_to_its_last_words(filling: Filling) -> None:
    house, person = filling.house, filling.person
    house.open(person, "assessment/week_4")
    house.press(person, "page")
    for name in ALL:
        filling.answer(name)
    before = len(person.messages)
    filling.finish()
    stored = {row.instrument: row for row in filling.responses()}
    assert tuple(stored) == ALL
    assert {row.assessment for row in stored.values()} == {"week_4"}
    assert {row.body["medium"] for row in stored.values()} == {"page"}
    assert "week_4" in house.progress(person).assessments
    assert filling.why_over() == "done"
    assert house.place(person).startswith("common/changes")
    assert len(person.texts[before:]) == 1


def test_half_on_the_page_half_in_the_talk(filling: Filling) -> None:
    house, person = filling.house, filling.person
    house.open(person, "assessment/week_4")
    house.press(person, "page")
    filling.answer("rmdq")
    for state in ("current", "worst"):
        filling.give("nrs", state, "3")
    house.press(person, "here")
    assert house.place(person) == "instrument/nrs average"
    house.press(person, "5")
    assert house.place(person) == "instrument/gad7 g1"
    assert [(row.instrument, row.body["answers"]) for row in filling.responses() if row.instrument == "nrs"] == [
        ("nrs", {"current": 3, "worst": 3, "average": 5})
    ]
    house.press(person, "a1")
    question = filling.step("gad7").questions[0]
    assert (question.value, question.in_talk) == ("a1", True)
    assert filling.steps == ["gad7", "pcs", "pseq", "phq9"]


def test_complete_questionnaires_are_finished_when_the_page_is_left(filling: Filling) -> None:
    filling.answer("nrs", 2)
    filling.give("gad7", "g1", "a1")
    assert filling.responses() == []
    filling.house.travel(timedelta(minutes=16))
    assert [row.instrument for row in filling.responses()] == ["nrs"]


def test_until_it_is_finished_an_answer_can_be_put_right(filling: Filling) -> None:
    filling.answer("nrs", 2)
    filling.give("nrs", "current", "7")
    filling.finish()
    assert filling.responses()[0].body["answers"]["current"] == 7


def test_what_is_left_out_on_purpose_is_missing_and_never_nought(filling: Filling) -> None:
    for question in filling.step("nrs").questions:
        filling.give("nrs", question.state, None if question.state == "current" else "2")
    filling.finish()
    assert filling.responses()[0].body["answers"] == {"current": None, "worst": 2, "average": 2}


def test_a_window_that_closes_half_way_keeps_what_was_answered(filling: Filling) -> None:
    filling.house.arm(filling.person, "plan")
    filling.give("gad7", "g1", "a1")
    filling.house.travel(timedelta(days=9))
    row = next(row for row in filling.responses() if row.instrument == "gad7")
    assert (row.body["result"], row.body["answers"]["g1"], row.body["answers"]["g2"]) == ("lapsed", 1, None)
    assert filling.why_over() == "closed"
    assert not filling.house.record(filling.person).conversation.sheets


# -- both at once ---------------------------------------------------------------------------------------
def test_the_talk_was_quicker_and_the_page_s_answer_is_kept_unscored(filling: Filling) -> None:
    house, person = filling.house, filling.person
    house.open(person, "instrument/nrs")
    house.press(person, "2")
    taken = filling.give("nrs", "current", "9")
    assert taken.kept_beside == ("nrs.current",)
    house.press(person, "2")
    house.press(person, "2")
    assert [row.body["answers"]["current"] for row in filling.responses()] == [2]
    assert filling.diary("answered_twice") == [{"instrument": "nrs", "question": "current", "value": 9, "on": "page"}]


def test_the_page_was_quicker_and_the_press_in_the_talk_is_kept_unscored(filling: Filling) -> None:
    house, person = filling.house, filling.person
    house.open(person, "assessment/week_4")
    house.press(person, "ready")
    for name in ("page_1", "page_2", "page_3", "page_4"):
        assert house.place(person) == f"instrument/rmdq {name}"
        house.press(person, "none")
    token = person.last.token
    assert house.place(person) == "instrument/nrs current"
    filling.give("nrs", "current", "4")
    assert house.place(person) == ""
    assert "first answer counts" in house.press(person, "8", token)[0]
    assert filling.diary("answered_twice") == [{"instrument": "nrs", "question": "current", "value": "8", "on": "talk"}]
    assert filling.step("nrs").questions[0].value == 4


def test_an_answer_that_is_sent_twice_is_stored_once(filling: Filling) -> None:
    filling.give("nrs", "current", "4", name="same")
    filling.give("nrs", "current", "9", name="same")
    assert filling.step("nrs").questions[0].value == 4


def test_a_person_in_the_talk_keeps_no_answer_of_the_page_out(filling: Filling) -> None:
    with filling.house.store.writing() as tx:
        record = tx.load([filling.person.id])[filling.person.id]
        assert record.enrolment is not None
        now = filling.house.clock.now().isoformat()
        held = {"staff": 1, "name": "Lin", "since": now, "written": now}
        progress = replace(record.enrolment.progress, hand_over=held)
        record = replace(record, enrolment=replace(record.enrolment, progress=progress))
        tx.save(Changes(enrolments={record.id: record}))
    filling.give("nrs", "current", "4")
    assert filling.step("nrs").questions[0].value == 4


# -- danger -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("code", "priority"), [("a1", "high"), ("a3", "top")])
def test_item_9_on_the_page_helps_there_and_in_the_talk_and_alerts(filling: Filling, code: str, priority: str) -> None:
    house, person = filling.house, filling.person
    before = len(person.messages)
    taken = filling.give("phq9", "p9", code)
    assert taken.help == (house.static("crisis"),)
    assert person.texts[before] == house.static("crisis")
    assert house.place(person) == "safety/crisis safe_now"
    assert house.alert(person, "crisis").priority == priority
    assert house.static("crisis") in filling.open().help


def test_after_a_danger_what_is_withheld_is_on_the_page_no_more(filling: Filling) -> None:
    filling.give("phq9", "p9", "a1")
    assert "phq9" not in filling.steps


def test_item_9_left_out_is_asked_once_more_and_then_it_alerts(filling: Filling) -> None:
    house, person = filling.house, filling.person
    taken = filling.give("phq9", "p9", None)
    assert (taken.again, taken.help, house.alerts(person)) == (("phq9.p9",), (), [])
    question = next(one for one in filling.step("phq9").questions if one.state == "p9")
    assert question.asked_again
    assert "once more" in question.again
    taken = filling.give("phq9", "p9", None)
    assert taken.help == (house.coach.world.static_for("en", "crisis", "left_open"),)
    assert house.alert(person, "crisis").priority == "high"


def test_the_last_words_wait_while_a_danger_is_followed_up(filling: Filling) -> None:
    house, person = filling.house, filling.person
    for name in ALL[:-1]:
        filling.answer(name)
    filling.give("phq9", "p9", "a1")
    filling.finish()
    assert house.place(person) == "safety/crisis safe_now"
    assert len(filling.responses()) == len(ALL) - 1
    assert filling.why_over() == "rests"


def test_own_words_on_the_page_are_read_for_danger(filling: Filling) -> None:
    """No round of this programme asks for own words; the reading is that of every text of the inbox."""
    house, person = filling.house, filling.person
    house.put(person, kind="page", text="I want to kill myself", answer='{"assessment": "week_4"}')
    house.settle()
    assert house.alert(person, "crisis").body["words"] == "I want to kill myself"


# -- a reader on duty -------------------------------------------------------------------------------------
def test_while_nobody_reads_alerts_the_last_list_waits(house: House) -> None:
    filling = Filling(house, LATE)
    assert filling.steps == list(ALL[:-1])
    assert filling.open().waits
    assert not filling.pages.may_open(filling.token, "phq9")
    house.open(filling.person, "assessment/week_4")
    house.press(filling.person, "page")
    for name in ALL[:-1]:
        filling.answer(name)
    filling.finish()
    assert filling.why_over() == "waits"
    assert "I keep for when a person is at the clinic" in filling.person.last.text
    house.travel(timedelta(hours=15))
    assert house.place(filling.person) == "assessment/week_4 kept"
    assert filling.steps == ["phq9"]


def test_an_answer_that_was_given_is_taken_even_when_duty_is_over(house: House) -> None:
    filling = Filling(house, LATE)
    assert filling.give("phq9", "p9", "a1").help
    assert house.alert(filling.person, "crisis")


# -- what is no answer ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("instrument", "state", "value"),
    [
        ("nrs", "current", "11"), ("nrs", "current", "-1"), ("nrs", "current", "nan"), ("nrs", "current", "2.5"),
        ("nrs", "current", ["3"]),
        ("gad7", "g1", "a9"), ("gad7", "g1", 1), ("rmdq", "page_1", ["nothing"]), ("rmdq", "page_1", "r1"),
        ("nrs", "intro", "1"), ("nrs", "nowhere", "1"), ("nothing", "g1", "a1"), ("scs_sf", "s1", "1"),
    ],
)  # fmt: skip
def test_what_fits_no_question_is_refused(filling: Filling, instrument: str, state: str, value: object) -> None:
    taken = filling.give(instrument, state, value)
    assert (taken.saved, len(taken.refused)) == ((), 1)


def test_too_many_answers_at_once_are_refused(filling: Filling) -> None:
    with pytest.raises(ValueError, match="too many"):
        filling.pages.take(filling.token, [Given(str(one), "nrs", "current", "1") for one in range(201)])


def test_the_page_shows_no_score_no_band_and_no_name_of_a_questionnaire(filling: Filling) -> None:
    shown = repr(filling.open()).lower()
    titles = [filling.house.coach.world.pack.instruments[name].title for name in ALL]
    assert not [title for title in titles if title.lower() in shown]
    assert "moderate" not in shown


# -- a danger that comes too late, or twice -----------------------------------------------------------------
@pytest.mark.parametrize("why", ["closed", "done", "left"])
def test_a_dangerous_answer_after_the_round_is_kept_unscored_and_never_goes_unseen(filling: Filling, why: str) -> None:
    end_the_round(filling, why)
    before = len(filling.responses())
    given = [Given("late", "phq9", "p9", "a3"), Given("late2", "nrs", "current", 4), Given("late3", "nrs", "worst", 99)]
    over = filling.pages.take(filling.token, given)
    filling.house.settle()
    assert isinstance(over, Over)
    assert (over.why, over.help) == (why, (filling.house.static("crisis"),))
    assert filling.house.alert(filling.person, "crisis").priority == "top"
    assert filling.house.static("crisis") in filling.person.texts
    assert filling.house.place(filling.person) == "safety/crisis safe_now"
    assert filling.diary("answered_late") == [
        {"instrument": "phq9", "question": "p9", "value": "a3", "on": "page"},
        {"instrument": "nrs", "question": "current", "value": 4, "on": "page"},
    ]
    assert len(filling.responses()) == before


def end_the_round(filling: Filling, why: str) -> None:
    """The window shuts, all is answered, or the patient leaves, while a telephone without a net keeps answers."""
    if why == "closed":
        filling.house.clock.hold(DAY_28 + timedelta(days=8))
    elif why == "left":
        filling.house.coach.enrolments.withdraw(filling.house.enrolment_code(filling.person))
    else:
        for name in ALL:
            filling.answer(name)
        filling.finish()
    assert filling.why_over() == why


def test_a_second_answer_that_is_dangerous_is_kept_unscored_and_never_goes_unseen(filling: Filling) -> None:
    filling.answer("phq9")
    filling.finish()
    taken = filling.give("phq9", "p9", "a2")
    assert (taken.kept_beside, taken.help) == (("phq9.p9",), (filling.house.static("crisis"),))
    assert filling.house.alert(filling.person, "crisis").priority == "top"
    assert filling.house.place(filling.person) == "safety/crisis safe_now"
    (row,) = [row for row in filling.responses() if row.instrument == "phq9"]
    assert row.body["answers"]["p9"] == 0


def test_an_old_button_of_the_talk_that_is_dangerous_never_goes_unseen(filling: Filling) -> None:
    filling.house.open(filling.person, "instrument/phq9")
    for _ in range(8):
        filling.house.press(filling.person, "a0")
    token = filling.person.last.token
    filling.give("phq9", "p9", "a0")
    filling.house.press(filling.person, "a3", token)
    assert filling.house.alert(filling.person, "crisis").priority == "top"
