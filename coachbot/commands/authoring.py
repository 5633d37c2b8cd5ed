"""Commands of authors: check, draw, test, and look at a programme from all sides."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.commands.opening import settings_of
from coachbot.errors import CoachbotError, SettingsError

if TYPE_CHECKING:
    from coachbot.authoring.faults import Fault

PackPath = Annotated[Path | None, typer.Argument(help="Folder with dialogs/ and content/; the pack inside by default.")]


def check(path: PackPath = None, warnings: Annotated[bool, typer.Option(help="Show warnings too.")] = True) -> None:
    """Read a whole pack and list every fault with its place and its cure."""
    from coachbot.authoring.side_by_side import both

    gc.disable()  # a short life that keeps all it makes: collecting takes a tenth of it and frees nothing
    check_pack, (root, bound) = both(_checking, lambda: _placed(path))
    found = check_pack(root, beside=True)
    errors: list[object] = [fault for fault in found if fault.severity == "error"]
    of_site, of_channels = _site_lines(root) if bound and not errors else ([], [])
    errors += of_channels
    for line in [*found, *of_site, *of_channels] if warnings else errors:
        print(line)
    print(f"{len(errors)} errors, {len(found) - len(errors) + len(of_channels) + len(of_site)} warnings in {root}")
    raise typer.Exit(1 if errors else 0)


def _checking() -> Callable[..., tuple[Fault, ...]]:
    from coachbot.authoring.pack import check_pack

    return check_pack


def _placed(path: Path | None) -> tuple[Path, bool]:
    from coachbot.commands.checking import placed

    return placed(path)


def _site_lines(root: Path) -> tuple[list[str], list[str]]:
    from coachbot.commands.checking import site_lines

    return site_lines(root)


def draw(
    dialog: Annotated[str, typer.Argument(help="A dialog's name, such as cse/checkin.")] = "",
    exercises: Annotated[bool, typer.Option("--exercises", help="All exercise pictures on one sheet instead.")] = False,
    output: Annotated[Path | None, typer.Option(help="The sheet's PNG file.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write an SVG here (needs Graphviz).")] = None,
    pack: Annotated[Path | None, typer.Option(help="Another pack.")] = None,
) -> None:
    """Draw a dialog (Mermaid on standard output, or an SVG), or the contact sheet of all exercises (a PNG)."""
    from coachbot.authoring import draw as drawing
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root

    if bool(dialog) == exercises or (output is not None and not exercises):
        raise SettingsError("draw what? Give either a dialog's name, or --exercises with an --output FILE if you like")
    root = pack or pack_root(settings_of())
    if exercises:
        _draw_exercises(root, output or Path("exercises.png"))
        return
    library = load_pack(root).library
    if dialog not in library.dialogs:
        raise CoachbotError(f"there is no dialog '{dialog}'; the names are the paths under dialogs/")
    if svg is None:
        print(drawing.mermaid(library.dialogs[dialog]))
        return
    picture = drawing.svg(library.dialogs[dialog])
    if picture is None:
        raise CoachbotError("Graphviz's `dot` is not installed; without --svg the drawing comes as Mermaid text")
    svg.write_bytes(picture)
    print(f"wrote {svg}")


def _draw_exercises(root: Path, file: Path) -> None:
    from coachbot.authoring.contact_sheet import draw_sheet

    print(f"wrote {file}: {draw_sheet(root, file)} exercises")


def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.")] = Path("schemas"),
) -> None:
    """Write the JSON Schemas with which an editor completes and checks pack files."""
    import json

    from coachbot.authoring.schema import schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, value in schemas().items():
        (folder / f"{name}.schema.json").write_text(json.dumps(value, indent=2) + "\n", "utf-8")
        print(folder / f"{name}.schema.json")


def play_screenplays(
    paths: Annotated[list[Path], typer.Argument(help="Screenplays, or folders of them.")],
    channel: Annotated[str, typer.Option(help="Through a real channel: telegram, wechat, web or terminal.")] = "",
    database: Annotated[str, typer.Option(help="PostgreSQL URL: on databases made there and dropped again.")] = "",
) -> None:
    """Play screenplays through the real service and store."""
    from coachbot.testing.fronts import FRONTS
    from coachbot.testing.running import run_screenplays

    if channel and channel not in FRONTS:
        raise SettingsError(f"there is no channel '{channel}' to play on; there are {', '.join(FRONTS)}")
    raise typer.Exit(run_screenplays(paths, out=sys.stdout, front=channel, server=_server(database)))


def _server(database: str) -> str:
    if database and not database.startswith("postgres"):
        raise SettingsError("--database takes the URL of a PostgreSQL database; without it each play has a file")
    return database


def coverage(
    paths: Annotated[list[Path] | None, typer.Argument(help="Screenplays whose walks count too.")] = None,
) -> None:
    """Walk every dialog through all its answers and list the states that nothing reaches."""
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root
    from coachbot.testing.coverage import report

    pack = load_pack(pack_root(settings_of()))
    raise typer.Exit(report(pack, paths or [], out=sys.stdout))


def burden(programme: Annotated[str, typer.Argument(help="A programme's name.")] = "sct_cse") -> None:
    """Count the unprompted messages of each week and arm over the whole programme."""
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root
    from coachbot.service.burden import table

    lines, fits = table(load_pack(pack_root(settings_of())), programme)
    print("\n".join(lines))
    raise typer.Exit(0 if fits else 1)


def transcript(
    persona: Annotated[str, typer.Option(help="steady, busy, doubting or distressed.")] = "steady",
    arm: Annotated[str, typer.Option(help="The arm to live through.")] = "combined",
    seed: Annotated[int, typer.Option(help="Other wordings and delays are drawn.")] = 1,
    output: Annotated[Path | None, typer.Option(help="Write the page here.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Every practice in full, each time.")] = False,
    repeats: Annotated[bool, typer.Option("--repeats", help="List only the messages met more than once.")] = False,
) -> None:
    """Write down sixteen weeks of one made-up patient, played through the real service and store."""
    from coachbot.testing import persona as personas
    from coachbot.testing import transcript as transcripts

    life = transcripts.live_through(arm, personas.load(persona), seed=seed)
    if repeats:
        text = "".join(f"{n:4} {place}  {said[:90]!r}\n" for n, place, said in transcripts.repeats(life))
    else:
        text = transcripts.page(life, full=full)
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, "utf-8")
        print(f"wrote {output}")


def arms(
    persona: Annotated[str, typer.Option(help="Whose sixteen weeks are counted.")] = "steady",
    output: Annotated[Path | None, typer.Option(help="Write the page here.")] = None,
) -> None:
    """Compare the arms week by week: touchpoints, words, minutes, pictures, personal touches."""
    from coachbot.testing import persona as personas
    from coachbot.testing.arms import page
    from coachbot.testing.transcript import live_through

    who = personas.load(persona)
    text = page([live_through(arm, who) for arm in ("combined", "exercise")])
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, "utf-8")
        print(f"wrote {output}")
