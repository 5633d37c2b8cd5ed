"""Exercises: `content/exercises/bridge.yaml` becomes `exercise/bridge`.

The card, the common mistake, when to stop; then: done, easier, later, or not for me. The question's words
are the same for all exercises (`content/<language>/exercise.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Choice
from coachbot.engine.model import Branch, State
from coachbot.rendering import Section

KEYS = ("exercise", "group", "dose", "easier", "harder", "not_for")
GROUPS = ("abdominals", "back_extensors", "core", "gluteal", "flexibility", "relief")
DOSES = ("hold_s", "times", "sets", "minutes", "each_side")
#: The words that all exercises share.
SHARED = "exercise"
_SHARED_SECTIONS = ("try_it", "try_easier")
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
    return exercise, _draft(document, name)


def exercise_words(own: Mapping[str, Section], shared: Mapping[str, Section]) -> dict[str, Section]:
    """The words of an exercise's dialog: its own and the shared question."""
    return {**own, **{name: shared[name] for name in _SHARED_SECTIONS if name in shared}}


def _dose(top: Fields) -> dict[str, float]:
    dose = top.fields("dose")
    dose.only(*DOSES)
    return {key: number for key in dose.data if (number := _amount(dose, key)) is not None}


def _amount(dose: Fields, key: str) -> float | None:
    return float(dose.flag(key)) if key == "each_side" else dose.number(key)


def _draft(document: Document, name: str) -> Draft:
    following = (*_SAID[1:], "try_it")
    states = {
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
        start="card",
        states=states,
        words=f"exercise/{name}",
        source_words=f"exercises/{name}",
        origin="exercise",
        sections=frozenset((*_SAID, "easier")),
    )


def _try(name: str, codes: tuple[str, ...]) -> State:
    ways = tuple(Branch("easier" if code == "easier" else f"is_{code}", code) for code in codes)
    return State(name, ask=Choice("tried", codes), branches=(*ways, Branch("is_later")), section=name)
