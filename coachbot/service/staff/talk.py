"""The chat of somebody of the staff: "I've seen it" on a notice, `/broadcast`, `/off`. Nothing else is talked about.

What comes in was stored by the gate (`coachbot.service.staff.gate`) and is read here, off the writer's thread, for
every act waits for the writer. An act that was done before a process died is met as done already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from coachbot.engine.model import EMPTY
from coachbot.errors import CoachbotError
from coachbot.service.ids import IdSource
from coachbot.service.notices.records import Notice, StaffUpdate, Way
from coachbot.service.notices.wording import SEEN, Wording
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.records import AlertRow
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board
from coachbot.service.staff.care import Care
from coachbot.service.staff.records import StaffRow
from coachbot.service.staff.ways import PREFIX
from coachbot.service.writer import SOON, Writer

log = logging.getLogger("coachbot.staff")
T = TypeVar("T")
_AT_ONCE = 20
#: What a member may write in their own chat, behind a slash.
COMMANDS = frozenset({"broadcast", "off"})
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back, with its buttons, and what is being written from now on."""

    text: str
    choices: Choices = ()
    talk: Mapping[str, Any] = EMPTY
    #: The chat is no way any more once this was said.
    ends: bool = False


#: A talk that takes more than one message: given who writes, the update and the talk so far; None if it is not for it.
Longer = Callable[[StaffRow, StaffUpdate, Mapping[str, Any]], Answer | None]


class StaffTalk:
    """Reads what members write, one update after the other."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writer: Writer,
        ids: IdSource,
        audit: Audit,
        board: Board,
        care: Care,
        wording: Wording,
        longer: Longer,
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._ids = ids
        self._audit = audit
        self._board = board
        self._care = care
        self._wording = wording
        self._longer = longer

    def drain(self) -> int:
        """Read all that waits. Returns how many updates that was. Never call it on the writer's own thread."""
        done = 0
        while updates := self._waiting():
            for update in updates:
                self._take(update)
            done += len(updates)
        return done

    def _waiting(self) -> Sequence[StaffUpdate]:
        with self._store.reading() as tx:
            return tx.staff_updates(_AT_ONCE)

    def _take(self, update: StaffUpdate) -> None:
        with self._store.reading() as tx:
            way = tx.way(update.way)
            staff = tx.staff_by_id(way.staff) if way else None
        answer = None
        if way is not None and staff is not None and staff.active:
            try:
                answer = self._read(staff, update, way)
            except CoachbotError as error:
                answer = Answer(str(error), talk=way.talk)
            except Exception:
                log.exception("what a member wrote could not be read; it is left alone")
        self._write(lambda tx: self._close(tx, update, way, answer))

    def _close(self, tx: Transaction, update: StaffUpdate, way: Way | None, answer: Answer | None) -> None:
        """It was read: the answer is on its way, in the same commit."""
        tx.staff_update_done(update.id)
        if way is None or answer is None or tx.way(way.id) is None:
            return
        body: dict[str, Any] = {"text": answer.text}
        if answer.choices:
            body["choices"] = [list(choice) for choice in answer.choices]
        if answer.ends:
            body["ends"] = True
        elif dict(answer.talk) != dict(way.talk):
            tx.put_way(replace(way, talk=answer.talk))
        now = self._clock.real()
        tx.add_notices([Notice(self._ids.next(), way.id, f"talk:{way.id}", f"answer {update.id}", body, now)])

    # -- reading ---------------------------------------------------------------------------------------
    def _read(self, staff: StaffRow, update: StaffUpdate, way: Way) -> Answer | None:
        kind, code = str(update.body.get("kind")), str(update.body.get("code") or "")
        text = str(update.body.get("text") or "").strip()
        if kind in ("blocked", "unblocked", "edited") or text.startswith(PREFIX):
            return None
        if kind == "press" and code.startswith(SEEN):
            return Answer(self._seen(staff, code.removeprefix(SEEN)), talk=way.talk)
        if code == "off" or text.lower() == "/off":
            return self._off(staff, way)
        longer = self._longer(staff, update, way.talk)
        return longer or Answer(self._wording.say("unknown"), talk=way.talk)

    def _off(self, staff: StaffRow, way: Way) -> Answer:
        self._audit.saw(staff.id, "way.off", detail=str(way.id))
        return Answer(self._wording.say("off"), ends=True)

    def _seen(self, staff: StaffRow, number: str) -> str:
        """Acknowledge an alert under this member's name, as the console would."""
        alert = self._alert(number)
        if alert is None or not staff.may("treat") or not self._may_see(staff, alert):
            self._audit.saw(staff.id, "refused", alert.patient if alert else "", "acknowledge by chat")
            return self._wording.say("not_yours")
        if alert.acknowledged_at is not None and alert.acknowledged_by != staff.name:
            return self._wording.say("seen_already", by=alert.acknowledged_by)
        if alert.acknowledged_at is None:
            self._care.do("acknowledge", staff, alert.patient, {"alert": number})
        return self._wording.say("done_seen", time=self._wording.clock(self._clock.now()))

    def _alert(self, number: str) -> AlertRow | None:
        if not (number.isascii() and number.isdigit()):
            return None
        with self._store.reading() as tx:
            return next((one for one in tx.alerts() if str(one.id) == number), None)

    def _may_see(self, staff: StaffRow, alert: AlertRow) -> bool:
        """Theirs to treat; or told to them, because nobody else had seen it."""
        if self._board.may_see(staff, alert.patient):
            return True
        with self._store.reading() as tx:
            mine = {way.id for way in tx.ways() if way.staff == staff.id}
            return any(one.way in mine for one in tx.notices(f"alert:{alert.id}"))

    def _write(self, work: Callable[[Transaction], T]) -> T:
        def write() -> T:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON).result()
