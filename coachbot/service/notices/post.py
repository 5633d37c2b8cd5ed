"""The post: takes notices to where they go, one call each, and again with growing waits where it did not work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from random import Random
from typing import TypeVar

from coachbot.errors import DeliveryError
from coachbot.service.ids import first_id_at
from coachbot.service.notices.ports import Carrier
from coachbot.service.notices.records import Notice, Way
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.records import Changes, Incident
from coachbot.service.writer import SOON, Writer

log = logging.getLogger("coachbot.notices")
T = TypeVar("T")

AT_ONCE = 20
LEASE_S = 120.0
#: Tries of one notice: the last about an hour and a half after the first.
TRIES = 8
#: Days for which a notice is kept after it was written, unless the site's file says otherwise (`retention: notices`).
KEPT_DAYS = 90
_SWEEP_S, _SWEPT_AT_ONCE = 3600.0, 100
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 3600.0


class Post:
    """Claims notices that are due, carries them, writes down how it ended."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writer: Writer,
        carriers: Mapping[str, Carrier],
        rng: Random | None = None,
        kept_days: int = KEPT_DAYS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._carriers = carriers
        self._rng = rng or Random()
        self._kept_s = kept_days * 24 * 3600.0
        self._swept = float("-inf")
        #: Whether this process carries just now, of several that could. Set from outside.
        self.may_carry: Callable[[], bool] = lambda: True

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of way by which something can be carried here."""
        return frozenset(self._carriers)

    def recover(self) -> int:
        """At the start of the one engine: what a process that died had under way is carried again."""
        with self._store.writing() as tx:
            return tx.free_notices()

    async def drain(self) -> int:
        """Carry until nothing is due. Returns how many arrived."""
        arrived = 0
        while claimed := await self._claimed():
            ended = await asyncio.gather(*(self._carry(notice, way) for notice, way in claimed))
            arrived += sum(ended)
        return arrived

    async def run(self, idle_s: float = 1.0) -> None:
        """Carry for ever."""
        while True:
            try:
                await self.drain()
                await self._sweep_in_time()
            except Exception:
                log.exception("the post met a fault; it goes on")
            await asyncio.sleep(idle_s)

    # -- keeping no longer than needed -----------------------------------------------------------------
    async def _sweep_in_time(self) -> None:
        if self._clock.real() - self._swept >= _SWEEP_S:
            self._swept = self._clock.real()
            await self.sweep()

    async def sweep(self) -> int:
        """Remove what has come to its end and is older than it may be kept, in small slices. How many there were."""
        before, gone = first_id_at(self._clock.real() - self._kept_s), 0
        while dropped := await _result(self._submit(lambda tx: tx.drop_notices(before, _SWEPT_AT_ONCE))):
            gone += dropped
        return gone

    # -- how -------------------------------------------------------------------------------------------
    async def _claimed(self) -> Sequence[tuple[Notice, Way]]:
        if not await asyncio.to_thread(self._is_due):
            return ()
        return await _result(self._submit(self._claim))

    def _is_due(self) -> bool:
        with self._store.reading() as tx:
            return tx.notices_due(now_real=self._clock.real())

    def _claim(self, tx: Transaction) -> Sequence[tuple[Notice, Way]]:
        return tx.claim_notices(now_real=self._clock.real(), limit=AT_ONCE, lease_s=LEASE_S)

    async def _carry(self, notice: Notice, way: Way) -> bool:
        try:
            carrier = self._carriers.get(way.kind)
            if not self.may_carry():
                return False  # it was frozen: whoever carries now has freed this notice, and carries it
            if carrier is None:
                raise DeliveryError(f"nothing here carries by {way.kind}; see the settings", permanent=True)
            await carrier.carry(way, notice)
        except DeliveryError as error:
            await self._settle_fault(notice, way, error)
            return False
        except Exception as error:
            log.exception("a notice could not be carried by %s", way.kind)
            await self._settle_fault(notice, way, DeliveryError(type(error).__name__, permanent=False))
            return False
        await self._settled(notice, "sent", "")
        if notice.body.get("ends"):
            await _result(self._submit(lambda tx: tx.drop_way(way.id)))
        return True

    async def _settle_fault(self, notice: Notice, way: Way, error: DeliveryError) -> None:
        tries = notice.attempts + 1
        if not error.permanent and tries < TRIES:
            wait = min(_FIRST_WAIT_S * 3**notice.attempts, _LONGEST_WAIT_S) * self._rng.uniform(0.7, 1.3)
            await self._settled(notice, "due", str(error), max(wait, error.retry_after or 0.0))
            return
        log.error("a notice (%s, %s) did not arrive by %s: %s", notice.subject, notice.stage, way.kind, error)
        await self._settled(notice, "failed", str(error))
        await _result(self._submit(lambda tx: self._report(tx, notice, way, str(error))))

    def _report(self, tx: Transaction, notice: Notice, way: Way, reason: str) -> None:
        """The operator must see that somebody could not be told."""
        detail = f"{notice.subject} {notice.stage}: not told by {way.kind} to {way.staff or way.client}: {reason}"
        incident = Incident(notice.id, self._clock.now(), "notice", notice.patient, detail)
        tx.save(Changes(incidents=[incident]))

    async def _settled(self, notice: Notice, state: str, reason: str, wait_s: float = 0.0) -> None:
        def write(tx: Transaction) -> None:
            tx.settle_notice(
                notice.id, state=state, reason=reason, due_real=self._clock.real() + wait_s,
                attempts=notice.attempts + 1,
            )  # fmt: skip

        await _result(self._submit(write))

    def _submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        def write() -> T:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON)


async def _result(future: Future[T]) -> T:
    return future.result() if future.done() else await asyncio.wrap_future(future)
