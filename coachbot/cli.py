"""The commands. Each imports what it needs when it runs, so that `coachbot --help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.errors import CoachbotError, SettingsError

if TYPE_CHECKING:
    from coachbot.bootstrap import Coach
    from coachbot.settings import Settings

app = typer.Typer(
    name="coachbot",
    help="A conversational coach for people with low back pain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
enrolment = typer.Typer(
    help="See, confirm and end enrolments.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(enrolment, name="enrolment")

PackPath = Annotated[Path | None, typer.Argument(help="Folder with dialogs/ and content/; the pack inside by default.")]


def main() -> None:
    """Run a command; what a person can mend is one line and an exit code, never a traceback."""
    try:
        app()
    except CoachbotError as error:
        print(f"coachbot: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        if type(error).__name__ != "PackFaults":
            raise
        print(error, file=sys.stderr)
        print("coachbot: this pack can't be used; nothing was started (every fault is listed above)", file=sys.stderr)
        sys.exit(1)


def _settings(**overrides: object) -> Settings:
    from coachbot.settings import load_settings

    return load_settings(**overrides)


def _coach(settings: Settings) -> Coach:
    """The use cases over the installation's database, for a command beside a running coach."""
    from coachbot.serving import open_beside

    return open_beside(settings)


# -- authoring ----------------------------------------------------------------------------------------
@app.command()
def check(path: PackPath = None, warnings: Annotated[bool, typer.Option(help="Show warnings too.")] = True) -> None:
    """Read a whole pack and list every fault with its place and its cure."""
    from coachbot.authoring.pack import check_pack
    from coachbot.bootstrap import pack_root

    root = path or pack_root(_settings())
    found = check_pack(root)
    errors = [fault for fault in found if fault.severity == "error"]
    for fault in found if warnings else errors:
        print(fault)
    print(f"{len(errors)} errors, {len(found) - len(errors)} warnings in {root}")
    raise typer.Exit(1 if errors else 0)


@app.command()
def draw(
    dialog: Annotated[str, typer.Argument(help="A dialog's name, such as cse/checkin.")],
    svg: Annotated[Path | None, typer.Option(help="Write an SVG here (needs Graphviz).")] = None,
    pack: Annotated[Path | None, typer.Option(help="Another pack.")] = None,
) -> None:
    """Draw a dialog: Mermaid on standard output, or an SVG."""
    from coachbot.authoring import draw as drawing
    from coachbot.authoring.pack import load_pack
    from coachbot.bootstrap import pack_root

    library = load_pack(pack or pack_root(_settings())).library
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


@app.command()
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


@app.command()
def test(paths: Annotated[list[Path], typer.Argument(help="Screenplays, or folders of them.")]) -> None:
    """Play screenplays through the real service and store."""
    from coachbot.testing.running import run_screenplays

    raise typer.Exit(run_screenplays(paths, out=sys.stdout))


@app.command()
def coverage(
    paths: Annotated[list[Path] | None, typer.Argument(help="Screenplays whose walks count too.")] = None,
) -> None:
    """Walk every dialog through all its answers and list the states that nothing reaches."""
    from coachbot.authoring.pack import load_pack
    from coachbot.bootstrap import pack_root
    from coachbot.testing.coverage import report

    pack = load_pack(pack_root(_settings()))
    raise typer.Exit(report(pack, paths or [], out=sys.stdout))


@app.command()
def burden(programme: Annotated[str, typer.Argument(help="A programme's name.")] = "sct_cse") -> None:
    """Count the unprompted messages of each week and arm over the whole programme."""
    from coachbot.authoring.pack import load_pack
    from coachbot.bootstrap import pack_root
    from coachbot.service.burden import table

    lines, fits = table(load_pack(pack_root(_settings())), programme)
    print("\n".join(lines))
    raise typer.Exit(0 if fits else 1)


