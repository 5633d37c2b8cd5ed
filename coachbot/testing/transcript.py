"""A whole programme of one made-up patient, lived through the real service and written down as a page.

Deterministic by its seed: the same arm, persona and seed give the same page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

from coachbot.engine import effects as fx
from coachbot.engine.asks import Wait
from coachbot.programme.localtime import moment
from coachbot.rendering import Bubble
from coachbot.testing.answering import MOST
from coachbot.testing.channel import Message
from coachbot.testing.persona import Acting, Persona
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage

#: A Tuesday: the clinician confirms on the next day, and the first weekend comes three days later.
_BEGIN = date(2026, 3, 3)
_LAST_DAY = 122
_HOUR = time(9, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message's words stand, and the wording as written (one of several)."""

    words: str
    section: str
    written: str = ""

    @property
    def place(self) -> str:
        return f"{self.words}#{self.section}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a life: a message of the coach, or what the patient or staff did."""

    at: datetime
    who: Literal["coach", "patient", "staff"]
    text: str
    labels: tuple[str, ...] = ()
    quiet: bool = False
    #: The first message of what the coach opened unasked.
    unprompted: bool = False
    picture: bool = False
    source: Source | None = None
    #: Put in the place of the message before, such as a list with one more tick.
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """Sixteen weeks, from the code to the goodbye."""

    arm: str
    persona: Persona
    zone: str
    #: Local day 0.
    anchor: date
    entries: tuple[Entry, ...]
    #: Codes of sessions and assessments taken.
    attended: tuple[str, ...]
    assessments: tuple[str, ...]
    state: str
    seconds: dict[str, float] = field(default_factory=dict)


