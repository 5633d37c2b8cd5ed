"""What tired people type to a choice, and what it means."""

from __future__ import annotations

from typing import Any

import pytest

from coachbot.engine.answers.readings import Answer, AskBack, Interrupt, OutOfRange, Reading, Skip, Unclear
from coachbot.engine.asks import Choice, Several, YesNo

DID = Choice("did", ("all", "part", "not_today"))
DID_LABELS = {"all": "Yes, all of it", "part": "Part of it", "not_today": "Not today"}

DID_ROWS: list[tuple[str, Reading]] = [
    ("all", Answer("all")),
    ("ALL", Answer("all")),
    ("Yes, all of it", Answer("all")),
    ("yes all of it!!", Answer("all")),
    ("Yes, all of it 💪", Answer("all")),
    ("yeah all of it", Answer("all")),
    ("yesallofit", Answer("all")),
    ("yes", Answer("all")),
    ("yep", Answer("all")),
    ("i did", Answer("all")),
    ("oh yes", Answer("all")),
    ("fine", Unclear("no_match")),
    ("yes but only part of it", Answer("part")),
    ("i didnt even do part of it", Unclear("negation")),
    ("yesss", Answer("all")),
    ("👍", Answer("all")),
    ("👍🏽👍🏽", Answer("all")),
    ("part", Answer("part")),
    ("sort of", Answer("part")),
    ("kinda", Answer("part")),
    ("half of it", Answer("part")),
    ("everything", Answer("all")),
    ("didn't get to it", Answer("not_today")),
    ("Part.", Answer("part")),
    ("part of it", Answer("part")),
    ("prt of it", Unclear("no_match")),
    ("i did part of it", Answer("part")),
    ("not_today", Answer("not_today")),
    ("Not today", Answer("not_today")),
    ("not today :(", Answer("not_today")),
    ("not todya", Answer("not_today")),
    ("nottoday", Answer("not_today")),
    ("nope", Answer("not_today")),
    ("no", Answer("not_today")),
    ("no sorry", Answer("not_today")),
    ("NOOO", Answer("not_today")),
    ("not today sorry", Answer("not_today")),
    ("1", Answer("all")),
    ("2.", Answer("part")),
    ("3)", Answer("not_today")),
    ("#2", Answer("part")),
    ("２", Answer("part")),
    ("٣", Answer("not_today")),
    ("2️⃣", Answer("part")),
    ("the second", Answer("part")),
    ("the second one", Answer("part")),
    ("2nd", Answer("part")),
    ("number three", Answer("not_today")),
    ("2. Part of it", Answer("part")),
    ("Part of it (2)", Answer("part")),
    ("1. Part of it", Answer("part")),
    ("option 1 please", Answer("all")),
    ("the last one", Answer("not_today")),
    ("4", OutOfRange(4, 1, 3)),
    ("the fifth", OutOfRange(5, 1, 3)),
    ("not all", Unclear("negation")),
    ("not all of it", Unclear("negation")),
    ("today", Unclear("no_match")),
    ("banana", Unclear("no_match")),
    ("", Unclear("empty")),
    ("   \n", Unclear("empty")),
    ("\u200f\u200e", Unclear("empty")),
    ("stop", Interrupt("stop")),
    ("STOP!!!", Interrupt("stop")),
    ("pls stop", Interrupt("stop")),
    ("/stop", Interrupt("stop")),
    ("stop stop stop", Interrupt("stop")),
    ("🛑", Interrupt("stop")),
    ("i stop here ok", AskBack("confirm_stop")),
    ("want to stop maybe", AskBack("confirm_stop")),
    ("dont stop", Unclear("negation")),
    ("I had to stop after three, it hurt", Answer("part")),
    ("only the first two", Answer("part")),
    ("all but the plank", Answer("part")),
    ("cant tonight my back is awful", Answer("not_today")),
    ("nope, too tired and sore", Answer("not_today")),
    ("too tired but did half", Unclear("two_matches")),
    ("forgot in the morning, did it all now", Unclear("two_matches")),
    ("back", Interrupt("back")),
    ("menu", Interrupt("menu")),
    ("?", Interrupt("help")),
    ("theripist", Interrupt("therapist")),
    ("skip", Skip()),
    ("skip this one", Skip()),
    ("dunno", Skip()),
    ("don’t know", Skip()),
    ("I don't remember", Skip()),
]

