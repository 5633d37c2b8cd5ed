"""No word stands in the code: small German and Chinese phrase files read as English does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coachbot.engine.answers.phrases import INTERRUPTS, phrases_from
from coachbot.engine.answers.read import read
from coachbot.engine.answers.readings import Answer, Interrupt, Reading, Skip, Unclear
from coachbot.engine.asks import Ask, Choice, Day, Number, Scale, Several, TimeOfDay, YesNo

TODAY = date(2026, 3, 7)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

GERMAN: dict[str, Any] = {
    "yes": ["ja", "jo", "gerne"],
    "no": ["nein", "nö", "noch nicht"],
    "agree": ["gut", "einverstanden"],
    "yes_opens": ["ja"],
    "no_opens": ["nein"],
    "skip": ["überspringen", "weiter"],
    "dont_know": ["weiß nicht", "keine Ahnung"],
    "done": ["fertig"],
    "none": ["keine", "null"],
    "all_of": ["alle", "jeden Tag"],
    "negations": ["nicht", "kein", "keine", "nie"],
    "stop_words": ["stopp", "aufhören"],
    "interrupts": {
        **{code: [f"{code} wort"] for code in INTERRUPTS},
        "stop": ["stopp", "aufhören"],
        "back": ["zurück"],
    },
    "polite": ["bitte", "danke"],
    "fillers": ["der", "die", "das", "am", "um", "und"],
    "approximations": ["etwa", "ungefähr", "so"],
    "and_words": ["und"],
    "range_words": ["bis"],
    "out_of": ["von"],
    "ones": ["ein", "eine"],
    "numbers": {
        1: ["eins"],
        2: ["zwei"],
        6: ["sechs"],
        7: ["sieben"],
        8: ["acht"],
        10: ["zehn"],
        20: ["zwanzig"],
        1.5: ["anderthalb"],
    },
    "fractions": {0.5: ["halbe"], 0.25: ["viertel"]},
    "thousands": ["."],
    "units": {
        "min": [
            {"words": ["min", "Minuten"], "factor": 1},
            {"words": ["h", "Stunde", "Stunden"], "factor": 60, "then": 1},
        ],
        "days": [{"words": ["Tag", "Tagen"], "factor": 1}],
    },
    "clock": 24,
    "oclock": ["Uhr"],
    "half_before": ["halb"],
    "past": ["nach"],
    "to": ["vor"],
    "day_parts": {
        "evening": {"words": ["abends", "Abend"], "from": "17:00", "to": "24:00", "usual": "19:00"},
        "morning": {"words": ["morgens"], "from": "04:00", "to": "12:00", "usual": "08:00"},
    },
    "weekdays": {
        "mon": ["Montag", "Mo"],
        "tue": ["Dienstag", "Di"],
        "wed": ["Mittwoch", "Mi"],
        "thu": ["Donnerstag", "Do"],
        "fri": ["Freitag", "Fr"],
        "sat": ["Samstag", "Sa"],
        "sun": ["Sonntag", "So"],
    },
    "months": {3: ["März"]},
    "relative_days": {-1: ["gestern"], -2: ["vorgestern"]},
    "ahead": ["in"],
}

GERMAN_ROWS: list[tuple[Ask, str, Reading]] = [
    (YesNo("a"), "Ja, gerne!", Answer("yes")),
    (YesNo("a"), "noe", Unclear("no_match")),
    (YesNo("a"), "noch nicht", Answer("no")),
    (YesNo("a"), "Ja, zweimal", Answer("yes")),
    (YesNo("a"), "Nein, es tat weh", Answer("no")),
    (Scale("p", 0, 10), "etwa sieben", Answer(7)),
    (Scale("p", 0, 10), "sechs von zehn", Answer(6)),
    (Scale("p", 0, 10), "nicht 6", Unclear("negation")),
    (Number("m", 1, 180, "min", True), "eine halbe Stunde", Answer(30)),
    (Number("m", 1, 180, "min", True), "anderthalb Stunden", Answer(90)),
    (Number("m", 1, 180, "min", True), "20 bis 30 Minuten", Answer(25)),
    (Number("s", 0, None, None, True), "1.500", Answer(1500)),
    (Number("k", 0, None, None, False), "72,5", Answer(72.5)),
    (TimeOfDay("evening"), "halb acht", Answer("19:30")),
    (TimeOfDay("at"), "7:30", Answer("07:30")),
    (TimeOfDay("at"), "19 Uhr 30", Answer("19:30")),
    (TimeOfDay("at"), "viertel vor acht abends", Answer("19:45")),
    (Day("d"), "vorgestern", Answer("2026-03-05")),
    (Day("d"), "7. März", Answer("2026-03-07")),
    (Day("d"), "in 3 Tagen", Answer("2026-03-10")),
    (Several("d", DAYS), "Mo, Mi und Freitag", Answer(("mon", "wed", "fri"))),
    (Several("d", DAYS), "Mo bis Mi", Answer(("mon", "tue", "wed"))),
    (Choice("c", ("a", "b")), "Weiss nicht", Skip()),
    (Choice("c", ("a", "b")), "Zurück bitte", Interrupt("back")),
    (Choice("c", ("a", "b")), "AUFHOREN", Interrupt("stop")),
]

CHINESE: dict[str, Any] = {
    "yes": ["是", "好", "好的", "做了"],
    "no": ["不", "没有", "不是", "还没有"],
    "agree": ["行"],
    "yes_opens": [],
    "no_opens": [],
    "skip": ["跳过"],
    "dont_know": ["不知道"],
    "done": ["完成"],
    "none": ["零", "都没有"],
    "all_of": ["全部", "每天"],
    "negations": ["不", "没"],
    "stop_words": ["停"],
    "interrupts": {
        **{code: [f"{code} zh"] for code in INTERRUPTS},
        "stop": ["停止", "停"],
        "therapist": ["治疗师"],
    },
    "polite": ["请", "谢谢"],
    "fillers": ["分", "的", "和"],
    "approximations": ["大概", "大约", "左右"],
    "and_words": ["和", "个"],
    "range_words": ["到", "~"],
    "points": ["分"],
    "numbers": {
        0: ["零"], 1: ["一"], 2: ["二", "两"], 3: ["三"], 4: ["四"], 5: ["五"], 6: ["六"], 7: ["七"],
        8: ["八"], 9: ["九"],
    },
    "multipliers": {10: ["十"], 100: ["百"]},
    "fractions": {0.5: ["半"]},
    "units": {
        "min": [
            {"words": ["分钟", "分"], "factor": 1},
            {"words": ["小时"], "factor": 60, "then": 1},
        ]
    },
    "clock": 24,
    "oclock": ["点", "点钟"],
    "half_past": ["半"],
    "day_parts": {
        "evening": {"words": ["晚上"], "from": "17:00", "to": "24:00", "usual": "19:00"},
        "morning": {"words": ["早上"], "from": "04:00", "to": "12:00", "usual": "08:00"},
    },
    "weekdays": {
        "mon": ["周一"], "tue": ["周二"], "wed": ["周三"], "thu": ["周四"], "fri": ["周五"], "sat": ["周六"],
        "sun": ["周日"],
    },
    "months": {3: ["3月", "三月"]},
    "relative_days": {-1: ["昨天"], 0: ["今天"]},
}  # fmt: skip

CHINESE_ROWS: list[tuple[Ask, str, Reading]] = [
    (YesNo("a"), "好的！", Answer("yes")),
    (YesNo("a"), "还没有", Answer("no")),
    (Scale("p", 0, 10), "大概七分", Answer(7)),
    (Scale("p", 0, 10), "７", Answer(7)),
    (Number("m", 1, 180, "min", True), "二十五分钟", Answer(25)),
    (Number("m", 1, 180, "min", True), "一百二十", Answer(120)),
    (Number("m", 1, 180, "min", True), "半小时", Answer(30)),
    (Number("m", 1, 180, "min", True), "一个半小时", Answer(90)),
    (Number("m", 1, 180, "min", True), "一小时二十分钟", Answer(80)),
    (Number("m", 1, 180, "min", True), "20～30分钟", Answer(25)),
    (TimeOfDay("at"), "晚上七点半", Answer("19:30")),
    (TimeOfDay("at"), "早上8点", Answer("08:00")),
    (TimeOfDay("at"), "１９：３０", Answer("19:30")),
    (Day("d"), "昨天", Answer("2026-03-06")),
    (Day("d"), "3月7日", Answer("2026-03-07")),
    (Day("d"), "2026年3月7日", Answer("2026-03-07")),
    (Several("d", DAYS), "周一、周三和周五", Answer(("mon", "wed", "fri"))),
    (Several("d", DAYS), "周一到周三", Answer(("mon", "tue", "wed"))),
    (Choice("c", ("a", "b")), "不知道", Skip()),
    (Choice("c", ("a", "b")), "请停止。", Interrupt("stop")),
    (Choice("c", ("a", "b")), "第二", Unclear("no_match")),
]


@pytest.mark.parametrize(("ask", "text", "want"), GERMAN_ROWS)
def test_german(ask: Ask, text: str, want: Reading) -> None:
    assert read(ask, text, labels={}, phrases=phrases_from(GERMAN), today=TODAY) == want


@pytest.mark.parametrize(("ask", "text", "want"), CHINESE_ROWS)
def test_chinese(ask: Ask, text: str, want: Reading) -> None:
    assert read(ask, text, labels={}, phrases=phrases_from(CHINESE), today=TODAY) == want


def test_chinese_labels() -> None:
    labels = {"all": "全部完成", "part": "做了一部分", "not_today": "今天没做"}
    ask = Choice("did", ("all", "part", "not_today"))
    phrases = phrases_from(CHINESE)
    assert read(ask, "今天没做。", labels=labels, phrases=phrases, today=TODAY) == Answer("not_today")
    assert read(ask, "2", labels=labels, phrases=phrases, today=TODAY) == Answer("part")
