"""What somebody must look at: `coachbot alerts` for the therapist, `coachbot incidents` for the operator."""

from __future__ import annotations

from typing import Annotated

import typer

from coachbot.commands.opening import coach_of, settings_of
from coachbot.errors import CoachbotError


def alerts(
    acknowledge: Annotated[int | None, typer.Option(help="Acknowledge the alert with this number.")] = None,
    by: Annotated[str, typer.Option(help="Who has seen it.")] = "",
) -> None:
    """List what a therapist must see, or acknowledge one."""
    coach = coach_of(settings_of())
    if acknowledge is not None:
        if not by:
            raise CoachbotError("say who has seen it: --by NAME")
        coach.enrolments.acknowledge(acknowledge, by)
        print(f"{acknowledge}: seen by {by}")
        return
    with coach.store.reading() as tx:
        codes = {brief.patient: brief.code for brief in tx.enrolments()}
        for alert in tx.alerts(open_only=True):
            late = " ESCALATED" if alert.escalated_at else ""
            print(
                f"{alert.id} {alert.priority:6} {alert.kind:22} {codes.get(alert.patient, '-'):10} "
                f"{alert.opened_at:%Y-%m-%d %H:%M}Z{late}"
            )


def incidents() -> None:
    """List what the operator must see: parked turns, dialogs that moved under a patient."""
    with coach_of(settings_of()).store.reading() as tx:
        for incident in tx.incidents():
            print(
                f"{incident.at:%Y-%m-%d %H:%M}Z {incident.kind:8} {incident.patient}\n    "
                + incident.detail.replace("\n", "\n    ")
            )
