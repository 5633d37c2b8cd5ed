"""What was measured of each side, as rows and as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from benchmarks.peers.peers import COACH, Peer
from benchmarks.peers.stand import Killed

#: Patients at once in the second figure.
CROWD = 50
_MB = 1e6


class Row(NamedTuple):
    """One figure."""

    name: str
    value: float
    unit: str


@dataclass(slots=True)
class Measured:
    """One side's figures. `reason` stands where there are none."""

    peer: Peer
    patients: int
    #: One list of seconds a turn for each round; and turns/s of each round in a crowd.
    alone: list[list[float]] = field(default_factory=list)
    crowd: list[float] = field(default_factory=list)
    memory: int = 0
    kills: list[Killed] = field(default_factory=list)
    reason: str = ""

    @property
    def alone_rates(self) -> list[float]:
        """Turns/s one at a time, round by round."""
        return [len(one) / sum(one) for one in self.alone]

    def turn_ms(self, part: float) -> float:
        """The milliseconds below which this part of the turns one at a time lies, over all rounds."""
        took = sorted(second for one in self.alone for second in one)
        return took[min(int(len(took) * part), len(took) - 1)] * 1e3


def ratio(coach: Sequence[float], other: Sequence[float]) -> float:
    """The median, over rounds, of what the coach does against what the other does."""
    return median(ours / theirs for ours, theirs in zip(coach, other, strict=True))


def rows(all_of_them: Sequence[Measured]) -> list[Row]:
    """Every figure; a side that was not measured has none."""
    coach = all_of_them[0]
    return [row for one in all_of_them if not one.reason for row in _rows(one, coach)]


def _rows(one: Measured, coach: Measured) -> list[Row]:
    found = [
        Row("turns, one at a time", median(one.alone_rates), "turns/s"),
        Row(f"turns, {CROWD} at once", median(one.crowd), "turns/s"),
        Row("a turn, median", one.turn_ms(0.5), "ms"),
        Row("a turn, 99th percentile", one.turn_ms(0.99), "ms"),
        Row("patients", one.patients, "patients"),
    ]
    if not one.peer.is_floor and one.memory:
        found.append(Row("memory", one.memory / _MB, "MB"))
    if one.kills:
        found += _kill_rows(one.kills)
    if one.peer.name != COACH and not coach.reason:
        found += [
            Row("coachbot against it, one at a time", ratio(coach.alone_rates, one.alone_rates), "ratio"),
            Row(f"coachbot against it, {CROWD} at once", ratio(coach.crowd, one.crowd), "ratio"),
        ]
    outlasts = {"power cut": 2.0, "kill -9": 1.0, "nothing": 0.0}[one.peer.lasting]
    found.append(Row("durable (2 a power cut, 1 kill -9 only, 0 no)", outlasts, "grade"))
    return [Row(f"{one.peer.name}: {row.name}", row.value, row.unit) for row in found]


def _kill_rows(kills: Sequence[Killed]) -> list[Row]:
    return [
        Row("kills", len(kills), "kills"),
        Row("turns acknowledged before the kills", sum(one.acknowledged for one in kills), "turns"),
        Row("turns lost by them", sum(one.lost for one in kills), "turns"),
        Row("kills after which nothing could be read", sum(bool(one.unreadable) for one in kills), "kills"),
    ]


# -- the table ----------------------------------------------------------------------------------------
_HEAD = (
    "side", "patients", "turns/s, one at a time", f"turns/s, {CROWD} at once", "a turn: median, 99th percentile",
    "coachbot is, times", "memory", "lost by kill -9", "a turn outlasts",
)  # fmt: skip


def table(all_of_them: Sequence[Measured]) -> str:
    """All sides side by side, in Markdown, and why what lasts lasts."""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    lines += [_line(_cells(one, all_of_them[0])) for one in all_of_them]
    reasons = [f"- {one.peer.name}, {one.peer.lasting}: {one.peer.why}." for one in all_of_them]
    return "\n".join([*lines, "", "What a turn outlasts, and why:", *reasons]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(one: Measured, coach: Measured) -> list[str]:
    if one.reason:
        return [one.peer.name, f"not measured: {one.reason}", *[""] * (len(_HEAD) - 2)]
    return [
        one.peer.name,
        f"{one.patients:,}",
        f"{median(one.alone_rates):,.0f}",
        f"{median(one.crowd):,.0f}",
        f"{one.turn_ms(0.5):,.1f}, {one.turn_ms(0.99):,.1f} ms",
        _ratios(one, coach),
        "" if one.peer.is_floor else f"{one.memory / _MB:,.0f} MB" if one.memory else "not told here",
        _lost(one.kills),
        one.peer.lasting,
    ]


def _ratios(one: Measured, coach: Measured) -> str:
    if one.peer.name == COACH or coach.reason:
        return ""
    return f"{ratio(coach.alone_rates, one.alone_rates):.2f}, {ratio(coach.crowd, one.crowd):.2f}"


def _lost(kills: Sequence[Killed]) -> str:
    if not kills:
        return "not tried"
    lost, acknowledged = sum(one.lost for one in kills), sum(one.acknowledged for one in kills)
    broken = sum(bool(one.unreadable) for one in kills)
    ending = f"; the file of everybody unreadable after {broken} of {len(kills)} kills" if broken else ""
    return f"{lost:,} of {acknowledged:,} turns{ending}"


# -- into a page --------------------------------------------------------------------------------------
BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"


def put_into(page: str, text: str) -> str:
    """The page with what stands between its two marks replaced. Raises ValueError where they are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}; put them where the table belongs")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def circumstances(facts: Mapping[str, str]) -> str:
    """One line on the machine of the run."""
    return "; ".join(f"{name} {value}" for name, value in facts.items()) + ".\n"
