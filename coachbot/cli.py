"""The commands. Each imports what it needs when it runs, so that `coachbot --help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from coachbot import __version__
from coachbot.commands import authoring, broadcasts, enrolment, instruments, serving, staff
from coachbot.commands.attention import alerts, incidents
from coachbot.commands.backups import backup, restore
from coachbot.commands.doctor import doctor
from coachbot.commands.drill import drill
from coachbot.commands.entrance import invite, qr
from coachbot.commands.erasing import erase
from coachbot.commands.export import export
from coachbot.commands.keys import keys
from coachbot.commands.moving import migrate_store
from coachbot.commands.playing import play
from coachbot.commands.retention import retention
from coachbot.errors import CoachbotError

app = typer.Typer(
    name="coachbot",
    help="A conversational coach for people with low back pain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

#: In the order in which `--help` shows them: whom they serve, and first what comes first.
_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": serving.demo,
    "run": serving.run,
    "worker": serving.worker,
    "web": serving.web,
    "sender": serving.sender,
    "play": play,
    "check": authoring.check,
    "test": authoring.play_screenplays,
    "coverage": authoring.coverage,
    "draw": authoring.draw,
    "schema": authoring.schema,
    "burden": authoring.burden,
    "arms": authoring.arms,
    "transcript": authoring.transcript,
    "invite": invite,
    "qr": qr,
    "alerts": alerts,
    "drill": drill,
    "doctor": doctor,
    "incidents": incidents,
    "backup": backup,
    "restore": restore,
    "migrate-store": migrate_store,
    "retention": retention,
    "erase": erase,
    "export": export,
}
_GROUPS = {
    "enrolment": enrolment.app,
    "instruments": instruments.app,
    "broadcast": broadcasts.app,
    "staff": staff.staff,
    "audit": staff.audit,
    "api-token": staff.tokens,
    "keys": keys,
}


def _version(wanted: bool) -> None:
    if wanted:
        print(f"coachbot {__version__}")
        raise typer.Exit


@app.callback()
def _of_every_command(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """A conversational coach for people with low back pain."""


for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name)


def main() -> None:
    """Run a command; what a person can mend is one line and an exit code, never a traceback."""
    try:
        app()
    except CoachbotError as error:
        print(f"coachbot: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"coachbot: {error.filename}: {error.strerror}; name a place that can be used", file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ != "PackFaults":
            raise
        print(error, file=sys.stderr)
        print("coachbot: this pack can't be used; nothing was started (every fault is listed above)", file=sys.stderr)
        sys.exit(1)
