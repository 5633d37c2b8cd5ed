"""The page of a round, behind a signed link: what it shows, and what it takes in.

The questions are those of the talk, from the same dialogs and words. Every answer goes through the inbox and a turn of
its own; help in danger is looked up at once and shown on the page, whatever becomes of the turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from coachbot.engine.asks import Ask, Choice, Scale, Several
from coachbot.engine.effects import Text
from coachbot.engine.filling import needed, slot_of
from coachbot.engine.model import Dialog, State, Value
from coachbot.programme.model import Assessment
from coachbot.service import rounds, safety
from coachbot.service.facts import Facts, facts_of
from coachbot.service.ids import hashed
from coachbot.service.page_answers import Given, Reading
from coachbot.service.ports import Store
from coachbot.service.records import PatientRecord, Update
from coachbot.service.world import World

#: The account of all pages, and the kind of their updates.
CHANNEL = "page"
#: Answers in one request.
MOST_ANSWERS = 200
_INSTRUMENT = "instrument/"
_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the page shows it."""

    state: str
    ask: Ask
    #: Light Markdown.
    text: str
    #: Said in its place once it was left out and must not be left out lightly; empty for most.
    again: str
    options: tuple[tuple[str, str], ...]
    #: The answer so far; None with `known` was left out.
    value: Value
    known: bool
    #: Answered in the talk: it counts, and the page only shows it.
    in_talk: bool
    #: It was left out once and stands open again.
    asked_again: bool
    #: Answer to the static text that it brings up; `missing` for leaving it out.
    help: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One questionnaire of the round that is not finished."""

    instrument: str
    #: Light Markdown: how long it takes, what it asks about.
    about: str
    questions: tuple[Question, ...]
    #: It opens only while somebody who reads alerts is on duty: the page asks before it shows it.
    on_duty_only: bool

    @property
    def is_complete(self) -> bool:
        """Nothing in it is open."""
        return all(question.known for question in self.questions)


@dataclass(frozen=True, slots=True)
class View:
    """A page that is open."""

    language: str
    assessment: str
    steps: tuple[Step, ...]
    #: Questionnaires of the round, and how many of them are finished.
    of: int
    before: int
    minutes: int
    #: A list is left that waits until somebody is on duty: then the talk asks it.
    waits: bool
    #: Static texts of dangers that are open now.
    help: tuple[str, ...]
    site: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Over:
    """A link that opens nothing any more."""

    #: `unknown` (or erased), `left`, `done`, `closed`, `waits` (for a reader on duty), `rests` (after a danger).
    why: str
    language: str
    site: Mapping[str, Any]
    help: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the answers of one request."""

    #: Names of those that are safely stored.
    saved: tuple[str, ...]
    #: Names of those that fit no question of this page.
    refused: tuple[str, ...] = ()
    #: Questions that count as answered in the talk: the answer is kept beside it.
    kept_beside: tuple[str, ...] = ()
    #: Questions that are asked once more: `phq9.p9`.
    again: tuple[str, ...] = ()
    help: tuple[str, ...] = ()


