"""Sending: one claimed row per chat, the outcome committed before the next is claimed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from coachbot.errors import DeliveryError
from coachbot.service.ports import Channel, Clock, Settlement, Store
from coachbot.service.records import OutboxRow
from coachbot.service.writer import SOON, Writer

log = logging.getLogger("coachbot.sender")

#: An outbox row, its channel and the chat it goes to.
_Claimed: TypeAlias = tuple[OutboxRow, str, str]

CLAIMED_AT_ONCE = 200
LEASE_S = 60.0
_TRIES = 6


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
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._writer = writer
        self._name = name
        self._woken = asyncio.Event()

    # -- one round -------------------------------------------------------------------------------------
    def claim(self, settled: Sequence[Settlement] = ()) -> Sequence[_Claimed]:
        """Write down outcomes and claim what is next, in one transaction."""
        with self._store.writing() as tx:
            if settled:
                tx.settle(settled, now=self._clock.now())
            rows = tx.claim(
                now=self._clock.now(),
                now_real=self._clock.real(),
                limit=CLAIMED_AT_ONCE,
                worker=self._name,
                lease_s=LEASE_S,
            )
            addresses = tx.addresses(list({row.address for row in rows}))
        return [
            (row, addresses[row.address].channel, addresses[row.address].chat)
            for row in rows
            if row.address in addresses
        ]

    async def drain(self) -> int:
        """Send until nothing is due. Returns how many rows went out."""
        sent = 0
        settled: list[Settlement] = []
        while True:
            claimed = await _result(self._writer.submit(partial(self.claim, settled), SOON))
            if not claimed:
                return sent
            settled = list(await asyncio.gather(*(self._deliver(*one) for one in claimed)))
            sent += sum(1 for s in settled if s.state == "sent")

    async def _deliver(self, row: OutboxRow, channel: str, chat: str) -> Settlement:
        adapter = self._channels.get(channel)
        if adapter is None:
            return Settlement(row.id, "failed", f"no channel '{channel}' is configured")
        try:
            return Settlement(row.id, "sent", remote_id=await adapter.deliver(chat, row))
        except DeliveryError as error:
            return self._settle_fault(row, str(error), permanent=error.permanent)
        except Exception as error:
            log.exception("channel %s raised", channel)
            return self._settle_fault(row, type(error).__name__, permanent=False)

    def _settle_fault(self, row: OutboxRow, reason: str, *, permanent: bool) -> Settlement:
        tries = row.attempts + 1
        if permanent or tries >= _TRIES:
            return Settlement(row.id, "failed", reason)
        return Settlement(row.id, "due", reason, retry_at=self._clock.now() + timedelta(seconds=2**tries))

    def recover(self) -> int:
        """Rows claimed by a process that died: sent again or skipped, by their own word.

        Call it at the start of the one engine, under its lock: nobody else can hold a claim then.
        """
        with self._store.writing() as tx:
            return tx.release_ambiguous(now=self._clock.now(), now_real=float("inf"))

    # -- the task --------------------------------------------------------------------------------------
    def wake(self) -> None:
        """There may be something to send. Call from the event loop."""
        self._woken.set()

    async def run(self, idle_s: float = 2.0) -> None:
        """Send for ever: when woken, and every few seconds in any case."""
        while True:
            try:
                await self.drain()
            except Exception:
                log.exception("the sender met a fault; it goes on")
            try:
                async with asyncio.timeout(idle_s):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()


async def _result(future: Future[Sequence[_Claimed]]) -> Sequence[_Claimed]:
    return future.result() if future.done() else await asyncio.wrap_future(future)
