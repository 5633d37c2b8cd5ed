"""`coachbot backup` and `coachbot restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KeysFolder = Annotated[
    Path | None, typer.Option(help="Another folder, for the patients' keys: one copy, always the newest.")
]


def backup(
    folder: Annotated[Path, typer.Argument(help="Where the backups lie; made for you alone.")],
    keys: KeysFolder = None,
    keep: Annotated[int, typer.Option(min=0, help="How many backups stay; 0: all.")] = 0,
) -> None:
    """Back the database up, also while the coach runs; the patients' keys lie apart, or nowhere."""
    from coachbot import __version__
    from coachbot.settings import load_settings
    from coachbot.store.backups import back_up

    settings = load_settings()
    made = back_up(settings.database_url, folder, version=__version__, keys=keys, keep=keep)
    rows = made.manifest.rows
    print(f"{made.file}: {made.manifest.bytes} bytes, {rows.get('patient', 0)} patients, verified")
    for old in made.pruned:
        print(f"{old}: removed, {keep} are kept")
    if made.keys is not None:
        print(f"{made.keys}: the patients' keys. Destroy older copies of it: they would undo erasures")
    else:
        print("the patients' keys are not in it, and without them nobody can read it: add --keys FOLDER")
    print(f"{settings.keys_path}: the master keys, not copied. Keep one copy off the machine; it changes when rotated")


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup, or a folder of them: then the newest.")],
    keys: Annotated[Path, typer.Option(help="The newest copy of the patients' keys, or its folder.")],
    master: Annotated[Path | None, typer.Option(help="Copy of the master keys, if keys.json is not in place.")] = None,
    erased: Annotated[
        list[Path] | None, typer.Option(help="Proofs of erasure since then; their patients stay erased.")
    ] = None,
) -> None:
    """Put a backup back, into an empty place only; says what was lost since."""
    from coachbot.settings import load_settings
    from coachbot.store.backups import age_of
    from coachbot.store.restoring import erased_in
    from coachbot.store.restoring import restore as put_back

    settings = load_settings()
    named = set().union(*(erased_in(file.read_text("utf-8", errors="replace")) for file in erased or ()))
    done = put_back(backup, keys, settings.database_url, settings.keys_path, master=master, erased=named)
    print(f"{done.file}: {done.patients} patients, as they stood at {done.manifest.at:%Y-%m-%d %H:%M} UTC")
    print(f"lost: everything of the {age_of(done.manifest) / 3600:.1f} hours since, alerts too: look through the")
    print("  messengers, ring those patients; some messages may be sent twice")
    for patient in done.lost:
        print(f"lost: {patient}, who came in after that, and has to be invited anew")
    for patient in done.erased:
        print(f"{patient}: erased since, and erased again")
    print(f"erased after {done.keys_made:%Y-%m-%d %H:%M} UTC, when the keys were copied: name the proofs with --erased")