BARRIER = Choice("barrier", ("time", "pain", "forgot", "mood", "back", "other"))
BARRIER_LABELS = {
    "time": "No time",
    "pain": "Too much pain",
    "forgot": "I forgot",
    "mood": "Low mood",
    "back": "Back",
    "other": "Something else",
}
BARRIER_ROWS: list[tuple[str, Reading]] = [
    ("back", Answer("back")),
    ("my back", Answer("back")),
    ("back please", Answer("back")),
    ("nope", Unclear("negation")),
    ("go back", Interrupt("back")),
    ("pain", Answer("pain")),
    ("the pain", Answer("pain")),
    ("because of the pain", Answer("pain")),
    ("it was too much pain today", Answer("pain")),
    ("no time", Answer("time")),
    ("I had no time", Answer("time")),
    ("forgot", Answer("forgot")),
    ("I forgot", Answer("forgot")),
    ("i frogot", Answer("forgot")),
    ("low mood", Answer("mood")),
    ("somthing else", Answer("other")),
    ("not low mood", Unclear("negation")),
    ("no time and low mood", Unclear("two_matches")),
]

ITEM = Choice("gad7_1", ("a0", "a1", "a2", "a3"), exact=True)
ITEM_LABELS = {
    "a0": "Not at all",
    "a1": "Several days",
    "a2": "More than half the days",
    "a3": "Nearly every day",
}
ITEM_ROWS: list[tuple[str, Reading]] = [
    ("Not at all", Answer("a0")),
    ("not at all.", Answer("a0")),
    ("NEARLY EVERY DAY", Answer("a3")),
    ("a2", Answer("a2")),
    ("0", Answer("a0")),
    ("0 - Not at all", Answer("a0")),
    ("1 - Not at all", Unclear("no_match")),
    ("1", Answer("a1")),
    ("three", Answer("a3")),
    ("the second", Answer("a1")),
    ("sevral days", Unclear("no_match")),
    ("several", Unclear("no_match")),
    ("every day", Unclear("no_match")),
    ("about 2", Unclear("no_match")),
    ("4", Unclear("no_match")),
    ("no", Unclear("no_match")),
    ("menu", Interrupt("menu")),
    ("theripist", Unclear("no_match")),
    ("skip", Skip()),
    ("want to stop maybe", AskBack("confirm_stop")),
]

LENGTH = Choice("length", ("short", "usual", "long"))
LENGTH_LABELS = {"short": "5 minutes", "usual": "10 minutes", "long": "15-20 minutes"}
LENGTH_ROWS: list[tuple[str, Reading]] = [
    ("10", Answer("usual")),
    ("ten minutes", Answer("usual")),
    ("5 min", Answer("short")),
    ("15", Answer("long")),
    ("2", Unclear("no_match")),
    ("the second", Answer("usual")),
]

START = Choice("start", ("ready", "later_today"))
START_LABELS = {"ready": "I'm ready", "later_today": "Later today"}
START_ROWS: list[tuple[str, Reading]] = [
    ("I'm ready", Answer("ready")),
    ("im ready", Answer("ready")),
    ("ok", Answer("ready")),
    ("yes please", Answer("ready")),
    ("later today", Answer("later_today")),
    ("later", Interrupt("later")),
    ("laterr todayy", Answer("later_today")),
]

DAY = Choice("session_day", ("sat", "sun"))
DAY_ROWS: list[tuple[str, Reading]] = [
    ("Saturday", Answer("sat")),
    ("sundays", Answer("sun")),
    ("Monday", Unclear("no_match")),
]

