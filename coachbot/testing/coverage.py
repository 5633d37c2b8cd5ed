"""Is every state of every dialog reached, and does every text render? A walk through all answers finds out.

Each dialog is opened for patients of every kind it can tell apart, and every question is answered in every way
that makes a difference, breadth first, with the engine and the rendering of the real service. What is not
reached so, nobody reaches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TextIO

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import build_world
from coachbot.engine import effects as fx
from coachbot.engine.events import Event, Opened, Said
from coachbot.engine.model import Conversation, Dialog, Library, State
from coachbot.engine.step import step
from coachbot.service.clock import StandingClock
from coachbot.service.draft import Draft
from coachbot.service.facts import facts_of
from coachbot.service.records import Address, Enrolment, PatientRecord, Profile
from coachbot.service.speaking import COACH, Delivery, speak
from coachbot.service.world import World
from coachbot.testing.ground import pack_at
from coachbot.testing.reads import Reads, reads_of, value_at
from coachbot.testing.variety import OWN_PHONE, Variety, handed_in, standing

#: A Wednesday evening in the middle of the course, in duty hours.
_NOW = datetime(2026, 3, 11, 15, tzinfo=UTC)
_DAY_0 = date(2026, 2, 25)
#: Most places of one dialog that are gone on from.
_MOST_PLACES = 3500
#: What the coach's own sentences may name besides facts: how they are tried.
_EXTRAS: tuple[Mapping[str, Any], ...] = (
    dict.fromkeys(("ask_kind", "out_of_range", "low", "high", "required", "longest")),
    {"low": 1, "high": 7, "longest": 1000, "ask_kind": "text", "out_of_range": True, "required": True},
    {"low": 1, "high": None, "longest": None},
    {"low": None, "high": 7, "longest": None},
)
_NONSENSE = "qwrtz uiop"


class Visited(dict[str, State]):
    """The states of a dialog; remembers which of them the engine looked up."""

    def __init__(self, states: Mapping[str, State]) -> None:
        super().__init__(states)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> State:
        self.seen.add(name)
        return super().__getitem__(name)


@dataclass(slots=True)
class Coverage:
    """What was reached."""

    #: Dialog to its states, all and reached.
    states: dict[str, frozenset[str]] = field(default_factory=dict)
    reached: dict[str, set[str]] = field(default_factory=dict)
    #: A text that could not be rendered or a step that raised: place and reason.
    failures: list[str] = field(default_factory=list)
    texts: int = 0
    steps: int = 0

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """Dialog to the states that nothing reached."""
        found = {name: tuple(sorted(states - self.reached.get(name, set()))) for name, states in self.states.items()}
        return {name: states for name, states in found.items() if states}


def walk_all(pack: Pack) -> Coverage:
    """Walk every dialog of a pack through all its answers."""
    return _Walker(pack).walk()


def report(pack: Pack, paths: Sequence[Path], *, out: TextIO) -> int:
    """Print what is reached and what is not; 1 if a state is not reached or a text does not render, else 0.

    `paths` are screenplays (or folders of them) that are played, too, and whose ways count.
    """
    coverage = walk_all(pack)
    if paths:
        with _watched(pack_at(pack.root).library) as visited:
            _play(paths, out)
            for name, states in visited.items():
                coverage.reached.setdefault(name, set()).update(states.seen)
    for line in _lines(coverage):
        print(line, file=out)
    return 1 if coverage.missing or coverage.failures else 0


def _play(paths: Sequence[Path], out: TextIO) -> None:
    from coachbot.testing.running import run_screenplays

    run_screenplays(paths, out=out)


def _lines(coverage: Coverage) -> Iterator[str]:
    missing = coverage.missing
    for name, states in sorted(coverage.states.items()):
        lacking = missing.get(name, ())
        yield f"{name:34} {len(states) - len(lacking):3} of {len(states):3}"
        yield from (f"    not reached: {state}" for state in lacking)
    yield from (f"FAILED {failure}" for failure in coverage.failures)
    total = sum(map(len, coverage.states.values()))
    lost = sum(map(len, missing.values()))
    yield (
        f"{total - lost} of {total} states of {len(coverage.states)} dialogs reached, {coverage.texts} texts rendered, "
        f"{len(coverage.failures)} failures"
    )


@contextmanager
def _watched(library: Library) -> Iterator[dict[str, Visited]]:
    """For a while, remember which states of a library anybody stands in."""
    before = dict(library.dialogs)
    dialogs: dict[str, Dialog] = library.dialogs  # type: ignore[assignment]
    visited = {name: Visited(dialog.states) for name, dialog in before.items()}
    dialogs.update({name: replace(dialog, states=visited[name]) for name, dialog in before.items()})
    try:
        yield visited
    finally:
        dialogs.update(before)


class _Waiting:
    """Where the walk goes on: breadth first, and first where a question has been answered least often."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Conversation]] = []
        self._met: Counter[Any] = Counter()
        self._order = count()

    def add(self, here: Conversation | None, *, begins: bool = False) -> None:
        if here is not None and here.prompt is not None:
            place = (here.prompt.dialog, here.prompt.state, len(here.frames))
            heappush(self._heap, (0 if begins else self._met[place], next(self._order), here))
            self._met[place] += 1

    def next(self) -> Conversation | None:
        return heappop(self._heap)[2] if self._heap else None


