"""Lessons of the day by need: the fitting ones come forward, each comes once, and none moves far."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coachbot.programme.needs import Lesson, NeedRule, Needs, in_order, raised
from tests.programme.people import programme

TAGS = ("sleep", "fear", "mood", "busy")
wanted = st.dictionaries(st.sampled_from(TAGS), st.just("because"), max_size=4)
courses = st.lists(st.sets(st.sampled_from(TAGS), max_size=2), min_size=1, max_size=112).map(
    lambda tags: [Lesson(f"lesson_{n}", tuple(sorted(one))) for n, one in enumerate(tags)]
)
bounds = st.tuples(st.integers(0, 20), st.integers(0, 20))


def test_a_lesson_that_answers_the_need_comes_before_the_usual_one() -> None:
    lessons = [Lesson("walk"), Lesson("plan"), Lesson("night", ("sleep",))]
    order = in_order(Needs(14, 7, ()), lessons, (), {"sleep": "sleep: told.weighs"})
    assert [(one.id, one.why) for one in order] == [("night", "sleep: told.weighs"), ("walk", ""), ("plan", "")]


def test_without_a_need_the_order_is_the_usual_one() -> None:
    lessons = [Lesson("walk"), Lesson("night", ("sleep",))]
    assert [one.id for one in in_order(Needs(14, 7, ()), lessons, (), {})] == ["walk", "night"]


@given(courses, wanted, bounds)
def test_every_lesson_comes_exactly_once_and_none_moves_too_far(
    lessons: list[Lesson], needs: dict[str, str], bound: tuple[int, int]
) -> None:
    order = [one.id for one in in_order(Needs(*bound, ()), lessons, (), needs)]
    assert sorted(order) == sorted(lesson.id for lesson in lessons)
    moved = [order.index(lesson.id) - home for home, lesson in enumerate(lessons)]
    assert -bound[0] <= min(moved)
    assert max(moved) <= bound[1]


@given(courses, st.lists(wanted, min_size=1, max_size=8), bounds)
def test_needs_that_change_on_the_way_lose_and_repeat_nothing(
    lessons: list[Lesson], turns: list[dict[str, str]], bound: tuple[int, int]
) -> None:
    given_so_far: list[str] = []
    for day in range(len(lessons)):
        order = in_order(Needs(*bound, ()), lessons, given_so_far, turns[day % len(turns)])
        assert [one.id for one in order[:day]] == given_so_far
        given_so_far.append(order[day].id)
    assert sorted(given_so_far) == sorted(lesson.id for lesson in lessons)
    late = [given_so_far.index(lesson.id) - home for home, lesson in enumerate(lessons)]
    assert max(late) <= bound[1]


def test_a_need_names_the_rule_that_raised_it() -> None:
    rules = (NeedRule("busy", "told.weighs", among=("busy",)), NeedRule("busy", "barrier.time", at_least=2))
    needs = Needs(14, 7, rules)
    assert raised(needs, {"barrier.time": 1}) == {}
    assert raised(needs, {"barrier.time": 2}) == {"busy": "busy: barrier.time"}
    assert raised(needs, {"barrier.time": 2, "told.weighs": "busy"}) == {"busy": "busy: told.weighs"}


def test_the_programme_moves_a_lesson_two_weeks_at_most() -> None:
    assert (programme().needs.forward, programme().needs.back) == (14, 7)
    assert {rule.need for rule in programme().needs.rules} == set(TAGS)
