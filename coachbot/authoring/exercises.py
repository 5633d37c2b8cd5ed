"""Exercises: `content/exercises/bridge.yaml` becomes `exercise/bridge` and `beside/bridge`.

`exercise/bridge`: the card, the common mistake, when to stop; then: done, easier, later, or not for me. For a
patient whose screening speaks against it, only that it stays out. `beside/bridge` offers its easier and its
harder neighbour by name, leaves the code of the one chosen in the slot `step_to`, and shows a harder way of the
exercise itself (`## harder`; an exercise without one says why in `no_harder`). The words of the questions are the
same for all exercises (`content/<language>/exercise.md`); `{name}`, `{easier}`, `{harder}` and `{not_for}` stand
in them for the names of the exercises and for those it is not for.
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

KEYS = ("exercise", "group", "dose", "easier", "harder", "no_harder", "not_for")
GROUPS = ("abdominals", "back_extensors", "core", "gluteal", "flexibility", "relief")
DOSES = ("hold_s", "times", "sets", "minutes", "each_side")
#: The words that all exercises share.
SHARED = "exercise"
_SHARED_SECTIONS = ("try_it", "try_easier", "ruled_out")
_BESIDE = "beside"
#: For whom an exercise is not; its labels are the conditions in a patient's words. It follows when to stop.
NOT_FOR = "not_for"
#: A harder way of the exercise itself, and the state of `beside/` that shows it.
HARDER, _HARDER_WAY = "harder", "harder_way"
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
    #: Why there is no sensible harder way of it; empty where its words tell one.
    no_harder: str = ""


def exercise_from(document: Document, name: str, faults: list[Fault]) -> tuple[Exercise, Draft]:
    """An exercise and its draft."""
    top = Fields(document, faults)
    top.only(*KEYS)
    if top.text("exercise") not in ("", name):
        top.fault("DIALOG_001", f"this is '{name}'", f"Write exercise: {name}.", at=("exercise",))
    group = top.text("group")
    if group and group not in GROUPS:
        top.fault("YAML_008", f"'{group}' is not a group", f"One of: {', '.join(GROUPS)}.", at=("group",))
    neighbours = top.text("easier", ""), top.text("harder", "")
    exercise = Exercise(name, group, _dose(top), *neighbours, top.codes("not_for"), top.text("no_harder", ""))
    return exercise, _draft(document, exercise)


def name_of(own: Mapping[str, Section]) -> str:
    """The name of an exercise in one language: the first bold words of its card."""
    found = re.search(r"\*\*(.+?)\*\*", own["card"].texts[0]) if "card" in own and own["card"].texts else None
    return found[1] if found else ""


def exercise_words(exercise: Exercise, own: Mapping[str, Section], shared: Mapping[str, Section]) -> dict[str, Section]:
    """The words of an exercise's dialog: its own, for whom it is not, and the shared questions."""
    names = {"name": name_of(own)}
    asked = {name: _named(shared[name], names) for name in _SHARED_SECTIONS if name in shared}
    return {**own, **_with_not_for(exercise, own, shared), **asked}


def _with_not_for(exercise: Exercise, own: Mapping[str, Section], shared: Mapping[str, Section]) -> dict[str, Section]:
    """When to stop, and after it those who leave the exercise out, as a list."""
    if not exercise.not_for or NOT_FOR not in shared or "stop" not in own:
        return {}
    phrases = dict(shared[NOT_FOR].labels)
    listed = "\n".join(f"* {phrases.get(code, code)}" for code in exercise.not_for)
    line = _named(shared[NOT_FOR], {NOT_FOR: listed}).texts[0]
    return {"stop": replace(own["stop"], texts=tuple(f"{text}\n\n{line}" for text in own["stop"].texts))}


def beside_words(
    exercise: Exercise, names: Mapping[str, str], own: Mapping[str, Section], shared: Mapping[str, Section]
) -> dict[str, Section]:
    """The words that offer an exercise's neighbours and its harder way; `names` are those of all exercises."""
    if _BESIDE not in shared:
        return {}
    beside = {way: names.get(getattr(exercise, way), "") for way in _NEIGHBOURS if getattr(exercise, way)}
    section = _named(shared[_BESIDE], {"name": names.get(exercise.id, ""), **beside})
    offered = {*beside, *(() if exercise.no_harder else (_HARDER_WAY,)), "stay"}
    labels = tuple((code, label) for code, label in section.labels if code in offered)
    return {_BESIDE: replace(section, labels=labels), **({HARDER: own[HARDER]} if HARDER in own else {})}


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
    """The dialog that offers the neighbours of an exercise, those that are there and not ruled out, and its harder way.

    While the last practice ended with a flare (`diary.flare_run`), nothing harder is offered.
    """
    barred = _barred(exercise)
    states = {
        "begin": State("begin", branches=_to_neighbours(barred)),
        "stay": State("stay", end="stay", section=""),
    }
    if barred:
        lists = " + ".join(f"(['{way}'] if {when} else [])" for way, when in barred.items())
        ask = Choice("beside", (*barred, "stay"), without=compile_expression(lists))
        branches = (*(Branch(way, way) for way in (*barred, "stay")), Branch("stay"))
        states[_BESIDE] = State(_BESIDE, ask=ask, branches=branches, section=_BESIDE)
    for way in barred:
        states[way] = _offered(exercise, way)
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
        sections=_sections(exercise),
    )


def _sections(exercise: Exercise) -> frozenset[str]:
    """What the words of an exercise hold; who says that there is no harder way tells none."""
    return frozenset((*_SAID, "easier", *(() if exercise.no_harder else (HARDER,))))


def _barred(exercise: Exercise) -> dict[str, str]:
    """What may be offered beside an exercise, and when it is not."""
    sore = "diary.flare_run >= 1"
    barred = {
        way: f"'{getattr(exercise, way)}' in exercises.ruled_out" for way in _NEIGHBOURS if getattr(exercise, way)
    }
    if HARDER in barred:
        barred[HARDER] = f"({barred[HARDER]} or {sore})"
    return barred if exercise.no_harder else {**barred, _HARDER_WAY: f"({sore})"}


def _offered(exercise: Exercise, way: str) -> State:
    """The step to a neighbour, or the harder way of the exercise itself."""
    if way == _HARDER_WAY:
        return State(way, says=True, end="stay", section=HARDER)
    step = Action("set", ((STEP_TO, Constant(getattr(exercise, way))),))
    return State(way, do=(step,), end=way, section="")


def _to_neighbours(barred: Mapping[str, str]) -> tuple[Branch, ...]:
    """Ask only if something can be offered."""
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
        sections=_sections(exercise),
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
