"""Scores over time as a therapist reads them: each score's course, its bands, and whether a change matters.

Bands and verdicts are told where the wording that was shown is the published one, and nowhere else
(`coachbot.instruments.may_interpret`): in the project's own wording a raw score stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from coachbot.instruments import Band, Change, Instrument, Score, SmallestChange, change
from coachbot.instruments.scoring import band
from coachbot.service.filling import LATE, REPEATED
from coachbot.service.records import DiaryRow, ResponseRow

OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Point:
    """A score on one day."""

    day: date
    assessment: str
    value: float
    #: The band it falls in; empty where none may be told.
    band: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """One score of one questionnaire over time."""

    instrument: str
    #: The questionnaire's clinical name.
    title: str
    score: str
    #: `own`, `official`, or `mixed` where the wording has changed in between.
    wording: str
    points: tuple[Point, ...]
    low: float
    high: float
    higher_is: str
    #: Empty where none may be told.
    bands: tuple[Band, ...] = ()
    #: The smallest change that matters, and where the figure is from; None where none may be told.
    smallest: SmallestChange | None = None
    #: From the first to the latest; None with a single point.
    since: Change | None = None


@dataclass(frozen=True, slots=True)
class Twice:
    """A question that was answered a second time at another place: the first answer counts."""

    day: date
    instrument: str
    question: str
    value: str
    #: Where the second one was given: `page` or `talk`.
    on: str


def courses(responses: Sequence[ResponseRow], instruments: Mapping[str, Instrument]) -> list[Course]:
    """The course of each score, in the order in which the questionnaires were first asked."""
    found: dict[str, list[ResponseRow]] = {}
    for row in responses:
        found.setdefault(row.instrument, []).append(row)
    return [
        course
        for name, rows in found.items()
        if (instrument := instruments.get(name)) is not None
        for course in _of(instrument, sorted(rows, key=lambda one: (one.day, one.id)))
    ]


def of_every_arm(responses: Sequence[ResponseRow], instruments: Mapping[str, Instrument]) -> list[ResponseRow]:
    """The responses that tell nobody's arm: what one arm alone is asked is left out."""
    return [row for row in responses if (one := instruments.get(row.instrument)) is not None and not one.arms]


def _of(instrument: Instrument, rows: Sequence[ResponseRow]) -> Iterator[Course]:
    wordings = {str(row.body.get("wording") or "own") for row in rows}
    wording = wordings.pop() if len(wordings) == 1 else "mixed"
    told = replace(instrument, wording="official" if wording == OFFICIAL else "own")
    for score in instrument.scores:
        points = tuple(_points(score, rows, tells=wording == OFFICIAL))
        if points:
            yield _course(told, score, wording, points)


def _points(score: Score, rows: Sequence[ResponseRow], *, tells: bool) -> Iterator[Point]:
    for row in rows:
        value = (row.body.get("scores") or {}).get(score.code)
        if isinstance(value, int | float):
            reached = band(score, float(value)) if tells and score.low <= value <= score.high else None
            yield Point(row.day, row.assessment, float(value), reached.code if reached else "")


def _course(instrument: Instrument, score: Score, wording: str, points: tuple[Point, ...]) -> Course:
    tells = wording == OFFICIAL
    rule = next((one for one in instrument.change if one.score == score.code), None)
    return Course(
        instrument.id, instrument.title, score.code, wording, points, score.low, score.high, score.higher_is,
        bands=score.bands if tells else (),
        smallest=rule if tells else None,
        since=change(instrument, score.code, points[0].value, points[-1].value) if len(points) > 1 else None,
    )  # fmt: skip


def answered_twice(diary: Sequence[DiaryRow]) -> list[Twice]:
    """The answers that count for no score: given a second time, or after their round was over; the newest first."""
    return [
        Twice(row.day, *(str(row.body.get(name, "")) for name in ("instrument", "question", "value", "on")))
        for row in reversed(diary) if row.kind in (REPEATED, LATE)
    ]  # fmt: skip
