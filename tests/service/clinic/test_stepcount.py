"""Step counts as devices write them, in the versions that there are, and what is none."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.service.clinic.stepcount import DataPointError, read_data_point

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
POINT: dict[str, Any] = {
    "header": {"uuid": "6a8d0e0c-3d0f", "schema_id": {"namespace": "omh", "name": "step-count", "version": "3.0"}},
    "body": {
        "step_count": {"value": 4210, "unit": "steps"},
        "effective_time_frame": {
            "time_interval": {
                "start_date_time": "2026-03-10T08:00:00+01:00", "end_date_time": "2026-03-10T20:00:00+01:00"
            }
        },
    },
}  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """The point with one value changed; None takes it away."""
    point = copy.deepcopy(POINT)
    *parts, last = path.split(".")
    where = point
    for part in parts:
        where = where[part]
    if value is None:
        del where[last]
    else:
        where[last] = value
    return point


INTERVAL = "body.effective_time_frame.time_interval"
START, END = {"start_date_time": "2026-03-10T07:00:00Z"}, {"end_date_time": "2026-03-10T19:00:00Z"}
HALF_A_DAY = {"duration": {"value": 12, "unit": "h"}}


@pytest.mark.parametrize(
    "point",
    [
        POINT,
        changed("body.step_count", 4210),
        changed("body.step_count", {"value": 4210.0, "unit": "steps"}),
        changed("header.schema_id", {"namespace": "ieee", "name": "step-count", "version": "1.0"}),
        changed(INTERVAL, {**START, **HALF_A_DAY}),
        changed(INTERVAL, {**END, **HALF_A_DAY}),
        changed("body.descriptive_statistic", "sum"),
    ],
)
def test_every_version_says_the_same(point: dict[str, Any]) -> None:
    steps = read_data_point(point, NOW)
    begins, ends = datetime(2026, 3, 10, 7, tzinfo=UTC), datetime(2026, 3, 10, 19, tzinfo=UTC)
    assert (steps.count, steps.begins, steps.ends) == (4210, begins, ends)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("header", None, "header is missing"),
        ("header.uuid", None, "header.uuid"),
        ("header.uuid", "short", "header.uuid"),
        ("header.schema_id.name", "heart-rate", "only step-count"),
        ("body.step_count", None, "whole number"),
        ("body.step_count", True, "whole number"),
        ("body.step_count", 3.5, "whole number"),
        ("body.step_count", float("nan"), "whole number"),
        ("body.step_count", -1, "whole number"),
        ("body.step_count", 10**9, "whole number"),
        ("body.step_count.unit", "km", "'steps'"),
        ("body.descriptive_statistic", "average", "no average"),
        (f"{INTERVAL}.start_date_time", "2026-03-10T08:00:00", "offset from UTC"),
        (f"{INTERVAL}.start_date_time", 5, "offset from UTC"),
        (f"{INTERVAL}.start_date_time", "2026-03-10T21:00:00+01:00", "longer than nothing"),
        (f"{INTERVAL}.start_date_time", "2026-03-01T08:00:00Z", "at most 48 hours"),
        (f"{INTERVAL}.end_date_time", None, "duration"),
        (INTERVAL, {"date": "2026-03-10", "part_of_day": "morning"}, "duration"),
    ],
)
def test_what_cant_be_read_says_where(path: str, value: Any, told: str) -> None:
    with pytest.raises(DataPointError, match=told):
        read_data_point(changed(path, value), NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLACES = ["header", "body", "header.schema_id", "header.uuid", "body.step_count", INTERVAL, f"{INTERVAL}.end_date_time"]


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_there_it_is_read_or_refused(path: str, value: Any) -> None:
    try:
        steps = read_data_point(changed(path, value), NOW)
    except DataPointError:
        return
    assert 0 <= steps.count <= 200_000
    assert steps.begins < steps.ends
