"""A waiting room full of made-up patients: a past that is written down at once, and last days that are lived.

Living through sixty programmes keeps a processor busy for minutes. What lists and charts show of the weeks before is
therefore drawn by lot and stored as it would have been (diary, tally, questionnaires, sessions); the last days run
through the real service, so that the talk, the plan and what was held back are real. One stage holds several people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

from coachbot.engine.asks import Wait
from coachbot.engine.model import Conversation
from coachbot.instruments import Instrument, score
from coachbot.programme.localtime import moment
from coachbot.programme.model import Assessment, Programme
from coachbot.service.facts import local_now
from coachbot.service.ids import new_code, new_patient_id
from coachbot.service.records import (
    Address,
    Changes,
    DiaryRow,
    Enrolment,
    PatientRecord,
    Profile,
    Progress,
    ResponseRow,
    Tally,
    TimerRow,
)
from coachbot.service.tally import after_practice, counted_on, remembered
from coachbot.testing import persona as personas
from coachbot.testing.answering import MOST
from coachbot.testing.persona import Acting
from coachbot.testing.script import Role
from coachbot.testing.stage import Person, Stage

#: Days that are lived through the service.
LIVED = 2
#: People on one stage.
TOGETHER = 12
_PROGRAMME = "sct_cse"
_EVENINGS = ("17:45", "18:30", "19:00", "19:30", "20:15")
_BARRIERS = ("time", "pain", "forgot", "mood")
State = Literal["active", "paused", "finished"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the crowd."""

    name: str
    arm: str
    #: Days since day 0.
    days: int
    #: The share of practice days on which something was done, and of questions answered.
    adherence: float
    persona: str = "steady"
    zone: str = "Europe/Berlin"
    #: Days without a word at the end.
    away: int = 0
    state: State = "active"
    #: Codes of assessments that were never answered.
    missed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Past:
    """What is written down of the weeks before."""

    diary: list[DiaryRow] = field(default_factory=list)
    responses: list[ResponseRow] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def live(figures: Sequence[Figure], folder: Path, until: datetime, seed: int, worker: int) -> list[str]:
    """Let them all live up to `until` on one stage over a database in `folder`; their pseudonyms, in order."""
    with Stage(until - timedelta(days=LIVED), folder=folder, seed=seed) as stage:
        stage.coach.world.ids.work_as(worker)
        crowd = [_Walker(stage, figure, Random(seed * 1000 + place)) for place, figure in enumerate(figures)]
        stage.settle()
        while stage.now < until:
            stage.travel_to(until, stop=lambda: any(one.person.asked for one in crowd))
            for one in crowd:
                one.react()
        return [one.person.patient for one in crowd]


