"""Small pictures as inline SVG: drawn with attributes and classes only, so that a strict content policy allows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape

from coachbot.service.staff.courses import Course

_BAR, _GAP, _HIGH, _MOST = 7, 2, 22, 7
_WIDE, _TALL, _LEFT, _TOP, _BOTTOM = 260, 112, 34, 18, 20
_STEPS_HIGH = 48


def spark(weeks: Sequence[int], label: str) -> Markup:
    """Days with exercises in each of the last weeks, a bar a week."""
    bars = []
    for place, days in enumerate(weeks):
        tall = max(1.0, min(days, _MOST) / _MOST * _HIGH)
        kind = "bar" if days else "bar none"
        bars.append(f'<rect class="{kind}" x="{place * (_BAR + _GAP)}" y="{_HIGH - tall:.1f}" width="{_BAR}" '
                    f'height="{tall:.1f}" rx="1"/>')  # fmt: skip
    width = len(weeks) * (_BAR + _GAP)
    told = escape(f"{label}: {', '.join(map(str, weeks))} days a week")
    return Markup(
        f'<svg class="spark" role="img" width="{width}" height="{_HIGH}" viewBox="0 0 {width} {_HIGH}">'
        f"<title>{told}</title>{''.join(bars)}</svg>"
    )


def course_picture(course: Course) -> Markup:
    """One score over time: a line through its points on its whole scale, the bands behind it, and around the first
    point the stretch in which a change does not matter. The same numbers stand in a table beside it."""
    paper = _Paper(course)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/><text x="{x:.1f}" y="{y - 7:.1f}">{value:g}</text>'
        for x, y, value in paper.places
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in paper.places)
    told = escape(f"{course.instrument} {course.score}: {', '.join(f'{one.value:g}' for one in course.points)}")
    floor, first, last = _TALL - _BOTTOM, course.points[0].day, course.points[-1].day
    end = f'<text class="soft" x="{_WIDE - 22}" y="{_TALL - 5}">{last:%-d %b}</text>' if last != first else ""
    return Markup(
        f'<svg class="scores" role="img" width="{_WIDE}" height="{_TALL}" viewBox="0 0 {_WIDE} {_TALL}">'
        f"<title>{told}</title>{paper.bands()}{paper.unchanged()}"
        f'<line class="axis" x1="{_LEFT - 8}" y1="{floor}" x2="{_WIDE - 4}" y2="{floor}"/>'
        f'<text class="soft end" x="{_LEFT - 10}" y="{_TOP + 4}">{course.high:g}</text>'
        f'<text class="soft end" x="{_LEFT - 10}" y="{floor + 3}">{course.low:g}</text>'
        f'<polyline points="{line}"/>{dots}'
        f'<text class="soft" x="{_LEFT + 8}" y="{_TALL - 5}">{first:%-d %b}</text>'
        f"{end}</svg>"
    )


class _Paper:
    """Where the points of a course lie on its picture."""

    def __init__(self, course: Course) -> None:
        self._course = course
        first, last = course.points[0].day, course.points[-1].day
        span, wide = max((last - first).days, 1), _WIDE - _LEFT - 24
        self.places = [
            (_LEFT + 8 + (one.day - first).days / span * wide, self._down(one.value), one.value)
            for one in course.points
        ]

    def _down(self, value: float) -> float:
        low, high = self._course.low, self._course.high
        inside = min(max(value, low), high)
        return _TOP + (high - inside) / ((high - low) or 1.0) * (_TALL - _TOP - _BOTTOM)

    def bands(self) -> str:
        """Every second band is shaded, so that each can be told from the next."""
        return "".join(
            self._stretch("band", one.low, one.high) for place, one in enumerate(self._course.bands) if place % 2
        )

    def unchanged(self) -> str:
        """Within this stretch a change is smaller than what people notice."""
        smallest, first = self._course.smallest, self._course.points[0].value
        return self._stretch("same", first - smallest.points, first + smallest.points) if smallest else ""

    def _stretch(self, kind: str, low: float, high: float) -> str:
        top, bottom = self._down(high), self._down(low)
        return (
            f'<rect class="{kind}" x="{_LEFT - 8}" y="{top:.1f}" width="{_WIDE - _LEFT + 4}" '
            f'height="{max(bottom - top, 1.0):.1f}"/>'
        )


def steps_picture(steps: Mapping[date, int], today: date, days: int) -> Markup:
    """Steps of the last days, a bar a day."""
    shown = [steps.get(today - timedelta(days=back), 0) for back in range(days - 1, -1, -1)]
    most = max([*shown, 1])
    bars = "".join(
        f'<rect class="{"bar" if count else "bar none"}" x="{place * (_BAR + _GAP)}" width="{_BAR}" rx="1" '
        f'y="{_STEPS_HIGH - (tall := max(1.0, count / most * _STEPS_HIGH)):.1f}" height="{tall:.1f}"/>'
        for place, count in enumerate(shown)
    )
    width = days * (_BAR + _GAP)
    return Markup(
        f'<svg class="spark" role="img" width="{width}" height="{_STEPS_HIGH}" viewBox="0 0 {width} {_STEPS_HIGH}">'
        f"<title>Steps of the last {days} days, at most {most}</title>{bars}</svg>"
    )
