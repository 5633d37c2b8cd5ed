"""Scores over time: bands and verdicts under the published wording alone, and nothing that tells an arm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from coachbot.authoring.pack import Pack
from coachbot.instruments import Instrument
from coachbot.service.records import DiaryRow, ResponseRow
from coachbot.service.staff.courses import Course, answered_twice, courses, of_every_arm

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)


def response(instrument: str, day: date, wording: str = "own", **scores: float | None) -> ResponseRow:
    return ResponseRow(day.toordinal(), "p", instrument, "baseline", day, NOW, {"scores": scores, "wording": wording})


def of(pack: Pack, *rows: ResponseRow, **official: Instrument) -> list[Course]:
    return courses(rows, {**pack.instruments, **official})


def test_every_score_of_a_questionnaire_has_its_course(pack: Pack) -> None:
    found = of(pack, response("nrs", date(2026, 3, 1), current=3, worst=8, average=5))
    assert [(one.score, one.points[0].value, one.high) for one in found] == [
        ("current", 3.0, 10.0), ("worst", 8.0, 10.0), ("average", 5.0, 10.0)
    ]  # fmt: skip


def test_our_own_wording_tells_the_difference_and_no_verdict(pack: Pack) -> None:
    rows = [response("phq8", date(2026, 3, 1), total=15), response("phq8", date(2026, 4, 1), total=3)]
    (one,) = of(pack, *rows)
    assert (one.bands, one.smallest, one.points[0].band) == ((), None, "")
    assert one.since is not None
    assert (one.since.by, one.since.verdict) == (-12, None)


def test_the_published_wording_tells_bands_and_whether_the_change_matters(pack: Pack) -> None:
    phq8 = replace(pack.instruments["phq8"], wording="official")
    rmdq = replace(pack.instruments["rmdq"], wording="official")
    first, last = date(2026, 3, 1), date(2026, 4, 1)
    rows = [response("phq8", first, "official", total=15), response("rmdq", first, "official", total=14),
            response("rmdq", last, "official", total=11), response("phq8", last, "official", total=3)]  # fmt: skip
    mood, function = of(pack, *rows, phq8=phq8, rmdq=rmdq)
    assert [point.band for point in mood.points] == ["moderately_severe", "minimal"]
    assert len(mood.bands) == 5
    assert function.smallest is not None
    assert function.since is not None
    assert (function.smallest.points, function.since.verdict) == (3.5, "about_the_same")


def test_a_wording_that_changed_in_between_is_compared_with_nothing(pack: Pack) -> None:
    rmdq = replace(pack.instruments["rmdq"], wording="official")
    rows = [response("rmdq", date(2026, 3, 1), total=14), response("rmdq", date(2026, 4, 1), "official", total=3)]
    (one,) = of(pack, *rows, rmdq=rmdq)
    assert (one.wording, one.bands, one.smallest) == ("mixed", (), None)
    assert one.since is not None
    assert one.since.verdict is None


def test_a_score_that_could_not_be_given_is_left_out(pack: Pack) -> None:
    assert of(pack, response("rmdq", date(2026, 3, 1), total=None)) == []


def test_what_one_arm_alone_is_asked_tells_nobody_elses(pack: Pack) -> None:
    rows = [response("scs_sf", date(2026, 3, 1), total=3), response("rmdq", date(2026, 3, 1), total=9)]
    assert [row.instrument for row in of_every_arm(rows, pack.instruments)] == ["rmdq"]


def test_an_answer_given_a_second_time_stands_apart_the_newest_first() -> None:
    def entry(number: int, kind: str, body: dict[str, Any]) -> DiaryRow:
        return DiaryRow(number, "p", date(2026, 3, number), kind, NOW, body)

    told = {"instrument": "nrs", "question": "current", "on": "page"}
    found = answered_twice([entry(1, "answered_twice", {**told, "value": 9}), entry(2, "cse", {"done": "all"}),
                            entry(3, "answered_twice", {**told, "value": 4})])  # fmt: skip
    assert [(one.value, one.question, one.on) for one in found] == [("4", "current", "page"), ("9", "current", "page")]