YES_NO_ROWS: list[tuple[str, Reading]] = [
    ("yes", Answer("yes")),
    ("Y", Answer("yes")),
    ("yes please", Answer("yes")),
    ("yessss", Answer("yes")),
    ("yes yes", Answer("yes")),
    ("OK 👍", Answer("yes")),
    ("why not", Answer("yes")),
    ("no problem", Answer("yes")),
    ("of course", Answer("yes")),
    ("definitly", Answer("yes")),
    ("yes, twice", Answer("yes")),
    ("sure why not", Answer("yes")),
    ("um yes", Answer("yes")),
    ("done", Answer("yes")),
    ("yes but I am scared", Unclear("both")),
    ("right now I am scared", Unclear("no_match")),
    ("I am scared", Unclear("no_match")),
    ("I am not safe", Answer("no")),
    ("I am not good at this", Unclear("negation")),
    ("1", Answer("yes")),
    ("no", Answer("no")),
    ("n", Answer("no")),
    ("no thanks", Answer("no")),
    ("not yet", Answer("no")),
    ("not really", Answer("no")),
    ("of course not", Answer("no")),
    ("👎", Answer("no")),
    ("no, it hurt", Answer("no")),
    ("no i forgot", Answer("no")),
    ("I don't think so", Answer("no")),
    ("2", Answer("no")),
    ("no pain", Unclear("negation")),
    ("can't say yes", Unclear("negation")),
    ("yes and no", Unclear("both")),
    ("yes stop", AskBack("confirm_stop")),
    ("no idea", Skip()),
    ("not sure", Skip()),
    ("stop", Interrupt("stop")),
    ("maybe later", Interrupt("later")),
    ("purple", Unclear("no_match")),
]

DAYS = Several("days", ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), least=1)
DAYS_ROWS: list[tuple[str, Reading]] = [
    ("Mon, Wed and Fri", Answer(("mon", "wed", "fri"))),
    ("monday wednesday friday", Answer(("mon", "wed", "fri"))),
    ("on fridays and mondays please", Answer(("mon", "fri"))),
    ("wenesday", Answer(("wed",))),
    ("1 3 5", Answer(("mon", "wed", "fri"))),
    ("1,3,5", Answer(("mon", "wed", "fri"))),
    ("1.3.5", Answer(("mon", "wed", "fri"))),
    ("2", Answer(("tue",))),
    ("one, three", Answer(("mon", "wed"))),
    ("1-3", Answer(("mon", "tue", "wed"))),
    ("mon-wed", Answer(("mon", "tue", "wed"))),
    ("sat to mon", Answer(("mon", "sat", "sun"))),
    ("weekdays", Answer(("mon", "tue", "wed", "thu", "fri"))),
    ("weekdays and sunday", Answer(("mon", "tue", "wed", "thu", "fri", "sun"))),
    ("weekend", Answer(("sat", "sun"))),
    ("every day", Answer(DAYS.of)),
    ("all", Answer(DAYS.of)),
    ("all except sunday", Answer(("mon", "tue", "wed", "thu", "fri", "sat"))),
    ("every day but not monday", Answer(("tue", "wed", "thu", "fri", "sat", "sun"))),
    ("none", OutOfRange(0, 1, 7)),
    ("1 and 9", OutOfRange(9, 1, 7)),
    ("sat/sun", Answer(("sat", "sun"))),
    ("not monday", Unclear("negation")),
    ("monday or whenever", Unclear("no_match")),
    ("skip", Skip()),
    ("menu", Interrupt("menu")),
]


def _rows(ask: Any, labels: dict[str, str], rows: list[tuple[str, Reading]]) -> list[Any]:
    return [pytest.param(ask, labels, text, want, id=f"{ask.name}: {text!r}") for text, want in rows]


