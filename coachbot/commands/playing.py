"""`coachbot play`: a programme lived through in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coachbot.commands.opening import settings_of


def play(
    programme: Annotated[str, typer.Argument(help="A programme's name.")] = "sct_cse",
    arm: Annotated[str, typer.Option(help="The arm to live through.")] = "combined",
    record: Annotated[Path | None, typer.Option(help="Write a screenplay of this talk here.")] = None,
) -> None:
    """Live through a programme in the terminal, on a clock that you move."""
    from coachbot.playing import play as play_it

    play_it(settings_of(), programme, arm, record)
