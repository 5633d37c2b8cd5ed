"""Small pictures as inline SVG: drawn with attributes and classes only, so that a strict content policy allows them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from coachbot.service.staff.chart import Score

_BAR, _GAP, _HIGH, _MOST = 7, 2, 22, 7
_WIDE, _TALL, _LEFT, _TOP, _BOTTOM = 260, 96, 30, 16, 20


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


def scores_picture(score: Score) -> Markup:
    """One instrument over time: a line through its totals. The same numbers stand in a table beside it."""
    values = [total for _, _, total in score.points]
    low, high = min(0.0, *values), max(values) or 1.0
    first, last = score.points[0][0], score.points[-1][0]
    span = max((last - first).days, 1)
    places = [
        (
            _LEFT + (day - first).days / span * (_WIDE - _LEFT - 12),
            _TOP + (high - total) / ((high - low) or 1.0) * (_TALL - _TOP - _BOTTOM),
            total,
        )
        for day, _, total in score.points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/><text x="{x:.1f}" y="{y - 7:.1f}">{total:g}</text>'
        for x, y, total in places
    )
    told = escape(f"{score.instrument}: {', '.join(f'{total:g}' for total in values)}")
    floor = _TALL - _BOTTOM
    return Markup(
        f'<svg class="scores" role="img" width="{_WIDE}" height="{_TALL}" viewBox="0 0 {_WIDE} {_TALL}">'
        f'<title>{told}</title><line class="axis" x1="{_LEFT - 8}" y1="{floor}" x2="{_WIDE - 4}" y2="{floor}"/>'
        f'<polyline points="{line}"/>{dots}'
        f'<text class="soft" x="{_LEFT}" y="{_TALL - 5}">{first:%-d %b}</text>'
        f'<text class="soft" x="{_WIDE - 12}" y="{_TALL - 5}">{last:%-d %b}</text></svg>'
    )
