"""`coachbot enrolment`: see, confirm and end enrolments, and what a clinician decides about them."""

from __future__ import annotations

from typing import Annotated

import typer

from coachbot.commands.opening import coach_of, settings_of

app = typer.Typer(help="See, confirm and end enrolments.", no_args_is_help=True, rich_markup_mode=None)

Code = Annotated[str, typer.Argument(help="The enrolment's code.")]
Exercise = Annotated[str, typer.Argument(help="The exercise, as in content/exercises/.")]
By = Annotated[str, typer.Option(help="The clinician who decided it.")]


@app.command("list")
def enrolment_list() -> None:
    """List enrolments by their opaque codes: state, day 0. No names, and no arms."""
    with coach_of(settings_of()).store.reading() as tx:
        for brief in tx.enrolments():
            print(f"{brief.code:12} {brief.programme:10} {brief.state:18} {brief.anchor or '-'}")


@app.command("confirm")
def enrolment_confirm(
    code: Code,
    by: Annotated[str, typer.Option(help="The clinician who examined the patient.")] = "the clinic",
) -> None:
    """The clinician's "examined, fit": day 0 is today, and the programme begins."""
    coach_of(settings_of()).enrolments.confirm(code, by)
    print(f"{code}: confirmed; day 0 is today")


@app.command("end-rest")
def enrolment_end_rest(
    code: Code,
    by: Annotated[str, typer.Option(help="The clinician who ends the rest.")] = "the clinic",
) -> None:
    """A clinician ends the rest after a safety event."""
    coach_of(settings_of()).enrolments.end_rest(code, by)
    print(f"{code}: exercise and education go on")


@app.command("clear")
def enrolment_clear(
    code: Code,
    condition: Annotated[str, typer.Argument(help="What was told in a talk, such as pregnancy.")],
    by: Annotated[str, typer.Option(help="The clinician who has looked.")] = "the clinic",
) -> None:
    """A clinician has looked: a condition told in a talk rules no exercise out any more."""
    coach_of(settings_of()).enrolments.clear(code, condition, by)
    print(f"{code}: {condition} rules nothing out any more")


@app.command("rule-out")
def enrolment_rule_out(code: Code, exercise: Exercise, by: By = "the clinic") -> None:
    """A clinician takes an exercise out for this patient; the patient is told."""
    coach_of(settings_of()).enrolments.rule_out(code, exercise, by)
    print(f"{code}: {exercise} is ruled out")


@app.command("allow")
def enrolment_allow(code: Code, exercise: Exercise, by: By = "the clinic") -> None:
    """A clinician lets an exercise in, whatever the screening said; the patient is told."""
    coach_of(settings_of()).enrolments.allow(code, exercise, by)
    print(f"{code}: {exercise} is allowed")


@app.command("zone")
def enrolment_zone(
    code: Code,
    zone: Annotated[str, typer.Argument(help="An IANA time zone, such as Europe/Berlin.")],
) -> None:
    """Set a patient's time zone, where the coach could not work it out."""
    clock = coach_of(settings_of()).enrolments.set_zone(code, zone)
    print(f"{code}: {zone}, where it is {clock} now")


@app.command("country")
def enrolment_country(
    code: Code,
    country: Annotated[str, typer.Argument(help="An ISO code, such as DK; empty: that of the time zone.")],
) -> None:
    """Set the country a patient is in, whose crisis numbers they read."""
    named = coach_of(settings_of()).enrolments.set_country(code, country)
    lacking = "" if named else ", for which the site has no numbers"
    print(f"{code}: {country or 'the country of the zone'}{lacking}")


@app.command("withdraw")
def enrolment_withdraw(code: Code) -> None:
    """End an enrolment at the patient's word."""
    coach_of(settings_of()).enrolments.withdraw(code)
    print(f"{code}: withdrawn")
