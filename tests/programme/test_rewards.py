"""Badges: earned by counts, and never lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coachbot.programme.rewards import COUNTED, Reward, earned

counts = st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 60))
REWARDS = (Reward("first", "exercise", 1), Reward("ten", "exercise", 10), Reward("back", "return", 1))


def test_a_badge_is_earned_at_its_count() -> None:
    assert earned(REWARDS, {"exercise": 9}) == ("first",)
    assert earned(REWARDS, {"exercise": 10}) == ("first", "ten")


@given(st.lists(counts, max_size=6))
def test_what_was_earned_stays_whatever_the_counts_become(course: list[dict[str, int]]) -> None:
    have: tuple[str, ...] = ()
    for told in course:
        before, have = have, earned(REWARDS, {str(k): v for k, v in told.items()}, have)
        assert have[: len(before)] == before
        assert len(set(have)) == len(have)
