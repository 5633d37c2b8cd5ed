"""Answering a whole instrument by its values."""

from __future__ import annotations

import pytest

from coachbot.authoring.pack import Pack
from coachbot.testing.answering import values_of


def test_values_stand_in_the_order_of_the_items(pack: Pack) -> None:
    values = values_of(pack.instruments["gad7"], "1 1 0 2 - 0 3")
    assert list(values.values()) == [1, 1, 0, 2, None, 0, 3]


def test_all_items_can_have_the_same_value_but_for_some(pack: Pack) -> None:
    values = values_of(pack.instruments["phq9"], "all 2 but p9 = 0, p3 = skip")
    assert values["p1"] == 2
    assert values["p9"] == 0
    assert values["p3"] is None


def test_lowest_and_highest_go_by_each_item(pack: Pack) -> None:
    assert set(values_of(pack.instruments["pseq"], "all highest").values()) == {6}
    assert set(values_of(pack.instruments["rmdq"], "all lowest").values()) == {0}


@pytest.mark.parametrize("written", ["1 2", "all 1 but nonsense = 2"])
def test_values_that_do_not_fit_are_refused(pack: Pack, written: str) -> None:
    with pytest.raises(LookupError):
        values_of(pack.instruments["gad7"], written)
