"""Two pieces of work side by side, on two cores, where the system can split a process; else one after the other.

For commands that live a second and have a person waiting. Never where threads run or a database is open: a process
that is split keeps neither.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

from coachbot.errors import CoachbotError

Here = TypeVar("Here")
There = TypeVar("There")


def both(here: Callable[[], Here], there: Callable[[], There]) -> tuple[Here, There]:
    """The results of two functions; that of `there` is made by another process, and must be something to pickle.

    A CoachbotError of `there` comes out as it is, and anything else that it raises as a CoachbotError with its words.
    """
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return here(), there()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell(writing, there)
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:
            mine = here()
            told = pipe.read()
    finally:
        os.waitpid(child, 0)
    if not told:
        raise CoachbotError("the process beside this one ended early; is there memory left?")
    fine, theirs = pickle.loads(told)
    if not fine:
        raise theirs
    result: There = theirs
    return mine, result


def _tell(writing: int, work: Callable[[], object]) -> None:
    """Do the work, say what came of it, and end without anything that the other process is to do at its end."""
    try:
        told = pickle.dumps((True, work()))
    except CoachbotError as error:
        told = pickle.dumps((False, error))
    except BaseException as error:
        told = pickle.dumps((False, CoachbotError(f"{type(error).__name__}: {error}")))
    with open(writing, "wb") as pipe:
        pipe.write(told)
    os._exit(0)
