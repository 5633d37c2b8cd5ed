"""Turns: what waits in the inbox, and what is due, applied to conversations and committed in groups.

Compute first, commit once, send after. One group takes up to fifty events, loads their patients in one
query, computes in memory, leaves out a turn that raises, and writes every table once in one commit. If the
write fails, all is rolled back and repeated turn by turn.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.changing import changed
from coachbot.engine.events import Attached, Concerned, Event, Opened, Pressed, Said, TimerFired
from coachbot.engine.step import step
from coachbot.errors import StoreBusy, StoreLost
from coachbot.service import acts, days, filling, handing, safety, window
from coachbot.service.broadcasts import replying
from coachbot.service.broadcasts.rules import hushed
from coachbot.service.draft import AFTERWARDS, Draft
from coachbot.service.entering import WELCOME, enter, go_on, reached
from coachbot.service.facts import facts_of
from coachbot.service.meter import Meter, NoMeter
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import (
    Afterwards,
    Changes,
    InboxRow,
    PatientRecord,
    TimerRow,
    TurnRow,
)
from coachbot.service.shards import Reach
from coachbot.service.speaking import Delivery, say_section, speak
from coachbot.service.world import World

log = logging.getLogger("coachbot.turns")

GROUP = 50
#: Real seconds for which a turn that raises is tried again before it is parked.
PATIENCE = 30.0
_RETRY_STEPS = (1.0, 2.0, 4.0, 8.0, 15.0)
_TIMER_TRIES = 5
#: What is kept of a timer for whoever asks why.
_KEPT_OF_TIMER = ("rule", "dialog", "expires", "quiet", "education", "about", "nag", "waited", "kind")
#: Timers that make the coach speak: nothing of it while the patient has shut the chat.
_SPOKEN = ("touch", "remind", "nag", "wait")
#: What is said to a word out of the blue, in these states of an enrolment.
_OVER_OR_WAITING = {
    "screening": "waiting_for_clinician",
    "withdrawn": "withdrawn",
    "finished": "finished",
}
#: What makes a group: in a transaction, of at most so many, as far as it may reach.
_Work = Callable[[Transaction, Changes, int, Reach | None], int]


class Turns:
    """The use case of a turn, over a store."""

    def __init__(
        self,
        world: World,
        store: Store,
        afterwards: Callable[[Sequence[Afterwards]], None],
        meter: Meter | None = None,
    ) -> None:
        self.world = world
        self._store = store
        self._afterwards = afterwards
        self._meter = meter or NoMeter()
        #: The updates, or timers, of the group under way.
        self._tried: Sequence[object] = ()

    # -- groups ----------------------------------------------------------------------------------------
    def drain(self, limit: int = GROUP, reach: Reach | None = None) -> int:
        """Take one group of waiting updates. Returns how many were handled."""
        return self._group(self._inbox_group, limit, reach)

    def run_timers(self, limit: int = GROUP, reach: Reach | None = None) -> int:
        """Take one group of due timers. Returns how many were handled."""
        return self._group(self._timer_group, limit, reach)

    def _group(self, work: _Work, limit: int, reach: Reach | None) -> int:
        changes = Changes()
        self._tried = ()
        try:
            with self._store.writing() as tx:
                shards = self._within(tx, reach)
                count = work(tx, changes, limit, reach) if shards is None or shards else 0
                if count:
                    tx.save(changes)
        except (StoreLost, StoreBusy):
            raise  # no turn's fault: the writer does it again when the database answers
        except Exception as error:
            if limit > 1:
                log.exception("a group could not be written; repeating it turn by turn")
                return self._group(work, 1, reach)
            aside = self._set_aside if work == self._inbox_group else self._set_timer_aside
            return aside(error, reach, self._tried)
        self._measure(changes)
        self.do_afterwards(changes.afterwards)
        return count

    def _within(self, tx: Transaction, reach: Reach | None) -> Sequence[int] | None:
        """The shards that this transaction holds; None for whoever works alone, and takes everything."""
        if reach is None:
            return None
        reach.taken = tx.take_shards(reach.wanted, reach.most)
        if reach.taken:
            self.world.ids.rise_above(tx.newest_id())  # the order of a chat is the order of ids
        return reach.taken

    def _measure(self, changes: Changes) -> None:
        """Tell the meter of a group that is committed."""
        now = self.world.clock.now()
        for cause, outcome, since in changes.metered:
            self._meter.turn(cause, outcome, max(0.0, (now - since).total_seconds()))

    def do_afterwards(self, work: Sequence[Afterwards]) -> None:
        """Hand over what is heavy, once its turn is committed."""
        if work:
            self._afterwards(work)

    def _set_aside(self, error: Exception, reach: Reach | None, tried: Sequence[object]) -> int:
        """A single update whose rows cannot be written: it is tried again later, then parked."""
        with self._store.writing() as tx:
            shards = self._within(tx, reach)
            found = tx.waiting(now_real=self.world.clock.real(), limit=GROUP if reach else 1, shards=shards)
            rows = [row for row in found if row.id in tried]  # another worker may have been quicker
            records = tx.load([row.patient for row in rows])
            changes = Changes()
            for row in rows:
                dangers = safety.dangers_in(self.world, row, records[row.patient])
                self._failed(tx, row, records[row.patient], dangers, error, changes)
            tx.save(changes)
        self._measure(changes)
        return len(rows)

    def _set_timer_aside(self, error: Exception, reach: Reach | None, tried: Sequence[object]) -> int:
        """A single timer whose rows cannot be written: it must not stand in the way of all others."""
        with self._store.writing() as tx:
            shards = self._within(tx, reach)
            found = _plans_first(tx.due_timers(self.world.clock.now(), GROUP, shards, unasked=_may_speak(reach)))
            rows = [row for row in found if (row.patient, row.purpose) in tried]
            records = tx.load([row.patient for row in rows])
            changes = Changes(timers={(row.patient, row.purpose): None for row in rows})
            for row in rows:
                self._timer_failed(row, records[row.patient], error, changes)
            tx.save(changes)
        self._measure(changes)
        return len(rows)

    def _inbox_group(self, tx: Transaction, changes: Changes, limit: int, reach: Reach | None) -> int:
        now_real, shards = self.world.clock.real(), reach.taken if reach else None
        self._screen_held(tx, changes, now_real, shards)
        rows = tx.waiting(now_real=now_real, limit=limit, shards=shards)
        self._tried = [row.id for row in rows]
        records = dict(tx.load(list({row.patient for row in rows})))
        stuck: set[str] = set()
        for row in rows:
            record = changes.conversations.get(row.patient) or records.get(row.patient)
            if record is None:
                tx.park_inbox(row.id, error="the patient's record does not open; see the log")
            elif row.patient not in stuck and not self._take(tx, row, record, changes):
                stuck.add(row.patient)
        return len(rows)

    def _timer_group(self, tx: Transaction, changes: Changes, limit: int, reach: Reach | None) -> int:
        now, shards = self.world.clock.now(), reach.taken if reach else None
        rows = _plans_first(tx.due_timers(now, GROUP, shards, unasked=_may_speak(reach)))[:limit]
        self._tried = [(row.patient, row.purpose) for row in rows]
        records = dict(tx.load(list({row.patient for row in rows})))
        planned: set[str] = set()
        for row in rows:
            if row.purpose == "plan":
                planned.add(row.patient)
            elif row.purpose.startswith("touch:") and row.patient in planned:
                continue  # the new plan has dropped it, or armed it anew
            changes.timers.setdefault((row.patient, row.purpose), None)
            record = changes.conversations.get(row.patient) or records.get(row.patient)
            if record is not None:
                self._fire(tx, row, record, changes)
        return len(rows)

    # -- one update ------------------------------------------------------------------------------------
    def _take(self, tx: Transaction, row: InboxRow, record: PatientRecord, changes: Changes) -> bool:
        """One update. False if it raised and must wait."""
        dangers = safety.dangers_in(self.world, row, record)
        try:
            draft = self._draft(record)
            draft.record = changed(record, last_heard=draft.now)
            self._receive(tx, draft, row, dangers)
        except Exception as error:
            self._failed(tx, row, record, dangers, error, changes)
            return False
        if reason := hushed(record, draft):
            tx.recall_from(record.id, reason=reason, now=draft.now)
        draft.merge(changes)
        changes.turns.append(_turn_row(draft, row.id, str(row.body.get("kind"))))
        changes.done.append(row.id)
        changes.metered.append(("update", "done", row.received_at))
        return True

    def _draft(self, record: PatientRecord) -> Draft:
        return Draft(self.world, record, self.world.clock.now(), self.world.ids.next())

    def _receive(self, tx: Transaction, draft: Draft, row: InboxRow, dangers: Sequence[str]) -> None:
        fate = window.hear(tx, draft, str(row.body.get("kind")), danger=bool(dangers))
        if dangers:
            reached(draft, str(row.body.get("kind")))  # the check-ins that follow a danger need an open chat
            if not row.screened:
                safety.respond_to_all(draft, dangers, str(row.body.get("text", ""))[:500])
            if draft.enrolment is not None:
                self.apply(draft, safety.concern(draft, dangers), Delivery())
                self._fill(draft, row)
            return
        if self._fill(draft, row):
            return
        event = enter(tx, draft, row)
        if event is None:
            return
        if handing.keeps_out(draft, event):
            return
        if isinstance(event, Said):
            safety.own_up(draft, event.text)
        if fate in ("waiting", "expired") and self._only_knocks(draft, event):
            if fate == "expired":  # else the question itself goes out now
                self.apply(draft, go_on(draft), Delivery())
            else:
                window.practice_goes_on(draft)
            return
        if isinstance(event, Said) and self._at_rest(draft, event):
            return
        if replying.takes(tx, draft, event, str(row.body.get("reply_to") or "")):
            return
        if isinstance(event, Pressed) and _must_rest(draft, event):
            say_section(draft, "resting", Delivery())
            return
        self.apply(draft, event, Delivery(typed=not isinstance(event, Pressed), answers=_answered(draft, event)))

    def _fill(self, draft: Draft, row: InboxRow) -> bool:
        """What came from the page of a round goes onto its sheet, whatever the talk has open."""
        if row.body.get("kind") != "page":
            return False
        if draft.enrolment is not None:
            reached(draft, "page")
            filling.take(draft, json.loads(str(row.body["answer"])), self.apply)
        return True

    def _only_knocks(self, draft: Draft, event: Event) -> bool:
        """A word that cannot be an answer, because the patient has not seen the question: it opens the door only."""
        return isinstance(event, Attached) or (
            isinstance(event, Said) and not self._is_heard_at_rest(draft, event.text)
        )

    def _at_rest(self, draft: Draft, event: Said) -> bool:
        """A word from somebody whose enrolment is waiting or over, with nothing open."""
        enrolment = draft.enrolment
        if enrolment is None or draft.record.conversation.prompt is not None:
            return False
        if not (enrolment.progress.safety_hold or enrolment.state in _OVER_OR_WAITING):
            return False
        if draft.record.conversation.frames and not enrolment.progress.safety_hold:
            return False
        if self._is_heard_at_rest(draft, event.text):
            return False
        if enrolment.state == "screening" and not (enrolment.progress.screening or enrolment.progress.safety_hold):
            self.apply(draft, Opened(WELCOME, "patient"), Delivery())
            return True
        section = "resting" if enrolment.progress.safety_hold else _OVER_OR_WAITING[enrolment.state]
        say_section(draft, section, Delivery())
        return True

    def _is_heard_at_rest(self, draft: Draft, text: str) -> bool:
        """A word above every dialog; and a hard moment of anybody who has not left and is not still coming in.

        In a clinician's rest only a grave one: nobody who was just in danger is to be answered lightly.
        """
        library, enrolment = self.world.pack.library, draft.enrolment
        language = draft.record.profile.language
        if interrupt_in(text, library.phrases_for(language)) is not None:
            return True
        coming_in = enrolment is not None and enrolment.state == "screening" and not enrolment.progress.screening
        left = enrolment is not None and enrolment.state == "withdrawn"
        moment = None if coming_in or left else library.moments.in_text(text, language)
        return moment is not None and (moment.after_text or not draft.progress.safety_hold)

    # -- one timer -------------------------------------------------------------------------------------
    def _fire(self, tx: Transaction, row: TimerRow, record: PatientRecord, changes: Changes) -> None:
        try:
            draft = self._draft(record)
            self._run_timer(tx, draft, row, changes)
        except Exception as error:
            self._timer_failed(row, record, error, changes)
            return
        draft.merge(changes)
        changes.turns.append(_turn_row(draft, 0, row.purpose))
        changes.metered.append(("timer", "done", row.due_at))

    def _run_timer(self, tx: Transaction, draft: Draft, row: TimerRow, changes: Changes) -> None:
        purpose, _, _ = row.purpose.partition(":")
        if draft.progress.unreachable and purpose in _SPOKEN:
            return
        if purpose != "plan":
            draft.because = _because(draft, row)
        if purpose == "plan":
            plan = days.plan(draft, tx)
            if plan is not None:
                changes.plans.append(plan)
        elif purpose == "touch":
            opening = days.open_touchpoint(draft, row, tx)
            if opening is not None:
                self.apply(draft, *opening)
        elif purpose == "remind":
            self._remind(draft, row)
        elif purpose == "nag":
            self._nag(tx, draft, row)
        elif purpose == "page":
            filling.run_out(draft, str(row.body["assessment"]), self.apply)
        elif purpose == handing.PATIENCE:
            handing.run_out(draft, self.apply)
        elif purpose == "wait" and not draft.progress.hand_over and not window.holds_practice(tx, draft):
            expires = window.line_expires(draft)
            self.apply(draft, TimerFired("wait", row.token), Delivery(quiet=True, expires_at=expires))
        elif purpose == "safety_silence":
            self._silence(tx, draft, str(row.body["kind"]))
        elif purpose == "safety_again":
            kind = str(row.body["kind"])
            event = Concerned(kind, self.world.rules[kind].dialog, {"kind": kind})
            self.apply(draft, event, Delivery(touchpoint="safety"))
        elif purpose == "escalate":
            self._escalate(tx, draft, int(row.body["alert"]))
        elif purpose == AFTERWARDS:
            _do_again(draft, row)

    def _remind(self, draft: Draft, row: TimerRow) -> None:
        """The patient asked for it, so it is not unprompted; it still waits for a talk to end."""
        if not days.may_remind(draft, str(row.body["dialog"])):
            return
        if days.held_open(draft):
            draft.arm(row.purpose, draft.now + days.BUSY_RETRY, **row.body)
            return
        event = Opened(str(row.body["dialog"]), "remind", row.body.get("touchpoint"))
        self.apply(draft, event, Delivery(touchpoint="reminder"))

    def _nag(self, tx: Transaction, draft: Draft, row: TimerRow) -> None:
        prompt = draft.record.conversation.prompt
        if prompt is None or prompt.token != row.token or prompt.nagged or not days.may_nag(draft, tx):
            return
        days.count_nag(draft)
        self.apply(draft, TimerFired("nag", row.token), Delivery(lane=1, on_doubt="skip", touchpoint="reminder"))

    def _silence(self, tx: Transaction, draft: Draft, kind: str) -> None:
        rule = self.world.rules[kind]
        first = self.world.pack.library.dialogs[rule.dialog].start
        frames = draft.record.conversation.frames
        if any(frame.dialog == rule.dialog and frame.state == first for frame in frames):
            safety.no_answer(draft, kind)
            if rule.silence != safety.TELL:
                draft.arm("safety_again", draft.now, kind=kind)  # a turn of its own: no template can undo the alert

    def _escalate(self, tx: Transaction, draft: Draft, alert_id: int) -> None:
        for alert in tx.alerts(draft.record.id, open_only=True):
            if alert.id == alert_id and alert.acknowledged_at is None:
                tx.update_alert(changed(alert, escalated_at=alert.escalated_at or draft.now))

    # -- the step --------------------------------------------------------------------------------------
    def apply(self, draft: Draft, event: Event, delivery: Delivery) -> None:
        """One event through the pure engine, its effects onto the draft."""

        def foresee(effect: fx.Act | fx.Respond) -> Mapping[str, Any]:
            if isinstance(effect, fx.Act):
                acts.carry_out(draft, effect)
            else:
                acts.respond(draft, effect)
            return facts_of(self.world, draft.record, draft.now)

        facts = facts_of(self.world, draft.record, draft.now)
        conversation = changed(draft.record.conversation, facts=facts)
        outcome = step(self.world.pack.library, conversation, event, now=draft.now, rng=self.world.rng, foresee=foresee)
        draft.record = changed(draft.record, conversation=outcome.conversation)
        draft.chose += [_told(one) for one in outcome.chose]
        for effect in outcome.effects:
            if isinstance(effect, fx.Danger):  # the help goes out before anything else of the turn
                item = f"{effect.dialog}/{effect.state}={effect.answer}"
                safety.respond_to(draft, effect.kind, item=item, left_open=effect.answer == str(None))
        speak(draft, outcome.effects, delivery)
        for effect in outcome.effects:
            self._effect(draft, effect)

    def _effect(self, draft: Draft, effect: fx.Effect) -> None:
        match effect:
            case fx.Arm():
                draft.arm(effect.purpose, draft.now + effect.after, effect.token)
            case fx.Disarm():
                draft.disarm(effect.purpose)
            case fx.Repeated():
                filling.keep_repeated(draft, effect)
            case fx.Ended():
                _ended(draft, effect)
            case fx.Moved():
                draft.incident("moved", f"{effect.dialog}: {effect.from_state} -> {effect.to_state or 'gone'}")
            case _:
                pass

    # -- faults ----------------------------------------------------------------------------------------
    def _screen_held(self, tx: Transaction, changes: Changes, now_real: float, shards: Sequence[int] | None) -> None:
        """Updates that wait behind a turn that raises are read for danger meanwhile."""
        rows = tx.held(now_real=now_real, shards=shards)
        if not rows:
            return
        records = tx.load(list({row.patient for row in rows}))
        for row in rows:
            record = changes.conversations.get(row.patient) or records.get(row.patient)
            dangers = safety.dangers_in(self.world, row, record) if record else ()
            if record is not None and dangers:
                self._help_alone(row, record, dangers, changes)
        tx.mark_screened([row.id for row in rows])
        if changes.conversations:
            tx.save(changes)
            changes.outbox.clear()
            changes.alerts.clear()

    def _help_alone(self, row: InboxRow, record: PatientRecord, dangers: Sequence[str], changes: Changes) -> None:
        """The alert and the static help, without the turn that could not be computed."""
        draft = self._draft(record)
        safety.respond_to_all(draft, dangers, str(row.body.get("text", ""))[:500])
        draft.merge(changes)

    def _failed(
        self,
        tx: Transaction,
        row: InboxRow,
        record: PatientRecord,
        dangers: Sequence[str],
        error: Exception,
        changes: Changes,
    ) -> None:
        if dangers and not row.screened:
            self._help_alone(row, record, dangers, changes)
        now_real = self.world.clock.real()
        first = row.first_tried or now_real
        trace = _trace(error)
        log.error("turn of %s raised: %s", record.id, trace.splitlines()[-1], extra={"patient": record.id})
        if now_real - first >= PATIENCE:
            self._park(tx, row, changes.conversations.get(record.id) or record, trace, changes)
            changes.metered.append(("update", "parked", row.received_at))
            return
        changes.metered.append(("update", "retried", row.received_at))
        wait = _RETRY_STEPS[min(row.attempts, len(_RETRY_STEPS) - 1)]
        at = min(now_real + wait, first + PATIENCE)
        tx.retry_inbox(row.id, at_real=at, first_tried=first, attempts=row.attempts + 1, error=trace)

    def _park(self, tx: Transaction, row: InboxRow, record: PatientRecord, trace: str, changes: Changes) -> None:
        tx.park_inbox(row.id, error=trace)
        draft = self._draft(record)
        draft.incident("parked", trace)
        try:
            say_section(draft, "apology", Delivery())
        except Exception:
            log.exception("even the apology could not be rendered")
        draft.merge(changes)

    def _timer_failed(self, row: TimerRow, record: PatientRecord, error: Exception, changes: Changes) -> None:
        draft = self._draft(record)
        tries = int(row.body.get("tries", 0)) + 1
        trace = _trace(error)
        log.error(
            "timer %s of %s raised: %s", row.purpose, record.id, trace.splitlines()[-1], extra={"patient": record.id}
        )
        changes.metered.append(("timer", "retried" if tries < _TIMER_TRIES else "parked", row.due_at))
        if tries < _TIMER_TRIES:
            body = {**row.body, "tries": tries}
            due = draft.now + timedelta(seconds=2**tries)
            draft.timers[row.purpose] = changed(row, due_at=due, body=body)
        else:
            draft.incident("parked", f"timer {row.purpose}\n{trace}")
            if row.purpose == "plan":
                draft.arm("plan", draft.now + timedelta(hours=1))
        draft.merge(changes)


def _do_again(draft: Draft, row: TimerRow) -> None:
    """What was to follow a commit did not: the process has died, or it raised."""
    kind, tries = row.purpose.split(":")[1], int(row.body.get("tries", 0)) + 1
    if tries < _TIMER_TRIES:
        draft.later(kind, row.purpose, tries)
    else:
        draft.incident("parked", f"{kind}, after the commit")


def _may_speak(reach: Reach | None) -> bool:
    """Whether timers of what nobody has asked for may fire."""
    return reach is None or reach.unasked


def _plans_first(rows: Sequence[TimerRow]) -> list[TimerRow]:
    """A plan that is due decides on what else is due at the same moment."""
    return sorted(rows, key=lambda row: row.purpose != "plan")


def _must_rest(draft: Draft, event: Pressed) -> bool:
    """A button of a treatment talk that waits, while only a clinician may end the rest."""
    frames = draft.record.conversation.frames
    if not draft.progress.safety_hold:
        return False
    index = next((i for i, f in enumerate(frames) if f.parked and f.parked.token == event.token), None)
    if index is None:
        return False
    opened = next(frame for frame in reversed(frames[: index + 1]) if frame.opened != "call")
    return opened.opened in ("touchpoint", "remind") and not days.outlasts_hold(opened.dialog)


def _answered(draft: Draft, event: Event) -> dict[str, str]:
    """What a press says, in the words of its button; for a list, all that was chosen once it is finished."""
    prompt = draft.record.conversation.prompt
    if not isinstance(event, Pressed) or prompt is None or prompt.token != event.token:
        return {}
    labels = dict(prompt.labels)
    chosen = [labels[code] for code in prompt.chosen if code in labels] if event.code == "done" else []
    return {prompt.token: ", ".join(chosen) or labels.get(event.code, "")}


def _trace(error: Exception) -> str:
    """Where it happened, without the values: a traceback's text could carry a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename.rsplit('coachbot/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([*lines, type(error).__name__])


