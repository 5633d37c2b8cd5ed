"""`python -m tests.faults [--kills 200] [--patients 40] [--seed 1]`: crash test, audit, table; 1 on any violation."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.faults import auditor
from tests.faults.crashes import crash_test, plan_of, run


def main() -> int:
    """Run one crash test and print what the auditor found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep the database in")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coachbot-faults-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with crash_test(folder, patients=given.patients, seed=given.seed) as one:
            run(
                one, plan_of(given.kills, Random(given.seed)), say=lambda line: print(line, file=sys.stderr, flush=True)
            )
            report = auditor.audit(one)
    print(report.table())
    print(f"\n{(time.monotonic() - began) / 60:.0f} minutes, {given.patients} patients, seed {given.seed}")
    for violation in report.violations:
        print(f"VIOLATION {violation}")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
