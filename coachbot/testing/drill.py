"""A drill: a crisis played through to the escalation on a site's real settings, in a store that is thrown away.

Nothing leaves the machine: the messenger only records, and nobody is called. What is printed is what a patient would
read, which alert would open, and whom the site's own file says to call, and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TextIO

from coachbot.authoring.pack import Pack
from coachbot.authoring.plain import read_plain
from coachbot.bootstrap import staff_of
from coachbot.safety import Watch
from coachbot.service.abroad import ELSEWHERE, HOME
from coachbot.service.duty import Duty
from coachbot.service.notices.post import Post
from coachbot.service.notices.records import Notice, Way
from coachbot.service.records import AlertRow
from coachbot.service.staff.records import StaffRow
from coachbot.service.staffing import Call, Member, calls
from coachbot.service.world import SafetyRule
from coachbot.settings import Settings
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage

#: A country that no clinic lies in and none names: Antarctica.
_NOBODYS = "AQ"
_NIGHT = time(23, 30)
_BEHIND = timedelta(days=10)
_A_MOMENT = timedelta(minutes=1)
_LOOK_AHEAD_DAYS = 30


@dataclass(slots=True)
class Told:
    """A carrier that takes notices nowhere: they are read out, and that is all."""

    names: dict[int, str] = field(default_factory=dict)
    arrived: list[tuple[str, str]] = field(default_factory=list)

    async def carry(self, way: Way, notice: Notice) -> None:
        """Keep whom it would have reached, and its text."""
        self.arrived.append((self.names.get(way.staff, "?"), str(notice.body["text"])))


@dataclass(slots=True)
class Drill:
    """One drill over all kinds of danger; `troubles` are what a site must mend before a patient comes in."""

    settings: Settings
    pack: Pack
    out: TextIO
    language: str
    staff: tuple[Member, ...] = ()
    troubles: list[str] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        print(line, file=self.out)

    # -- the whole -----------------------------------------------------------------------------------
    def run(self, now: datetime, kinds: list[str]) -> int:
        """Play every kind by day and by night. 0 if somebody would be reached each time, else 1."""
        if self.settings.site is None:
            self.say("COACHBOT_SITE is not set: these are the demo clinic's numbers, and nobody stands behind them.")
            self.troubles.append("there is no site file, so nobody would ever be reached")
            return self._verdict()
        self.staff = staff_of(self.settings.site)
        for kind in kinds:
            with self._stage(now) as stage:
                moments = tuple(_moments(stage.coach.world.duty, now))
                rule, duty = stage.coach.world.rules[kind], stage.coach.world.duty
            for name, moment in moments:
                if kind in self.pack.safety.flagged("scored"):
                    self._told_by_scores(rule, name, moment, duty)
                else:
                    self._scene(kind, name, moment)
        self._in_other_countries(now, [kind for kind in kinds if kind not in self.pack.safety.flagged("scored")])
        return self._verdict()

    def _stage(self, now: datetime) -> Stage:
        return Stage(now, settings=self.settings, pack=self.pack)

    def _verdict(self) -> int:
        self.say("The coach rings nobody by itself. It tells those who have chosen a way (`coachbot staff tell NAME`).")
        for trouble in dict.fromkeys(self.troubles):
            self.say(f"TROUBLE: {trouble}")
        self.say(f"{len(set(self.troubles))} troubles")
        return 1 if self.troubles else 0

    # -- one scene -----------------------------------------------------------------------------------
    def _scene(self, kind: str, name: str, moment: datetime) -> None:
        with self._stage(moment) as stage:
            duty, rule = stage.coach.world.duty, stage.coach.world.rules[kind]
            self.say(f"== {kind}, {name}: {_clock(moment, duty)} at the clinic")
            told = self._staff(stage)
            person = self._patient(stage, duty)
            self._danger(stage, person, rule)
            self._notices(stage, told, duty)
            self._silence(stage, person, rule)
            self._notices(stage, told, duty)
            stage.travel(timedelta(minutes=rule.acknowledge_minutes))
            self._notices(stage, told, duty)
            self._calls(stage, person, rule, moment)
            self.say()

    def _in_other_countries(self, now: datetime, kinds: list[str]) -> None:
        """What is read in each country that the site names, and in one that it has no numbers for."""
        with self._stage(now) as stage:
            places = tuple(stage.coach.world.abroad.at)
        for where in places:
            for kind in kinds:
                with self._stage(now) as stage:
                    duty, rule = stage.coach.world.duty, stage.coach.world.rules[kind]
                    self.say(f"== {kind}, in {'a country without numbers' if where == ELSEWHERE else where}")
                    person = self._patient(stage, duty)
                    self._move(stage, person, where)
                    self._danger(stage, person, rule, where)
                    self.say()

    @staticmethod
    def _move(stage: Stage, person: Person, where: str) -> None:
        with stage.store.reading() as tx:
            enrolment = tx.load([person.patient])[person.patient].enrolment
        if enrolment is not None:
            stage.coach.enrolments.set_country(enrolment.code, _NOBODYS if where == ELSEWHERE else where)

    def _told_by_scores(self, rule: SafetyRule, name: str, moment: datetime, duty: Duty) -> None:
        """No word sets it off, so nothing is played; people must be reached all the same."""
        self.say(f"== {rule.kind}, {name}: {_clock(moment, duty)} at the clinic")
        self.say("  scores of questionnaires tell it; who would be called:")
        found = calls(rule, moment, self.staff, duty)
        for call in found:
            self.say(f"  call {_clock(call.at, duty)}: {_who(call)}")
        self._reached(rule, moment, found)
        self.say()

    def _staff(self, stage: Stage) -> Told:
        """Everybody of the site's list as somebody who can be told, in this store alone."""
        told, coach = Told(), stage.coach
        with coach.store.writing() as tx:
            for member in {one.name: one for one in self.staff}.values():
                row = StaffRow(coach.world.ids.next(), member.name, "therapist")
                told.names[row.id] = member.name
                tx.put_staff(row)
                tx.put_way(Way(coach.world.ids.next(), row.id, "email", stage.now, f"{row.id}@drill.invalid"))
        coach.post = Post(coach.store, coach.world.clock, coach.writer, {"email": told})
        return told

    def _notices(self, stage: Stage, told: Told, duty: Duty) -> None:
        """What the coach would tell them now, if they have chosen a way."""
        stage.coach.notices.work()
        stage.drain_post()
        for name, text in told.arrived:
            self.say(f"  told {_clock(stage.now, duty)}: {name}: {' '.join(text.split())}")
        told.arrived.clear()

    def _patient(self, stage: Stage, duty: Duty) -> Person:
        day_0 = (stage.now.astimezone(duty.zone) - _BEHIND).date()
        programme = next(iter(self.pack.programmes.values()))
        role = Role(
            "Drill", zone=duty.zone.key, programme=programme.id, arm=programme.arms[0].code,
            language=self.language, enrolled=day_0,
        )  # fmt: skip
        person = stage.enter(role)
        person.messages.clear()
        return person

    def _danger(self, stage: Stage, person: Person, rule: SafetyRule, where: str = HOME) -> None:
        words = self._words(stage.coach.world.watch, rule.kind)
        if not words:
            self.troubles.append(
                f"there is no line of {rule.kind} in '{self.language}' to play: its danger is not read"
            )
            return
        self.say(f"  the patient writes: {words}")
        stage.say(person, words)
        first = person.messages[0].text if person.messages else ""
        self._read(person)
        self._numbers(stage, first, rule, where)

    def _words(self, watch: Watch, kind: str) -> str:
        """The lexicon's own first example of a kind; of one that no word tells, a line that resembles it."""
        told = _example(self.pack.safety.lexicons.get(self.language) or {}, kind)
        if told or kind not in self.pack.safety.learned:
            return told
        lines = _lines(self.pack.root / "content" / self.language / "safety" / "lines")
        return next((line for line in lines if watch.gravest(line, self.language) == kind), "")

    def _numbers(self, stage: Stage, text: str, rule: SafetyRule, where: str) -> None:
        """The help must name what the site says, filled in, and be that of where the patient is."""
        world = stage.coach.world
        facts = world.site_for(self.language, where)
        if text != world.static_for(self.language, rule.static, where=where):
            self.troubles.append(f"the help shown for {rule.kind} is not that of {where or 'home'}")
        named = [str(facts[name]) for name in ("emergency", "crisis_line", "therapist") if str(facts[name]) in text]
        if not named or "{" in text:
            self.troubles.append(f"the help shown for {rule.kind} names neither your numbers nor your people")

    def _read(self, person: Person) -> None:
        for message in person.messages:
            for place, line in enumerate(message.text.splitlines() or [""]):
                self.say(f"  {'the patient reads: ' if not place else '                   '}{line}".rstrip())
            if message.labels:
                self.say("                   " + " ".join(f"[{label}]" for _, label in message.labels))
        person.messages.clear()

    def _silence(self, stage: Stage, person: Person, rule: SafetyRule) -> None:
        """Nobody answers and nobody acknowledges until both clocks have run out."""
        before = len(self._alerts(stage, person))
        if rule.silence_minutes:
            stage.travel(timedelta(minutes=rule.silence_minutes) + _A_MOMENT)
            if person.messages:
                self.say(f"  {rule.silence_minutes} minutes without an answer:")
                self._read(person)
        left = rule.acknowledge_minutes - rule.silence_minutes
        if left > 0:
            stage.travel(timedelta(minutes=left) + _A_MOMENT)
        person.messages.clear()
        if len(self._alerts(stage, person)) < before:
            self.troubles.append(f"the alert of {rule.kind} is gone")

    def _alerts(self, stage: Stage, person: Person) -> list[AlertRow]:
        with stage.store.reading() as tx:
            return list(tx.alerts(person.patient))

    # -- people --------------------------------------------------------------------------------------
    def _calls(self, stage: Stage, person: Person, rule: SafetyRule, moment: datetime) -> None:
        duty = stage.coach.world.duty
        alert = next((one for one in self._alerts(stage, person) if one.kind == rule.kind), None)
        if alert is None:
            self.troubles.append(f"{rule.kind} opens no alert")
            return
        late = "escalated" if alert.escalated_at else "NOT escalated"
        self.say(f"  alert {alert.kind}, priority {alert.priority}, opened {_clock(alert.opened_at, duty)}, {late}")
        if alert.escalated_at is None:
            self.troubles.append(f"the alert of {rule.kind} is not escalated although nobody acknowledged it")
        found = calls(rule, moment, self.staff, duty)
        for call in found:
            self.say(f"  call {_clock(call.at, duty)}: {_who(call)}")
        self._reached(rule, moment, found)

    def _reached(self, rule: SafetyRule, moment: datetime, found: tuple[Call, ...]) -> None:
        if not found:
            roles = f"therapist or {rule.escalate_to}" if rule.escalate_to else "therapist"
            message = f"{rule.kind}: nobody would ever be reached; name a {roles} with a phone under staff:, on duty"
            self.say(f"  {message}")
            self.troubles.append(message)
            return
        if not any(call.why == "not_acknowledged" for call in found):
            self.troubles.append(f"{rule.kind}: nobody stands behind the first; name a {rule.escalate_to} under staff:")
        hours = (found[0].at - moment).total_seconds() / 3600
        if hours > rule.acknowledge_minutes / 60:
            self.say(f"  the first person is reached after {hours:.1f} hours; until then there is the help above alone")