# -- talking ------------------------------------------------------------------------------------------
@app.command()
def play(
    programme: Annotated[str, typer.Argument(help="A programme's name.")] = "sct_cse",
    arm: Annotated[str, typer.Option(help="The arm to live through.")] = "combined",
    record: Annotated[Path | None, typer.Option(help="Write a screenplay of this talk here.")] = None,
) -> None:
    """Live through a programme in the terminal, on a clock that you move."""
    from coachbot.playing import play as play_it

    play_it(_settings(), programme, arm, record)


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(envvar="PORT", help="Port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    """Open the web chat beside a panel with a virtual clock, on a database of its own."""
    from coachbot.serving import serve_demo

    serve_demo(_settings(port=port, host=host))


@app.command()
def run(
    port: Annotated[int | None, typer.Option(envvar="PORT", help="Port to listen on.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    """Run the coach on the real clock, with the web chat."""
    from coachbot.serving import serve

    serve(_settings(port=port, host=host))


# -- staff --------------------------------------------------------------------------------------------
@app.command()
def invite(
    programme: Annotated[str, typer.Argument(help="A programme's name.")],
    arm: Annotated[str, typer.Argument(help="The arm the patient comes into.")],
) -> None:
    """Make a single-use invitation code."""
    settings = _settings()
    if settings.site is None:
        raise SettingsError(
            "before patients come in, the clinic's own crisis numbers are needed: set COACHBOT_SITE "
            "to a file like the one in docs/operating.md"
        )
    code = _coach(settings).enrolments.invite(programme, arm)
    print(code)
    print(f"http://{settings.host}:{settings.port}/c/{code}", file=sys.stderr)


@enrolment.command("list")
def enrolment_list() -> None:
    """List enrolments by their opaque codes: state, day 0. No names, and no arms."""
    with _coach(_settings()).store.reading() as tx:
        for brief in tx.enrolments():
            print(f"{brief.code:12} {brief.programme:10} {brief.state:18} {brief.anchor or '-'}")


@enrolment.command("confirm")
def enrolment_confirm(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    by: Annotated[str, typer.Option(help="The clinician who examined the patient.")] = "the clinic",
) -> None:
    """The clinician's "examined, fit": day 0 is today, and the programme begins."""
    _coach(_settings()).enrolments.confirm(code, by)
    print(f"{code}: confirmed; day 0 is today")


@enrolment.command("end-rest")
def enrolment_end_rest(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    by: Annotated[str, typer.Option(help="The clinician who ends the rest.")] = "the clinic",
) -> None:
    """A clinician ends the rest after a safety event."""
    _coach(_settings()).enrolments.end_rest(code, by)
    print(f"{code}: exercise and education go on")


@enrolment.command("withdraw")
def enrolment_withdraw(code: Annotated[str, typer.Argument(help="The enrolment's code.")]) -> None:
    """End an enrolment at the patient's word."""
    _coach(_settings()).enrolments.withdraw(code)
    print(f"{code}: withdrawn")


@app.command()
def erase(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really; it can't be undone.")] = False,
) -> None:
    """Erase a patient: delete every row and destroy the key. Prints the proof."""
    from coachbot.service.erasure import erase_by_code

    if not yes:
        raise CoachbotError("erasure can't be undone; add --yes")
    coach = _coach(_settings())
    for line in erase_by_code(coach.store, coach.world, code):
        print(line)


@app.command()
def alerts(
    acknowledge: Annotated[int | None, typer.Option(help="Acknowledge the alert with this number.")] = None,
    by: Annotated[str, typer.Option(help="Who has seen it.")] = "",
) -> None:
    """List what a therapist must see, or acknowledge one."""
    coach = _coach(_settings())
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
            print(f"{alert.id} {alert.priority:6} {alert.kind:22} {codes.get(alert.patient, '-'):10} "
                  f"{alert.opened_at:%Y-%m-%d %H:%M}Z{late}")


@app.command()
def incidents() -> None:
    """List what the operator must see: parked turns, dialogs that moved under a patient."""
    with _coach(_settings()).store.reading() as tx:
        for incident in tx.incidents():
            print(f"{incident.at:%Y-%m-%d %H:%M}Z {incident.kind:8} {incident.patient}\n    "
                  + incident.detail.replace("\n", "\n    "))


if __name__ == "__main__":
    main()
