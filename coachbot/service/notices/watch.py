"""The watch: looks at what staff should be told of, and writes down a notice for each way that was not told yet.

It asks the alerts themselves, and no turn: whatever opened, raised or escalated one, and wherever a process died, the
next look finds it (docs/decisions/0011-notices.md). A notice is unique by subject, stage and way, so looking twice
tells nobody twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.notices.chain import URGENT, Link, People, at_hand, links_due, told_of
from coachbot.service.notices.records import AlertHead, Notice, Seen, Way
from coachbot.service.notices.wording import Body, Wording
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import AlertRow
from coachbot.service.staff.records import StaffRow
from coachbot.service.world import SafetyRule, World

#: An alert, and the links of its chain that are due, each with its moment.
Due: TypeAlias = tuple[AlertHead, list[tuple[Link, datetime]]]
#: Alerts of one look, the urgent ones first: a look holds up the writer for a few milliseconds only.
_AT_ONCE = 5
#: Real seconds after which a look begins with nothing further; the rest is found again by the next one.
SLICE_S = 0.008


class Watch:
    """Finds what is to be told. One for each engine; it runs on the writer."""

    def __init__(
        self, world: World, store: Store, wording: Wording, monotonic: Callable[[], float] = time.perf_counter
    ) -> None:
        self._monotonic = monotonic
        #: Alerts with what is due of them, found beside the writer for its next look.
        self._next: list[Due] = []
        self._world = world
        self._store = store
        self._wording = wording
        #: Alerts and stages, and broadcasts, that were looked at already since the start; and the ways there were.
        self._known: set[tuple[int, str]] = set()
        self._ways: frozenset[int] = frozenset()
        #: For how long each link of an alert's chain is waited for, by its rule.
        self._patience: dict[int, timedelta] = {}

    def is_due(self) -> bool:
        """Whether there is something to tell. It only reads, so it may run beside the writer."""
        with self._store.reading() as tx:
            ways = frozenset(tx.way_numbers())
            known = self._known if ways == self._ways else set()
            self._next = list(islice(self._fresh(tx, known), _AT_ONCE)) if ways else []
            return bool(ways) and (bool(self._next) or self._something(tx, known))

    def work(self) -> int:
        """One look, a few milliseconds long. Returns how many notices are new."""
        if not self._next and not self.is_due():
            return 0
        before = set(self._known)
        try:
            with self._store.writing() as tx:
                return self._look(tx)
        except Exception:
            self._known = before  # nothing was written down: the next look tries again
            raise

    def _something(self, tx: Transaction, known: Collection[tuple[int, str]]) -> bool:
        return bool(tx.seen_alerts() or next(self._waiting(tx, known), None))

    def _look(self, tx: Transaction) -> int:
        everything = tx.ways()
        numbers = frozenset(way.id for way in everything)
        ways = [way for way in everything if self._can_be_read(way)]
        if numbers != self._ways:  # whoever was not told before may be told now
            self._known, self._ways = set(), numbers
        due, self._next = self._next, []
        began, new = self._monotonic(), 0
        for notices in self._to_tell(tx, due, ways):
            new += tx.add_notices(list(notices))
            if self._monotonic() - began > SLICE_S:
                break
        return new

    def _can_be_read(self, way: Way) -> bool:
        """Not a chat that nobody of the staff can open: who has no other way has none."""
        return way.kind != "chat" or self._world.shows_staff(way.channel)

    def _to_tell(self, tx: Transaction, due: Iterable[Due], ways: Collection[Way]) -> Iterator[Iterable[Notice]]:
        """The notices of one thing after the other; of what is not taken up, nothing is looked at."""
        people = self._people(tx, ways)
        for head, stages in due:
            yield self._of_alert(tx, head, stages, ways, people)
        for one in list(self._waiting(tx, self._known)):
            yield self._of_broadcast(tx, one, ways)
        for seen in tx.seen_alerts():
            yield self._of_seen(tx, seen, ways)

    # -- alerts ----------------------------------------------------------------------------------------
    def _fresh(self, tx: Transaction, known: Collection[tuple[int, str]]) -> Iterator[Due]:
        """Alerts with links of their chain that are due and not yet looked at."""
        now, duty = self._world.clock.now(), self._world.duty
        for head in sorted(tx.alert_heads(), key=lambda one: one.priority not in URGENT):
            links = links_due(head, now, duty, self._patience.get(head.id))
            due = [(link, at) for link, at in links if (head.id, _stage(head, link)) not in known]
            if due:
                yield head, due

    def _of_alert(
        self,
        tx: Transaction,
        head: AlertHead,
        stages: Iterable[tuple[Link, datetime]],
        ways: Collection[Way],
        people: People,
    ) -> Iterator[Notice]:
        alert = next((one for one in tx.alerts(head.patient, open_only=True) if one.id == head.id), None)
        carers = tx.carers(head.patient)
        code = self._code(tx, head.patient)
        told: set[int] = set()
        for link, at in reversed(list(stages)):  # whoever is told the graver thing is not told the lesser too
            self._known.add((head.id, _stage(head, link)))
            if alert is None:
                continue
            role = ""
            if (rule := self._rule(alert)) is not None:
                role = rule.escalate_to
                self._patience[head.id] = timedelta(minutes=rule.acknowledge_minutes)
            body = self._wording.alert(
                head, link, code, raised=self._is_raised(tx, head), ring=at_hand(link, role, self._world.staff)
            )
            to = told_of(link, carers, role, people)
            here = [way for way in _of(ways, to, head, at) if way.id not in told]
            told |= {way.id for way in here}
            yield from self._notices(f"alert:{head.id}", _stage(head, link), body, here, head=head)

    def _is_raised(self, tx: Transaction, head: AlertHead) -> bool:
        """Whether it was told before, as something less grave."""
        stage = _stage(head, "first")
        return any(one.stage.startswith("first") and one.stage != stage for one in tx.notices(f"alert:{head.id}"))

    def _rule(self, alert: AlertRow) -> SafetyRule | None:
        """The rule of the danger; None for an alert about something else."""
        kind, _ = self._world.item_rules.get(alert.kind, (alert.kind, ""))
        return self._world.rules.get(kind)

    def _people(self, tx: Transaction, ways: Collection[Way]) -> People:
        staff = [row for row in tx.staff() if row.active and row.may("treat")]
        return People(staff, frozenset(way.staff for way in ways if way.staff), self._world.staff)

    def _code(self, tx: Transaction, patient: str) -> str:
        """The pseudonym that staff use; somebody who never came in with a code has none."""
        record = tx.load([patient]).get(patient)
        return record.enrolment.code if record and record.enrolment else patient[:9]

    def _of_seen(self, tx: Transaction, seen: Seen, ways: Collection[Way]) -> Iterator[Notice]:
        """Whoever was told of it learns who has seen to it; not the one who has."""
        names = {row.id: row.name for row in tx.staff()}
        told = set(tx.follow(seen.alert))
        body = self._wording.seen(seen.alert, self._code(tx, seen.patient), seen.by)
        others = [way for way in ways if way.id in told and names.get(way.staff) != seen.by]
        yield from self._notices(f"alert:{seen.alert}", f"seen {seen.at}", body, others, patient=seen.patient)

    # -- broadcasts ------------------------------------------------------------------------------------
    def _waiting(self, tx: Transaction, known: Collection[tuple[int, str]]) -> Iterator[Broadcast]:
        for one in tx.asked_broadcasts():
            if one.asked and (one.id, one.asked.isoformat()) not in known:
                yield one

    def _of_broadcast(self, tx: Transaction, one: Broadcast, ways: Collection[Way]) -> Iterator[Notice]:
        assert one.asked is not None
        self._known.add((one.id, one.asked.isoformat()))
        staff: Mapping[int, StaffRow] = {row.id: row for row in tx.staff()}
        agree = {row.id for row in staff.values() if row.active and row.may("broadcast") and row.id != one.staff}
        author = staff[one.staff].name if one.staff in staff else ""
        body = self._wording.broadcast(one.id, author)
        to = [way for way in ways if way.staff in agree and way.since <= one.asked]
        yield from self._notices(f"broadcast:{one.id}", f"waiting {one.asked.isoformat()}", body, to)

    # -- how -------------------------------------------------------------------------------------------
    def _notices(
        self, subject: str, stage: str, body: Body, ways: Iterable[Way], *, head: AlertHead | None = None,
        patient: str = "",
    ) -> Iterator[Notice]:  # fmt: skip
        now, whose = self._world.clock.real(), head.patient if head else patient
        for way in ways:
            yield Notice(
                self._world.ids.next(), way.id, subject, stage, body, now, whose, head.id if head else 0
            )  # fmt: skip


def _stage(head: AlertHead, link: Link) -> str:
    """What of an alert is told; raised, it is told anew."""
    return f"{link} {head.priority}" if link == "first" else link


def _of(ways: Collection[Way], staff: Collection[int], head: AlertHead, at: datetime) -> list[Way]:
    """The ways of these people, and of the clinic's systems. What is old and not urgent floods no new way."""
    mine = [way for way in ways if way.staff in staff or way.client]
    return [way for way in mine if head.priority in URGENT or way.since <= at]