def _who(call: Call) -> str:
    why = "the alert opened" if call.why == "opened" else "nobody has acknowledged it"
    return f"{call.member.name} ({call.member.role}), {call.member.phone}: {why}"


def _clock(moment: datetime, duty: Duty) -> str:
    return moment.astimezone(duty.zone).strftime("%a %Y-%m-%d %H:%M")


def _moments(duty: Duty, now: datetime) -> Iterator[tuple[str, datetime]]:
    """An hour of duty, if there ever is one, and the next night without."""
    start = duty.next_start(now)
    if duty.covers(start):
        yield "in duty hours", start
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = (now.astimezone(duty.zone) + timedelta(days=ahead)).date()
        night = datetime.combine(day, _NIGHT, duty.zone)
        if night > now and not duty.covers(night):
            yield "at night", night.astimezone(now.tzinfo)
            return


def _lines(folder: Path) -> Iterator[str]:
    """Everything that was written as danger in a language, file by file."""
    for file in sorted(folder.glob("*.yaml")):
        yield from (str(one["text"]) for one in read_plain(file)["lines"] if one["kind"] != "harmless")


def _example(lexicon: Mapping[str, Any], kind: str) -> str:
    """The lexicon's own first example of a kind."""
    lines = (lexicon.get("examples") or {}).get(kind) or [""]
    return str(lines[0])
