"""`coachbot export`: what a study takes away, as tidy tables, for REDCap, or as FHIR."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.errors import CoachbotError

if TYPE_CHECKING:
    from coachbot.bootstrap import Coach
    from coachbot.service.research import Choice

_FORMS = ("tidy", "redcap", "fhir")


def export(
    form: Annotated[str, typer.Argument(help="tidy (CSV tables and a codebook), redcap, or fhir.")] = "tidy",
    folder: Annotated[Path, typer.Option(help="Where to write the files; made for you alone.")] = Path("export"),
    parquet: Annotated[bool, typer.Option("--parquet", help="The tidy tables as Parquet too.")] = False,
    release: Annotated[str, typer.Option(help="FHIR release: R4B (as R4) or R5.")] = "R4B",
    words: Annotated[bool, typer.Option("--with-words", help="Own words too: they can name people.")] = False,
    arm: Annotated[bool, typer.Option("--with-arm", help="The arm too: this ends the reader's blinding.")] = False,
) -> None:
    """Export a study, pseudonymous: opaque codes, days counted from day 0; no names, own words or arms."""
    from coachbot.opening import open_beside
    from coachbot.service.research import Choice
    from coachbot.settings import load_settings

    if form not in _FORMS:
        raise CoachbotError(f"there is no export '{form}'; there are {', '.join(_FORMS)}")
    coach = open_beside(load_settings())
    chosen = Choice(words=words, arm=arm)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if form == "tidy":
        _tidy(coach, chosen, folder, parquet)
    elif form == "redcap":
        _redcap(coach, chosen, folder)
    else:
        _fhir(coach, chosen, folder, release)


def _tidy(coach: Coach, choice: Choice, folder: Path, parquet: bool) -> None:
    from coachbot.service.research import tables
    from coachbot.service.tabular import table_csv, write_parquet

    with coach.store.reading() as tx:
        made = tables(coach.world.pack, tx, choice)
    _write(folder, {f"{table.name}.csv": table_csv(table) for table in made})
    if parquet:
        for table in made:
            write_parquet(table, folder / f"{table.name}.parquet")
            print(folder / f"{table.name}.parquet")


def _redcap(coach: Coach, choice: Choice, folder: Path) -> None:
    from coachbot.service.redcap import files

    with coach.store.reading() as tx:
        made = files(coach.world.pack, tx, choice)
    _write(folder, made)


def _fhir(coach: Coach, choice: Choice, folder: Path, release: str) -> None:
    import json

    from coachbot.authoring.exchange.validating import faults_of
    from coachbot.commands.instruments import release_named
    from coachbot.service.fhir_responses import bundle

    known = release_named(release)
    with coach.store.reading() as tx:
        made = bundle(coach.world.pack, tx, choice)
    if found := faults_of(made, known):
        raise CoachbotError(f"the export is not valid FHIR {known}: {'; '.join(found[:5])}")
    _write(folder, {"responses.json": json.dumps(made, ensure_ascii=False, indent=1) + "\n"})


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
        print(folder / name)
