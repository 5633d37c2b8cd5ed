"""`python -m benchmarks.peers [--quick | --full] [--json FILE] [--markdown FILE]`: the coach beside its peers, one run.

Each side is a process of its own; they take turns, round by round, on the same talk.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks.peers import figures
from benchmarks.peers.figures import CROWD, Measured
from benchmarks.peers.homes import Home, NotMeasured
from benchmarks.peers.peers import COACH, Peer, peers
from benchmarks.peers.stand import Stand
from benchmarks.starting import fdatasync_us


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    patients: int
    rounds: int
    #: Seconds that a side talks in each half of a round, and before the first.
    seconds: float
    warming: float
    kills: int
    #: Turns acknowledged before each kill.
    turns: int


NORMAL = Sizes(10_000, 3, 2.0, 1.0, 3, 100)
FULL = Sizes(100_000, 5, 4.0, 2.0, 3, 100)
QUICK = Sizes(60, 1, 0.05, 0.0, 1, 5)
_DISK_LOOKS = 200
#: The sides that are set up, by name.
Stands = dict[str, Stand]


def measure(sides: Sequence[Peer], sizes: Sizes, home: Home, data: Path) -> list[Measured]:
    """All sides: set up, measured in turn, killed. What fails on one side is that side's reason."""
    found = [Measured(peer, peer.patients or sizes.patients) for peer in sides]
    stands: Stands = {}
    with ExitStack() as ending:
        for one in found:
            _trying(one, partial(_set_up, one, stands, home, data, ending))
        _warm(found, stands, sizes)
        for number in range(sizes.rounds):
            _round(_rotated(found, number), stands, sizes)
        for one in found:
            _trying(one, partial(_end, one, stands, sizes))
    return found


def _set_up(one: Measured, stands: Stands, home: Home, data: Path, ending: ExitStack) -> None:
    _say(f"setting up {one.peer.name}")
    folder = data / "".join(letter if letter.isalnum() else "-" for letter in one.peer.name)
    folder.mkdir()
    stand = Stand(one.peer, one.peer.call(home, folder), folder, one.patients)
    ending.callback(stand.stop)
    stand.seed()
    stand.start()
    stands[one.peer.name] = stand


def _warm(found: Sequence[Measured], stands: Stands, sizes: Sizes) -> None:
    for one in found:
        if sizes.warming:
            _trying(one, partial(_talk, one, stands, sizes.warming))


def _round(found: Sequence[Measured], stands: Stands, sizes: Sizes) -> None:
    for one in found:
        _trying(one, partial(_half_and_half, one, stands, sizes.seconds))


def _talk(one: Measured, stands: Stands, seconds: float) -> None:
    stands[one.peer.name].talk(seconds, CROWD)


def _half_and_half(one: Measured, stands: Stands, seconds: float) -> None:
    _say(f"measuring {one.peer.name}")
    stand = stands[one.peer.name]
    one.alone.append(stand.talk(seconds, 1))
    waves = stand.talk(seconds, CROWD)
    one.crowd.append(len(waves) * CROWD / sum(waves))


def _end(one: Measured, stands: Stands, sizes: Sizes) -> None:
    stand = stands[one.peer.name]
    try:
        one.memory = stand.memory()
    except NotMeasured as error:
        _say(str(error))
    _say(f"killing {one.peer.name}")
    try:
        one.kills = [stand.kill(sizes.turns) for _ in range(sizes.kills)]
    except NotMeasured as error:
        _say(f"no kill of {one.peer.name}: {error}")
    stand.stop()


def _trying(one: Measured, work: Callable[[], object]) -> None:
    """Do a piece of work for one side, unless something of it went wrong already."""
    if one.reason:
        return
    try:
        work()
    except NotMeasured as error:
        one.reason = str(error)
        _say(f"{one.peer.name} is not measured: {error}")


def _rotated(found: Sequence[Measured], by: int) -> list[Measured]:
    """Each round begins with another side, so that none always comes after the same one."""
    by %= len(found)
    return [*found[by:], *found[:by]]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


# -- the command --------------------------------------------------------------------------------------
def main() -> None:
    """Measure, print the table, write the files."""
    arguments = _arguments()
    sizes = QUICK if arguments.quick else FULL if arguments.full else NORMAL
    with tempfile.TemporaryDirectory(prefix="coachbot-peers-") as name:
        home = Home((arguments.home or Path(name) / "home").resolve(), arguments.offline)
        home.folder.mkdir(parents=True, exist_ok=True)
        data = Path(name) / "data"
        data.mkdir()
        load = os.getloadavg()[0]
        middle, _ = fdatasync_us(data, _DISK_LOOKS)
        found = measure(chosen(peers(arguments.postgres), arguments.only), sizes, home, data)
    text = figures.circumstances(_facts(load, middle)) + "\n" + figures.table(found)
    print(text)
    if arguments.json:
        found_rows = [row._asdict() for row in figures.rows(found)]
        arguments.json.write_text(json.dumps(found_rows, indent=2) + "\n", "utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(figures.put_into(arguments.markdown.read_text("utf-8"), text), "utf-8")


def chosen(sides: Sequence[Peer], words: Sequence[str]) -> list[Peer]:
    """The coach, and the sides with one of these words in their name; all of them without words."""
    return [one for one in sides if not words or one.name == COACH or any(word in one.name for word in words)]


def _facts(load: float, disk_us: float) -> dict[str, str]:
    return {
        "Run of": date.today().isoformat(),
        "cores": str(os.cpu_count()),
        "Python": platform.python_version(),
        "processes waiting for a core before and after": f"{load:.1f}, {os.getloadavg()[0]:.1f}",
        "fdatasync of 4 kB before, median": f"{disk_us / 1e3:.2f} ms",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes: does it run?")
    size.add_argument("--full", action="store_true", help=f"{FULL.patients:,} patients")
    parser.add_argument("--json", type=Path, help="write rows {name, value, unit} here")
    parser.add_argument(
        "--markdown", type=Path, help=f"put the table into this page, between {figures.BEGIN} and its end"
    )
    parser.add_argument("--home", type=Path, help="keep the peers' environments here for the next run")
    parser.add_argument(
        "--only", action="append", default=[], help="beside the coach, sides with this word in their name"
    )
    parser.add_argument("--offline", action="store_true", help="install nothing: what is not there is not measured")
    parser.add_argument(
        "--postgres", default="", help="URL of a PostgreSQL server for its floor (a schema is made there)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
