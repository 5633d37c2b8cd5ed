"""What staff do with broadcasts: write, rehearse, send, agree, pause, cancel. Each act stands in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from coachbot.engine.model import EMPTY
from coachbot.errors import StaffError
from coachbot.service import days
from coachbot.service.broadcasts.audience import Audience, read_audience
from coachbot.service.broadcasts.checking import faults_of
from coachbot.service.broadcasts.records import OVER, WRITABLE, Broadcast, Recipient
from coachbot.service.broadcasts.rehearsal import Rehearsal, Rehearsals
from coachbot.service.broadcasts.timing import DEFAULT_HOURS, last_moment, read_hours, read_time, refuse_far, starts_at
from coachbot.service.broadcasts.wording import blinding_faults, faults_in, programmes_of, unblinding_filter
from coachbot.service.draft import Draft
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import Changes
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import StaffRow
from coachbot.service.world import World
from coachbot.service.writer import SOON, Writer

T = TypeVar("T")
#: How long somebody may be waited for who agrees.
APPROVAL = timedelta(days=3)
_LONGEST_TITLE = 80
_RECALLED_AT_ONCE, _DROPPED_AT_ONCE = 20, 500
Fields = Mapping[str, str]


class UnknownBroadcastError(StaffError):
    """There is no such broadcast, or it is not theirs: the two look the same."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast has come."""

    people: int
    counts: Mapping[str, int] = EMPTY
    #: Planned once, and erased since.
    erased: int = 0

    @property
    def ended(self) -> int:
        """Of how many the end is known."""
        return sum(self.counts.get(one, 0) for one in ("sent", "failed", "suppressed", "cancelled")) + self.erased

    @property
    def sent(self) -> int:
        """Who got it."""
        return self.counts.get("sent", 0)

    @property
    def without(self) -> int:
        """Who got nothing, and won't: held back, failed, cancelled, or erased since."""
        return self.ended - self.sent

    @property
    def percent(self) -> int:
        """The part that got it, in whole percent."""
        return 100 * self.sent // self.people if self.people else 0


