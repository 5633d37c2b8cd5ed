"""Answers as they come from a page: read against the questions of its round, and looked through for danger."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from coachbot.engine.answering import danger_of
from coachbot.engine.asks import Ask, Choice, FreeText, Number, Scale, Several
from coachbot.engine.filling import slot_of
from coachbot.engine.model import State, Value
from coachbot.programme.model import Assessment
from coachbot.service import rounds, safety
from coachbot.service.records import PatientRecord
from coachbot.service.world import World

#: Characters of a client's name for one answer.
LONGEST_ID = 64
_INSTRUMENT = "instrument/"


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it came in: the client's name for it, and what it answers. No instrument: all is finished."""

    id: str
    instrument: str = ""
    state: str = ""
    value: object = None


class Reading:
    """The answers of one request against one patient's round."""

    def __init__(self, world: World, record: PatientRecord, assessment: Assessment) -> None:
        self._world = world
        self._record = record
        self._assessment = assessment
        self._left_out = set(rounds.sheet_of(record, assessment).again)
        self.beside: list[str] = []
        self.again: list[str] = []
        self.help: list[str] = []

    def read(self, given: Given) -> dict[str, Any] | None:
        """An answer as it is stored; None if it fits no question of this round."""
        if not 0 < len(given.id) <= LONGEST_ID:
            return None
        if not given.instrument:
            return {"finish": True}
        found = self._answer_to(given)
        if found is None:
            return None
        state, value = found
        self._look(given, state, value)
        return _kept(given, state, value)

    def read_late(self, given: Given) -> dict[str, Any] | None:
        """An answer to a round that is over: it counts no more, and is looked through for danger all the same."""
        found = self._answer_to(given) if given.instrument and 0 < len(given.id) <= LONGEST_ID else None
        if found is None or found[1] is None:
            return None
        self.help += self._help(*found)
        return _kept(given, *found)

    def _answer_to(self, given: Given) -> tuple[State, Value] | None:
        """The question of this round that is answered, and the answer as the talk has it; None if it fits none."""
        dialog = self._world.pack.library.dialogs.get(_INSTRUMENT + given.instrument)
        state = dialog.states.get(given.state) if dialog is not None else None
        if state is None or state.ask is None or given.instrument not in self._battery():
            return None
        try:
            return state, value_of(state.ask, given.value)
        except ValueError:
            return None

    def _battery(self) -> tuple[str, ...]:
        return rounds.battery(self._world, self._record, self._assessment)

    def _look(self, given: Given, state: State, value: Value) -> None:
        """What the page must say of an answer at once."""
        key = f"{given.instrument}.{given.state}"
        finished = given.instrument in rounds.finished(self._record, self._assessment)
        if finished or slot_of(state) in rounds.in_talk(self._record, given.instrument):
            self.beside.append(key)
            if value is not None:
                self.help += self._help(state, value)
            return
        if value is None and "missing" in state.dangers and key not in self._left_out:
            self._left_out.add(key)
            self.again.append(key)
            return
        self.help += self._help(state, value)

    def _help(self, state: State, value: Value) -> Iterator[str]:
        profile, kind = self._record.profile, danger_of(state, value)
        if kind is not None:
            rule, _ = safety.rule_for(self._world, kind)
            yield self._world.help_for(profile, rule.static, "left_open" if value is None else "")
        if isinstance(state.ask, FreeText) and value is not None:
            for told in self._world.watch.dangers(str(value), profile.language):
                yield self._world.help_for(profile, self._world.rules[told].static)


def _kept(given: Given, state: State, value: Value) -> dict[str, Any]:
    own_words = isinstance(state.ask, FreeText) and value is not None
    kept = list(value) if isinstance(value, tuple) else value
    return {"instrument": given.instrument, "state": given.state, "value": kept, "own_words": own_words}


def value_of(ask: Ask, given: object) -> Value:
    """An answer of a page as the talk would have it; None is left out. Raises ValueError for what fits no answer."""
    if given is None:
        return None
    match ask:
        case Choice():
            return _one_of(ask.of, given)
        case Several():
            return _some_of(ask, given)
        case Scale():
            return int(_within(given, ask.low, ask.high, whole=True))
        case Number():
            return _within(given, ask.low, ask.high, whole=ask.whole)
        case FreeText():
            return _words(ask, given)
        case _:
            raise ValueError("this question is not asked on a page")


def _one_of(codes: Sequence[str], given: object) -> str:
    if given not in codes:
        raise ValueError("this is not one of the answers")
    return str(given)


def _some_of(ask: Several, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or any(one not in ask.of for one in given):
        raise ValueError("these are not among the answers")
    chosen = tuple(code for code in ask.of if code in given)
    if not ask.least <= len(chosen) <= (len(ask.of) if ask.most is None else ask.most):
        raise ValueError("too few or too many")
    return chosen


def _within(given: object, low: float | None, high: float | None, *, whole: bool) -> float:
    number = float(str(given).replace(",", "."))
    if not math.isfinite(number):
        raise ValueError("this is no number")
    is_in = (low is None or number >= low) and (high is None or number <= high)
    if not is_in or (whole and not number.is_integer()):
        raise ValueError("outside what can be answered")
    return number


def _words(ask: FreeText, given: object) -> str:
    words = str(given).strip() if isinstance(given, str) else ""
    if not words or len(words) > ask.longest:
        raise ValueError("no words, or too many")
    return words
