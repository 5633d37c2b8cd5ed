"""Exercises: `content/exercises/bridge.yaml` becomes `exercise/bridge` and `beside/bridge`.

`exercise/bridge`: the card, the common mistake, when to stop; then: done, easier, later, or not for me. For a
patient whose screening speaks against it, only that it stays out. `beside/bridge` offers its easier and its
harder neighbour by name and leaves the code of the one chosen in the slot `step_to`. The words of the questions
are the same for all exercises (`content/<language>/exercise.md`); `{name}`, `{easier}` and `{harder}` stand in
them for the names of the exercises.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from coachbot.authoring.draft import Constant, Draft
from coachbot.authoring.faults import Fault
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Choice
from coachbot.engine.model import Action, Branch, Slot, State
from coachbot.rendering import Formula, Section, compile_expression

KEYS = ("exercise", "group", "dose", "easier", "harder", "not_for")
GROUPS = ("abdominals", "back_extensors", "core", "gluteal", "flexibility", "relief")
DOSES = ("hold_s", "times", "sets", "minutes", "each_side")
#: The words that all exercises share.
SHARED = "exercise"
_SHARED_SECTIONS = ("try_it", "try_easier", "ruled_out")
_BESIDE = "beside"
_NEIGHBOURS = ("easier", "harder")
#: Outlives its dialog: the neighbour that the patient chose last.
STEP_TO = "step_to"
#: How many exercises a plan of a day has (as in SELFBACK: one for the belly and one for the back, or one for the
#: middle; the rest from other groups).
PLAN = 3
_SAID = ("card", "mistake", "stop")
_RESULTS = ("done", "later", "not_for_me")


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: where it belongs, how much of it, and its neighbours."""

    id: str
    group: str
    #: `hold_s` seconds, `times`, `sets`, `minutes`, `each_side`.
    dose: Mapping[str, float]
    easier: str = ""
    harder: str = ""
    not_for: tuple[str, ...] = ()


def exercise_from(document: Document, name: str, faults: list[Fault]) -> tuple[Exercise, Draft]:
    """An exercise and its draft."""
    top = Fields(document, faults)
    top.only(*KEYS)
    if top.text("exercise") not in ("", name):
        top.fault("DIALOG_001", f"this is '{name}'", f"Write exercise: {name}.", at=("exercise",))
    group = top.text("group")
    if group and group not in GROUPS:
        top.fault("YAML_008", f"'{group}' is not a group", f"One of: {', '.join(GROUPS)}.", at=("group",))
    exercise = Exercise(name, group, _dose(top), top.text("easier", ""), top.text("harder", ""), top.codes("not_for"))
    return exercise, _draft(document, exercise)


def name_of(own: Mapping[str, Section]) -> str:
    """The name of an exercise in one language: the first bold words of its card."""
    found = re.search(r"\*\*(.+?)\*\*", own["card"].texts[0]) if "card" in own and own["card"].texts else None
    return found[1] if found else ""


def exercise_words(own: Mapping[str, Section], shared: Mapping[str, Section]) -> dict[str, Section]:
    """The words of an exercise's dialog: its own and the shared questions."""
    names = {"name": name_of(own)}
    return {**own, **{name: _named(shared[name], names) for name in _SHARED_SECTIONS if name in shared}}


def beside_words(exercise: Exercise, names: Mapping[str, str], shared: Mapping[str, Section]) -> dict[str, Section]:
    """The words that offer an exercise's neighbours; `names` are those of all exercises in the language."""
    if _BESIDE not in shared:
        return {}
    beside = {way: names.get(getattr(exercise, way), "") for way in _NEIGHBOURS if getattr(exercise, way)}
    section = _named(shared[_BESIDE], {"name": names.get(exercise.id, ""), **beside})
    labels = tuple((code, label) for code, label in section.labels if code in beside or code not in _NEIGHBOURS)
    return {_BESIDE: replace(section, labels=labels)}


def _named(section: Section, names: Mapping[str, str]) -> Section:
    """A shared section with the names of exercises put in."""

    def put(text: str) -> str:
        for key, name in names.items():
            text = text.replace(f"{{{key}}}", name)
        return text

    labels = tuple((code, put(label)) for code, label in section.labels)
    return replace(section, texts=tuple(map(put, section.texts)), labels=labels)


# -- which exercises, for whom ------------------------------------------------------------------------------
def ruled_out(exercises: Mapping[str, Exercise], conditions: Collection[str]) -> tuple[str, ...]:
    """The exercises that are not for somebody with these conditions (codes of `not_for`)."""
    return tuple(name for name, one in exercises.items() if not set(one.not_for).isdisjoint(conditions))


