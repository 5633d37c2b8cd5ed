"""`coachbot test`: playing many screenplays, a line for each with its time."""

from __future__ import annotations

import logging
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from coachbot.testing.failure import ScreenplayFailure
from coachbot.testing.faults import LOGGER
from coachbot.testing.fronts import WINDOWLESS, NotHereError
from coachbot.testing.player import play
from coachbot.testing.reader import SUFFIX
from coachbot.testing.script import ScreenplayFault

#: How a screenplay can end. It differs where the channel cannot do something, and is passed over where its patient
#: cannot.
OK, FAILED, DIFFERS, PASSED_OVER = "ok", "FAILED", "differs", "passed over"


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
        ended = Counter(_run(path, out, front, server) for path in found)
    finally:
        log.propagate = propagated
    others = "".join(f", {ended[how]} {how}" for how in (DIFFERS, PASSED_OVER) if ended[how])
    print(f"{len(found)} played, {ended[FAILED]} failed{others}", file=out)
    return 1 if ended[FAILED] else 0


def screenplays_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and those of the folders in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob(f"*{SUFFIX}"))
        else:
            yield path


def _run(path: Path, out: TextIO, front: str, server: str) -> str:
    began = time.perf_counter()
    try:
        play(path, front=front, server=server)
    except NotHereError as error:
        print(f"{PASSED_OVER:15} {path}: {error}", file=out)
        return PASSED_OVER
    except (ScreenplayFailure, ScreenplayFault) as error:
        if differs := _differs(path, front, error):
            print(f"{DIFFERS:15} {path}: {differs}", file=out)
            return DIFFERS
        print(f"{FAILED} {time.perf_counter() - began:5.1f} s  {path}\n{error}\n", file=out)
        return FAILED
    except Exception:  # a fault of the stage itself: the other screenplays are played all the same
        print(f"{FAILED} {time.perf_counter() - began:5.1f} s  {path}\n{traceback.format_exc()}\n", file=out)
        return FAILED
    print(f"{OK:6} {time.perf_counter() - began:5.1f} s  {path}", file=out)
    return OK


def _differs(path: Path, front: str, error: Exception) -> str:
    """Why a screenplay does not come true on a channel that cannot do everything; empty for a fault of ours.

    That a service window is the reason is believed only if messages did wait for the patient's next word, and if the
    screenplay comes true without the window.
    """
    if not isinstance(error, ScreenplayFailure):
        return ""
    if error.lacks:
        return error.lacks
    if front not in WINDOWLESS or not error.held:
        return ""
    try:
        play(path, front=WINDOWLESS[front])
    except NotHereError as here:
        return str(here)
    except ScreenplayFailure as again:
        return again.lacks
    waited = f"line {error.line}, {error.held} waited"
    return f"{front} takes few messages after a patient's word, and none long after it ({waited})"
