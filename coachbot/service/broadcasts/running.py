"""The work of broadcasts, one short slice after the other: planning whom, sending what is due, noting how it went.

Every slice is one transaction of a few milliseconds; what it did and where it stopped stand in the same commit, so a
process that is killed goes on where it was. Only so many messages wait in the outbox at a time: they never stand in
the way of what the calendar brings, and a pause or a cancellation takes hold at once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from coachbot.errors import StaffError, StoreError
from coachbot.programme.gates import awake
from coachbot.rendering import Bubble
from coachbot.service import days
from coachbot.service.broadcasts.audience import Audience, read_audience
from coachbot.service.broadcasts.checking import faults_of
from coachbot.service.broadcasts.records import Broadcast, Fate, Head, Hours, Recipient
from coachbot.service.broadcasts.rules import Verdict, verdict
from coachbot.service.broadcasts.showing import Look, look
from coachbot.service.broadcasts.timing import due_of, earliest, last_moment, latest, local_days, moment_of
from coachbot.service.draft import Draft
from coachbot.service.facts import local_now
from coachbot.service.failing import trace_of
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import Changes, Incident, PatientRecord, TurnRow
from coachbot.service.speaking import UNASKED, Delivery, queue
from coachbot.service.staff.records import RosterRow, StaffRow
from coachbot.service.world import World

log = logging.getLogger("coachbot.broadcasts")

#: Real seconds after which a slice begins no further piece; its commit comes on top.
SLICE_S = 0.008
#: Messages of all broadcasts that may wait in the outbox at a time.
MOST_QUEUED = 100
#: Enrolments looked at, records opened, and hours found out, at a time.
_HEADS, _PIECE, _DATED = 512, 8, 48
#: An enrolment, and what stands openly tells of it: it fits, it does not, or (None) it must be opened.
Told: TypeAlias = tuple[Head, bool | None]
#: What its author reads of a broadcast that raised.
_RAISED = "something went wrong in the coach itself, and it was paused; the operator finds where among the incidents"
#: What the operator reads of one that may not be sent any more: its words stay on its page.
_UNFIT = "its text or audience may not be sent (any more); its page in the console says why"
#: Reasons that the text itself is, and that an operator must see.
_OF_THE_TEXT = ("text_fails", "blinding")
_FATES: Mapping[str, Fate] = {"sent": "sent", "failed": "failed", "expired": "suppressed", "suppressed": "suppressed"}


class Runner:
    """Does what broadcasts have to do now."""

    def __init__(self, world: World, store: Store, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._world = world
        self._store = store
        self._monotonic = monotonic

    def work(self) -> int:
        """One slice. Returns how many recipients it dealt with; 0 when there is nothing to do just now."""
        with self._store.reading() as tx:
            working = tx.working_broadcasts()
        for one in working:
            if done := self._slice(one):
                return done
        return 0

    def _slice(self, one: Broadcast) -> int:
        try:
            if one.state == "scheduled":
                return self._begin(one) if one.starts is None or one.starts <= self._world.clock.now() else 0
            if not one.planned:  # first whom, as quickly as can be; then, one after the other, when
                return self._plan(one)
            return self._settle(one) or self._send(one) or self._end(one)
        except StaffError as error:
            return self._stop(one, str(error), str(error))
        except (StoreError, OSError):  # an outage is nobody's fault, and ends by itself
            raise
        except Exception as error:
            return self._stop(one, _RAISED, trace_of(error))

    def _begin(self, one: Broadcast) -> int:
        """It may have been agreed to long ago: what it may say, and what its author may do, can be otherwise now."""
        with self._store.reading() as tx:
            author = tx.staff_by_id(one.staff)
        if found := faults_of(one, author, self._world):
            return self._stop(
                one, f"it was not begun: {'; '.join(found)}. Cancel it, write it anew, and send that", _UNFIT
            )
        return self._change(one, lambda tx, now: replace(now, state="sending"))

    def _stop(self, one: Broadcast, why: str, detail: str) -> int:
        """This broadcast can't go on by itself, and somebody must look; all others go on."""
        log.error("broadcast %s was paused: %s", one.id, detail.splitlines()[-1])

        def hold(tx: Transaction, now: Broadcast) -> Broadcast:
            told = f"broadcast {one.id} was paused\n{detail}"
            incident = Incident(self._world.ids.next(), self._world.clock.now(), "broadcast", "", told)
            tx.save(Changes(incidents=[incident]))
            return replace(now, state="paused", before=now.state, note=why)

        try:
            return self._change(one, hold)
        except (StoreError, OSError):
            raise
        except Exception:
            log.exception("broadcast %s could not even be paused", one.id)
            return 0

    def _change(self, one: Broadcast, work: Callable[[Transaction, Broadcast], Broadcast | None]) -> int:
        """A change of the broadcast as it stands in the database; 0 if somebody was quicker."""
        with self._store.writing() as tx:
            now = tx.broadcast(one.id)
            if now is None or now.state != one.state or now.cursor != one.cursor:
                return 0
            fresh = work(tx, now)
            if fresh is None:
                return 0
            if fresh != now:
                tx.put_broadcast(fresh)
        return 1

    # -- whom ------------------------------------------------------------------------------------------
    def _plan(self, one: Broadcast) -> int:
        """Look at the next enrolments, and write down whom the broadcast is meant for.

        Where what stands openly tells, nobody is opened: at which hour it comes to each is found out later (`_early`).
        """
        began, audience = self._monotonic(), read_audience(one.audience, self._world.pack)
        days_now = local_days(self._world.clock.now())
        with self._store.reading() as tx:
            author = tx.staff_by_id(one.staff)
            heads = tx.heads(one.cursor, _HEADS)
            rows: list[Recipient] = []
            cursor, ended = one.cursor, len(heads) < _HEADS
            for piece in _pieces([(head, audience.told_by(head, days_now)) for head in heads]):
                rows += self._meant(tx, one, audience, author, piece)
                cursor = piece[-1][0].id
                if self._monotonic() - began > SLICE_S and cursor != heads[-1].id:
                    ended = False
                    break

        def write(tx: Transaction, now: Broadcast) -> Broadcast:
            tx.add_recipients(rows)
            return replace(now, cursor=cursor, planned=ended, people=now.people + len(rows))

        return self._change(one, write)

    def _meant(
        self, tx: Transaction, one: Broadcast, audience: Audience, author: StaffRow | None, piece: Sequence[Told]
    ) -> Iterator[Recipient]:
        now = self._world.clock.now()
        opened = [head.patient for head, told in piece if told is None]
        fitting = {row.patient for row in tx.standings(opened) if fits(tx, row, audience, now)} if opened else set()
        found = [head.patient for head, told in piece if told or head.patient in fitting]
        due, expires = earliest(one, now), latest(one, now)
        for patient in whom_one_may_write_to(tx, author, found):
            yield Recipient(one.id, patient, "planned", due, expires)

    # -- what ------------------------------------------------------------------------------------------
    def _send(self, one: Broadcast) -> int:
        """Queue what is due, as far as there is room in the outbox; before that, find out whose hour it is."""
        with self._store.reading() as tx:
            due = tx.due_recipients(one.id, self._world.clock.now(), _DATED)
            early = self._early(tx, one, due)
        if early:
            return self._put_off(one, early)
        return self._queue_due(one) if due else 0

    def _early(self, tx: Transaction, one: Broadcast, due: Sequence[Recipient]) -> list[Recipient]:
        """Those planned for the first clock on earth, whose own clock does not show the time yet: with their hour."""
        now, last = self._world.clock.now(), last_moment(one)
        undated = [row for row in due if row.expires == last]
        clocks = tx.hours([row.patient for row in undated]) if undated else {}
        dated = [(row, *self._hour(one, clocks[row.patient], now)) for row in undated if row.patient in clocks]
        return [replace(row, due=hour, expires=until) for row, hour, until in dated if hour > max(now, row.due)]

    def _put_off(self, one: Broadcast, rows: Sequence[Recipient]) -> int:
        with self._store.writing() as tx:
            now = tx.broadcast(one.id)
            if now is None or now.state != "sending":
                return 0
            tx.put_off_recipients(rows)
        return len(rows)

    def _queue_due(self, one: Broadcast) -> int:
        began, done = self._monotonic(), 0
        changes, rows = Changes(), list[Recipient]()
        with self._store.writing() as tx:
            now = tx.broadcast(one.id)
            if now is None or now.state != "sending":
                return 0
            room = MOST_QUEUED - tx.queued_count(one.id)
            due = tx.due_recipients(one.id, self._world.clock.now(), min(room, MOST_QUEUED)) if room > 0 else ()
            for first in range(0, len(due), _PIECE):
                piece = due[first : first + _PIECE]
                records = tx.load([row.patient for row in piece])
                rows += [self._one(tx, now, row, records.get(row.patient), changes) for row in piece]
                if self._monotonic() - began > SLICE_S:
                    break
            done = len(rows)
            if done:
                _count_left_out(now, rows, changes)
                tx.save(changes)
                tx.put_recipients(rows)
                self._count(tx, now, rows)
        return done

    def _hour(self, one: Broadcast, hours: Hours, now: datetime) -> tuple[datetime, datetime]:
        """When it is due on this clock, never at night; and until when."""
        due, expires = due_of(one, hours.zone, now), self._until(one, hours.zone, now)
        programme = self._world.pack.programmes.get(hours.programme)
        woken = awake(programme.burden, due, hours.zone) if programme else due
        return min(woken, max(due, expires)), expires

    def _until(self, one: Broadcast, zone: str, now: datetime) -> datetime:
        """The last moment for somebody of this zone."""
        return moment_of(one, zone or "UTC", now) + timedelta(hours=one.hours)

    def _one(
        self, tx: Transaction, one: Broadcast, row: Recipient, record: PatientRecord | None, changes: Changes
    ) -> Recipient:
        if record is None:
            return replace(row, state="suppressed", reason="damaged")
        draft = Draft(self._world, record, self._world.clock.now(), self._world.ids.next())
        row = replace(row, expires=self._until(one, record.profile.zone, draft.now))
        found = verdict(tx, draft, row.due, row.expires)
        if found.until is not None:
            return replace(row, due=found.until)
        if not found.reason:
            found = self._say(draft, one, row, changes)
        if found.reason:
            return replace(row, state="suppressed", reason=found.reason)
        draft.merge(changes)
        changes.turns.append(TurnRow(draft.turn, record.id, 0, f"broadcast:{one.id}", draft.now))
        return replace(row, state="queued", row=draft.outbox[-1].id)

    def _say(self, draft: Draft, one: Broadcast, row: Recipient, changes: Changes) -> Verdict:
        """Queue the words; nothing is changed if they can't be shown, or must not be."""
        found = look(self._world, one.texts, draft.record, draft.now)
        if found.reason in _OF_THE_TEXT:
            self._left_out(draft, one, found, changes)
        if found.reason:
            return Verdict(found.reason)
        _queue(draft, one, row, found.said)
        return Verdict()

    def _left_out(self, draft: Draft, one: Broadcast, found: Look, changes: Changes) -> None:
        """Somebody gets nothing because of the text: the operator must see it, once for each broadcast."""
        log.error(
            "broadcast %s was held back from %s: %s", one.id, draft.record.id, found.why,
            extra={"patient": draft.record.id},
        )  # fmt: skip
        detail = f"of the last of them: {found.reason}" + (f"\n{trace_of(found.error)}" if found.error else "")
        others = [incident for incident in changes.incidents if incident.id != one.id]
        changes.incidents[:] = [*others, Incident(one.id, draft.now, "broadcast", "", detail)]

    # -- how it went -----------------------------------------------------------------------------------
    def _settle(self, one: Broadcast) -> int:
        """Write down what became of messages that were queued."""
        with self._store.reading() as tx:
            ended = tx.fates(one.id, MOST_QUEUED)
        if not ended:
            return 0
        with self._store.writing() as tx:
            now = tx.broadcast(one.id)
            if now is None:
                return 0
            rows = [_fate(row, state, reason) for row, state, reason in ended]
            tx.put_recipients(rows)
            self._count(tx, now, rows)
        return len(rows)

    def _count(self, tx: Transaction, one: Broadcast, rows: Sequence[Recipient]) -> None:
        why = Counter(row.reason for row in rows if row.state in ("suppressed", "failed") and row.reason)
        if why:
            tx.put_broadcast(replace(one, reasons=dict(Counter(one.reasons) + why)))

    def _end(self, one: Broadcast) -> int:
        """Everybody planned, nobody left: it is done."""
        with self._store.reading() as tx:
            if tx.is_unfinished(one.id):
                return 0

        def close(tx: Transaction, now: Broadcast) -> Broadcast | None:
            return None if tx.is_unfinished(one.id) else replace(now, state="done")

        return self._change(one, close)


