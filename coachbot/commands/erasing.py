"""`coachbot erase`: a patient leaves no word behind."""

from __future__ import annotations

from typing import Annotated

import typer

from coachbot.commands.opening import coach_of, settings_of
from coachbot.errors import CoachbotError


def erase(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really; it can't be undone.")] = False,
) -> None:
    """Erase a patient: delete every row and destroy the key. Prints the proof."""
    from coachbot.service.erasure import erase_by_code

    if not yes:
        raise CoachbotError("erasure can't be undone; add --yes")
    coach = coach_of(settings_of())
    for line in erase_by_code(coach.store, coach.world, code):
        print(line)
