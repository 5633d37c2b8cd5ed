"""Sending: one claimed row per chat, the outcome committed before that chat's next row is claimed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from random import Random

from coachbot.errors import DeliveryError, StoreBusy, StoreLost
from coachbot.service.jumps import Jumps
from coachbot.service.meter import Meter, NoMeter
from coachbot.service.pacing import UNPACED, HeldBackError, Pace
from coachbot.service.ports import Capabilities, Channel, Clock, Settlement, Store, Transaction
from coachbot.service.records import Address, OutboxRow
from coachbot.service.window import RUNG, SHUT, placed
from coachbot.service.writer import SOON, Writer

log = logging.getLogger("coachbot.sender")

CLAIMED_AT_ONCE = 200
LEASE_S = 120.0
_TRIES = 8
#: Longest wait before a row is tried again, in seconds.
_LONGEST_BACKOFF = 300.0
#: Seconds that rows under way have to end when the process is told to stop.
_FAREWELL_S = 5.0
#: Seconds for which it looks for rows of the time before a jump back.
_BEHIND_S = 30.0
#: How the reason of a row begins whose message may have arrived without anybody knowing; it stays to the row's end.
IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row to be sent, and where."""

    row: OutboxRow
    to: Address


class Sender:
    """Claims what is due, makes the calls, writes down how each ended."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Mapping[str, Channel],
        writer: Writer,
        *,
        name: str = "sender",
        pace: Pace | None = None,
        rng: Random | None = None,
        meter: Meter | None = None,
        gone: Callable[[Address, OutboxRow], None] = lambda to, row: None,
        mine: Callable[[], Collection[int]] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        #: Channels where a repeated message is dropped: after a death nothing is in doubt there.
        self._repeatable = tuple(name for name, one in channels.items() if one.capabilities.deduplicates)
        self._writer = writer
        self._name = name
        self._pace = pace or Pace()
        self._rng = rng or Random()
        self._meter = meter or NoMeter()
        #: Told when a messenger says that a chat takes nothing any more.
        self._gone = gone
        #: The accounts that this sender may send from, one of several; None for the one sender of an installation.
        self._mine = mine
        self._jumps = Jumps(clock.real)
        #: Until when, by the steady clock, rows may come that were written before the machine's clock went back.
        self._behind_until = 0.0
        #: Answers are late: what nobody has asked for waits. Set from outside.
        self.unasked_waits = False
        self._woken = asyncio.Event()
        #: Accounts that rows were sent from, and what their channel can do.
        self._accounts: dict[int, Capabilities] = {}
        #: Outcomes that could not be written down, because the database did not answer.
        self._unsettled: list[Settlement] = []
        #: Real seconds when a claim may have been committed without our hearing of it; None for never.
        self._lost_at: float | None = None

    # -- claiming --------------------------------------------------------------------------------------
    def claim(self, settled: Sequence[Settlement] = ()) -> Sequence[Claimed]:
        """Write down outcomes and claim what is next, in one transaction."""
        if not settled and self._mine is not None and not self._mine():
            return ()  # it stands by
        with self._store.writing() as tx:
            if settled:
                self._write_down(tx, settled)
            self._bring_forward(tx)
            while rows := self._claim(tx):
                ready, needless = self._prepare(tx, rows)
                if ready or not needless:
                    return ready
            return ()

    def _bring_forward(self, tx: Transaction) -> None:
        """Where the clock went back, what was written by the clock that ran ahead is not due the later for it: a chat's
        later rows would overtake it. A turn that is under way may write such rows for a while yet."""
        if self._jumps.look() < 0:
            self._behind_until = time.monotonic() + _BEHIND_S
        if time.monotonic() < self._behind_until:
            tx.bring_forward(now=self._clock.now())

    def _claim(self, tx: Transaction) -> Sequence[OutboxRow]:
        return tx.claim(
            now=self._clock.now(),
            now_real=self._real(tx),
            limit=CLAIMED_AT_ONCE,
            worker=self._name,
            lease_s=LEASE_S,
            shut=self._pace.crowded(self._accounts, 0),
            hushed=self._pace.crowded(self._accounts, 1),
            unasked=self._most_unasked(),
            only=self._mine() if self._mine is not None else None,
        )

    def _write_down(self, tx: Transaction, settled: Sequence[Settlement]) -> None:
        tx.settle(settled, by=self._name, now=self._clock.now())
        if self._mine is not None:  # the pages that show these talks are open in other processes
            tx.announce([one.row for one in settled if one.state == "sent"])

    def _most_unasked(self) -> int:
        if self.unasked_waits:
            return 0
        rooms = [self._pace.room(account, 1, can) for account, can in self._accounts.items()]
        return max(rooms, default=UNPACED) or UNPACED

    def _prepare(self, tx: Transaction, rows: Sequence[OutboxRow]) -> tuple[Sequence[Claimed], bool]:
        """The claimed rows that may be sent now, and whether there were others that need no call; rows of an account
        without room go back."""
        addresses = tx.addresses(list({row.address for row in rows}))
        ready: list[Claimed] = []
        back: list[Settlement] = []
        for row in rows:
            to = addresses.get(row.address)
            if to is None:
                continue  # erased meanwhile
            can = self._can(to)
            if not self._pace.room(to.account, row.lane, can):
                back.append(Settlement(row.id, "held", _kept(row, "")))
            elif (aimed := _aimed(tx, row, can)) is None:
                back.append(Settlement(row.id, "suppressed", "there is nothing to take away"))
            elif (fit := placed(tx, aimed, to, can, self._clock.now())) is None:
                back.append(Settlement(row.id, "waiting", SHUT))
            else:
                self._pace.enter(to.account, row.lane)
                ready.append(Claimed(fit, to))
        if back:
            tx.settle(back, by=self._name, now=self._clock.now())
        return ready, any(one.state != "held" for one in back)

    def _can(self, to: Address) -> Capabilities:
        channel = self._channels.get(to.channel)
        can = channel.capabilities if channel else Capabilities()
        self._accounts[to.account] = can
        return can

    # -- sending ---------------------------------------------------------------------------------------
    async def drain(self) -> int:
        """Send until nothing is due and nothing is under way. Returns how many rows went out."""
        return await self._send(None)

    async def _send(self, woken: asyncio.Event | None, idle_s: float | None = None) -> int:
        """Send until nothing is left. With `woken`, it looks for more whenever that is set, and at least every `idle_s`
        seconds: a call that hangs must not keep those waiting that are due meanwhile."""
        sent = 0
        settled, self._unsettled = self._unsettled, []
        under_way: set[asyncio.Task[Settlement]] = set()
        try:
            while True:
                claimed = await _result(self._writer.submit(partial(self.claim, settled), SOON))
                settled = []
                under_way |= {asyncio.create_task(self._deliver(one)) for one in claimed}
                if not under_way:
                    return sent
                done, under_way = await _first_of(under_way, woken, self._look_again_in(idle_s))
                settled = [task.result() for task in done]
                sent += sum(1 for settlement in settled if settlement.state == "sent")
        finally:
            await self._farewell(under_way, settled)

    def _look_again_in(self, idle_s: float | None) -> float | None:
        return None if idle_s is None else min(idle_s, self._pace.opens_in() or idle_s)

    async def _farewell(self, under_way: set[asyncio.Task[Settlement]], settled: list[Settlement]) -> None:
        """Told to stop: what is under way may end, and how it ended is written down."""
        if not under_way and not settled:
            return
        done, late = await asyncio.wait(under_way, timeout=_FAREWELL_S) if under_way else (set(), set())
        for task in late:
            task.cancel()
        settled = [*settled, *(task.result() for task in done)]
        self._unsettled = settled  # for the next round, if the database does not answer
        await _result(self._writer.submit(partial(self._settle, settled), SOON))
        self._unsettled = []

    def _settle(self, settled: Sequence[Settlement]) -> Sequence[Claimed]:
        with self._store.writing() as tx:
            self._write_down(tx, settled)
        return ()

    async def _deliver(self, one: Claimed) -> Settlement:
        try:
            ended = await self._call(one.row, one.to)
            settlement = replace(ended, reason=_kept(one.row, ended.reason))
        finally:
            self._pace.leave(one.to.account, one.row.lane)
        self._meter.sent(one.to.channel, "retried" if settlement.state == "due" else settlement.state)
        return settlement

    async def _call(self, row: OutboxRow, to: Address) -> Settlement:
        adapter = self._channels.get(to.channel)
        if adapter is None:
            return Settlement(row.id, "failed", f"no channel '{to.channel}' is configured")
        try:
            async with self._pace.turn(to.account, to.id, adapter.capabilities):
                self._refuse_what_is_anothers(to.account)
                remote = await adapter.deliver(to, row)
            return Settlement(row.id, "waiting", RUNG) if row.rings else Settlement(row.id, "sent", remote_id=remote)
        except HeldBackError:
            return Settlement(row.id, "held")
        except DeliveryError as error:
            return self._settle_fault(row, to, error, repeatable=adapter.capabilities.deduplicates)
        except Exception as error:
            log.exception("channel %s raised", to.channel)
            return self._again(row, type(error).__name__)

    def _refuse_what_is_anothers(self, account: int) -> None:
        """A row may wait for its turn for long, and this process may have been frozen meanwhile: whoever sends for the
        account now has taken it over."""
        if self._mine is not None and account not in self._mine():
            raise HeldBackError

    # -- faults ----------------------------------------------------------------------------------------
    def _settle_fault(self, row: OutboxRow, to: Address, error: DeliveryError, *, repeatable: bool) -> Settlement:
        if error.retry_after is not None:
            self._pace.close(to.account, error.retry_after)
            return Settlement(row.id, "held", str(error))
        if error.gone:
            self._gone(to, row)
        if error.window:  # the messenger's own word goes before our count: claimed again, the row finds no room
            return Settlement(row.id, "due", SHUT, retry_at=self._clock.now())
        if error.permanent and row.rings and not error.gone:
            log.warning("a template for '%s' was not taken (%s); the message waits", row.rings, error)
            return Settlement(row.id, "waiting", RUNG)
        if error.permanent:
            return Settlement(row.id, "failed", str(error))
        if error.doubt and row.on_doubt == "skip" and not repeatable:
            return Settlement(row.id, "failed", f"{IN_DOUBT}: {error}")
        return self._again(row, f"{IN_DOUBT}: {error}" if error.doubt and not repeatable else str(error))

    def _again(self, row: OutboxRow, reason: str) -> Settlement:
        tries = row.attempts + 1
        if tries >= _TRIES:
            return Settlement(row.id, "failed", reason)
        wait = min(2.0**tries, _LONGEST_BACKOFF) * self._rng.uniform(0.5, 1.5)
        return Settlement(row.id, "due", reason, retry_at=self._clock.now() + timedelta(seconds=wait))

    def recover(self) -> int:
        """Rows claimed by a process that died: sent again or skipped, by their own word.

        Call it at the start of the one engine, under its lock: nobody else can hold a claim then.
        """
        with self._store.writing() as tx:
            return tx.release_ambiguous(now=self._clock.now(), now_real=float("inf"), repeatable=self._repeatable)

    def take_over(self, accounts: Collection[int]) -> int:
        """These accounts are this sender's now: what another had claimed there is sent again or skipped."""
        with self._store.writing() as tx:
            return tx.release_claims(accounts, but=self._name, now=self._clock.now(), repeatable=self._repeatable)

    def free_the_dead(self) -> int:
        """Rows whose claim is over, whoever made it."""
        with self._store.writing() as tx:
            return tx.release_ambiguous(now=self._clock.now(), now_real=self._real(tx), repeatable=self._repeatable)

    def _real(self, tx: Transaction) -> float:
        """The clock by which a claim is over. Of several processes each has its own, and one may jump."""
        return self._clock.real() if self._mine is None else tx.database_real()

    async def _free_the_lost(self) -> None:
        """Rows that were claimed as the connection broke, and of which nobody knows: when their lease is over."""
        if self._lost_at is None or self._clock.real() <= self._lost_at + LEASE_S:
            return
        await _result(self._writer.submit(self._release_old, SOON))
        self._lost_at = None

    def _release_old(self) -> Sequence[Claimed]:
        self.free_the_dead()
        return ()

    # -- the task --------------------------------------------------------------------------------------
    def wake(self) -> None:
        """There may be something to send. Call from the event loop."""
        self._woken.set()

    async def run(self, idle_s: float = 2.0) -> None:
        """Send for ever: when woken, and every few seconds in any case."""
        away = False
        while True:
            try:
                await self._free_the_lost()
                await self._send(self._woken, idle_s)
            except (StoreLost, StoreBusy) as error:
                if not away:
                    log.error("%s; sending goes on when the database answers", error)
                self._lost_at, away = self._clock.real(), True
            except Exception:
                log.exception("the sender met a fault; it goes on")
            else:
                away = False
            try:
                async with asyncio.timeout(self._look_again_in(idle_s)):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()