@pytest.mark.parametrize(
    ("ask", "labels", "text", "want"),
    [
        *_rows(DID, DID_LABELS, DID_ROWS),
        *_rows(BARRIER, BARRIER_LABELS, BARRIER_ROWS),
        *_rows(ITEM, ITEM_LABELS, ITEM_ROWS),
        *_rows(LENGTH, LENGTH_LABELS, LENGTH_ROWS),
        *_rows(START, START_LABELS, START_ROWS),
        *_rows(DAY, {}, DAY_ROWS),
        *_rows(YesNo("did"), {}, YES_NO_ROWS),
        *_rows(DAYS, {}, DAYS_ROWS),
    ],
)
def test_typed(reads: Any, ask: Any, labels: dict[str, str], text: str, want: Reading) -> None:
    assert reads(ask, text, labels) == want


def test_required_question_is_not_skipped(reads: Any) -> None:
    assert reads(Choice("did", ("a", "b"), required=True), "skip") == Unclear("required")


def test_typed_days_join_those_already_ticked(reads: Any) -> None:
    assert reads(DAYS, "also friday", chosen=("mon",)) == Answer(("mon", "fri"))
    assert reads(DAYS, "done", chosen=("sun", "mon")) == Answer(("mon", "sun"))
    assert reads(DAYS, "that's all", chosen=()) == OutOfRange(0, 1, 7)


def test_too_many_are_told(reads: Any) -> None:
    assert reads(Several("two", ("a", "b", "c"), most=2), "all") == OutOfRange(3, 0, 2)


def test_none_of_several_is_an_answer(reads: Any) -> None:
    assert reads(Several("sites", ("neck", "hip")), "none of these") == Answer(())


def test_exact_several_takes_no_guess(reads: Any) -> None:
    ask = Several("sites", ("shoulder", "knee"), exact=True)
    assert reads(ask, "sholder") == Unclear("no_match")
    assert reads(ask, "knee, shoulder") == Answer(("shoulder", "knee"))


def test_a_slip_near_two_labels_is_asked_again(reads: Any) -> None:
    ask = Choice("what", ("walking", "talking"))
    assert reads(ask, "palking") == Unclear("no_match")


def test_yes_no_labels_count(reads: Any) -> None:
    labels = {"yes": "Count me in", "no": "Rather another day"}
    assert reads(YesNo("join"), "count me in", labels) == Answer("yes")
    assert reads(YesNo("join"), "Rather another day!", labels) == Answer("no")


SAFE = YesNo("safe", required=True, report=True)
SAFE_LABELS = {"yes": "Yes, I'm safe", "no": "Not safe, or not sure"}


@pytest.mark.parametrize(
    "text", ["ok", "Okay.", "ok thanks", "fine", "all right", "k", "good", "right", "👌", "will do"]
)
@pytest.mark.parametrize("labels", [SAFE_LABELS, {"yes": "Yes", "no": "No"}])
def test_words_of_consent_are_no_answer_to_what_is_so(reads: Any, text: str, labels: dict[str, str]) -> None:
    assert isinstance(reads(SAFE, text, labels), Unclear)


@pytest.mark.parametrize("text", ["yes", "yes ok", "ok yes", "Yes, I'm safe", "yeah", "1"])
def test_a_yes_is_one_where_consent_is_not(reads: Any, text: str) -> None:
    assert reads(SAFE, text, SAFE_LABELS) == Answer("yes")


@pytest.mark.parametrize(
    "text", ["I guess so", "i think so", "maybe", "for now", "yeah I guess", "sure, whatever", "not sure"]
)
def test_half_a_yes_is_the_answer_that_says_not_sure(reads: Any, text: str) -> None:
    assert reads(SAFE, text, SAFE_LABELS) == Answer("no")
    assert reads(SAFE, text, {"yes": "Yes, or I'm not sure", "no": "No, none of these"}) == Answer("yes")


@pytest.mark.parametrize("text", ["I guess so", "I think so"])
def test_half_a_yes_is_a_yes_where_nothing_says_not_sure(reads: Any, text: str) -> None:
    assert reads(SAFE, text, {"yes": "Yes", "no": "No"}) == Answer("yes")
    assert reads(YesNo("join"), text, SAFE_LABELS) == Answer("yes")


