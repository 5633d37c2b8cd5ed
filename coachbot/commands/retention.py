"""`coachbot retention`: what the clinic's rules no longer let us keep."""

from __future__ import annotations

from typing import Annotated

import typer


def retention(
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Remove it; else only say what would go.")] = False,
) -> None:
    """Say what the site's `retention` rules remove, or remove it now; the engine does so each day by itself."""
    from coachbot.opening import open_beside
    from coachbot.service.retention import Retention
    from coachbot.settings import load_settings

    coach = open_beside(load_settings())
    if not coach.world.retention:
        print("no rules: everything is kept until it is erased; name some in `retention` of the site's file")
        return
    told = ", ".join(f"{kind} {days}" for kind, days in coach.world.retention.items())
    print(f"days after the end of an enrolment: {told}")
    count = 0
    for removals in Retention(coach.world, coach.store).walk(apply=apply):
        for removal in removals:
            print(f"{'removed' if apply else 'would go'}  {removal}")
            count += 1
    print(f"{count} {'removed' if apply else 'would go'}")
