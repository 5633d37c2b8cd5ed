"""Playing a screenplay: line by line through the real service, store and channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from coachbot.programme.localtime import moment as local_moment
from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.ports import Channel
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import StaffRow
from coachbot.settings import load_settings
from coachbot.testing import script
from coachbot.testing.answering import Answerer
from coachbot.testing.channel import Message
from coachbot.testing.checks import CHECKS, View, was_quiet
from coachbot.testing.failure import ScreenplayFailure, failure, shown, shown_all
from coachbot.testing.ground import pack_at
from coachbot.testing.living import live
from coachbot.testing.matcher import fits, missing_labels
from coachbot.testing.moments import NEXT, Moment, told
from coachbot.testing.paging import Filler
from coachbot.testing.reader import read_screenplay
from coachbot.testing.script import Line, Role, Screenplay
from coachbot.testing.stage import Person, Stage

#: The account of whoever acts as staff in screenplays.
_LIN = 1


def play(path: Path, *, channel: Channel | None = None, front: str = "", server: str = "") -> None:
    """Play a file, with `front` through a real channel (telegram, web, terminal), with `server` on PostgreSQL.

    Raises `ScreenplayFailure` with the whole report, or `ScreenplayFault` if it cannot be read.
    """
    play_screenplay(read_screenplay(path), channel=channel, front=front, server=server)


def play_screenplay(
    screenplay: Screenplay, *, channel: Channel | None = None, front: str = "", server: str = ""
) -> None:
    """Play a screenplay that was read. `channel` delivers in the place of none; `front` names a real one to talk
    through (`coachbot.testing.fronts`); `server` is the URL of a PostgreSQL server on which a database is made for it.
    """
    pack = pack_at(screenplay.pack.resolve()) if screenplay.pack else None
    start, name, seed = _start(screenplay), screenplay.channel, screenplay.seed
    settings = load_settings(site=screenplay.site.resolve()) if screenplay.site else load_settings()
    with Stage(
        start, pack=pack, channel=channel, channel_name=name, front=front, seed=seed, server=server, settings=settings
    ) as stage:
        stage.front.heed()
        Player(screenplay, stage).run()


def _start(screenplay: Screenplay) -> datetime:
    """When the patients come on stage: as the first day that the screenplay names begins; on day 0, at its time."""
    first = next(line.step for line in screenplay.lines if isinstance(line.step, script.At))
    return min(_enters(role, first.moment) for role in screenplay.roles)


def _enters(role: Role, first: Moment) -> datetime:
    assert first.day is not None
    heading = local_moment(first.day, first.clock or time(0, 0), role.zone)
    if role.enrolled is None:
        return heading
    on_day_0 = first.day <= role.enrolled
    return heading if on_day_0 else local_moment(first.day, time(0, 0), role.zone)


@dataclass(slots=True)
class _Ear:
    """What of the coach's messages to one person was looked at."""

    person: Person
    #: First message that is not past.
    at: int = 0
    #: May the next `coach:` line pass over messages? `day`: those of today only.
    skips: str = ""
    started: bool = False

    def ahead(self) -> list[Message]:
        return self.person.messages[self.at :]

    def let_go(self, skips: str = "") -> None:
        """What was said so far is past."""
        self.at, self.skips = len(self.person.messages), skips


