"""One side in a process of its own: it is told on its input what to do, and answers in JSON lines.

`SIDE seed FOLDER PATIENTS` makes the patients, `SIDE serve FOLDER PATIENTS` talks with them, `SIDE found FOLDER
PATIENTS` tells how many turns of each are there. Standard library only.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from benchmarks.peers.talk import REPLIES, STATES, answer, update


class Side(Protocol):
    """A bot and where it keeps its patients."""

    @property
    def sent(self) -> int:
        """Replies handed to the messenger so far."""

    async def seed(self, patients: int) -> None:
        """Make the patients, each before the first question's answer. Nobody measures this."""

    async def open(self, patients: int) -> None:
        """Be ready to talk."""

    async def take(self, updates: Sequence[bytes]) -> None:
        """Take updates as they came over the wire; done when all is kept, as well as this side keeps it."""

    async def found(self, patients: int) -> Mapping[int, int]:
        """Turns of each patient, by place. Raises `Unreadable` where nothing can be read any more."""

    async def close(self) -> None:
        """Let go of files and connections."""


class Unreadable(Exception):
    """What was kept cannot be read any more."""


class Player:
    """Plays the patients of one side, everybody in turn."""

    def __init__(self, side: Side, patients: int) -> None:
        self._side = side
        self._patients = patients
        self._turns = [0] * patients
        self._next = 0
        # Rising over restarts too, so that no update looks like one that came before.
        self._numbers = count(time.time_ns() // 1_000)

    async def talk(self, seconds: float, at_once: int) -> dict[str, Any]:
        """So many patients at once, for about so long. Gives the seconds of each wave."""
        before, waves = self._side.sent, list[float]()
        while sum(waves) < seconds:
            waves.append(await self._wave(self._places(at_once)))
        turns, sent = len(waves) * at_once, self._side.sent - before
        if sent != turns * REPLIES:
            raise AssertionError(f"{turns} turns must send {turns * REPLIES} replies, not {sent}")
        return {"waves": waves}

    async def until_killed(self) -> None:
        """One turn after the other; each is told once it is kept."""
        while True:
            places = self._places(1)
            await self._wave(places)
            _tell({"place": places[0], "turns": self._turns[places[0]]})

    async def _wave(self, places: Sequence[int]) -> float:
        updates = [update(next(self._numbers), place, self._answer(place)) for place in places]
        began = time.perf_counter()
        await self._side.take(updates)
        took = time.perf_counter() - began
        for place in places:
            self._turns[place] += 1
        return took

    def _answer(self, place: int) -> str:
        return answer(place, self._turns[place] % STATES)

    def _places(self, number: int) -> list[int]:
        if number > self._patients:
            raise ValueError(f"{number} at once are more than the {self._patients} patients there are")
        first, self._next = self._next, (self._next + number) % self._patients
        return [(first + place) % self._patients for place in range(number)]


def main(side: Side, arguments: Sequence[str]) -> None:
    """Do what the first argument says."""
    asyncio.run(_act(side, arguments[0], int(arguments[2])))


def folder_of(arguments: Sequence[str]) -> Path:
    """Where a side keeps its files."""
    return Path(arguments[1])


async def _act(side: Side, what: str, patients: int) -> None:
    try:
        if what == "seed":
            await side.seed(patients)
        elif what == "found":
            _tell(await _found(side, patients))
        else:
            await _serve(side, patients)
    finally:
        await side.close()


async def _found(side: Side, patients: int) -> dict[str, Any]:
    try:
        return {"turns": list((await side.found(patients)).items())}
    except Unreadable as error:
        return {"unreadable": str(error)}


async def _serve(side: Side, patients: int) -> None:
    await side.open(patients)
    player = Player(side, patients)
    _tell({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "stop":
            return
        if order["do"] == "until_killed":
            await player.until_killed()
        _tell(await player.talk(order["seconds"], order["at_once"]))


def _tell(what: Mapping[str, Any]) -> None:
    print(json.dumps(what), flush=True)
