"""Which exercises are for one patient, and the first plan of three: from the answers of the screening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coachbot.authoring.exercises import plan_of_three, ruled_out
from coachbot.authoring.pack import Pack
from coachbot.authoring.screening import conditions

#: The two ways in which a plan of three begins (SELFBACK): one for the belly and one for the back, or one for the
#: middle. The rest comes from other groups.
_PLANS: Mapping[str, tuple[str, ...]] = {"belly_and_back": ("abdominals", "back_extensors"), "middle": ("core",)}


class ExerciseBook:
    """The facts `exercises` of every patient. Worked out once per set of answers and kept."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._conditions: dict[str, frozenset[str]] = {}
        for screening in pack.screenings.values():
            for reason, codes in conditions(screening).items():
                self._conditions[reason] = self._conditions.get(reason, frozenset()) | codes
        self._known: dict[tuple[frozenset[str], frozenset[str], frozenset[str], str], Mapping[str, Any]] = {}

    def facts(
        self,
        reasons: str,
        later: Iterable[str] = (),
        taken_out: Sequence[str] = (),
        let_in: Sequence[str] = (),
        language: str = "en",
    ) -> Mapping[str, Any]:
        """What guards may name as `exercises`: from the reasons that the screening noted (separated by spaces), the
        conditions told `later`, and what a clinician took out or let in since, which counts more; their names in a
        language."""
        found = (self._conditions.get(reason, frozenset()) for reason in reasons.split())
        key = (frozenset(later).union(*found), frozenset(taken_out), frozenset(let_in), language)
        if key not in self._known:
            self._known[key] = self._worked_out(*key)
        return self._known[key]

    def told_out(self, reasons: str, later: Iterable[str]) -> tuple[str, ...]:
        """What the screening and the conditions told later rule out, whatever a clinician decided."""
        found: tuple[str, ...] = self.facts(reasons, later)["ruled_out"]
        return found

    def _worked_out(
        self, told: frozenset[str], taken: frozenset[str], let_in: frozenset[str], language: str
    ) -> Mapping[str, Any]:
        exercises = self._pack.exercises
        screened = ruled_out(exercises, told)
        out = tuple(one for one in exercises if one in taken or (one in screened and one not in let_in))
        plans = {name: plan_of_three(exercises, groups, out) for name, groups in _PLANS.items()}
        # One for the belly needs one for the back, and the other way round: else begin with the middle.
        belly_and_back = {exercises[one].group for one in plans["belly_and_back"] if one}
        if not belly_and_back.issuperset(_PLANS["belly_and_back"]):
            plans["belly_and_back"] = plans["middle"]
        names = self._pack.exercise_names(language)
        return {"ruled_out": out, "conditions": tuple(sorted(told)), **plans, "names": names}
