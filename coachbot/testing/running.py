"""`coachbot test`: playing many screenplays, a line for each with its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from coachbot.testing.failure import ScreenplayFailure
from coachbot.testing.faults import LOGGER
from coachbot.testing.fronts import WINDOWLESS, NotHereError
from coachbot.testing.player import play
from coachbot.testing.reader import SUFFIX
from coachbot.testing.script import ScreenplayFault


def run_screenplays(paths: Sequence[Path], *, out: TextIO, front: str = "", server: str = "") -> int:
    """Play files and folders of files; 0 if all came true, 1 if one did not, 2 if there was nothing to play.

    `front` plays them through a real channel and its fake messenger (`coachbot.testing.fronts`); `server` on databases
    that are made on that PostgreSQL server.
    """
    found = list(screenplays_in(paths))
    if not found:
        print(f"no *{SUFFIX} in {', '.join(map(str, paths)) or 'nothing'}", file=out)
        return 2
    log = logging.getLogger(LOGGER)
    propagated, log.propagate = log.propagate, False
    try:
        failed = sum(not _run(path, out, front, server) for path in found)
    finally:
        log.propagate = propagated
    print(f"{len(found)} played, {failed} failed", file=out)
    return 1 if failed else 0


def screenplays_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and those of the folders in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob(f"*{SUFFIX}"))
        else:
            yield path


def _run(path: Path, out: TextIO, front: str, server: str) -> bool:
    began = time.perf_counter()
    try:
        play(path, front=front, server=server)
    except NotHereError as error:
        print(f"passed over     {path}: {error}", file=out)
        return True
    except (ScreenplayFailure, ScreenplayFault) as error:
        if differs := _differs(path, front, error):
            print(f"differs         {path}: {differs}", file=out)
            return True
        print(f"FAILED {time.perf_counter() - began:5.1f} s  {path}\n{error}\n", file=out)
        return False
    print(f"ok     {time.perf_counter() - began:5.1f} s  {path}", file=out)
    return True


def _differs(path: Path, front: str, error: Exception) -> str:
    """Why a screenplay does not come true on a channel that cannot do everything; empty for a fault of ours."""
    if isinstance(error, ScreenplayFailure) and error.lacks:
        return error.lacks
    if front not in WINDOWLESS or isinstance(error, ScreenplayFault):
        return ""
    try:
        play(path, front=WINDOWLESS[front])
    except NotHereError as here:
        return str(here)
    except ScreenplayFailure as again:
        return again.lacks
    return f"{front} takes few messages after a patient's word, and none long after it"
