""" "My progress": practice by week, and pain and function once no trial can be biased by showing them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import fill
from typing import Any

from coachbot.service.facts import local_now, may_show_outcomes, week_of
from coachbot.service.records import DiaryRow, PatientRecord, ResponseRow
from coachbot.service.world import World

_WEEKS_SHOWN = 16
#: Sizes of letters in points, on a picture 4.8 inches wide that a phone shows 5 inches (360 pixels of 1/72) wide.
_TITLE, _SMALL = 15, 13
#: Characters of a title on one line, and weeks of which each gets its number.
_TITLE_WIDTH, _ALL_NUMBERED = 32, 8
_INK, _PRACTICE, _MEASURE, _OTHER = "#33414d", "#4f8a8b", "#c8553d", "#e0a458"


def by_week(record: PatientRecord, diary: Sequence[DiaryRow]) -> Mapping[int, int]:
    """Programme week to the number of its days on which something was practised."""
    days = {row.day for row in diary if row.body.get("done") in ("all", "part")}
    return Counter(week_of(record.enrolment, day) for day in days)


def describe(world: World, record: PatientRecord, diary: Sequence[DiaryRow]) -> str:
    """The picture in words, for those who don't see it."""
    words = world.words_for(record.profile.language, "progress")
    total = sum(by_week(record, diary).values())
    return words["alt"].replace("{count}", str(total))


def draw(world: World, record: PatientRecord, diary: Sequence[DiaryRow], responses: Sequence[ResponseRow]) -> bytes:
    """The picture as PNG, legible at the width of a phone: at 360 of its pixels the smallest letters are 12 high."""
    # Lazily: matplotlib costs half a second, and few turns draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    words = world.words_for(record.profile.language, "progress")
    outcomes = _outcomes(responses) if may_show_outcomes(world, record) else {}
    figure = Figure(figsize=(4.8, 6.4 if outcomes else 3.6), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2 if outcomes else 1, 1, squeeze=False)[:, 0]
    today = local_now(record.profile, world.clock.now()).date()
    goal = len(record.profile.practice_days)
    _draw_practice(axes[0], by_week(record, diary), week_of(record.enrolment, today), goal, words)
    if outcomes:
        _draw_outcomes(axes[1], outcomes, words)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _outcomes(responses: Sequence[ResponseRow]) -> dict[str, list[tuple[date, float]]]:
    series: dict[str, list[tuple[date, float]]] = {}
    for row in responses:
        for code, value in (row.body.get("scores") or {}).items():
            name = {"rmdq": "rmdq", "nrs": f"nrs_{code}"}.get(row.instrument)
            if name in ("rmdq", "nrs_average") and value is not None:
                series.setdefault(name, []).append((row.day, float(value)))
    return series


def _plain(axis: Any, title: str) -> None:
    axis.set_title(fill(title, _TITLE_WIDTH), loc="left", color=_INK, fontsize=_TITLE)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(colors=_INK, labelsize=_SMALL)


def _draw_practice(axis: Any, counts: Mapping[int, int], week: int, goal: int, words: Mapping[str, str]) -> None:
    weeks = range(1, max(min(week, _WEEKS_SHOWN), 4) + 1)
    axis.bar(list(weeks), [counts.get(w, 0) for w in weeks], color=_PRACTICE, width=0.7)
    axis.axhline(goal, color=_OTHER, linestyle="--", label=words["goal"].replace("{count}", str(goal)))
    axis.legend(frameon=False, fontsize=_SMALL, loc="upper left")
    axis.set_xticks(list(weeks)[:: 1 if len(weeks) <= _ALL_NUMBERED else 2])
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set_ylim(0, max([*counts.values(), goal, 4]) + 1.2)
    axis.set_xlabel(words["week"], color=_INK, fontsize=_SMALL)
    _plain(axis, words["practice"])


def _draw_outcomes(axis: Any, series: Mapping[str, list[tuple[date, float]]], words: Mapping[str, str]) -> None:
    styles = {"nrs_average": (_MEASURE, "o-"), "rmdq": (_OTHER, "s--")}
    for name, points in series.items():
        color, style = styles[name]
        axis.plot(
            [d.strftime("%d.%m.") for d, _ in points], [v for _, v in points], style, color=color, label=words[name]
        )
    axis.set_ylim(0, 24 if "rmdq" in series else 10)
    axis.legend(frameon=False, fontsize=_SMALL)
    _plain(axis, words["measures"])
