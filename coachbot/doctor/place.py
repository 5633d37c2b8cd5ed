"""The machine and the folder: rights of the files, room on the disk, the clock and its zones, the running engine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coachbot.doctor.finding import Finding, fail, ok, warn
from coachbot.errors import StoreError
from coachbot.settings import Settings
from coachbot.store import at_work as processes_on
from coachbot.store import runs_here, size_of

_MB = 1_000_000
#: Room below which nothing can be written soon, and below which somebody should look.
_FULL, _NARROW = 200 * _MB, 2_000 * _MB
#: Before this program was written.
_TOO_EARLY = datetime(2026, 1, 1, tzinfo=UTC)
#: Seconds that a row may seem to come from the future.
_AHEAD_S = 60.0


def rights(files: dict[str, Path]) -> Iterator[Finding]:
    """The database and the keys are for their owner alone."""
    for what, path in files.items():
        if not path.exists():
            continue
        status = path.stat()
        if status.st_uid != os.getuid():
            yield warn("rights", f"{path} ({what}) belongs to another user", "run coachbot, and this, as its owner")
        elif status.st_mode & 0o077:
            told, cure = f"{path} ({what}) can be read by others", f"`chmod go-rwx {path}`"
            yield warn("rights", told, cure) if path.is_dir() else fail("rights", told, cure)
        else:
            yield ok("rights", f"{what}: for its owner alone")


def room(settings: Settings) -> Iterator[Finding]:
    """Space for the database, its log, and a copy of it."""
    folder = next(path for path in (settings.data, *settings.data.absolute().parents) if path.exists())
    free, size = shutil.disk_usage(folder).free, size_of(settings.database_url) or 0
    told = f"{free // _MB} MB free at {folder}, the database takes {size // _MB} MB"
    if free < max(_FULL, size // 2):
        yield fail("disk", told, "make room: without it no message is taken")
    elif free < max(_NARROW, 2 * size):
        yield warn("disk", told, "make room: a backup needs as much as the database takes")
    else:
        yield ok("disk", told)


def clock(newest: float | None) -> Iterator[Finding]:
    """The machine's clock runs, and has not gone back behind what was written."""
    now = time.time()
    told = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if now < _TOO_EARLY.timestamp():
        yield fail("clock", told, "set the machine's clock and keep it by NTP")
    elif newest is not None and newest > now + _AHEAD_S:
        yield fail("clock", f"{told} is {newest - now:.0f} seconds before the last turn", "keep the clock by NTP")
    else:
        yield ok("clock", told)


def zones(names: set[str]) -> Iterator[Finding]:
    """Time zones are known, and the data about them is there."""
    try:
        data = version("tzdata")
    except PackageNotFoundError:
        data = "of the system"
    for name in sorted(names):
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            yield fail("zones", f"'{name}' is not known here (data {data})", "install or renew the package tzdata")
            return
    yield ok("zones", f"data {data}")


def engine(settings: Settings) -> Iterator[Finding]:
    """Whether the coach runs."""
    found = at_work(settings)
    if found:
        yield ok("engine", f"runs ({'; '.join(found)})")
    else:
        yield warn("engine", f"no coach runs on {settings.data}", "start it: `coachbot run`")


def at_work(settings: Settings) -> Sequence[str]:
    """The process that does an engine's work here, or the several that share it."""
    holder = runs_here(settings.data / "engine.lock")
    if holder is not None:
        return [f"process {holder}"]
    try:
        return processes_on(settings.database_url)
    except StoreError:
        return ()  # another check tells why the database does not answer
