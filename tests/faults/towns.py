"""Towns side by side, each with a coach, a database and a plan of kills of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests import postgres
from tests.faults import auditor
from tests.faults.auditor import Report
from tests.faults.crashes import crash_test, run


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of one town."""

    database: str
    plan: tuple[str, ...]
    patients: int
    seed: int
    keep: Path | None = None


def in_all_towns(orders: Sequence[Order]) -> Report:
    """Carry them all out at once; what was found in all of them together."""
    if len(orders) == 1:
        return in_one_town(orders[0])
    with ProcessPoolExecutor(len(orders), mp_context=get_context("spawn")) as towns:
        return sum(towns.map(in_one_town, orders), start=Report())


def in_one_town(order: Order) -> Report:
    """Carry out the plan of one town, and audit it."""
    with (
        _folder(order.keep) as folder,
        _database(order.database, folder) as url,
        crash_test(folder, patients=order.patients, seed=order.seed, url=url) as one,
    ):
        run(one, order.plan, say=lambda line: print(f"{order.database} {line}", file=sys.stderr, flush=True))
        return auditor.audit(one)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="coachbot-faults-") as name:
        yield Path(name)


def _database(name: str, folder: Path) -> AbstractContextManager[str]:
    return postgres.database(folder / "keys.json") if name == "postgres" else nullcontext("")