def _turn_row(draft: Draft, inbox: int, cause: str) -> TurnRow:
    frames = draft.record.conversation.frames
    top = frames[-1] if frames else None
    return TurnRow(
        draft.turn, draft.record.id, inbox, cause, draft.now,
        top.dialog if top else "", top.version if top else "", top.state if top else "",
    )  # fmt: skip


def _because(draft: Draft, row: TimerRow) -> dict[str, Any]:
    """What a timer stood for, and what the kindness rules had counted when it fired."""
    today = draft.local.date().isoformat()
    return {
        "timer": row.purpose,
        "due": row.due_at.isoformat(),
        **{name: row.body[name] for name in _KEPT_OF_TIMER if row.body.get(name) is not None},
        "unprompted_today": draft.progress.unprompted.get(today, 0),
    }


def _told(chose: fx.Chose) -> dict[str, Any]:
    """A way that guards decided, as it is kept."""
    return {"at": f"{chose.dialog} {chose.state}", "to": chose.to, "guards": chose.guards, "values": chose.values}


def _ended(draft: Draft, effect: fx.Ended) -> None:
    """An opened talk is over: what the enrolment has to know of it."""
    if effect.result == "done":
        draft.disarm(f"remind:{effect.dialog}")
    if effect.dialog == "common/evening" and effect.result == "lapsed":
        draft.change_progress(missed=draft.progress.missed + 1)
    elif effect.dialog == "common/finish":
        draft.change_enrolment(state="finished")
        draft.replan()