class _Walker:
    """One of the crowd on stage."""

    def __init__(self, stage: Stage, figure: Figure, rng: Random) -> None:
        self._stage, self._figure, self._rng = stage, figure, rng
        persona = personas.load(figure.persona)
        self.person = Person(Role(figure.name, figure.zone, arm=figure.arm), f"crowd-{figure.name}")
        self.person.patient = new_patient_id()
        stage.people.append(self.person)
        #: How bad the questionnaires find it at the start, from 0 to 1.
        self._burden = min(max(rng.gauss(0.45, 0.12), 0.15), 0.8)
        self._acting = Acting(stage, self.person, persona=persona, rng=rng)
        self._enter()

    def react(self) -> None:
        """A question may have come: it is answered, or left for another day."""
        asked, self.person.asked = self.person.asked, ""
        gone = self._figure.away or self._figure.state != "active"
        if not asked or gone or self._rng.random() > self._figure.adherence + 0.1:
            return
        for _ in range(MOST):
            question = self._acting.open_question()
            if question is None or isinstance(question[1], Wait):
                break
            self._acting.week = self._figure.days // 7 + 1
            self._acting.answer(*question)
        self.person.asked = ""

    # -- the past ----------------------------------------------------------------------------------------
    def _enter(self) -> None:
        coach, now = self._stage.coach, self._stage.now
        programme = coach.world.pack.programmes[_PROGRAMME]
        profile = Profile(
            name=self._figure.name, zone=self._figure.zone, evening=self._rng.choice(_EVENINGS),
            practice_days=tuple(sorted(self._rng.sample(("mon", "tue", "wed", "thu", "fri"), 3), key=_WEEKDAYS.index)),
        )  # fmt: skip
        today = local_now(profile, now).date()
        anchor = today - timedelta(days=self._figure.days - LIVED)
        past = self._past(programme, profile, anchor, today)
        enrolment = Enrolment(
            coach.world.ids.next(), _PROGRAMME, self._figure.arm, self._state(), anchor, tally=past.tally,
            progress=self._progress(programme, anchor, today, past), code=new_code(8),
        )  # fmt: skip
        self._store(profile, enrolment, past)

    def _state(self) -> Any:
        return "finished" if self._figure.state == "finished" else "active"

    def _store(self, profile: Profile, enrolment: Enrolment, past: _Past) -> None:
        coach, now, patient = self._stage.coach, self._stage.now, self.person.patient
        address = Address(coach.world.ids.next(), self._stage.desk.account, self._stage.desk.channel, self.person.chat)
        heard = now - timedelta(days=max(self._figure.away - LIVED, 0), hours=self._rng.randint(1, 20))
        record = PatientRecord(patient, coach.site, profile, self._talk(), address, enrolment, last_heard=heard)
        changes = Changes(conversations={patient: record}, enrolments={patient: record})
        changes.diary += past.diary
        changes.responses += past.responses
        if enrolment.state == "active":
            changes.timers[patient, "plan"] = TimerRow(patient, "plan", now)
        with coach.store.writing() as tx:
            tx.add_patient(patient, site=coach.site, address=address, profile=profile)
            tx.save(changes)

    def _talk(self) -> Conversation:
        book = self._stage.coach.world.exercises.facts("")
        three = book["middle" if self._rng.random() < 0.5 else "belly_and_back"]
        slots = dict(zip(("three_1", "three_2", "three_3"), three, strict=True)) if self._figure.days > 10 else {}
        return Conversation(self.person.patient, programme_slots=slots)

    def _past(self, programme: Programme, profile: Profile, anchor: date, today: date) -> _Past:
        past, pain = _Past(), self._rng.uniform(4.5, 7.0)
        gone = today - timedelta(days=max(self._figure.away - LIVED, 0))
        for number in range(1, (today - anchor).days):
            day = anchor + timedelta(days=number)
            if day >= gone:
                break
            pain = min(max(pain + self._rng.gauss(-0.02 * self._figure.adherence, 0.35), 1.0), 8.5)
            if _WEEKDAYS[day.weekday()] in profile.practice_days:
                self._practised(past, programme, profile, day, anchor, pain)
        for assessment in programme.assessments:
            if self._has_answered(assessment, anchor, gone):
                self._answered(past, assessment, anchor)
        return past

    def _practised(
        self, past: _Past, programme: Programme, profile: Profile, day: date, anchor: date, pain: float
    ) -> None:
        chance = self._rng.random()
        if chance > self._figure.adherence + 0.15:
            return
        did = self._rng.choice(("all", "all", "all", "part"))
        done = "not_today" if chance > self._figure.adherence else did
        week, at = (day - anchor).days // 7 + 1, moment(day, time.fromisoformat(profile.evening), profile.zone)
        body: dict[str, Any] = {"done": done}
        if done == "not_today":
            body["barrier"] = self._rng.choice(_BARRIERS)
        else:
            before = round(min(max(pain + self._rng.gauss(0, 0.8), 0), 10))
            after = min(max(before + self._rng.choice((-1, -1, 0, 0, 1)), 0), 10)
            body |= {"minutes": self._rng.choice((10, 15, 20, 25, 30)), "pain_before": before, "pain_after": after}
        again = counted_on(past.tally, day)
        past.tally = after_practice(past.tally, "cse", week, body, again=again)
        past.tally = remembered(past.tally, day, body, programme.bad_day)
        past.diary.append(self._diary(day, "cse", at, body))
        if self._figure.arm == "combined" and week <= 5 and self._rng.random() < self._figure.adherence:
            past.tally = after_practice(past.tally, "sct", week, {"done": "all"})
            past.diary.append(self._diary(day, "sct", at + timedelta(minutes=30), {"done": "all"}))

    def _diary(self, day: date, kind: str, at: datetime, body: dict[str, Any]) -> DiaryRow:
        return DiaryRow(self._stage.coach.world.ids.next(), self.person.patient, day, kind, at, body)

    # -- questionnaires ----------------------------------------------------------------------------------
    def _has_answered(self, one: Assessment, anchor: date, gone: date) -> bool:
        return anchor + timedelta(days=one.day + 1) < gone and one.code not in self._figure.missed

    def _answered(self, past: _Past, one: Assessment, anchor: date) -> None:
        day = anchor + timedelta(days=one.day + self._rng.choice((0, 0, 1)))
        better = 0.25 * self._figure.adherence * min(one.day / 60, 1)
        badness = min(max(self._burden * (1 - better) + self._rng.gauss(0, 0.04), 0.05), 0.9)
        for place, name in enumerate(one.instruments):
            instrument = self._stage.coach.world.pack.instruments[name]
            at = moment(day, time(19, 0), self._figure.zone) + timedelta(minutes=3 * place)
            past.responses.append(self._response(instrument, one.code, day, at, badness))

    def _response(
        self, instrument: Instrument, assessment: str, day: date, at: datetime, badness: float
    ) -> ResponseRow:
        good = any(one.higher_is == "better" for one in instrument.scores)
        answers = {item.code: self._value(item, 1 - badness if good else badness) for item in instrument.items}
        dialog = self._stage.coach.world.pack.library.dialogs[f"instrument/{instrument.id}"]
        body = {
            "answers": answers, "scores": dict(score(instrument, answers)), "wording": "own", "language": "en",
            "version": dialog.version, "result": "done", "medium": "chat", "missing": 0,
        }  # fmt: skip
        ids = self._stage.coach.world.ids
        return ResponseRow(ids.next(), self.person.patient, instrument.id, assessment, day, at, body)

    def _value(self, item: Any, badness: float) -> int | None:
        """A likely answer; never one that is a danger."""
        if item.kind != "value":
            return None
        if item.safety == "rules":
            return int(item.low)
        if item.high - item.low == 1:
            return int(item.low + (self._rng.random() < badness))
        drawn = self._rng.gauss(badness, 0.18) * (item.high - item.low) + item.low
        return int(min(max(round(drawn), item.low), item.high))

    def _progress(self, programme: Programme, anchor: date, today: date, past: _Past) -> Progress:
        days = (today - anchor).days
        sessions = next(arm.sessions for arm in programme.arms if arm.code == self._figure.arm)
        weekends = min(days // 7, 4)
        answered = {row.instrument: row.day.isoformat() for row in past.responses}
        paused = (today - timedelta(days=2)).isoformat() if self._figure.state == "paused" else None
        ended = moment(anchor + timedelta(days=119), time(12, 0), self._figure.zone)
        return Progress(
            attended=sessions[: len(sessions) * weekends // 4],
            assessments=tuple(dict.fromkeys(row.assessment for row in past.responses)),
            answered=answered,
            education_given=max(days - 1, 0),
            opened={"orientation": (anchor + timedelta(days=1)).isoformat()},
            screening={"outcome": "fit", "reasons": ""},
            paused_from=paused,
            paused_until=(today + timedelta(days=10)).isoformat() if paused else None,
            ended=ended.isoformat() if self._figure.state == "finished" else None,
        )


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = (
    "Aino Virtanen", "Ben Adler", "Carla Mancini", "Dilek Y\u0131ld\u0131z", "Emil Larsen", "Fatima Zahra",
    "Greta Sommer", "Hugo Martins", "Ines Duarte", "Jakub Kowal", "Kirsten Holm", "Luca Ferri", "Mina Hosseini",
    "Nils Aho", "Olga Petrova", "Pierre Lambert", "Quentin Moore", "Rosa Delgado", "Samir Aziz", "Tilda Berg",
    "Umberto Greco", "Vera Novotn\u00e1", "Wanda Zieli\u0144ska", "Xenia Pappas", "Yusuf Demir", "Zora Markovic",
    "Anton Huber", "Bianca Russo", "Cem Arslan", "Dora Kiss", "Elif Kaya", "Finn Murphy", "Gisela Roth",
    "Henk de Boer", "Ilona Szab\u00f3", "Joan Baxter", "Katrin Vogel", "Leo Fischer", "Magda Wr\u00f3bel",
    "Nadia Benali", "Otto Lindqvist", "Paula Ribeiro", "Rasmus Dahl", "Silvia Conti", "Tom Hughes", "Ursula Kern",
    "Viktor Balogh", "Wim Peeters",
)  # fmt: skip
_ZONES = ("Europe/Berlin", "Europe/Berlin", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Warsaw")
_PERSONAS = ("steady", "steady", "busy", "doubting")


def figures(seed: int = 11) -> tuple[Figure, ...]:
    """The crowd, the same each time: some practise much, some hardly; a few are silent, two pause, one has finished."""
    return tuple(_figures(Random(seed)))


def _figures(rng: Random) -> Iterator[Figure]:
    for place, name in enumerate(_NAMES):
        days = 118 - place * 116 // len(_NAMES)
        away = {7: 4, 18: 6, 29: 9, 40: 23}.get(place, 0)
        state: State = "paused" if place in (12, 33) else "finished" if place == 1 else "active"
        one = Figure(
            name, "combined" if place % 2 else "exercise", max(days, away + 5), rng.betavariate(4, 2),
            rng.choice(_PERSONAS), rng.choice(_ZONES), away, state,
            missed=("week_4",) if place in (9, 24) else (),
        )  # fmt: skip
        yield replace(one, days=124) if state == "finished" else one