def _count_left_out(one: Broadcast, rows: Sequence[Recipient], changes: Changes) -> None:
    """One incident tells of all whom the text left out; it takes the place of the one that told of fewer."""
    count = sum(one.reasons.get(reason, 0) for reason in _OF_THE_TEXT)
    count += sum(row.reason in _OF_THE_TEXT for row in rows)
    told = f"broadcast {one.id} was held back from {count} because of its text"
    changes.incidents[:] = [
        replace(incident, detail=f"{told}\n{incident.detail}") if incident.id == one.id else incident
        for incident in changes.incidents
    ]


def _queue(draft: Draft, one: Broadcast, row: Recipient, said: Sequence[Bubble]) -> None:
    delivery = Delivery(lane=UNASKED, expires_at=row.expires, on_doubt="skip")
    for bubble in said:
        queue(draft, {"kind": "text", "text": bubble.markdown, "broadcast": str(one.id)}, delivery)
    before = draft.progress.unprompted.get(draft.local.date().isoformat(), 0)
    draft.because = {
        "timer": f"broadcast:{one.id}", "rule": "broadcast", "due": row.due.isoformat(),
        "expires": row.expires.isoformat(), "unprompted_today": before,
    }  # fmt: skip
    days.count_unprompted(draft)
    draft.change_progress(broadcast={"id": str(one.id), "at": draft.now.isoformat()})


