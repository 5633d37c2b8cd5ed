"""Turns: what waits in the inbox, and what is due, applied to conversations and committed in groups.

Compute first, commit once, send after. One group takes up to fifty events, loads their patients in one
query, computes in memory, leaves out a turn that raises, and writes every table once in one commit. If the
write fails, all is rolled back and repeated turn by turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from coachbot.engine.changing import changed
from coachbot.errors import StoreBusy, StoreLost
from coachbot.service import safety
from coachbot.service.broadcasts.rules import hushed
from coachbot.service.draft import Draft, new_draft
from coachbot.service.failing import help_alone, timer_failed, update_failed
from coachbot.service.firing import run_timer
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
from coachbot.service.updates import receive
from coachbot.service.world import World

log = logging.getLogger("coachbot.turns")

GROUP = 50
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
        #: Updates wait that the group under way has no room for.
        self._more = False
        #: Nothing is left to be done just now.
        self.emptied = False

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
            # A timer may arm another that is due at once; a turn makes no update.
            self.emptied = not count or (work == self._inbox_group and not self._more)
            if reach is not None:
                reach.emptied = self.emptied
        except (StoreLost, StoreBusy):
            raise  # no turn's fault: the writer does it again when the database answers
        except Exception as error:
            self.emptied = False
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
                update_failed(self.world, tx, row, records[row.patient], dangers, error, changes)
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
                timer_failed(self.world, row, records[row.patient], error, changes)
            tx.save(changes)
        self._measure(changes)
        return len(rows)

    def _inbox_group(self, tx: Transaction, changes: Changes, limit: int, reach: Reach | None) -> int:
        now_real, shards = self.world.clock.real(), reach.taken if reach else None
        self._screen_held(tx, changes, now_real, shards)
        found = tx.waiting(now_real=now_real, limit=limit + 1, shards=shards)  # one more tells whether any are left
        rows, self._more = found[:limit], len(found) > limit
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
            draft = new_draft(self.world, record)
            draft.record = changed(record, last_heard=draft.now)
            receive(tx, draft, row, dangers)
        except Exception as error:
            update_failed(self.world, tx, row, record, dangers, error, changes)
            return False
        if reason := hushed(record, draft):
            tx.recall_from(record.id, reason=reason, now=draft.now)
        draft.merge(changes)
        changes.turns.append(_turn_row(draft, row.id, str(row.body.get("kind"))))
        changes.done.append(row.id)
        changes.metered.append(("update", "done", row.received_at))
        return True

    # -- one timer -------------------------------------------------------------------------------------
    def _fire(self, tx: Transaction, row: TimerRow, record: PatientRecord, changes: Changes) -> None:
        try:
            draft = new_draft(self.world, record)
            run_timer(tx, draft, row, changes)
        except Exception as error:
            timer_failed(self.world, row, record, error, changes)
            return
        draft.merge(changes)
        changes.turns.append(_turn_row(draft, 0, row.purpose))
        changes.metered.append(("timer", "done", row.due_at))

    # -- faults ----------------------------------------------------------------------------------------
    def _screen_held(self, tx: Transaction, changes: Changes, now_real: float, shards: Sequence[int] | None) -> None:
        """Updates that wait behind a turn that raises are read for danger meanwhile."""
        rows = tx.held(now_real=now_real, shards=shards)
        if not rows:
            return
        records = tx.load(list({row.patient for row in rows}))
        for row in rows:
            record = changes.conversations.get(row.patient) or records.get(row.patient)
            if record is not None:
                help_alone(self.world, row, record, safety.dangers_in(self.world, row, record), changes)
        tx.mark_screened([row.id for row in rows])
        if changes.conversations:
            tx.save(changes)
            changes.outbox.clear()
            changes.alerts.clear()


def _may_speak(reach: Reach | None) -> bool:
    """Whether timers of what nobody has asked for may fire."""
    return reach is None or reach.unasked


def _plans_first(rows: Sequence[TimerRow]) -> list[TimerRow]:
    """A plan that is due decides on what else is due at the same moment."""
    return sorted(rows, key=lambda row: row.purpose != "plan")


def _turn_row(draft: Draft, inbox: int, cause: str) -> TurnRow:
    frames = draft.record.conversation.frames
    top = frames[-1] if frames else None
    return TurnRow(
        draft.turn, draft.record.id, inbox, cause, draft.now,
        top.dialog if top else "", top.version if top else "", top.state if top else "",
    )  # fmt: skip
