"""Which lesson of the day comes next, if what the patient told raises a need: those that fit come forward.

A lesson never moves further than the programme allows, forward or back, so that the weeks keep their themes, and
every lesson comes exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NeedRule:
    """Raises `need` if what was heard under `heard` is one of `among`, or a number from `at_least` on.

    `heard` is a choice told (`told.weighs`), how often something got in the way (`barrier.time`), an answer
    (`answer.phq9.p3`) or the band of a score (`band.gad7.total`).
    """

    need: str
    heard: str
    among: tuple[str, ...] = ()
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The rules of a programme, and how far a lesson may move, in days."""

    forward: int
    back: int
    rules: tuple[NeedRule, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of the day as the order sees it: its id and the needs it answers."""

    id: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A lesson in its place, and why there: the rule that brought it forward, or nothing."""

    id: str
    why: str = ""


def raised(needs: Needs, heard: Mapping[str, object]) -> Mapping[str, str]:
    """Need to the reason that raised it, for all that was heard from one patient."""
    met = ((rule, heard.get(rule.heard)) for rule in needs.rules)
    return {rule.need: f"{rule.need}: {rule.heard}" for rule, value in reversed(list(met)) if _meets(rule, value)}


def _meets(rule: NeedRule, value: object) -> bool:
    if rule.at_least is not None:
        return isinstance(value, int | float) and value >= rule.at_least
    return value in rule.among


def in_order(
    needs: Needs, lessons: Sequence[Lesson], given: Sequence[str], wanted: Mapping[str, str]
) -> tuple[Placed, ...]:
    """All lessons: those already given as they were, then the rest as the needs would have them.

    In each place stands the lesson that is `back` days late, if there is one; else the first one not further than
    `forward` days ahead that answers a need; else simply the next.
    """
    home = {lesson.id: place for place, lesson in enumerate(lessons)}
    before = [one for one in dict.fromkeys(given) if one in home]
    rest = [lesson for lesson in lessons if lesson.id not in before]
    placed = [Placed(one) for one in before]
    while rest:
        place = len(placed)
        chosen, why = _next(needs, rest, home, place, wanted)
        rest.remove(chosen)
        placed.append(Placed(chosen.id, why))
    return tuple(placed)


def _next(
    needs: Needs, rest: Sequence[Lesson], home: Mapping[str, int], place: int, wanted: Mapping[str, str]
) -> tuple[Lesson, str]:
    usual = rest[0]
    if place - home[usual.id] >= needs.back:
        return usual, ""
    for lesson in rest:
        if home[lesson.id] - place > needs.forward:
            break
        why = next((wanted[tag] for tag in lesson.tags if tag in wanted), "")
        if why:
            return lesson, why if home[lesson.id] > place else ""
    return usual, ""
