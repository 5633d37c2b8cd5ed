"""`python -m tests.faults.zygote`: a parent that has read everything, and forks a coach when it is told to.

A coach needs seconds to import its packages and to read its pack, and a crash test starts it hundreds of times. Each
child is a process of its own that opens its own files, sockets and connections; what never changes was read before.
Line by line on standard input: an order to start, answered by the process id, or to bury, answered by the exit code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from coachbot.packs import pack_root
from coachbot.settings import load_settings
from coachbot.store.migrating import REVISIONS
from coachbot.testing.ground import pack_at
from tests.faults import clocks

#: What a coach imports once it runs; its commands import late.
_NEEDED = (
    "coachbot.processes.process",
    "uvicorn.logging",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "coachbot.api.app",
    "coachbot.channels.telegram",
    "coachbot.channels.webchat",
    "coachbot.console.app",
    "coachbot.monitoring.app",
    "coachbot.pages.app",
    "coachbot.registry",
    "coachbot.serving",
    "coachbot.testing.killing",
)


#: The revision of tables that a forked coach knows beyond those of this tree, as a newer version would.
NEWER = "COACHBOT_TEST_NEWER"


def main() -> None:
    """Read everything, then do as one is told until there is nobody left who tells."""
    for name in _NEEDED:
        import_module(name)
    pack_at(pack_root(load_settings()))
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        done = _started(order) if "environment" in order else _buried(order["bury"])
        print(done, flush=True)


def _known(newer: str) -> tuple[str, ...]:
    return (*REVISIONS, newer) if newer else REVISIONS


def _started(order: Mapping[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        _become(order["environment"], order["arguments"], Path(order["log"]))
    return child


def _buried(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _become(environment: Mapping[str, str], arguments: list[str], log: Path) -> None:
    """The child: a command of coachbot with an environment and a log of its own. It never comes back."""
    from coachbot.cli import main as command

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["coachbot", *arguments]
    with log.open("ab") as file, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    code = 1
    try:
        with (
            patch("coachbot.bootstrap.load_pack", pack_at),
            patch("coachbot.store.migrating.REVISIONS", _known(environment.get(NEWER, ""))),
            clocks.set_by(environment.get(clocks.SETTING, "")),
        ):
            command()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
