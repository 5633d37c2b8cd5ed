"""Both arms side by side, week by week, counted over the life of one made-up patient.

Counted on what really reached the patient, so practices done in the evening and lessons of the weekend are in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachbot.service.facts import zone_info
from coachbot.testing.transcript import Entry, Life

#: Words read in a minute on a phone: an ordinary pace for plain text.
_WORDS_A_MINUTE = 200
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FORMULA = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_NAME = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")
#: Facts of the calendar and the clinic: nothing the patient said or did.
_NOT_THEIRS = {
    "patient", "programme", "today", "site", "channel", "alert", "safety", "lessons", "demo", "if", "elif", "else",
    "endif", "for", "endfor", "is", "not", "missing", "and", "or", "in", "set", "true", "false",
}  # fmt: skip


@dataclass(slots=True)
class Week:
    """What one week brought."""

    touchpoints: int = 0
    words: int = 0
    quiet_seconds: float = 0.0
    pictures: int = 0
    personal: int = 0

    @property
    def minutes(self) -> float:
        """Reading time and the quiet seconds of the practices."""
        return self.words / _WORDS_A_MINUTE + self.quiet_seconds / 60

    def add(self, other: Week) -> None:
        """Count another week to this one."""
        self.touchpoints += other.touchpoints
        self.words += other.words
        self.quiet_seconds += other.quiet_seconds
        self.pictures += other.pictures
        self.personal += other.personal


def weeks(life: Life) -> Mapping[int, Week]:
    """Programme week to what it brought; week 0 is all before day 0."""
    found: dict[int, Week] = defaultdict(Week)
    for entry in life.entries:
        if entry.who == "coach" and not entry.instead:
            day = (entry.at.astimezone(zone_info(life.zone)).date() - life.anchor).days
            found[max(day // 7 + 1, 0)].add(_counted(life, entry))
    return found


def _counted(life: Life, entry: Entry) -> Week:
    place = entry.source.place if entry.source else ""
    return Week(
        touchpoints=int(entry.unprompted),
        words=len(_WORD.findall(entry.text)),
        quiet_seconds=life.seconds.get(place, 0.0),
        pictures=int(entry.picture),
        personal=int(is_personal(entry.source.written if entry.source else "")),
    )


def is_personal(written: str) -> bool:
    """Whether a wording uses something the patient said or did: a slot, the diary, what was attended."""
    formulas = (first or second for first, second in _FORMULA.findall(re.sub(r"'[^']*'", "", written)))
    names = {name.split(".")[0] for formula in formulas for name in _NAME.findall(formula)}
    return bool(names - _NOT_THEIRS)


def table(lives: Sequence[Life]) -> list[str]:
    """A Markdown table: a row per week, the arms beside each other, the sum below."""
    arms = [life.arm for life in lives]
    counted = [weeks(life) for life in lives]
    columns = ("touchpoints", "words", "minutes", "pictures", "personal touches")
    lines = ["| week | " + " | ".join(f"{c}: {' / '.join(arms)}" for c in columns) + " |", "|---" * 6 + "|"]
    for number in sorted({number for one in counted for number in one}):
        lines.append(_row(str(number), [one.get(number, Week()) for one in counted]))
    sums = [Week() for _ in lives]
    for total, one in zip(sums, counted, strict=True):
        for week in one.values():
            total.add(week)
    return [*lines, _row("all", sums)]


def _row(name: str, side: Sequence[Week]) -> str:
    def pair(values: Sequence[float]) -> str:
        return " / ".join(f"{value:.0f}" for value in values)

    cells = [
        pair([w.touchpoints for w in side]), pair([w.words for w in side]), pair([w.minutes for w in side]),
        pair([w.pictures for w in side]), pair([w.personal for w in side]),
    ]  # fmt: skip
    return f"| {name} | " + " | ".join(cells) + " |"


#: What the columns show, and why it tells nobody their arm.
_READING = (
    "",
    "## What differs, and what it means for the blinding",
    "",
    "Touchpoints and pictures are the same in every week: the calendar and the phone look alike. In the four weeks of",
    "sessions the combined arm reads more and sits longer, because its second kind of practice is guided in the chat;",
    "the exercises of both arms are done on the mat and not counted here. From week 5 on words and minutes are nearly",
    "level, and the exercise arm has more personal touches: its notes and looks back take the place that the second",
    "practice has in the other arm. Nobody sees both columns. A patient meets one programme under one neutral name,",
    "never a length, a number or a concept to set it against, and the consent names no content of either arm. What",
    "remains is that two patients who know each other and show each other their phones can see that they differ; the",
    "question on the guess at the end measures how much got through.",
)


def page(lives: Sequence[Life]) -> str:
    """The whole of docs/arms.md."""
    head = [
        "# The arms side by side", "",
        "Generated by `coachbot arms --output docs/arms.md`; a test keeps it current. Counted over sixteen weeks of",
        "the made-up patient `steady`: everything that reached them. Touchpoints are what the coach opened unasked;",
        "minutes are 200 words read a minute and the quiet seconds of practices; a personal touch is a message that",
        "used something the patient had said or done. Week 0 is before day 0. Time spent exercising is not in it.", "",
    ]  # fmt: skip
    return "\n".join([*head, *table(lives), *_READING, ""])