def plan_of_three(
    exercises: Mapping[str, Exercise], first: Collection[str], without: Collection[str]
) -> tuple[str, ...]:
    """The first plan: the easiest exercise of each group in `first`, then one of each other group, `without` some.

    Where that is fewer than three, the easiest of what is left fill it up. A place that nothing fits is empty.
    """
    fit = sorted((one for one in exercises.values() if one.id not in without), key=lambda one: rung(exercises, one))
    groups = (*first, *(group for group in _FILLING if group not in first))
    by_group = [next((one.id for one in fit if one.group == group), "") for group in groups]
    chosen = dict.fromkeys([name for name in by_group if name][:PLAN])
    chosen |= dict.fromkeys([one.id for one in fit if one.id not in chosen][: PLAN - len(chosen)])
    return (*chosen, *[""] * (PLAN - len(chosen)))


#: Where the rest of a plan comes from, in this order.
_FILLING = ("flexibility", "gluteal", "relief", "core", "back_extensors", "abdominals")


def rung(exercises: Mapping[str, Exercise], exercise: Exercise) -> int:
    """How many easier ones lie below an exercise."""
    below: list[str] = []
    while exercise.easier in exercises and exercise.easier not in below:
        below.append(exercise.easier)
        exercise = exercises[exercise.easier]
    return len(below)


def _dose(top: Fields) -> dict[str, float]:
    dose = top.fields("dose")
    dose.only(*DOSES)
    return {key: number for key in dose.data if (number := _amount(dose, key)) is not None}


def _amount(dose: Fields, key: str) -> float | None:
    return float(dose.flag(key)) if key == "each_side" else dose.number(key)


def _is_ruled_out(name: str) -> Formula:
    return compile_expression(f"'{name}' in exercises.ruled_out")


def beside_draft(document: Document, exercise: Exercise) -> Draft:
    """The dialog that offers the neighbours of an exercise: those that are there and not ruled out.

    While the last practice ended with a flare (`diary.flare_run`), nothing harder is offered.
    """
    ways = tuple(way for way in _NEIGHBOURS if getattr(exercise, way))
    barred = {way: f"'{getattr(exercise, way)}' in exercises.ruled_out" for way in ways}
    if "harder" in barred:
        barred["harder"] = f"({barred['harder']} or diary.flare_run >= 1)"
    states = {
        "begin": State("begin", branches=_to_neighbours(barred)),
        "stay": State("stay", end="stay", section=""),
    }
    if ways:
        lists = " + ".join(f"(['{way}'] if {when} else [])" for way, when in barred.items())
        ask = Choice("beside", (*ways, "stay"), without=compile_expression(lists))
        branches = (*(Branch(way, way) for way in (*ways, "stay")), Branch("stay"))
        states[_BESIDE] = State(_BESIDE, ask=ask, branches=branches, section=_BESIDE)
    for way in ways:
        step = Action("set", ((STEP_TO, Constant(getattr(exercise, way))),))
        states[way] = State(way, do=(step,), end=way, section="")
    return Draft(
        id=f"{_BESIDE}/{exercise.id}",
        document=document,
        summary=f"What is easier and what is harder than {exercise.id}.",
        start="begin",
        states=states,
        declared={STEP_TO: Slot(STEP_TO, "text", "programme")},
        words=f"{_BESIDE}/{exercise.id}",
        source_words=f"exercises/{exercise.id}",
        origin="exercise",
        sections=frozenset((*_SAID, "easier")),
    )


def _to_neighbours(barred: Mapping[str, str]) -> tuple[Branch, ...]:
    """Ask only if at least one neighbour can be offered."""
    if not barred:
        return (Branch("stay"),)
    none = compile_expression(" and ".join(barred.values()))
    return (Branch("stay", guard=none, source=none.source), Branch(_BESIDE))


def _draft(document: Document, exercise: Exercise) -> Draft:
    name = exercise.id
    following = (*_SAID[1:], "try_it")
    states = {} if not exercise.not_for else _suited(name)
    states |= {
        said: State(said, says=True, branches=(Branch(after),), section=said)
        for said, after in zip(_SAID, following, strict=True)
    }
    states["try_it"] = _try("try_it", ("done", "easier", "later", "not_for_me"))
    states["easier"] = State("easier", says=True, branches=(Branch("try_easier"),), section="easier")
    states["try_easier"] = _try("try_easier", _RESULTS)
    states |= {f"is_{result}": State(f"is_{result}", end=result, section="") for result in _RESULTS}
    return Draft(
        id=f"exercise/{name}",
        document=document,
        summary=f"The exercise {name}.",
        start="suited" if exercise.not_for else "card",
        states=states,
        words=f"exercise/{name}",
        source_words=f"exercises/{name}",
        origin="exercise",
        sections=frozenset((*_SAID, "easier")),
    )


def _suited(name: str) -> dict[str, State]:
    """Before anything is shown: does the screening speak against it?"""
    guard = _is_ruled_out(name)
    return {
        "suited": State("suited", branches=(Branch("ruled_out", guard=guard, source=guard.source), Branch("card"))),
        "ruled_out": State("ruled_out", says=True, end="ruled_out", section="ruled_out"),
    }


def _try(name: str, codes: tuple[str, ...]) -> State:
    ways = tuple(Branch("easier" if code == "easier" else f"is_{code}", code) for code in codes)
    return State(name, ask=Choice("tried", codes), branches=(*ways, Branch("is_later")), section=name)