class Player:
    """One performance."""

    def __init__(self, screenplay: Screenplay, stage: Stage) -> None:
        self._screenplay = screenplay
        self._stage = stage
        self._ears: dict[str, _Ear] = {}
        self._current = screenplay.roles[0].name
        self._line = screenplay.lines[0]
        #: Has the first heading been played?
        self._began = False

    def run(self) -> None:
        """Play all lines, or raise at the first that does not come true."""
        for role in self._screenplay.roles:
            self._ears[role.name] = _Ear(self._stage.enter(role))
        self._no_faults()
        for line in self._screenplay.lines:
            self._line = line
            self._current = line.who or self._current
            self._play(line)
            self._no_faults()

    @property
    def _ear(self) -> _Ear:
        return self._ears[self._current]

    @property
    def _person(self) -> Person:
        return self._ear.person

    def _play(self, line: Line) -> None:
        if isinstance(line.step, Line.ACTIONS):
            self._ear.let_go()
        try:
            _PLAYS[type(line.step)](self, line.step)
        except LookupError as error:
            raise self._fail("to be possible", str(error.args[0] if error.args else error)) from None

    def _fail(self, expected: str, came: str, lesson: str = "") -> ScreenplayFailure:
        return failure(
            self._screenplay, self._line, self._stage, self._person, expected=expected, came=came, lesson=lesson
        )

    def _no_faults(self) -> None:
        """A turn that raised fails the screenplay, unless it broke something itself."""
        found = self._stage.faults.take()
        if found and not self._stage.words.broken:
            raise self._fail("a coach that works", found[0])

    # -- time ------------------------------------------------------------------------------------------
    def _at(self, step: script.At) -> None:
        self._let_all_go("day", also_past=self._began)
        self._began = True
        if step.moment.word == NEXT:
            self._stage.travel_to_next(self._person)
        else:
            self._travel_to(self._resolved(step.moment))
        self._start_newcomers()

    def _let_all_go(self, skips: str, *, also_past: bool = True) -> None:
        for ear in self._ears.values():
            ear.skips = skips
            if also_past:
                ear.let_go(skips)

    def _resolved(self, moment: Moment) -> datetime:
        local = self._stage.local(self._person)
        record = self._stage.record(self._person)
        profile = record.profile if record else None
        zone = (profile.zone if profile else "") or self._person.role.zone
        settings: Mapping[str, Any] = self._person.role.settings
        hours = lambda part: time.fromisoformat(getattr(profile, part) if profile else settings[part])  # noqa: E731
        return moment.after(local, zone, hours).astimezone(UTC)

    def _travel_to(self, moment: datetime) -> None:
        if moment < self._stage.now:
            here = told(self._stage.local(self._person))
            raise self._fail("time to go forward", f"it is {here} already")
        self._stage.travel_to(moment)

    def _start_newcomers(self) -> None:
        """Whoever has a code opens it, unless the screenplay does that in a line of its own."""
        for ear in self._ears.values():
            if ear.person.code and not ear.started:
                ear.started = True
                if not self._starts_by_line(ear.person.role.name):
                    self._stage.start(ear.person)

    def _starts_by_line(self, name: str) -> bool:
        who = self._screenplay.roles[0].name
        for line in self._screenplay.lines:
            who = line.who or who
            if who == name and isinstance(line.step, script.Enters):
                return True
        return False

    # -- the coach -------------------------------------------------------------------------------------
    def _coach_says(self, step: script.CoachSays) -> None:
        ear = self._ear
        skips, ear.skips = "any" if step.after_others else ear.skips, ""
        ahead = ear.ahead()
        choice = self._reachable(ahead, skips)
        for place, message in choice:
            if fits(step.text, message.text) and not missing_labels(step.labels, message.labels):
                wrong = was_quiet(message, step.marks)
                if wrong:
                    raise self._fail(_written(step), shown(message), wrong)
                ear.at += place + 1
                return
        raise self._fail(
            _written(step), shown_all([message for _, message in choice]), self._lesson(step, ahead, choice)
        )

    def _reachable(self, ahead: list[Message], skips: str) -> list[tuple[int, Message]]:
        numbered = list(enumerate(ahead))
        if skips == "any":
            return numbered
        if skips == "day":
            today = self._stage.local(self._person).date()
            return [(n, m) for n, m in numbered if self._stage.local(self._person, m.at).date() == today]
        return numbered[:1]

    def _lesson(self, step: script.CoachSays, ahead: list[Message], choice: list[tuple[int, Message]]) -> str:
        for message in ahead[:1] if len(choice) <= 1 else []:
            if fits(step.text, message.text):
                return f"the buttons are wanting: {', '.join(missing_labels(step.labels, message.labels))}"
        if any(fits(step.text, message.text) for message in ahead):
            return "it came later; `coach: ...` before this line passes over what comes between"
        return ""

    def _coach_silent(self, step: script.CoachSilent) -> None:
        if ahead := self._ear.ahead():
            raise self._fail("nothing", shown_all(ahead))

    def _coach_gap(self, step: script.CoachGap) -> None:
        self._ear.skips = "any"

    # -- the patient -----------------------------------------------------------------------------------
    def _says(self, step: script.Says) -> None:
        self._stage.say(self._person, step.text)

    def _presses(self, step: script.Presses) -> None:
        for label in step.labels:
            self._stage.press(self._person, label, old=step.old)

    def _sends(self, step: script.Sends) -> None:
        self._stage.attach(self._person, step.kind)

    def _enters(self, step: script.Enters) -> None:
        if not self._person.code:
            raise self._fail("a code to begin with", "none: this patient is enrolled already")
        self._stage.start(self._person, typed=step.typed)

    def _repeats(self, step: script.Repeats) -> None:
        self._stage.again(self._person)

    def _answers(self, step: script.Answers) -> None:
        self._ear.skips = "any"
        answerer = Answerer(self._stage, self._person)
        if step.what == "instrument":
            answerer.instrument(step.instrument, step.values)
        elif step.what == "done":
            answerer.until_done()
        elif not (answerer.practice() if step.what == "practice" else answerer.anything()):
            raise LookupError(f"there is nothing to answer ({step.what})")

    def _fills(self, step: script.Fills) -> None:
        self._ear.skips = "any"
        filler = Filler(self._stage, self._person)
        if step.instrument:
            filler.fill(step.instrument, step.values)
        else:
            filler.finish()

    def _lives(self, step: script.Lives) -> None:
        self._let_all_go("day")
        people = [ear.person for ear in self._ears.values()]
        live(self._stage, people, self._resolved(step.until), step.answering)

    # -- everybody else --------------------------------------------------------------------------------
    def _expects(self, step: script.Expects) -> None:
        there = CHECKS[step.check](View(self._stage, self._person), step.words)
        if there is not None:
            raise self._fail(self._line.source.partition(":")[2].strip(), there)

    def _breaks(self, step: script.Breaks) -> None:
        place = (step.words, step.section)
        if not step.mend and not any(self._stage.words.has(role.language, *place) for role in self._screenplay.roles):
            raise LookupError(f"there are no words {step.words} '## {step.section}' to break")
        (self._stage.words.broken.discard if step.mend else self._stage.words.broken.add)(place)

    def _staff_acts(self, step: script.StaffActs) -> None:
        try:
            self._staff_act(step)
        except Exception as error:
            raise LookupError(str(error)) from error
        self._stage.settle()

    def _staff_act(self, step: script.StaffActs) -> None:
        record = self._stage.record(self._person)
        patient, code = (record.id, record.enrolment.code) if record and record.enrolment else ("", "")
        enrolments, by = self._stage.coach.enrolments, step.by
        match step.act:
            case "confirm":
                enrolments.confirm(code, by)
            case "end rest":
                enrolments.end_rest(code, by)
            case "clear":
                enrolments.clear(code, step.about, by)
            case "withdraw":
                enrolments.withdraw(code)
            case "take over":
                enrolments.take_over(patient, _LIN, by)
            case "writes":
                enrolments.write(patient, _LIN, by, step.about)
            case "hand back":
                enrolments.hand_back(patient)
            case "rule out":
                enrolments.rule_out(code, step.about, by)
            case "allow":
                enrolments.allow(code, step.about, by)
            case "pause":
                enrolments.pause(code, int(step.about) if step.about else None, by)
            case "resume":
                enrolments.resume(code, by)
            case "broadcasts":
                self._broadcast(step)
            case _:
                enrolments.acknowledge(self._open_alert(step.about), by)

    def _broadcast(self, step: script.StaffActs) -> None:
        coach = self._stage.coach
        audit = Audit(coach.store, coach.world.clock, coach.writer)
        office, lin = Broadcasts(coach.world, coach.store, coach.writer, audit), StaffRow(_LIN, step.by, "admin")
        texts = {f"text.{role.language}": step.about for role in self._screenplay.roles}
        one = office.write(lin, {"title": "A broadcast", "at": step.at, "hours": step.hours, **texts})
        office.send(lin, one.id)

    def _open_alert(self, kind: str) -> int:
        alerts = [a for a in View(self._stage, self._person).alerts() if a.acknowledged_at is None]
        found = next((alert.id for alert in alerts if not kind or alert.kind == kind), None)
        if found is None:
            raise LookupError(f"there is no open alert {kind}; open are: {', '.join(a.kind for a in alerts) or 'none'}")
        return found

    def _restarts(self, step: script.Restarts) -> None:
        self._stage.restart()

    def _waits_real(self, step: script.WaitsReal) -> None:
        self._stage.clock.real_ahead += step.seconds
        self._stage.settle()


def _written(step: script.CoachSays) -> str:
    return "   ".join([step.text, *(f"[{label}]" for label in step.labels)])


_PLAYS: dict[type, Callable[[Player, Any], None]] = {
    script.At: Player._at,
    script.CoachSays: Player._coach_says,
    script.CoachSilent: Player._coach_silent,
    script.CoachGap: Player._coach_gap,
    script.Says: Player._says,
    script.Presses: Player._presses,
    script.Sends: Player._sends,
    script.Enters: Player._enters,
    script.Repeats: Player._repeats,
    script.Answers: Player._answers,
    script.Fills: Player._fills,
    script.Lives: Player._lives,
    script.Expects: Player._expects,
    script.Breaks: Player._breaks,
    script.StaffActs: Player._staff_acts,
    script.Restarts: Player._restarts,
    script.WaitsReal: Player._waits_real,
}