HOW = Choice("how", ("all_right", "hard", "not_safe"), report=True)
HOW_LABELS = {"all_right": "All right", "hard": "It's hard", "not_safe": "I don't feel safe"}


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("fine", Answer("all_right")),
        ("im ok", Answer("all_right")),
        ("bad", Answer("hard")),
        ("I don't feel safe", Answer("not_safe")),
        ("not safe", Answer("not_safe")),
        ("no", Unclear("negation")),
        ("no thanks", Unclear("negation")),
        ("sure", Unclear("no_match")),
    ],
)
def test_how_somebody_is_needs_more_than_a_yes_or_a_no(reads: Any, text: str, reading: Reading) -> None:
    assert reads(HOW, text, HOW_LABELS) == reading


OFFER = Choice("offer", ("full", "short", "without"))
OFFER_LABELS = {"full": "Start (6 minutes)", "short": "The 2-minute version", "without": "Go on without it"}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("start", Answer("full")),
        ("6", Answer("full")),
        ("2 min", Answer("short")),
        ("1", Answer("full")),
        ("3", Answer("without")),
        ("3 minutes", None),
        ("4", None),
    ],
)
def test_a_number_is_the_one_of_a_label_or_else_the_position(reads: Any, text: str, want: Answer | None) -> None:
    reading = reads(OFFER, text, OFFER_LABELS)
    assert (reading if isinstance(reading, Answer) else None) == want


def test_half_of_a_label_names_it_in_a_list(reads: Any) -> None:
    labels = {"jaw_neck": "Jaw or neck", "shoulders": "Shoulders", "belly": "Belly"}
    ask = Several("where", ("jaw_neck", "shoulders", "belly"))
    assert reads(ask, "jaw, shoulders and belly", labels) == Answer(("jaw_neck", "shoulders", "belly"))
    exact = Several("where", ("jaw_neck", "shoulders"), exact=True)
    assert reads(exact, "jaw and shoulders", labels) == Unclear("no_match")


def test_a_sentence_that_opens_with_yes_or_no_picks_the_bare_label(reads: Any) -> None:
    labels = {"all": "Yes", "part": "Part of it", "not_today": "Not today"}
    assert reads(DID, "yes, in bed", labels) == Answer("all")
    assert reads(DID, "no, I fell asleep", labels) == Answer("not_today")
    assert reads(DID, "yes but only half", labels) == Unclear("no_match")


def test_small_words_do_not_hide_a_label(reads: Any) -> None:
    ask = Choice("felt", ("softer", "sad"))
    assert reads(ask, "I became sad", {"softer": "Something softens", "sad": "I become sad"}) == Answer("sad")


BEGIN = {"begin": "Yes, let's begin", "later": "Another time"}
PAUSED = {"go_on": "Go on", "end": "End here"}
NEXT_WEEK = {"same": "Same as this week", "dose": "Look at the dose", "lighter": "A bit lighter"}
NEXT_ONE = {"usual": "At my usual time", "other_time": "Another time", "open": "Leave it open"}


@pytest.mark.parametrize(
    ("labels", "text", "want"),
    [
        (BEGIN, "ok lets go", Answer("begin")),
        (BEGIN, "lets go", Answer("begin")),
        (BEGIN, "another time", Answer("later")),
        (PAUSED, "carry on", Answer("go_on")),
        (NEXT_WEEK, "same again", Answer("same")),
        (NEXT_WEEK, "as before please", Answer("same")),
        (NEXT_ONE, "same again", Answer("usual")),
        (NEXT_ONE, "the usual", Answer("usual")),
        (PAUSED, "lets carry on please", Answer("go_on")),
        (PAUSED, "ask somone", Interrupt("therapist")),
    ],
)
def test_what_people_type_to_go_on(reads: Any, labels: dict[str, str], text: str, want: Reading) -> None:
    assert reads(Choice("way", tuple(labels)), text, labels) == want