def _kept(row: OutboxRow, reason: str) -> str:
    """Why a row ended as it did; one that was in doubt before says so as well, for it may have arrived twice."""
    if not row.reason.startswith(IN_DOUBT) or reason.startswith(IN_DOUBT) or reason in (SHUT, RUNG):
        return reason
    return f"{IN_DOUBT}; {reason}" if reason else IN_DOUBT


def _aimed(tx: Transaction, row: OutboxRow, can: Capabilities) -> OutboxRow | None:
    """The row with the message that it changes, where a channel changes messages; None if no call is needed."""
    if not can.closes_buttons:
        return row
    if row.body.get("kind") == "close":
        shown = tx.shown(row)
        return replace(row, shown=shown) if shown is not None else None
    return replace(row, shown=tx.shown(row)) if row.in_place and can.edits else row


async def _first_of(
    tasks: Iterable[asyncio.Task[Settlement]], woken: asyncio.Event | None, idle_s: float | None
) -> tuple[set[asyncio.Task[Settlement]], set[asyncio.Task[Settlement]]]:
    """Wait until a task is done, or until there may be more to send: at the latest after so many seconds."""
    tasks = set(tasks)
    if woken is None:
        return await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    call = asyncio.ensure_future(woken.wait())
    try:
        await asyncio.wait({*tasks, call}, timeout=idle_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        call.cancel()
    woken.clear()
    done = {task for task in tasks if task.done()}
    return done, tasks - done


async def _result(future: Future[Sequence[Claimed]]) -> Sequence[Claimed]:
    return future.result() if future.done() else await asyncio.wrap_future(future)
