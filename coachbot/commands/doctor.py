"""`coachbot doctor`: is this installation sound?"""

from __future__ import annotations

from typing import Annotated

import typer

from coachbot.doctor.finding import Finding
from coachbot.errors import SettingsError


def doctor(
    online: Annotated[bool, typer.Option("--online", help="Ask the messengers and the public address too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for programs.")] = False,
) -> None:
    """Look at settings, files, keys, database, pack, clinic, staff and what waits; exit code 1 if something fails."""
    from coachbot.doctor.visit import visit
    from coachbot.settings import load_settings

    found: list[Finding] = []
    try:
        for finding in visit(load_settings(), calls=online):
            found.append(finding)
            if not as_json:
                print(finding, flush=True)
    except SettingsError as error:
        found.append(Finding("settings", "fail", str(error)))
        if not as_json:
            print(found[-1])
    _end(found, as_json)


def _end(found: list[Finding], as_json: bool) -> None:
    import json
    from dataclasses import asdict

    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=1, ensure_ascii=False))
    else:
        count = {state: sum(finding.state == state for finding in found) for state in ("ok", "warn", "fail")}
        print(f"{count['ok']} well, {count['warn']} to look at, {count['fail']} to mend")
    raise typer.Exit(1 if any(finding.state == "fail" for finding in found) else 0)