class Broadcasts:
    """The staff's side of broadcasts. Every method commits before it returns, through the one writer."""

    def __init__(self, world: World, store: Store, writer: Writer, audit: Audit) -> None:
        self._world = world
        self._store = store
        self._writer = writer
        self._audit = audit
        self._rehearsals = Rehearsals(world, store)

    # -- looking ---------------------------------------------------------------------------------------
    def all(self, staff: StaffRow) -> Sequence[Broadcast]:
        """Those that somebody may see, the newest first."""
        with self._store.reading() as tx:
            return [one for one in tx.broadcasts() if _may_see(staff, one)]

    def of(self, staff: StaffRow, number: int) -> Broadcast:
        """One broadcast. Raises UnknownBroadcastError (audited) if there is none, or it is somebody else's."""
        with self._store.reading() as tx:
            one = tx.broadcast(number)
        if one is None or not _may_see(staff, one):
            self._audit.saw(staff.id, "refused", "", f"broadcast {number}")
            raise UnknownBroadcastError(f"there is no broadcast {number}, or it is not yours")
        return one

    def author(self, one: Broadcast) -> StaffRow | None:
        """Who wrote it."""
        with self._store.reading() as tx:
            return tx.staff_by_id(one.staff)

    def progress(self, one: Broadcast) -> Progress:
        """How far it has come."""
        with self._store.reading() as tx:
            counts = tx.recipient_counts(one.id)
        return Progress(one.people, counts, max(0, one.people - sum(counts.values())))

    def recipients(self, one: Broadcast, *, after: str = "", limit: int = 100) -> Sequence[Recipient]:
        """A page of the ledger."""
        with self._store.reading() as tx:
            return tx.recipients_of(one.id, after=after, limit=limit)

    def audience_of(self, words: str) -> Audience:
        """The filter words as they are understood. Raises StaffError for those that are not."""
        return read_audience(words, self._world.pack)

    def time_of(self, words: str) -> str:
        """A time as it is kept. Raises StaffError for what is none, or too far ahead."""
        at = read_time(words)
        refuse_far(at, self._world.clock.now())
        return at

    def faults_of_text(self, texts: Mapping[str, str], staff: StaffRow) -> tuple[str, ...]:
        """What stands against a text whoever it goes to: ideas that one arm may meet are left for the audience."""
        pack = self._world.pack
        found = [*map(str, faults_in(texts, pack, treats=staff.may("treat")))]
        if not found:
            open_ones = programmes_of(read_audience("", pack), pack)
            arms = {arm.code for programme in open_ones for arm in programme.arms}
            each = [blinding_faults(texts, read_audience(f"arm={arm}", pack), pack) for arm in sorted(arms)]
            found = [str(one) for one in each[0] if all(one in faults for faults in each)] if each else []
        return tuple(found)

    def faults(self, one: Broadcast, staff: StaffRow) -> tuple[str, ...]:
        """Everything that stands against sending it, each with its place; empty if nothing does."""
        return faults_of(one, staff, self._world)

    def rehearse(self, staff: StaffRow, number: int, *, masked: bool = False) -> Rehearsal:
        """Who would get it. Raises StaffError for what can't be read or must not be asked."""
        one = self.of(staff, number)
        self._refuse_unblinding(one, staff)
        if staff.blinded and (found := self.faults(one, staff)):  # its previews could show what must not be known
            raise StaffError("it can't be rehearsed yet: " + "; ".join(found))
        self._audit.saw(staff.id, "broadcast.rehearse", "", f"{number}{' masked' if masked else ''}")
        return self._rehearsals.of(one, self.author(one), masked=masked or not staff.may("treat"))

    def _refuse_unblinding(self, one: Broadcast, staff: StaffRow) -> None:
        audience = read_audience(one.audience, self._world.pack)
        if staff.blinded and (against := unblinding_filter(audience, self._world.pack)):
            raise StaffError(against)

    # -- writing ---------------------------------------------------------------------------------------
    def write(self, staff: StaffRow, fields: Fields, number: int = 0) -> Broadcast:
        """A new draft, or one written anew. Faults of its texts are kept with it until it is to be sent.

        `fields`: `title`, `audience`, `at`, `hours`, and `text.en` for each language.
        """
        title = " ".join(fields.get("title", "").split())
        if not 1 <= len(title) <= _LONGEST_TITLE:
            raise StaffError(f"a broadcast has a title of 1 to {_LONGEST_TITLE} characters; patients don't see it")
        texts = {
            name.removeprefix("text."): text.strip().replace("\r\n", "\n")
            for name, text in fields.items() if name.startswith("text.") and text.strip()
        }  # fmt: skip
        before = self.of(staff, number) if number else None
        if before is not None and before.staff != staff.id:
            raise StaffError("only its author writes a broadcast anew")
        now = self._world.clock.now()
        base = before or Broadcast(self._world.ids.next(), staff.id, "draft", title, texts, made=now)
        one = replace(
            base, title=title, texts=texts, audience=" ".join(fields.get("audience", "").split()),
            at=read_time(fields.get("at", "")), hours=read_hours(fields.get("hours") or str(DEFAULT_HOURS)), note="",
        )  # fmt: skip
        refuse_far(one.at, now)
        self._refuse_unblinding(one, staff)
        return self._act(staff, "write", one.id, lambda tx, held: self._written(one, held))

    def _written(self, one: Broadcast, held: Broadcast | None) -> Broadcast:
        if held is not None and held.state not in WRITABLE:
            raise StaffError(f"this broadcast is {held.state}; only a draft can be written anew")
        return one

    # -- sending ---------------------------------------------------------------------------------------
    def send(self, staff: StaffRow, number: int) -> Broadcast:
        """Send it, or ask a second person. Raises StaffError with everything that stands against it."""
        one = self._own(staff, number)
        self._refuse_faulty(one, staff)
        if not self._rehearsals.more_than(one, staff, 0):
            raise StaffError("the audience is nobody: look at its filter words, or rehearse to see why")
        if failing := self._rehearsals.faults(one, self.author(one)):
            raise StaffError("it can't be sent: " + "; ".join(failing))
        second = self.needs_second(staff, one)
        now = self._world.clock.now()

        def go(held: Broadcast) -> Broadcast:
            _must_be(held, "draft")
            return replace(held, state="waiting", asked=now, note="") if second else self._scheduled(held)

        return self._change(staff, "send", one, go)

    def needs_second(self, staff: StaffRow, one: Broadcast) -> bool:
        """Whether somebody else must agree: to a large one, and to any of somebody who does not treat."""
        return not staff.may("treat") or self._rehearsals.more_than(one, staff, self._world.approve_above)

    def _refuse_faulty(self, one: Broadcast, staff: StaffRow) -> None:
        if found := self.faults(one, staff):
            raise StaffError("it can't be sent: " + "; ".join(found))
        self._refuse_late(one)

    def _refuse_late(self, one: Broadcast) -> None:
        last = last_moment(one)
        if last is not None and last <= self._world.clock.now():
            raise StaffError(f"{one.at} is past everywhere, {one.hours} hours of waiting included; choose another time")

    def _scheduled(self, one: Broadcast) -> Broadcast:
        return replace(one, state="scheduled", starts=starts_at(one.at, self._world.clock.now()))

    def approve(self, staff: StaffRow, number: int) -> Broadcast:
        """A second person agrees. Too late, it goes back to its author."""
        one = self.of(staff, number)
        if not staff.may("broadcast"):
            raise StaffError("a therapist or an admin agrees to a broadcast")
        if one.staff == staff.id:
            raise StaffError("somebody else than its author must agree to a broadcast")
        _must_be(one, "waiting")
        if self._too_late(one):
            self._change(staff, "approve.expired", one, _back("nobody agreed in time; look at it again and send it"))
            raise StaffError(f"it has waited for longer than {APPROVAL.days} days and went back to its author")
        author = self.author(one)
        self._refuse_faulty(one, author or staff)

        def agree(held: Broadcast) -> Broadcast:
            _must_be(held, "waiting")
            if held.texts != one.texts or held.audience != one.audience:
                raise StaffError("it was written anew meanwhile; read it again")
            agreed = replace(held, approved_by=staff.id, approved=self._world.clock.now())
            return self._scheduled(agreed)

        return self._change(staff, "approve", one, agree)

    def _too_late(self, one: Broadcast) -> bool:
        return one.asked is None or self._world.clock.now() - one.asked > APPROVAL

    def refuse(self, staff: StaffRow, number: int, why: str = "") -> Broadcast:
        """Back to the author: a second person does not agree, or the author takes it back."""
        one = self.of(staff, number)
        if not (staff.may("broadcast") or one.staff == staff.id):
            raise StaffError("a therapist or an admin sends a broadcast back")
        _must_be(one, "waiting")
        return self._change(staff, "refuse", one, _back(why.strip()[:200] or "sent back"))

    # -- halfway ---------------------------------------------------------------------------------------
    def pause(self, staff: StaffRow, number: int) -> Broadcast:
        """Nothing more goes out until it is resumed; what was queued and not yet sent comes back."""
        one = self._own(staff, number)

        def hold(held: Broadcast) -> Broadcast:
            _must_be(held, "scheduled", "sending")
            return replace(held, state="paused", before=held.state, note="")

        paused = self._change(staff, "pause", one, hold)
        self._recall(one, "planned")
        return paused

    def resume(self, staff: StaffRow, number: int) -> Broadcast:
        """It goes on; what became too late meanwhile is dropped, and counted."""
        one = self._own(staff, number)

        def go_on(held: Broadcast) -> Broadcast:
            _must_be(held, "paused")
            return replace(held, state="sending" if held.before == "sending" else "scheduled", before="", note="")

        return self._change(staff, "resume", one, go_on)

    def cancel(self, staff: StaffRow, number: int) -> Broadcast:
        """It ends here; who has not got it gets nothing. What was sent is sent."""
        one = self._own(staff, number)

        def end(held: Broadcast) -> Broadcast:
            if held.state in OVER:
                raise StaffError(f"this broadcast is {held.state} already")
            return replace(held, state="cancelled", before="", note="")

        ended = self._change(staff, "cancel", one, end)
        self._recall(one, "cancelled")
        while self._submit(lambda: self._drop(one)):
            pass
        return ended

    def _drop(self, one: Broadcast) -> int:
        with self._store.writing() as tx:
            return tx.drop_planned(one.id, _DROPPED_AT_ONCE)

    def _recall(self, one: Broadcast, to: str) -> None:
        while self._submit(lambda: self._recall_some(one, to)):
            pass

    def _recall_some(self, one: Broadcast, to: str) -> int:
        """Messages back out of the outbox, a few at a time; they count no longer as something that was said."""
        changes = Changes()
        with self._store.writing() as tx:
            rows = tx.recall(one.id, _RECALLED_AT_ONCE, reason=f"broadcast {to}", now=self._world.clock.now())
            records = tx.load([row.patient for row in rows])
            for record in records.values():
                draft = Draft(self._world, record, self._world.clock.now(), self._world.ids.next())
                days.count_unprompted(draft, -1)
                draft.change_progress(broadcast={})
                draft.merge(changes)
            tx.save(changes)
            tx.put_recipients([replace(row, state=to, row=0) for row in rows])  # type: ignore[arg-type]
        return len(rows)

    # -- how -------------------------------------------------------------------------------------------
    def _own(self, staff: StaffRow, number: int) -> Broadcast:
        """One's own, or any for an admin."""
        one = self.of(staff, number)
        if one.staff != staff.id and staff.role != "admin":
            raise StaffError("its author, or an admin, does that")
        return one

    def _change(self, staff: StaffRow, act: str, one: Broadcast, work: Callable[[Broadcast], Broadcast]) -> Broadcast:
        def changed(tx: Transaction, held: Broadcast | None) -> Broadcast:
            if held is None:
                raise UnknownBroadcastError(f"there is no broadcast {one.id}")
            return work(held)

        return self._act(staff, act, one.id, changed)

    def _act(
        self, staff: StaffRow, act: str, number: int, work: Callable[[Transaction, Broadcast | None], Broadcast]
    ) -> Broadcast:
        """A change of one broadcast with its line in the audit, in one commit."""

        def write() -> Broadcast:
            with self._store.writing() as tx:
                fresh = work(tx, tx.broadcast(number))
                tx.put_broadcast(fresh)
                self._audit.note(tx, staff.id, f"broadcast.{act}", "", f"{number} {fresh.state}")
                return fresh

        return self._submit(write)

    def _submit(self, work: Callable[[], T]) -> T:
        return self._writer.submit(work, SOON).result()


def _may_see(staff: StaffRow, one: Broadcast) -> bool:
    """One's own; all of them for an admin; what waits for a second person for whoever may agree."""
    if one.staff == staff.id or staff.role == "admin":
        return True
    return one.state == "waiting" and staff.may("broadcast")


def _must_be(one: Broadcast, *states: str) -> None:
    if one.state not in states:
        raise StaffError(f"this broadcast is {one.state}; it would have to be {' or '.join(states)}")


def _back(why: str) -> Callable[[Broadcast], Broadcast]:
    def back(held: Broadcast) -> Broadcast:
        _must_be(held, "waiting")
        return replace(held, state="draft", asked=None, note=why)

    return back
