"""`python -m benchmarks.console [--patients 10000]`: how long the staff's pages take, and how heavy they are.

Each page is asked for as a browser does, through the app with all its guards and the audit; the first look after the
start opens every name once and is shown by itself.
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from typing import NamedTuple

from fastapi.testclient import TestClient

from benchmarks.ground import Ground, ground
from coachbot.bootstrap import staff_rooms
from coachbot.console.app import create_console

_ROUNDS = 15


class Look(NamedTuple):
    """One page: milliseconds of the first look, the median and the slowest of the others, and its bytes."""

    page: str
    first: float
    middle: float
    slowest: float
    size: int


def pages(base: Ground, find: str) -> list[str]:
    """The pages that are looked at; `find` is a search, sealed."""
    last = -(-len(base.patients) // 50)
    return [
        "/patients", f"/patients?page={last}", f"/patients?find={find}", "/patients?show=silent", "/today",
        f"/patients/{base.patients[0]}", "/programme", "/site",
    ]  # fmt: skip


def signed_in(base: Ground) -> tuple[TestClient, str]:
    """A browser in which an admin is signed in, and a search of theirs."""
    rooms = staff_rooms(base.coach)
    browser = TestClient(create_console(rooms, demo=True), base_url="https://clinic.example")
    admin = rooms.doors.add("Bench", "admin").staff.id
    browser.get(f"/enter/{rooms.doors.entry(admin)}")
    return browser, rooms.searches.sealed(admin, "pat 99")


def looks(base: Ground, rounds: int = _ROUNDS) -> list[Look]:
    """Every page, so many times."""
    browser, find = signed_in(base)
    return [_look(browser, page, rounds) for page in pages(base, find)]


def _look(browser: TestClient, page: str, rounds: int) -> Look:
    took, size = [], 0
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = browser.get(page)
        took.append((time.perf_counter() - began) * 1e3)
        assert answer.status_code == 200, page
        size = len(answer.content)
    first, *others = took
    return Look(page, first, median(others), max(others), size)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    with ground(parser.parse_args().patients) as base:
        found = looks(base)
    print(f"{'page':<34} {'first':>9} {'median':>9} {'slowest':>9} {'kB':>7}")
    for one in found:
        name = one.page if len(one.page) < 34 else f"{one.page[:14]}..."
        print(f"{name:<34} {one.first:>6.0f} ms {one.middle:>6.0f} ms {one.slowest:>6.0f} ms {one.size / 1e3:>7.1f}")


if __name__ == "__main__":
    main()
