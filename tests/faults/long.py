"""`python -m tests.faults.long [--minutes 10] [--every 10] [--patients 40]`: one of two workers is killed, and again.

The processes of compose.scale.yaml on a PostgreSQL database of their own; patients talk through the fake Telegram; one
worker dies every so many seconds, the two in turn, and is started again at once. Then the auditor looks. Prints a
Markdown table, and ends with 1 on any violation.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.faults import auditor
from tests.faults.auditor import Report
from tests.faults.scale import ScaleTest, scale_test
from tests.faults.town import talking

_ACTS_A_SECOND = 15.0
_TIMERS_A_KILL = 3
#: How long updates waited for their turn, in ms, by the rows: the 50th and 99th of a hundred, and the longest.
_WAITED = (
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.99) WITHIN GROUP (ORDER BY ms), max(ms) "
    "FROM (SELECT (t.at - i.received_at) / 1000.0 AS ms FROM turn t JOIN inbox i ON i.id = t.inbox) AS each"
)


@dataclass(frozen=True, slots=True)
class Siege:
    """How long, how often, with how many patients."""

    minutes: float = 10.0
    every_s: float = 10.0
    patients: int = 40
    seed: int = 1


def main() -> int:
    """Kill, audit, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long", description=__doc__)
    usual = Siege()
    parser.add_argument("--minutes", type=float, default=usual.minutes)
    parser.add_argument("--every", type=float, default=usual.every_s, help="seconds between two kills")
    parser.add_argument("--patients", type=int, default=usual.patients)
    parser.add_argument("--seed", type=int, default=usual.seed)
    given = parser.parse_args()
    siege = Siege(given.minutes, given.every, given.patients, given.seed)
    with tempfile.TemporaryDirectory(prefix="coachbot-faults-") as name:
        report = besieged(Path(name), siege, say=lambda line: print(line, file=sys.stderr, flush=True))
    print(report.table())
    print(f"\n{siege.minutes:g} minutes, a worker killed every {siege.every_s:g} s, {siege.patients} patients")
    for violation in report.violations:
        print(f"VIOLATION {violation}")
    return 1 if report.violations else 0


def besieged(folder: Path, siege: Siege, say: Callable[[str], None] = lambda line: None) -> Report:
    """What the auditor found; a process that did not end cleanly when it was told to is a violation too."""
    with (
        postgres.database(folder / "keys.json") as url,
        scale_test(folder, url, patients=siege.patients, seed=siege.seed, worker=2) as test,
    ):
        test.start()
        with talking(test.town, test.ledger(), _ACTS_A_SECOND):
            gaps = _kill_in_turn(test, siege, say)
        for one in test.of("worker"):
            test.wait_for(one)
        test.settle()
        codes = test.stop()
        report = auditor.audit(test)
        report.figures |= {"seconds between two kills, longest": int(max(gaps))} | _waits(test)
    report.violations += [f"processes ended with {codes} when they were told to stop"] if any(codes) else []
    if twice := report.figures["timers fired twice"]:
        report.violations.append(f"{twice} timers fired twice")
    return report


def _kill_in_turn(test: ScaleTest, siege: Siege, say: Callable[[str], None]) -> list[float]:
    """Seconds between the kills. On a busy machine, where a start takes longer than the time between two kills, the one
    waits for the other to be back: two that are never up do nothing that could be lost."""
    began, workers, gaps = time.monotonic(), test.of("worker"), list[float]()
    last = began
    while last + siege.every_s < began + siege.minutes * 60 + 1:
        victim, other = (workers[(len(gaps) + place) % len(workers)] for place in (0, 1))
        test.town.set_timers(test.ledger(), _TIMERS_A_KILL, within_s=siege.every_s)
        time.sleep(max(0.0, last + siege.every_s - time.monotonic()))
        test.wait_for(other)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
        test.kill(victim)
        say(f"kill {len(gaps)} after {gaps[-1]:.0f} s; {len(test.telegram.acknowledged)} updates acknowledged")
    return gaps


def _waits(test: ScaleTest) -> dict[str, int]:
    middle, slow, longest = test.ledger().ask(_WAITED)[0]
    return {
        "ms until a turn began, median": int(middle),
        "ms until a turn began, 99th percentile": int(slow),
        "ms until a turn began, longest": int(longest),
    }


if __name__ == "__main__":
    sys.exit(main())
