"""`coachbot instruments ...`: the questionnaires of a pack, out as FHIR and in from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from coachbot.errors import CoachbotError

if TYPE_CHECKING:
    from coachbot.authoring.exchange.fhir_in import Matches
    from coachbot.authoring.exchange.terms import Release

app = typer.Typer(help="The questionnaires of a pack: list, export, import. Alone: the list.")

_RELEASES = ("R4B", "R5")
Pack = Annotated[Path | None, typer.Option("--pack", help="Another pack; the one of the settings by default.")]


def _root(pack: Path | None) -> Path:
    from coachbot.packs import pack_at, pack_root
    from coachbot.settings import load_settings

    return pack_at(pack) if pack else pack_root(load_settings())


@app.callback(invoke_without_command=True)
def _alone(context: typer.Context) -> None:
    """The questionnaires of a pack: list, export, import. Alone: the list."""
    if context.invoked_subcommand is None:
        list_them(None)


@app.command("list")
def list_them(
    path: Annotated[Path | None, typer.Argument(help="Folder with dialogs/ and content/.")] = None,
) -> None:
    """Print the instruments of a pack: items, recall, wording, what is unconfirmed, licence, who grants it."""
    from coachbot.authoring.instrument_table import table
    from coachbot.authoring.pack import load_pack

    print(table(load_pack(_root(path)).instruments), end="")


@app.command("export")
def export(
    name: Annotated[str, typer.Argument(help="An instrument's id, such as gad7; all of them by default.")] = "",
    folder: Annotated[Path, typer.Option(help="Where to write NAME.LANGUAGE.json.")] = Path("questionnaires"),
    release: Annotated[str, typer.Option(help="FHIR release: R4B (as R4) or R5.")] = "R4B",
    language: Annotated[str, typer.Option(help="Language of the words.")] = "en",
    pack: Pack = None,
) -> None:
    """Write instruments with their words as FHIR Questionnaires."""
    import json

    from coachbot.authoring.exchange.fhir_out import questionnaire
    from coachbot.authoring.exchange.validating import can_validate, faults_of
    from coachbot.authoring.exchange.worded import load
    from coachbot.authoring.pack import load_pack

    root, known = _root(pack), release_named(release)
    names = [name] if name else sorted(load_pack(root).instruments)
    folder.mkdir(parents=True, exist_ok=True)
    for one in names:
        resource = questionnaire(load(root, one, language), known)
        if found := faults_of(resource, known):
            raise CoachbotError(f"{one}: the export is not valid FHIR {known}: {'; '.join(found)}")
        file = folder / f"{one}.{language}.json"
        file.write_text(json.dumps(resource, ensure_ascii=False, indent=2) + "\n", "utf-8")
        print(file)
    print(f"FHIR {known}, " + ("validated" if can_validate() else "not validated: the extra `fhir` is not installed"))


def release_named(written: str) -> Release:
    """A FHIR release by its name. Raises CoachbotError."""
    if written.upper() not in _RELEASES:
        raise CoachbotError(f"--release is one of {', '.join(_RELEASES)} (R4 reads the files of R4B)")
    return cast("Release", written.upper())


@app.command("import")
def import_it(
    file: Annotated[Path, typer.Argument(help="A FHIR Questionnaire (JSON), or our YAML with its words beside it.")],
    name: Annotated[str, typer.Option("--as", help="Which instrument of the pack it is.")] = "",
    language: Annotated[str, typer.Option(help="Language of the words, if the file does not say.")] = "",
    source: Annotated[str, typer.Option(help="Where the wording comes from.")] = "",
    version: Annotated[str, typer.Option(help="Version of the wording.")] = "",
    licence: Annotated[str, typer.Option(help="The licence under which the site may show it.")] = "",
    mapping: Annotated[Path | None, typer.Option("--map", help="YAML: items: and answers:, theirs to ours.")] = None,
    take: Annotated[bool, typer.Option("--take", help="Write it into the pack.")] = False,
    pack: Pack = None,
) -> None:
    """Install the wording of an instrument: every fault and every difference first, --take to accept."""
    from coachbot.authoring.exchange.taking import Told, propose
    from coachbot.authoring.exchange.taking import take as take_it

    root = _root(pack)
    told = Told(name, language, source, version, licence, _matches(mapping))
    found = propose(file, root, told)
    for note in found.notes:
        print(f"note: {note}")
    for fault in found.faults:
        print(f"fault: {fault}")
    for difference in found.differences:
        print(f"changes: {difference}")
    if found.faults:
        print(f"{found.name}: {len(found.faults)} faults; nothing was taken")
        raise typer.Exit(1)
    if not found.differences:
        print(f"{found.name}: nothing differs")
    elif take:
        for path in take_it(root, found):
            print(f"wrote {path}")
    else:
        print(f"{found.name}: {len(found.differences)} differences; add --take to accept them")


def _matches(path: Path | None) -> Matches:
    from coachbot.authoring.exchange.fhir_in import Matches
    from coachbot.authoring.plain import read_plain

    if path is None:
        return Matches()
    if not path.is_file():
        raise CoachbotError(f"there is no map {path}")
    data = read_plain(path)
    return Matches(_strings(data.get("items")), _strings(data.get("answers")))


def _strings(data: Any) -> dict[str, str]:
    return {str(theirs): str(ours) for theirs, ours in data.items()} if isinstance(data, dict) else {}
