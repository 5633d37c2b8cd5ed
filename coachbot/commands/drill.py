"""`coachbot drill`: does a crisis reach a person here?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from coachbot.errors import CoachbotError


def drill(
    kind: Annotated[str, typer.Option(help="One kind of danger, such as crisis; all of them by default.")] = "",
    language: Annotated[str, typer.Option(help="Language the patient writes in.")] = "",
) -> None:
    """Play a crisis through to the escalation on this site's settings; nothing is sent, nobody is called."""
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root
    from coachbot.settings import load_settings
    from coachbot.testing.drill import Drill

    settings = load_settings()
    pack = load_pack(pack_root(settings))
    known = list(pack.safety.rules["kinds"])
    if kind and kind not in known:
        raise CoachbotError(f"there is no danger '{kind}'; there are {', '.join(known)}")
    played = Drill(settings, pack, sys.stdout, language or settings.language)
    raise typer.Exit(played.run(datetime.now(UTC), [kind] if kind else known))