class _Walker:
    """One walk through a pack."""

    def __init__(self, pack: Pack) -> None:
        self.world: World = build_world(pack, StandingClock(_NOW), {})
        self.reads: Reads = reads_of(pack)
        self.variety = Variety(pack, self.reads)
        self.coverage = Coverage({name: frozenset(d.states) for name, d in pack.library.dialogs.items()})
        self.rng = Random(1)
        enrolment = Enrolment(1, next(iter(pack.programmes), ""), "", "active", _DAY_0)
        profile = Profile(name="Kim", phone=OWN_PHONE, contact="Sam", zone="Europe/Berlin")
        address = Address(1, 1, "webchat", "walker")
        self.record = PatientRecord("walker", 1, profile, Conversation("walker"), address, enrolment, _NOW)
        self.usual = facts_of(self.world, self.record, _NOW)
        self._rendered: set[Any] = set()
        self._puzzled: set[Any] = set()
        self._deciding: frozenset[str] = frozenset()
        self.library = pack.library

    def walk(self) -> Coverage:
        self._coachs_own()
        own = dict(self.world.pack.library.dialogs)
        library = replace(self.world.pack.library, dialogs=own)
        with _watched(library) as visited:
            self.library = library
            for dialog in list(own.values()):
                self._through(dialog)
        self.coverage.reached = {name: set(states.seen) for name, states in visited.items()}
        return self.coverage

    # -- one dialog ------------------------------------------------------------------------------------
    def _through(self, dialog: Dialog) -> None:
        seen: set[Any] = set()
        self._deciding = self.reads.decisive[dialog.id, dialog.start]
        waiting = _Waiting()
        for variant in self.variety.variants(dialog):
            patient = standing(Conversation("walker"), self.usual, variant, self.variety.scopes)
            start = Opened(dialog.id, "patient", slots=handed_in(dialog, variant))
            waiting.add(self._go(patient, (start,), seen), begins=True)
        for _ in range(_MOST_PLACES):
            here = waiting.next()
            if here is None:
                return
            for events in self._answers(here):
                waiting.add(self._go(here, events, seen))

    def _answers(self, here: Conversation) -> Iterable[tuple[Event, ...]]:
        assert here.prompt is not None
        state = self._state(here)
        place = (here.prompt.dialog, here.prompt.state)
        if place not in self._puzzled:
            self._puzzled.add(place)
            self._go(here, (Said(_NONSENSE),) * 4, set())
        return self.variety.answers(state, here.prompt, here.facts["today"]["date"])

    def _state(self, here: Conversation) -> State:
        frame = here.frames[-1]
        return self.library.dialogs[frame.dialog].states[frame.state]

    def _go(self, here: Conversation, events: Iterable[Event], seen: set[Any]) -> Conversation | None:
        """Where some events lead; None if somebody like this has been there, or nothing is open there."""
        for event in events:
            try:
                self.coverage.steps += 1
                outcome = step(self.library, here, event, now=_NOW, rng=self.rng)
            except Exception as error:
                self._failed(f"{_standing(here)}: {event}", error)
                return None
            here = outcome.conversation
            for effect in outcome.effects:
                if isinstance(effect, fx.Say | fx.Show):
                    self._render(effect)
        if here.prompt is None:
            return None
        new = self._differences(here) - seen
        seen |= new
        return here if new else None

    def _differences(self, here: Conversation) -> set[Any]:
        """What of a conversation can still make a difference: all that decides, and each thing only told by itself."""
        places = tuple((frame.dialog, frame.state) for frame in here.frames)
        arm, mode = here.facts["programme"]["arm"], here.prompt.mode if here.prompt else ""
        decides: list[Any] = []
        told: list[Any] = []
        for depth, (frame, place) in enumerate(zip(here.frames, places, strict=True)):
            slots = {**here.programme_slots, **here.always_slots, **frame.slots}
            for name in self.reads.live[place]:
                value = value_at(here.facts, name) if "." in name else slots.get(name)
                seen_as = (depth, name, self.reads.seen_as(name, value))
                (decides if name in self.reads.decisive[place] else told).append(seen_as)
            scope = {**self.library.dialogs[frame.dialog].blank, **here.facts, **slots}
            decides += [(depth, f"= {name}", _told(one(scope))) for name, one in self.reads.opaque[frame.dialog]]
        return {(places, arm, mode, frozenset(decides)), *((places, arm, *one) for one in told)}

    # -- texts -----------------------------------------------------------------------------------------
    def _render(self, effect: fx.Say | fx.Show) -> None:
        text = effect.text
        key = (type(effect), text.words, text.section, text.part, *self._shown(text))
        if key in self._rendered:
            return
        self._rendered.add(key)
        for other in (text.scope, *self._others(text)):
            self._render_all(replace(effect, text=replace(text, scope=other)))

    def _others(self, text: fx.Text) -> Iterator[Mapping[str, Any]]:
        """The same text for other patients: they differ in facts that decide nothing on the way here."""
        for name in self.reads.of_text.get((text.words, text.section), ()):
            top, _, key = name.partition(".")
            if key and name not in self._deciding:
                for value in self.variety.values(name):
                    yield {**text.scope, top: {**text.scope[top], key: value}}
        for week in self._own_weeks(text):
            yield {**text.scope, "programme": {**text.scope["programme"], "week": week}}

    def _own_weeks(self, text: fx.Text) -> list[int]:
        """One week for each group of wordings that belong to weeks of their own."""
        words = self.world.pack.words
        sections = (words.section(language, text.words, text.section) for language in words.languages)
        return sorted({weeks[0] for section in sections if section for weeks in section.weeks if weeks})

    def _shown(self, text: fx.Text) -> Iterator[Any]:
        for name in sorted(self.reads.of_text.get((text.words, text.section), ())):
            yield self.reads.seen_as(name, value_at(text.scope, name))

    def _wordings(self, language: str, text: fx.Text) -> int:
        words = self.world.pack.words
        section = words.section(language, text.words, text.section)
        section = section or words.section(words.default_language, text.words, text.section)
        return max(len(section.part(text.part)), 1) if section else 1

    def _speak(self, language: str, effect: fx.Say | fx.Show) -> None:
        record = replace(self.record, profile=replace(self.record.profile, language=language))
        draft = Draft(self.world, record, _NOW, 1)
        self.coverage.texts += 1
        place = f"content/{language}/{effect.text.words}.md '## {effect.text.section}'"
        try:
            speak(draft, (effect,), Delivery())
        except Exception as error:
            self._failed(place, error)
            return
        body = draft.outbox[-1].body if draft.outbox else {}
        if isinstance(effect, fx.Show) and not (body.get("text") or body.get("picture")):
            self._failed(place, ValueError("a question without a word"))

    def _coachs_own(self) -> None:
        """The coach's own sentences, which no dialog asks for."""
        for section in self.world.pack.words.sections(self.world.pack.words.default_language, COACH):
            for extras in _EXTRAS:
                for phone in (None, "555 0100"):
                    known = {
                        "by": "Lin",
                        "exercise": "Bridge",
                        "instead_of": "Clam",
                        "site": {**self.usual["site"], "phone": phone},
                    }
                    scope = {**self.usual, **extras, **known}
                    if self.world.pack.words.has("", COACH, section):
                        self._render_all(fx.Say(fx.Text(COACH, section, scope=scope)))

    def _render_all(self, effect: fx.Say | fx.Show) -> None:
        """In every language, in every wording."""
        for language in self.world.pack.words.languages:
            wordings = self._wordings(language, effect.text)
            for number in range(wordings):
                self._speak(language, replace(effect, text=replace(effect.text, pick=(number + 0.5) / wordings)))

    def _failed(self, place: str, error: Exception) -> None:
        failure = f"{place}: {type(error).__name__}: {error}"
        if failure not in self.coverage.failures:
            self.coverage.failures.append(failure)


def _told(value: Any) -> Any:
    """A list of codes by its length, anything else as it is."""
    return len(value.split()) if isinstance(value, str) and " " in value else value


def _standing(here: Conversation) -> str:
    return " > ".join(f"{frame.dialog}/{frame.state}" for frame in here.frames) or "nothing open"
