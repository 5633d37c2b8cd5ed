"""What tired people type where a number, a time, a day or their own words are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from coachbot.engine.answers.readings import Answer, AskBack, Halfway, Interrupt, OutOfRange, Reading, Skip, Unclear
from coachbot.engine.asks import Day, FreeText, Number, Scale, TimeOfDay, Wait

PAIN = Scale("pain", 0, 10)
PAIN_ROWS: list[tuple[str, Reading]] = [
    ("6", Answer(6)),
    (" 6. ", Answer(6)),
    ("６", Answer(6)),
    ("٦", Answer(6)),
    ("6️⃣", Answer(6)),
    ("🔟", Answer(10)),
    ("six", Answer(6)),
    ("about six", Answer(6)),
    ("~6", Answer(6)),
    ("6ish", Answer(6)),
    ("a 6 i think", Answer(6)),
    ("I'd say 7 today", Answer(7)),
    ("6/10", Answer(6)),
    ("6 / 10", Answer(6)),
    ("6 out of 10", Answer(6)),
    ("six of ten", Answer(6)),
    ("10/10", Answer(10)),
    ("3/5", Unclear("other_scale")),
    ("6 or 7", Unclear("two_values")),
    ("six or seven", Unclear("two_values")),
    ("6-7", Unclear("two_values")),
    ("between 6 and 7", Unclear("two_values")),
    ("6, yes 6", Answer(6)),
    ("it was 3 before and 5 now", Unclear("two_values")),
    ("7,5", Halfway(7, 8)),
    ("7.5", Halfway(7, 8)),
    ("seven and a half", Halfway(7, 8)),
    ("six and a half", Halfway(6, 7)),
    ("6 1/2", Halfway(6, 7)),
    ("ten and a half", Unclear("not_whole")),
    ("half", Unclear("not_whole")),
    ("7ish i guess", Answer(7)),
    ("11", OutOfRange(11, 0, 10)),
    ("-2", OutOfRange(-2, 0, 10)),
    ("60%", Unclear("other_unit")),
    ("none", Answer(0)),
    ("zero", Answer(0)),
    ("no pain", Answer(0)),
    ("worst possible", Answer(10)),
    ("it's the worst", Answer(10)),
    ("not 6", Unclear("negation")),
    ("more than 5", Unclear("compared")),
    ("20 minutes", Unclear("other_unit")),
    ("6 after 20 minutes", Answer(6)),
    ("bad", Unclear("no_number")),
    ("stop", Interrupt("stop")),
    ("please just stop now", Interrupt("stop")),
    ("quitting this thing", AskBack("confirm_stop")),
    ("stopped at 5", Answer(5)),
    ("bad day", Interrupt("bad_day")),
    ("no idea", Skip()),
    ("99999999999999999999999", Unclear("no_number")),
]

EXACT = Scale("nrs_worst", 0, 10, exact=True)
EXACT_ROWS: list[tuple[str, Reading]] = [
    ("6", Answer(6)),
    ("six", Answer(6)),
    ("6/10", Answer(6)),
    ("12", OutOfRange(12, 0, 10)),
    ("about six", Answer(6)),
    ("7ish i guess", Answer(7)),
    ("six and a half", Halfway(6, 7)),
    ("6 or 7", Unclear("no_match")),
    ("no pain", Unclear("no_match")),
    ("6 or 7", Unclear("no_match")),
    ("pause", Interrupt("pause")),
    ("pass", Skip()),
]

GPE = Scale("gpe", -5, 5)
GPE_ROWS: list[tuple[str, Reading]] = [
    ("-3", Answer(-3)),
    ("−3", Answer(-3)),
    ("minus three", Answer(-3)),
    ("+2", Answer(2)),
    ("- 4", Answer(4)),
]

MINUTES = Number("minutes", 1, 180, "min", whole=True)
MINUTES_ROWS: list[tuple[str, Reading]] = [
    ("25", Answer(25)),
    ("25 min", Answer(25)),
    ("25mins", Answer(25)),
    ("about 25 minutes I think", Answer(25)),
    ("twenty-five", Answer(25)),
    ("twenty five minutes", Answer(25)),
    ("1 h 20", Answer(80)),
    ("1h20min", Answer(80)),
    ("1:20", Answer(80)),
    ("1 hour and 20 minutes", Answer(80)),
    ("an hour", Answer(60)),
    ("half an hour", Answer(30)),
    ("½ hour", Answer(30)),
    ("1/2 hour", Answer(30)),
    ("1½ hours", Answer(90)),
    ("1.5 h", Answer(90)),
    ("1,5 hours", Answer(90)),
    ("an hour and a half", Answer(90)),
    ("one and a half hours", Answer(90)),
    ("two hours and a quarter", Answer(135)),
    ("three quarters of an hour", Answer(45)),
    ("a quarter of an hour", Answer(15)),
    ("90 minutes", Answer(90)),
    ("one hundred and twenty", Answer(120)),
    ("20-30", Answer(25)),
    ("20 to 30 minutes", Answer(25)),
    ("between 20 and 30", Answer(25)),
    ("1-2 hours", Answer(90)),
    ("15-20", Answer(18)),
    ("20 or 30", Unclear("two_values")),
    ("2 x 15 minutes", Unclear("two_values")),
    ("2x15", Unclear("two_values")),
    ("20 min twice", Unclear("two_values")),
    ("10 minutes in the morning and 15 in the evening", Unclear("two_values")),
    ("20 minutes and 30 minutes", Unclear("two_values")),
    ("3 sets, 25 minutes", Answer(25)),
    ("3 sets", Unclear("other_unit")),
    ("at 7 pm I did 20 minutes", Answer(20)),
    ("a couple of minutes", Answer(2)),
    ("7.5", Halfway(7, 8)),
    ("six and a half", Halfway(6, 7)),
    ("0", OutOfRange(0, 1, 180)),
    ("none", OutOfRange(0, 1, 180)),
    ("5 hours", OutOfRange(300, 1, 180)),
    ("-5", OutOfRange(-5, 1, 180)),
    ("not more than 10", Unclear("compared")),
    ("a while", Unclear("no_number")),
    ("later", Interrupt("later")),
]

WEIGHT = Number("weight", 30, 250, "kg", whole=False)
HEIGHT = Number("height", 100, 230, "cm", whole=True)
AGE = Number("age", 18, 110, "years", whole=True)
COUNT = Number("falls", 0, None, "times", whole=True)
PLAIN = Number("steps", None, None, None, whole=True)
NUMBER_ROWS: list[tuple[Number, str, Reading]] = [
    (WEIGHT, "72,5 kg", Answer(72.5)),
    (WEIGHT, "72.5", Answer(72.5)),
    (WEIGHT, "160 lbs", Answer(72.57)),
    (WEIGHT, "11 stone 4", Answer(71.67)),
    (WEIGHT, "around 80 kilos", Answer(80)),
    (HEIGHT, "1 m 75", Answer(175)),
    (HEIGHT, "1.75 m", Answer(175)),
    (HEIGHT, "175cm", Answer(175)),
    (HEIGHT, "5 ft 7", Answer(170)),
    (HEIGHT, "5'7", Unclear("two_values")),
    (HEIGHT, "1.75", Unclear("not_whole")),
    (AGE, "I'm 45", Answer(45)),
    (AGE, "45 years old", Answer(45)),
    (AGE, "45-46", Unclear("two_values")),
    (AGE, "7", OutOfRange(7, 18, 110)),
    (COUNT, "twice", Answer(2)),
    (COUNT, "3 times", Answer(3)),
    (COUNT, "never", Unclear("negation")),
    (COUNT, "none", Answer(0)),
    (PLAIN, "5,000", Answer(5000)),
    (PLAIN, "two thousand five hundred", Answer(2500)),
]

TIME = TimeOfDay("at")
TIME_ROWS: list[tuple[str, Reading]] = [
    ("19:30", Answer("19:30")),
    ("19.30", Answer("19:30")),
    ("19h30", Answer("19:30")),
    ("19 h", Answer("19:00")),
    ("1930", Answer("19:30")),
    ("１９：３０", Answer("19:30")),
    ("7.30pm", Answer("19:30")),
    ("7:30 p.m.", Answer("19:30")),
    ("730 pm", Answer("19:30")),
    ("7 pm", Answer("19:00")),
    ("at 7pm please", Answer("19:00")),
    ("around 8 in the evening", Answer("20:00")),
    ("8 at night", Answer("20:00")),
    ("07:30", Answer("07:30")),
    ("8 in the morning", Answer("08:00")),
    ("I am home at 6 pm", Answer("18:00")),
    ("half past seven in the evening", Answer("19:30")),
    ("half past midnight", Answer("00:30")),
    ("a quarter to midnight", Answer("23:45")),
    ("ten past noon", Answer("12:10")),
    ("10 minutes to noon", Answer("11:50")),
    ("noon 30", Unclear("two_values")),
    ("half seven tonight", Answer("19:30")),
    ("quarter to eight pm", Answer("19:45")),
    ("a quarter past 9 am", Answer("09:15")),
    ("ten to eight am", Answer("07:50")),
    ("20 past 7 pm", Answer("19:20")),
    ("seven thirty pm", Answer("19:30")),
    ("8 o'clock pm", Answer("20:00")),
    ("after 8 pm", Answer("20:00")),
    ("noon", Answer("12:00")),
    ("midnight", Answer("00:00")),
    ("12", Answer("12:00")),
    ("12am", Answer("00:00")),
    ("12:30pm", Answer("12:30")),
    ("0:15", Answer("00:15")),
    ("evening", Answer("19:00")),
    ("in the morning", Answer("08:00")),
    ("half past seven", Unclear("am_or_pm")),
    ("7:30", Unclear("am_or_pm")),
    ("8", Unclear("am_or_pm")),
    ("7 to 8", Unclear("two_values")),
    ("7 or 8 pm", Unclear("two_values")),
    ("25:00", Unclear("no_such_time")),
    ("19:75", Unclear("no_such_time")),
    ("18 am", Unclear("no_such_time")),
    ("in 2 hours", Unclear("no_time")),
    ("whenever", Unclear("no_time")),
    ("not 7 pm", Unclear("negation")),
    ("later", Interrupt("later")),
    ("dont know", Skip()),
]

DAY = Day("on")
DAY_ROWS: list[tuple[str, Reading]] = [
    ("today", Answer("2026-03-07")),
    ("yesterday", Answer("2026-03-06")),
    ("Yesterday evening", Answer("2026-03-06")),
    ("the day before yesterday", Answer("2026-03-05")),
    ("tomorrow", Answer("2026-03-08")),
    ("tommorow", Answer("2026-03-08")),
    ("3 days ago", Answer("2026-03-04")),
    ("a week ago", Answer("2026-02-28")),
    ("two weeks ago", Answer("2026-02-21")),
    ("in 3 days", Answer("2026-03-10")),
    ("2026-03-07", Answer("2026-03-07")),
    ("20260307", Answer("2026-03-07")),
    ("7 March", Answer("2026-03-07")),
    ("March 7th", Answer("2026-03-07")),
    ("the 7th of March 2026", Answer("2026-03-07")),
    ("Sat 7 Mar", Answer("2026-03-07")),
    ("March 7, 2024", Answer("2024-03-07")),
    ("07/03", Answer("2026-03-07")),
    ("07/03/2026", Answer("2026-03-07")),
    ("7/3/26", Answer("2026-03-07")),
    ("7-3", Answer("2026-03-07")),
    ("7-9 March", Unclear("two_values")),
    ("7.3.", Answer("2026-03-07")),
    ("07.03.2026", Answer("2026-03-07")),
    ("03/25", Answer("2026-03-25")),
    ("28 December", Answer("2025-12-28")),
    ("1/5/98", Answer("1998-05-01")),
    ("29 Feb", Unclear("no_such_date")),
    ("31/02/2026", Unclear("no_such_date")),
    ("saturday", Answer("2026-03-07")),
    ("last Monday", Answer("2026-03-02")),
    ("next Friday", Answer("2026-03-13")),
    ("this thursday", Answer("2026-03-05")),
    ("Monday", Unclear("which_week")),
    ("last week", Unclear("no_day")),
    ("March 2026", Unclear("no_day")),
    ("7 or 8 March", Unclear("two_values")),
    ("not yesterday", Unclear("negation")),
    ("long ago", Unclear("no_date")),
    ("skip", Skip()),
]

WORDS = FreeText("words", longest=200)
WORDS_ROWS: list[tuple[str, Reading]] = [
    ("I had to stop after three, it hurt", Answer("I had to stop after three, it hurt")),
    ("had to stop early", Answer("had to stop early")),
    ("  my back hurt  ", Answer("my back hurt")),
    ("back", Answer("back")),
    ("go back", Interrupt("back")),
    ("pain", Answer("pain")),
    ("yes", Answer("yes")),
    ("no", Answer("no")),
    ("6", Answer("6")),
    ("I don't know", Answer("I don't know")),
    ("😢", Answer("😢")),
    ("a bad day", Interrupt("bad_day")),
    ("stop", Interrupt("stop")),
    ("Stop please!", Interrupt("stop")),
    ("menu", Interrupt("menu")),
    ("my therapist", Interrupt("therapist")),
    ("enough now", Answer("enough now")),
    ("I need a break", Answer("I need a break")),
    ("start again", Answer("start again")),
    ("hold on", Answer("hold on")),
    ("help me", Interrupt("help")),
    ("unsubscribe", Interrupt("stop")),
    ("leave me alone", AskBack("confirm_stop")),
    ("stop texting me", AskBack("confirm_stop")),
    ("skip", Skip()),
    ("prefer not to say", Skip()),
    ("two\r\nlines\x00\u202e", Answer("two\nlines")),
    ("\x00\x07", Unclear("empty")),
]

WAIT = Wait(40)
WAIT_ROWS: list[tuple[str, Reading]] = [
    ("next", Answer("next")),
    ("ok", Answer("next")),
    ("slow down please", Answer("slower")),
    ("repeat that", Answer("again")),
    ("pause", Interrupt("pause")),
    ("stop", Interrupt("stop")),
    ("please stop this noise", AskBack("confirm_stop")),
    ("skip", Skip()),
    ("lovely weather", Unclear("waiting")),
]


def _rows(ask: Any, rows: list[tuple[str, Reading]]) -> list[Any]:
    return [pytest.param(ask, text, want, id=f"{ask.kind}: {text!r}") for text, want in rows]


@pytest.mark.parametrize(
    ("ask", "text", "want"),
    [
        *_rows(PAIN, PAIN_ROWS),
        *_rows(EXACT, EXACT_ROWS),
        *_rows(GPE, GPE_ROWS),
        *_rows(MINUTES, MINUTES_ROWS),
        *NUMBER_ROWS,
        *_rows(TIME, TIME_ROWS),
        *_rows(DAY, DAY_ROWS),
        *_rows(WORDS, WORDS_ROWS),
        *_rows(WAIT, WAIT_ROWS),
    ],
)
def test_typed(reads: Any, ask: Any, text: str, want: Reading) -> None:
    assert reads(ask, text) == want


@pytest.mark.parametrize(
    ("name", "text", "want"),
    [
        ("evening", "half past seven", "19:30"),
        ("evening", "7:30", "19:30"),
        ("evening_check", "8", "20:00"),
        ("morning", "half past seven", "07:30"),
        ("morning", "7.15", "07:15"),
        ("evening", "7 am", "07:00"),
        ("morning", "19:30", "19:30"),
    ],
)
def test_the_questions_name_tells_morning_from_evening(reads: Any, name: str, text: str, want: str) -> None:
    assert reads(TimeOfDay(name), text) == Answer(want)


def test_labels_of_a_scale_are_exact_choices(reads: Any) -> None:
    labels = {"0": "No pain", "10": "Worst pain there is"}
    assert reads(EXACT, "worst pain there is", labels) == Answer(10)
    assert reads(EXACT, "No pain!", labels) == Answer(0)


def test_a_long_text_is_shortened_and_says_so(reads: Any) -> None:
    assert reads(WORDS, "a" * 64_000) == Answer("a" * 200, shortened=True)


def test_labels_during_a_wait_come_first(reads: Any) -> None:
    assert reads(WAIT, "Pause", {"pause": "Pause", "end": "End here"}) == Answer("pause")
    assert reads(WAIT, "end here", {"pause": "Pause", "end": "End here"}) == Answer("end")


def test_whole_numbers_are_ints(reads: Any) -> None:
    assert isinstance(reads(MINUTES, "1.5 h").value, int)
    assert isinstance(reads(PAIN, "6").value, int)


@pytest.mark.parametrize(("text", "value"), [("4", 4), ("-4", -4), ("0", 0)])
def test_a_button_that_shows_a_number_does_not_swallow_its_minus(reads: Any, text: str, value: int) -> None:
    shown = {str(number): str(number) for number in range(-5, 6)}
    assert reads(GPE, text, shown) == Answer(value)


def test_a_minus_off_the_scale_is_not_taken_for_its_plus(reads: Any) -> None:
    shown = {str(number): str(number) for number in range(-2, 6)}
    assert reads(Scale("some", -2, 5, exact=True), "-4", shown) == OutOfRange(-4, -2, 5)
