"""Who is sent through a dialog, and what they answer: enough variety that every guard goes both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from random import Random
from typing import Any

from coachbot.authoring import facts
from coachbot.authoring.pack import Pack
from coachbot.engine.asks import Ask, Choice, Day, FreeText, Number, Scale, Several, TimeOfDay, Wait, YesNo
from coachbot.engine.events import Event, Pressed, Said, TimerFired
from coachbot.engine.model import Conversation, Dialog, Prompt, Scope, State, Value
from coachbot.testing.reads import Reads, is_fact

#: Combinations of what decides on the way are tried out in full up to this many, else so many are drawn.
_MOST_COMBINATIONS = 200
_TRUTHS = (
    "today.practice_day",
    "today.session_day",
    "site.on_duty",
    "demo",
    "programme.trial",
    "programme.begun",
    "programme.paused",
    "programme.stopped",
    "programme.tells_allocation",
    "programme.offers_other",
    "safety.hold",
    "safety.daily",
)
_CODES: Mapping[str, tuple[Any, ...]] = {
    **facts.CODES,
    "programme.phase": ("course", "maintenance", "after"),
    "patient.dial": ("usual", "more", "less", "weekly"),
    "alert.kind": ("crisis", "cauda_equina"),
    "alert.told_at": ("14:05",),
    "alert.told_days": (0, 1, 3),
    "alert.read_days": (0, 1, 3),
    "alert.read_by": ("Lin",),
    "alert.read_at": ("15:10",),
    "hours.morning_first": ("06:00", "07:30"),
    "hours.morning_last": ("07:00", "12:00"),
    "hours.evening_first": ("07:00", "19:45"),
    "hours.evening_last": ("19:00", "21:15"),
    "site.phone": ("555 0100",),
    "site.duty_days": (0, 1, 2),
    "site.duty_at": ("09:00",),
    "diary.pain_last": (0, 7, 10),
    "exercises.conditions": (("pregnancy",), ("osteoporosis", "recent_fracture", "recent_surgery"), ()),
    "patient.practice_days": (("mon",), ("mon", "wed", "fri"), ()),
}
#: Words of the pack by code: they differ between no two patients.
_THE_SAME_FOR_ALL = ("exercises.names",)
_WORDS = ("A few words of my own.", "{{ patient.name }} *so* [so](x)\n---\n![a](b.png) <b>\u202e שלום 🙂", "w" * 1000)
_TIMES = ("07:10", "19:30")
#: What a text may be read for: a place, a time, a telephone number (the made-up patient's own).
OWN_PHONE = "030 555 0100"
_PLACES = ("Berlin", "xyzzy", "19:30", OWN_PHONE)


@dataclass(frozen=True, slots=True)
class Variant:
    """One patient: what is different from the usual, by dotted name of a fact or name of a slot."""

    arm: str
    different: Mapping[str, Any]


class Variety:
    """Patients and answers for the dialogs of a pack."""

    def __init__(self, pack: Pack, reads: Reads) -> None:
        self.pack = pack
        self.reads = reads
        self._asks: dict[str, list[Ask]] = {}
        for dialog in pack.library.dialogs.values():
            for state in dialog.states.values():
                if state.ask is not None and not isinstance(state.ask, Wait):
                    self._asks.setdefault(state.ask.name, []).append(state.ask)
        self._types = {s.name: s.type for d in pack.library.dialogs.values() for s in d.slots.values()}
        self.scopes = {s.name: s.scope for d in pack.library.dialogs.values() for s in d.slots.values()}
        open_ones = [one for one in pack.programmes.values() if not one.schedule_only]
        self.arms = tuple(dict.fromkeys(arm.code for one in open_ones for arm in one.arms)) or ("",)

    # -- patients --------------------------------------------------------------------------------------
    def variants(self, dialog: Dialog) -> Iterator[Variant]:
        """Patients who differ in what the dialog, or one that it calls, reads."""
        place = (dialog.id, dialog.start)
        decides = self.reads.decisive[place]
        names = sorted(name for name in self.reads.live[place] if self._given_from_outside(dialog, name, decides))
        choices = {name: values for name in names if (values := self.values(name))}
        decisive = [name for name in choices if name in decides]
        arms = [one for one in self.arms if not dialog.arms or one in dialog.arms]
        for arm in arms if self._by_arm(dialog, set()) else arms[:1]:
            for different in self._combined(dialog, choices, decisive):
                yield Variant(arm, different)

    def _by_arm(self, dialog: Dialog, seen: set[str]) -> bool:
        """Whether the arm makes a difference anywhere in a dialog or in what it calls."""
        if "programme.arm" in self.reads.live[dialog.id, dialog.start]:
            return True
        seen.add(dialog.id)
        callees = [one for state in dialog.states.values() for one in self.reads.callees[dialog.id, state.name]]
        return any(one.arms or (one.id not in seen and self._by_arm(one, seen)) for one in callees)

    def _given_from_outside(self, dialog: Dialog, name: str, decides: frozenset[str]) -> bool:
        if is_fact(name):
            return name in decides  # what only texts name is varied where they are rendered
        return name in dialog.takes or self.scopes.get(name, "dialog") != "dialog"

    def _combined(
        self, dialog: Dialog, choices: Mapping[str, Sequence[Any]], decisive: Sequence[str]
    ) -> Iterator[Mapping[str, Any]]:
        filled = {name: next((v for v in values if v is not None), None) for name, values in choices.items()}
        for ground in ({}, filled):
            yield ground
            for name, values in choices.items():
                yield from ({**ground, name: value} for value in values)
        decisive = [name for name in decisive if name in self.reads.own[dialog.id]]
        lists = [choices[name] for name in decisive]
        if prod(map(len, lists)) <= _MOST_COMBINATIONS:
            combinations: Iterable[tuple[Any, ...]] = product(*lists)
        else:
            rng = Random(dialog.id)
            combinations = (tuple(rng.choice(one) for one in lists) for _ in range(_MOST_COMBINATIONS))
        for number, values in enumerate(combinations):
            drawn = dict(zip(decisive, values, strict=True))
            yield self._alike(drawn) if number % 2 else drawn

    def _alike(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """Whoever has equal values where two names are compared with each other."""
        pairs = ((one, other) for one, other in sorted(self.reads.together) if one in drawn and other in drawn)
        return drawn | {
            (one if is_fact(other) else other): drawn[other if is_fact(other) else one] for one, other in pairs
        }

    def values(self, name: str) -> tuple[Any, ...]:
        """Values of a fact or slot worth trying: what it is compared with and beside it, and missing."""
        found: dict[Any, None] = dict.fromkeys(self._known(name))
        if any(isinstance(one, tuple) for one in found):
            return tuple(found)  # a list is never a number, even where a number is worked out from it
        numbers = [one for one in self.reads.constants.get(name, ()) if _is_number(one)]
        found |= dict.fromkeys(value for one in sorted(numbers) for value in (one - 1, one, one + 1) if value >= 0)
        if self._may_be_missing(name):
            found[None] = None
        return tuple(found)

    def _known(self, name: str) -> tuple[Any, ...]:
        if name in _THE_SAME_FOR_ALL:
            return ()
        if name in _CODES:
            return _CODES[name]
        if name == "today.education":
            return self._education()
        if name == "round.link":
            return ("q/page",)
        if name.startswith("exercises."):
            return self._exercises(name)
        if name in _TRUTHS or name.startswith("attended.") or self._types.get(name) == "flag":
            return (True, False)
        codes = tuple(sorted(one for one in self.reads.constants.get(name, ()) if isinstance(one, str)))
        if is_fact(name):
            return codes or ((0, 1, 5) if name.split(".")[0] in ("diary", "awards", "answered", "away") else ())
        return (*codes, *(value for ask in self._asks.get(name, ()) for value in _slot_values(ask))) or (1,)

    def _education(self) -> tuple[Any, ...]:
        quizzes = [m.id for m in self.pack.education if m.quiz]
        plain = [m.id for m in self.pack.education if m.id not in quizzes]
        return tuple([*quizzes[:1], *plain[:1], *(m.id for m in self.pack.education if m.arms)][:3])

    def _exercises(self, name: str) -> tuple[Any, ...]:
        """Everything is for them, or nothing, or every second exercise."""
        codes = tuple(self.pack.exercises)
        return ((), codes, codes[::2]) if name == "exercises.ruled_out" else ((*codes[:3], "", "", "")[:3],)

    def _may_be_missing(self, name: str) -> bool:
        return not is_fact(name) or name not in (*facts.ALWAYS_THERE, *_THE_SAME_FOR_ALL)

    # -- answers ---------------------------------------------------------------------------------------
    def answers(self, state: State, prompt: Prompt, today: str) -> Iterator[tuple[Event, ...]]:
        """Every way to answer a question, as the events of it, the skip included."""
        ask, token = state.ask, prompt.token
        match ask:
            case Wait(written=written) if written:
                yield (TimerFired("wait", token),)
                yield (Pressed(token, "written"),)
                yield (Pressed(token, "end"),)
                return
            case Wait():
                yield (TimerFired("wait", token),)
                yield (Pressed(token, "slower"), Pressed(token, "pause"), Pressed(token, "go_on"), Said("next"))
                yield (Pressed(token, "end"),)
                return
            case Choice():
                yield from ((Pressed(token, code),) for code in ask.of)
            case YesNo():
                yield from ((Pressed(token, code),) for code in ("yes", "no"))
            case Scale() | Number():
                yield from ((Said(f"{value:g}"),) for value in self._numbers(ask, state))
            case Several():
                yield from self._selections(ask, state, token)
            case TimeOfDay():
                yield from ((Said(value),) for value in _TIMES)
            case Day():
                yield (Said(today),)
            case FreeText():
                yield from ((Said(words[: ask.longest]),) for words in (*_WORDS, *_PLACES))
            case None:
                return
        if not ask.required:
            yield (Pressed(token, "skip"), *([Pressed(token, "skip")] if "missing" in state.dangers else []))

    def _numbers(self, ask: Scale | Number, state: State) -> Iterator[float]:
        low = ask.low if ask.low is not None else 0
        high = ask.high if ask.high is not None else low + 100
        limits = [one for one in self.reads.constants.get(ask.name, ()) if _is_number(one)]
        near = [value for one in limits for value in (one - 1, one, one + 1)]
        risky = [int(code) for code in state.dangers if code.isdecimal()]
        if ask.name in self.reads.calculated:
            near = [value for one in limits for value in (one - 1, one)]
        yield from sorted({value for value in (low, high, *near, *risky) if low <= value <= high})

    def _selections(self, ask: Several, state: State, token: str) -> Iterator[tuple[Event, ...]]:
        most = ask.most if ask.most is not None else len(ask.of)
        telling = {one for one in self.reads.constants.get(ask.name, ()) if isinstance(one, str)} | set(state.dangers)
        others = [code for code in ask.of if code not in telling]
        singles = [(code,) for code in (*(one for one in ask.of if one in telling), *others[:1])]
        wanted = [*singles, ask.of[:most], ask.of[: ask.least], ()]
        for codes in dict.fromkeys(one for one in wanted if ask.least <= len(one) <= most):
            yield (*(Pressed(token, code) for code in codes), Pressed(token, "done"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _slot_values(ask: Ask) -> tuple[Value, ...]:
    match ask:
        case Choice():
            return ask.of
        case YesNo():
            return ("yes", "no")
        case Several():
            return (ask.of[:1], ask.of)
        case Scale() | Number():
            return tuple(value for value in (ask.low, ask.high) if value is not None)
        case TimeOfDay():
            return ("19:30",)
        case FreeText():
            return ("Some words.",)
        case _:
            return ()


def standing(patient: Conversation, usual: Scope, variant: Variant, scopes: Mapping[str, str]) -> Conversation:
    """The patient of a variant, with nothing open."""
    facts_ = {top: dict(keys) if isinstance(keys, Mapping) else keys for top, keys in usual.items()}
    facts_["programme"]["arm"] = variant.arm
    programme: dict[str, Value] = {}
    always: dict[str, Value] = {}
    for name, value in variant.different.items():
        top, _, key = name.partition(".")
        if is_fact(name):
            facts_[top] = {**facts_[top], key: value} if key else value
        elif scopes.get(name, "dialog") != "dialog":
            (programme if scopes[name] == "programme" else always)[name] = value
    return replace(patient, facts=facts_, programme_slots=programme, always_slots=always)


def handed_in(dialog: Dialog, variant: Variant) -> dict[str, Value]:
    """What a caller would have handed to the dialog."""
    return {name: variant.different.get(name) for name in dialog.takes}
