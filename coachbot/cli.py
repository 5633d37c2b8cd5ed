"""The commands. Each imports what it needs when it runs, so that `coachbot --help` is quick."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot import __version__
from coachbot.commands import broadcasts, instruments
from coachbot.commands.backups import backup, restore
from coachbot.commands.doctor import doctor
from coachbot.commands.drill import drill
from coachbot.commands.export import export
from coachbot.commands.keys import keys
from coachbot.commands.moving import migrate_store
from coachbot.commands.retention import retention
from coachbot.errors import CoachbotError, SettingsError
from coachbot.staff_commands import audit, staff, tokens

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
enrolment = typer.Typer(help="See, confirm and end enrolments.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(enrolment, name="enrolment")
app.add_typer(instruments.app, name="instruments")
app.add_typer(broadcasts.app, name="broadcast")
app.command()(backup)
app.command()(restore)
app.command()(doctor)
app.command()(drill)
app.command()(export)
app.command("migrate-store")(migrate_store)
app.command()(retention)
app.add_typer(staff, name="staff")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
app.add_typer(tokens, name="api-token")

PackPath = Annotated[Path | None, typer.Argument(help="Folder with dialogs/ and content/; the pack inside by default.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"coachbot {__version__}")
        raise typer.Exit


@app.callback()
def _of_every_command(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """A conversational coach for people with low back pain."""


def main() -> None:
    """Run a command; what a person can mend is one line and an exit code, never a traceback."""
    try:
        app()
    except CoachbotError as error:
        print(f"coachbot: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"coachbot: {error.filename}: {error.strerror}; name a place that can be used", file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ != "PackFaults":
            raise
        print(error, file=sys.stderr)
        print("coachbot: this pack can't be used; nothing was started (every fault is listed above)", file=sys.stderr)
        sys.exit(1)


def _settings(**overrides: object) -> Settings:
    from coachbot.settings import load_settings

    return load_settings(**overrides)


def _coach(settings: Settings, *, make: bool = False) -> Coach:
    """The use cases over the installation's database, for a command beside a running coach."""
    from coachbot.serving import open_beside

    return open_beside(settings, make=make)


# -- authoring ----------------------------------------------------------------------------------------
@app.command()
def check(path: PackPath = None, warnings: Annotated[bool, typer.Option(help="Show warnings too.")] = True) -> None:
    """Read a whole pack and list every fault with its place and its cure."""
    from coachbot.authoring.pack import check_pack
    from coachbot.commands.checking import site_warnings
    from coachbot.packs import pack_at, pack_root

    gc.disable()  # a short life that keeps all it makes: collecting takes a tenth of it and frees nothing
    settings = _settings()
    root = pack_at(path) if path else pack_root(settings)
    found = check_pack(root)
    errors = [fault for fault in found if fault.severity == "error"]
    of_site = [] if errors else site_warnings(settings, root)
    for line in [*found, *of_site] if warnings else errors:
        print(line)
    print(f"{len(errors)} errors, {len(found) - len(errors) + len(of_site)} warnings in {root}")
    raise typer.Exit(1 if errors else 0)


@app.command()
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
    root = pack or pack_root(_settings())
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


@app.command("test")
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


@app.command()
def coverage(
    paths: Annotated[list[Path] | None, typer.Argument(help="Screenplays whose walks count too.")] = None,
) -> None:
    """Walk every dialog through all its answers and list the states that nothing reaches."""
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root
    from coachbot.testing.coverage import report

    pack = load_pack(pack_root(_settings()))
    raise typer.Exit(report(pack, paths or [], out=sys.stdout))


@app.command()
def burden(programme: Annotated[str, typer.Argument(help="A programme's name.")] = "sct_cse") -> None:
    """Count the unprompted messages of each week and arm over the whole programme."""
    from coachbot.authoring.pack import load_pack
    from coachbot.packs import pack_root
    from coachbot.service.burden import table

    lines, fits = table(load_pack(pack_root(_settings())), programme)
    print("\n".join(lines))
    raise typer.Exit(0 if fits else 1)


@app.command()
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