class Pages:
    """The use case, for whatever serves the pages. Methods block briefly."""

    def __init__(
        self,
        world: World,
        store: Store,
        receive: Callable[[Update], Future[bool]],
        account: int,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self.world = world
        self._store = store
        self._receive = receive
        self._account = account
        #: Returns once the turns of what was received before are committed.
        self.settle = settle

    # -- showing ---------------------------------------------------------------------------------------
    def open(self, token: str) -> View | Over:
        """What a link opens."""
        found = self._round(token)
        if isinstance(found, Over):
            return found
        record, assessment = found
        now = self.world.clock.now()
        names = rounds.fillable(self.world, record, assessment, now)
        rest = rounds.left(self.world, record, assessment)
        if not names:
            return self._over(self._nothing_to_fill(record, rest), record)
        steps = tuple(self._step(record, assessment, name) for name in names)
        all_of = rounds.battery(self.world, record, assessment)
        return View(
            language=record.profile.language,
            assessment=assessment.code,
            steps=steps,
            of=len(all_of),
            before=len(all_of) - len(rest),
            minutes=sum(self.world.pack.instruments[name].minutes for name in names),
            waits=len(rest) > len(names) and not self._holds(record),
            help=self._standing_help(record),
            site=self.world.site_of(record.profile),
        )

    def late_step(self, token: str, instrument: str) -> Step | None:
        """A questionnaire of a round that may be over, to read what a form says of it; None where it is of no round."""
        found = self._known(token)
        if found is None or instrument not in rounds.battery(self.world, *found):
            return None
        return self._step(*found, instrument)

    def may_open(self, token: str, instrument: str) -> bool:
        """Whether this questionnaire may be shown at this moment."""
        found = self._round(token)
        if isinstance(found, Over):
            return False
        return instrument in rounds.fillable(self.world, *found, self.world.clock.now())

    def _nothing_to_fill(self, record: PatientRecord, rest: Sequence[str]) -> str:
        if not rest:
            return "done"
        return "rests" if self._holds(record) else "waits"

    @staticmethod
    def _holds(record: PatientRecord) -> bool:
        return record.enrolment is not None and record.enrolment.progress.safety_hold

    def _round(self, token: str) -> tuple[PatientRecord, Assessment] | Over:
        found = self._known(token)
        if found is None:
            return self._over("unknown", None)
        why = self._why_over(*found)
        return self._over(why, found[0]) if why else found

    def _known(self, token: str) -> tuple[PatientRecord, Assessment] | None:
        """Whose round a link is for, be it over or not; None for a link that was never ours."""
        bearing = self.world.links.bearing(token)
        record = self._record(bearing.patient) if bearing is not None else None
        if bearing is None or record is None or record.enrolment is None or record.enrolment.anchor is None:
            return None
        programme = rounds.programme_of(self.world, record)
        known = {one.code: one for one in programme.assessments} if programme else {}
        assessment = known.get(bearing.assessment)
        if assessment is None or rounds.bearing_of(record, assessment) != bearing:
            return None
        return record, assessment

    def _why_over(self, record: PatientRecord, assessment: Assessment) -> str:
        """Why a round takes nothing any more; empty if it does."""
        enrolment = record.enrolment
        if enrolment is None or enrolment.state == "withdrawn":
            return "left"
        if assessment.code in enrolment.progress.assessments:
            return "done"
        return "" if rounds.open_round(self.world, record, self.world.clock.now()) == assessment else "closed"

    def _record(self, patient: str) -> PatientRecord | None:
        with self._store.reading() as tx:
            return tx.load([patient]).get(patient)

    def _over(self, why: str, record: PatientRecord | None) -> Over:
        language = record.profile.language if record else self.world.pack.library.default_language
        site = self.world.site_of(record.profile) if record else self.world.site_for(language)
        return Over(why, language, site, self._standing_help(record) if record else ())

    def _standing_help(self, record: PatientRecord) -> tuple[str, ...]:
        """The static texts of the dangers whose talk is open."""
        opened = {frame.dialog for frame in record.conversation.frames if frame.opened == "safety"}
        rules = [rule for rule in self.world.rules.values() if rule.dialog in opened]
        return tuple(self.world.help_for(record.profile, rule.static) for rule in rules)

    # -- questions -------------------------------------------------------------------------------------
    def _step(self, record: PatientRecord, assessment: Assessment, name: str) -> Step:
        dialog = self.world.pack.library.dialogs[_INSTRUMENT + name]
        facts = facts_of(self.world, record, self.world.clock.now())
        known = rounds.known(record, assessment, name)
        again = rounds.sheet_of(record, assessment).again
        in_talk = rounds.in_talk(record, name)
        questions = tuple(
            self._question(record, facts, dialog, state, known, in_talk, again=f"{name}.{state.name}" in again)
            for state in needed(dialog, known)
        )
        return Step(
            name, self._text(record, facts, dialog, _ABOUT), questions, name in rounds.opens_on_duty(self.world)
        )

    def _question(
        self,
        record: PatientRecord,
        facts: Facts,
        dialog: Dialog,
        state: State,
        known: Mapping[str, Value],
        in_talk: Mapping[str, Value],
        *,
        again: bool,
    ) -> Question:
        assert state.ask is not None
        section, slot, words = state.section or state.name, slot_of(state), self.world.pack.words
        has_again = words.has(record.profile.language, dialog.words, section, "again")
        labels = words.labels(record.profile.language, dialog.words, section, facts)
        return Question(
            state=state.name,
            ask=state.ask,
            text=self._text(record, facts, dialog, section),
            again=self._text(record, facts, dialog, section, "again") if has_again else "",
            options=_options(state.ask, dict(labels)),
            value=known.get(slot),
            known=slot in known,
            in_talk=slot in in_talk,
            asked_again=again and slot not in known,
            help={answer: self._static(record, kind, answer) for answer, kind in state.dangers.items()},
        )

    def _text(self, record: PatientRecord, facts: Facts, dialog: Dialog, section: str, part: str = "text") -> str:
        text = Text(dialog.words, section, part, 0.0, facts)
        bubbles = self.world.pack.words.bubbles(record.profile.language, text)
        return "\n\n".join(bubble.markdown for bubble in bubbles)

    def _static(self, record: PatientRecord, kind: str, answer: str) -> str:
        rule, _ = safety.rule_for(self.world, kind)
        variant = "left_open" if answer == "missing" else ""
        return self.world.help_for(record.profile, rule.static, variant)

    # -- taking in -------------------------------------------------------------------------------------
    def take(self, token: str, answers: Sequence[Given]) -> Taken | Over:
        """Store answers, in their order; returns when all are safely stored. Raises ValueError for too many."""
        if len(answers) > MOST_ANSWERS:
            raise ValueError("too many answers at once")
        found = self._round(token)
        if isinstance(found, Over):
            return replace(found, help=(*found.help, *self._take_late(token, answers)))
        taking = Reading(self.world, *found)
        read = [(given, taking.read(given)) for given in answers]
        self._store_answers(token, found, read)
        saved = tuple(given.id for given, one in read if one is not None)
        refused = tuple(given.id for given, one in read if one is None)
        return Taken(saved, refused, tuple(taking.beside), tuple(taking.again), tuple(dict.fromkeys(taking.help)))

    def _take_late(self, token: str, answers: Sequence[Given]) -> tuple[str, ...]:
        """Answers that a telephone kept until the round was over count no more; a danger in them is heard all the same.

        Returns the help to show.
        """
        found = self._known(token)
        if found is None:
            return ()
        reading = Reading(self.world, *found)
        self._store_answers(token, found, [(given, reading.read_late(given)) for given in answers])
        return tuple(dict.fromkeys(reading.help))

    def _store_answers(
        self,
        token: str,
        found: tuple[PatientRecord, Assessment],
        read: Sequence[tuple[Given, Mapping[str, Any] | None]],
    ) -> None:
        place = hashed(token)[:16]
        futures = [self._receive(self._update(place, found, given, one)) for given, one in read if one is not None]
        for future in futures:
            future.result()

    def _update(
        self, place: str, found: tuple[PatientRecord, Assessment], given: Given, answer: Mapping[str, Any]
    ) -> Update:
        record, assessment = found
        value = answer.get("value")
        own_words = str(value) if answer.get("own_words") else ""
        body = {"assessment": assessment.code, **{name: one for name, one in answer.items() if name != "own_words"}}
        return Update(
            self._account, CHANNEL, "", f"{place}:{given.id}", "page", own_words, answer=json.dumps(body),
            patient=record.id,
        )  # fmt: skip


def _options(ask: Ask, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Codes with what they are called; the numbers of a scale are called by themselves."""
    match ask:
        case Choice() | Several():
            return tuple((code, labels.get(code, code)) for code in ask.of)
        case Scale():
            return tuple((str(one), str(one)) for one in range(ask.low, ask.high + 1))
        case _:
            return ()