class Noting(Stage):
    """A stage that writes down what is said, and by which words."""

    def __init__(self, start: datetime, seed: int, folder: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self.spoken: dict[str, Source] = {}
        super().__init__(start, seed=seed, folder=folder)
        self.words.told = self._told

    def _told(self, text: fx.Text, bubbles: tuple[Bubble, ...]) -> None:
        section = self.words.section("en", text.words, text.section)
        wordings = section.part(text.part) if section else ()
        written = wordings[min(int(text.pick * len(wordings)), len(wordings) - 1)] if wordings else ""
        for bubble in bubbles:
            self.spoken[bubble.markdown or bubble.alt] = Source(text.words, text.section, written)

    def _heard(self, chat: str, message: Message) -> None:
        super()._heard(chat, message)
        text = str(message.body.get("alt") or message.text) if message.body.get("kind") == "picture" else message.text
        self.entries.append(
            Entry(
                message.at,
                "coach",
                text,
                tuple(label for _, label in message.labels),
                message.row.quiet and message.row.lane == 1,
                self._opens(message),
                message.body.get("kind") == "picture",
                self.spoken.get(text),
                bool(message.body.get("group")) and bool(message.body.get("chosen")),
            )
        )

    def _opens(self, message: Message) -> bool:
        """The first message of a turn that nobody asked for."""
        if message.row.lane != 1:
            return False
        coach = [e for e in self.entries[-1:] if e.who == "coach" and e.at == message.at]
        return not coach

    def _receive(self, person: Person, **fields: str) -> None:
        self.entries.append(Entry(self.now, "patient", self._shown(person, fields)))
        super()._receive(person, **fields)

    def _shown(self, person: Person, fields: dict[str, str]) -> str:
        if fields["kind"] == "start":
            return "(opens the invitation)"
        if fields["kind"] != "press":
            return fields.get("text") or f"<{fields.get('attachment')}>"
        for message in reversed(person.messages):
            if message.token == fields["token"]:
                return f"[{dict(message.labels).get(fields['code'], fields['code'])}]"
        return f"[{fields['code']}]"


def live_through(arm: str, persona: Persona, *, seed: int = 1) -> Life:
    """Play one persona through one arm, from the invitation to the goodbye."""
    with Noting(moment(_BEGIN, _HOUR, persona.zone), seed) as stage:
        return Living(stage, arm, persona, Random(seed)).life()


class Living:
    """The days of one persona on stage."""

    def __init__(self, stage: Noting, arm: str, persona: Persona, rng: Random, begin: date = _BEGIN) -> None:
        self.stage, self.persona, self.rng = stage, persona, rng
        settings = {key: tuple(value) if isinstance(value, list) else value for key, value in persona.settings.items()}
        role = Role(persona.name, persona.zone, arm=arm, settings=settings)
        self.person = stage.enter(role)
        self.acting = Acting(stage, self.person, persona=persona, rng=rng)
        self.anchor = begin + timedelta(days=1)

    def life(self) -> Life:
        """Live all of it."""
        self.come_in()
        self.live_until(self._at(_LAST_DAY, "12:00"))
        record = self.stage.record(self.person)
        assert record is not None
        assert record.enrolment is not None
        done = record.enrolment.progress
        return Life(
            record.enrolment.arm, self.persona, self.persona.zone, self.anchor, tuple(self.stage.entries),
            done.attended, done.assessments, record.enrolment.state, self._seconds(),
        )  # fmt: skip

    def come_in(self) -> None:
        """Open the invitation and answer until the clinician's turn."""
        self.stage.start(self.person)
        self._on_to(self._at(-1, "20:00"))

    def live_until(self, until: datetime) -> None:
        """Be confirmed, and live on as the persona does."""
        self._confirm()
        for when, act in self._happenings():
            if when < until:
                self._on_to(when)
                act()
                self._answer()
        self._on_to(until)

    # -- what happens when -------------------------------------------------------------------------------
    def _at(self, day: int, at: str) -> datetime:
        return moment(self.anchor + timedelta(days=day), time.fromisoformat(at), self.persona.zone)

    def _happenings(self) -> list[tuple[datetime, Any]]:
        said = [(self._at(s["day"], s["at"]), lambda text=s["text"]: self._say(text)) for s in self.persona.says]
        done = [(self._at(s["day"], s["at"]), getattr(self, f"_{s['does']}")) for s in self.persona.staff]
        return sorted([*said, *done], key=lambda one: one[0])

    def _say(self, text: str) -> None:
        self.stage.say(self.person, text)

    def _code(self) -> str:
        record = self.stage.record(self.person)
        assert record is not None
        assert record.enrolment is not None
        return record.enrolment.code

    def _confirm(self) -> None:
        self.stage.travel_to(self._at(0, "09:00"))
        self._staff("Dr Lin confirms that they are fit to begin: this is day 0.")
        self.stage.coach.enrolments.confirm(self._code(), "Dr Lin")
        self.stage.settle()
        self._answer()

    def _acknowledge(self) -> None:
        with self.stage.store.reading() as tx:
            alerts = list(tx.alerts(self.person.patient, open_only=True))
        for alert in alerts:
            self._staff(f"Dr Lin has read the alert ({alert.kind}, {alert.priority}).")
            self.stage.coach.enrolments.acknowledge(alert.id, "Dr Lin")
        self.stage.settle()

    def _end_rest(self) -> None:
        self._staff("Dr Lin has talked with them and ends the rest.")
        self.stage.coach.enrolments.end_rest(self._code(), "Dr Lin")
        self.stage.settle()

    def _staff(self, text: str) -> None:
        self.stage.entries.append(Entry(self.stage.now, "staff", text))

    # -- going on and answering --------------------------------------------------------------------------
    def _on_to(self, until: datetime) -> None:
        self._answer()
        while self.stage.now < until:
            self.stage.travel_to(until, stop=lambda: bool(self.person.asked))
            if self.person.asked:
                self._react(until)
            else:  # nothing is planned that could ask
                self.stage.travel_to(until)

    def _day(self) -> int:
        return (self.stage.local(self.person).date() - self.anchor).days

    def _react(self, until: datetime) -> None:
        """A question came: they answer it later, or never."""
        question = self.acting.open_question()
        if question is not None and isinstance(question[1], Wait):
            self.person.asked = ""
            return
        if self.persona.is_away(self._day()) or self._leaves_it():
            self.person.asked = ""
            return
        late = timedelta(minutes=self.rng.choice(list(self.persona.late)))
        self.stage.travel_to(min(self.stage.now + late, until))
        self._answer()

    def _leaves_it(self) -> bool:
        talk = self.acting.talk()
        opened = next((f.touchpoint for f in talk.frames if f.touchpoint), None) if talk else None
        share = self.persona.silent.get((opened or "").partition("@")[0].partition(":")[0], 0.0)
        return self.rng.random() < share

    def _answer(self) -> None:
        for _ in range(MOST):
            self.person.asked = ""
            self.acting.week = self._day() // 7 + 1
            question = self.acting.open_question()
            if question is None:
                self.acting.seen.clear()
            if question is None or isinstance(question[1], Wait) or self.persona.is_away(self._day()):
                return
            self.acting.answer(*question)
        raise LookupError(f"after {MOST} answers {self.persona.persona} still has a question open")

    def _seconds(self) -> dict[str, float]:
        """Quiet seconds after each line of a practice, by the place of its words."""
        dialogs = self.stage.coach.world.pack.library.dialogs.values()
        return {
            f"{d.words}#{state.section}": float(state.ask.seconds)
            for d in dialogs for state in d.states.values() if isinstance(state.ask, Wait)
        }  # fmt: skip


# -- repeats ------------------------------------------------------------------------------------------
def repeats(life: Life) -> list[tuple[int, str, str]]:
    """Messages met more than once, unasked or as an answer: how often, where the words stand, the text."""
    said = [e for e in life.entries if e.who == "coach" and e.text and not e.instead and not e.picture]
    counts = Counter(e.text for e in said)
    places = {e.text: e.source.place if e.source else "?" for e in said}
    return sorted(((n, places[text], text) for text, n in counts.items() if n > 1), reverse=True)


# -- the page -----------------------------------------------------------------------------------------
def page(life: Life, *, full: bool = False) -> str:
    """The life as a Markdown page."""
    persona = life.persona
    lines = [
        f"# {persona.name}, {persona.persona}: sixteen weeks in the arm `{life.arm}`",
        "",
        persona.summary,
        "",
        f"Day 0 is {life.anchor:%A %-d %B %Y}. Taken part in: {', '.join(life.attended) or 'nothing'}. "
        f"Assessments: {', '.join(life.assessments) or 'none'}. At the end: {life.state}.",
        "",
    ]
    return "\n".join([*lines, *_days(life, full)]) + "\n"


def _days(life: Life, full: bool) -> Iterator[str]:
    from coachbot.service.facts import zone_info

    zone, day, hour = zone_info(life.zone), None, ""
    for entry in _folded(_ticked_once(life.entries), full):
        local = entry.at.astimezone(zone)
        if local.date() != day:
            if day is not None and (gap := (local.date() - day).days - 1):
                yield f"*({gap} {'day' if gap == 1 else 'days'} without a word from anybody)*\n"
            day, hour = local.date(), ""
            number = (day - life.anchor).days
            yield f"## {_week(number)}, {local:%A %-d %B} (day {number})\n"
        if (shown := f"{local:%H:%M}") != hour:
            hour = shown
            yield f"### {hour}\n"
        yield _line(entry)


def _week(day: int) -> str:
    return f"Week {day // 7 + 1}" if day >= 0 else "Before the start"


def _ticked_once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Without the lists that were only shown anew with one more tick; the ticks are what the patient pressed."""
    shown = ""
    for entry in entries:
        if entry.who != "coach":
            yield entry
        elif not (entry.instead and entry.text == shown):
            shown = entry.text
            yield entry


def _folded(entries: Iterable[Entry], full: bool) -> Iterator[Entry]:
    """Each long practice in full once; afterwards one line stands for it."""
    heard: set[str] = set()
    now = ""
    for entry in entries:
        words = entry.source.words if entry.source and entry.source.words.startswith("practices/") else ""
        if entry.who == "coach" and now and words != now:
            heard.add(now)
            now = ""
        if not words or full or (words not in heard and (now == words or not now)):
            now = words or now
            yield entry
        elif now != words:
            now = words
            yield Entry(entry.at, "coach", f"({words.removeprefix('practices/').replace('_', ' ')}, as before)")


def _line(entry: Entry) -> str:
    if entry.who == "staff":
        return f"*{entry.text}*\n"
    if entry.who == "patient":
        return f"**You:** {entry.text}\n"
    text = f"<picture: {entry.text}>" if entry.picture else entry.text
    mark = " *(quiet)*" if entry.quiet else ""
    buttons = " ".join(f"`{label}`" for label in entry.labels)
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"{quoted}{mark}\n" + (f">\n> {buttons}\n" if buttons else "")
