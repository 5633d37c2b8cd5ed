"""`python -m tests.faults [--kills 200] [--database both] [--towns 2]`: crash test, audit, table; 1 on a violation."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random

from tests.faults.auditor import table
from tests.faults.crashes import plan_of
from tests.faults.towns import Order, in_all_towns

_KINDS = ("sqlite", "postgres")


def main() -> int:
    """Run the crash tests one database after the other, and print what the auditor found."""
    given = _asked()
    reports = {}
    for name in _KINDS if given.database == "both" else (given.database,):
        began = time.monotonic()
        reports[name] = in_all_towns(_orders(given, name))
        minutes = (time.monotonic() - began) / 60
        print(f"{name}: {given.kills} kills in {minutes:.1f} minutes", file=sys.stderr, flush=True)
    print(table(reports))
    print(f"\n{given.towns} towns of {given.patients} patients, seed {given.seed}")
    violations = [f"{name}: {one}" for name, report in reports.items() for one in report.violations]
    for violation in violations:
        print(f"VIOLATION {violation}")
    return 1 if violations else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="of each database, in all towns together")
    parser.add_argument("--database", choices=(*_KINDS, "both"), default="sqlite")
    parser.add_argument("--towns", type=int, default=1, help="side by side, each with a coach of its own")
    parser.add_argument("--patients", type=int, default=40, help="of each town")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep files and logs in; a server's databases are dropped")
    return parser.parse_args()


def _orders(given: argparse.Namespace, database: str) -> list[Order]:
    """One for each town: its share of the kills, and a seed of its own."""
    plan = plan_of(given.kills, Random(given.seed))
    return [
        Order(
            database, tuple(plan[town :: given.towns]), given.patients, given.seed + 10 * town,
            given.keep and given.keep / f"{database}-{town}",
        )
        for town in range(given.towns)
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