def _fate(row: Recipient, state: str, reason: str) -> Recipient:
    if state == "expired":
        return replace(row, state="suppressed", reason="expired")
    return replace(row, state=_FATES.get(state, "failed"), reason=reason if state != "sent" else "")


def _pieces(heads: Sequence[Told]) -> Iterator[Sequence[Told]]:
    """Enrolments in order, a few of those who must be opened at a time, with whoever is told by the open in between."""
    first, opened = 0, 0
    for place, (_, told) in enumerate(heads):
        opened += told is None
        if opened == _PIECE or place == len(heads) - 1:
            yield heads[first : place + 1]
            first, opened = place + 1, 0


def fits(tx: Transaction, row: RosterRow, audience: Audience, now: datetime) -> bool:
    """Whether a broadcast is meant for this patient."""
    if row.enrolment is None or row.enrolment.anchor is None:
        return False
    if not audience.fits(row.profile, row.enrolment, local_now(row.profile, now).date()):
        return False
    return not audience.scores or audience.scores_fit(_totals(tx, row.patient))


def _totals(tx: Transaction, patient: str) -> Mapping[str, float]:
    """The latest total of each instrument."""
    found: dict[str, float] = {}
    for response in tx.responses(patient):
        total = response.body.get("scores", {}).get("total")
        if isinstance(total, int | float):
            found[response.instrument] = float(total)
    return found


def whom_one_may_write_to(tx: Transaction, author: StaffRow | None, patients: Sequence[str]) -> Sequence[str]:
    """A therapist writes to their own patients and to those of nobody; everybody else's author to all."""
    if author is None or author.role != "therapist":
        return patients
    care = tx.carers_among(patients)
    return [patient for patient in patients if patient not in care or author.id in care[patient]]


def may_write_to(tx: Transaction, author: StaffRow | None, patient: str) -> bool:
    """A therapist writes to their own patients and to those of nobody; everybody else's author to all."""
    if author is None or author.role != "therapist":
        return True
    carers = tx.carers(patient)
    return not carers or author.id in carers