@app.command()
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
    programme: Annotated[str, typer.Argument(help="A programme's name.")] = "",
    arm: Annotated[str, typer.Argument(help="The arm the patient comes into.")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Invite everybody of a list (docs/enrolling.md).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look at the list; nothing is made.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write the cards of a list here, to be printed (HTML).")] = None,
) -> None:
    """Make a single-use invitation code, or one for each line of a list."""
    settings = _settings()
    if csv is not None and dry_run:
        from coachbot.commands.inviting import try_out

        raise typer.Exit(try_out(settings, csv))
    if csv is None and not (programme and arm):
        raise CoachbotError("name a programme and an arm, or a list with --csv")
    if settings.site is None:
        raise SettingsError(
            "before patients come in, the clinic's own crisis numbers are needed: set COACHBOT_SITE "
            "to a file like the one in docs/operating.md"
        )
    if csv is not None:
        from coachbot.commands.inviting import invite_all

        raise typer.Exit(invite_all(settings, csv, sheet))
    from coachbot.serving import saying_what_is_new

    with saying_what_is_new(settings):
        coach = _coach(settings, make=True)
        code = coach.enrolments.invite(programme, arm)
    print(code)
    print(f"{settings.public}/c/{code}", file=sys.stderr)
    for link in _telegram_links(settings, coach, code).values():
        print(link, file=sys.stderr)


def _telegram_links(settings: Settings, coach: Coach, code: str = "") -> dict[str, str]:
    from coachbot.channels.telegram.links import links

    with coach.store.reading() as tx:
        return links(settings, tx.setting, code)


def _web_link(settings: Settings, code: str) -> str:
    return f"{settings.public}/c/{code}" if code else settings.public


@app.command()
def qr(
    output: Annotated[Path, typer.Option(help="The SVG file.")] = Path("coach.svg"),
    code: Annotated[str, typer.Option(help="An invitation code to put in; without it, one for a wall.")] = "",
    bot: Annotated[str, typer.Option(help="Which bot, by the name that its token was given.")] = "",
    wechat: Annotated[bool, typer.Option("--wechat", help="Of the WeChat account instead; needs a --code.")] = False,
) -> None:
    """Write a QR code that opens the Telegram bot, the WeChat account or, where there is neither, the web chat."""
    from coachbot.channels.telegram.links import one_link, qr_svg

    settings = _settings()
    if wechat:
        link = _wechat_link(settings, code)
    else:
        found = _telegram_links(settings, _coach(settings), code)
        link = _web_link(settings, code) if settings.address and not found and not bot else one_link(found, bot)
    output.write_bytes(qr_svg(link))
    print(f"wrote {output}: {link}")


def _wechat_link(settings: Settings, code: str) -> str:
    import asyncio

    from coachbot.channels.wechat.links import scene_link

    if not settings.wechat_appid or not code:
        raise SettingsError("a WeChat code needs COACHBOT_WECHAT_APPID and an invitation: --wechat --code CODE")
    return asyncio.run(scene_link(settings, code))


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


@enrolment.command("clear")
def enrolment_clear(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    condition: Annotated[str, typer.Argument(help="What was told in a talk, such as pregnancy.")],
    by: Annotated[str, typer.Option(help="The clinician who has looked.")] = "the clinic",
) -> None:
    """A clinician has looked: a condition told in a talk rules no exercise out any more."""
    _coach(_settings()).enrolments.clear(code, condition, by)
    print(f"{code}: {condition} rules nothing out any more")


Exercise = Annotated[str, typer.Argument(help="The exercise, as in content/exercises/.")]
By = Annotated[str, typer.Option(help="The clinician who decided it.")]


@enrolment.command("rule-out")
def enrolment_rule_out(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")], exercise: Exercise, by: By = "the clinic"
) -> None:
    """A clinician takes an exercise out for this patient; the patient is told."""
    _coach(_settings()).enrolments.rule_out(code, exercise, by)
    print(f"{code}: {exercise} is ruled out")


@enrolment.command("allow")
def enrolment_allow(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")], exercise: Exercise, by: By = "the clinic"
) -> None:
    """A clinician lets an exercise in, whatever the screening said; the patient is told."""
    _coach(_settings()).enrolments.allow(code, exercise, by)
    print(f"{code}: {exercise} is allowed")


@enrolment.command("zone")
def enrolment_zone(
    code: Annotated[str, typer.Argument(help="The enrolment's code.")],
    zone: Annotated[str, typer.Argument(help="An IANA time zone, such as Europe/Berlin.")],
) -> None:
    """Set a patient's time zone, where the coach could not work it out."""
    clock = _coach(_settings()).enrolments.set_zone(code, zone)
    print(f"{code}: {zone}, where it is {clock} now")


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
            print(
                f"{alert.id} {alert.priority:6} {alert.kind:22} {codes.get(alert.patient, '-'):10} "
                f"{alert.opened_at:%Y-%m-%d %H:%M}Z{late}"
            )


@app.command()
def incidents() -> None:
    """List what the operator must see: parked turns, dialogs that moved under a patient."""
    with _coach(_settings()).store.reading() as tx:
        for incident in tx.incidents():
            print(
                f"{incident.at:%Y-%m-%d %H:%M}Z {incident.kind:8} {incident.patient}\n    "
                + incident.detail.replace("\n", "\n    ")
            )


if __name__ == "__main__":
    main()
