"""`coachbot broadcast`: one text to many patients, from the keyboard, beside a running coach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.errors import CoachbotError

if TYPE_CHECKING:
    from coachbot.bootstrap import StaffRooms
    from coachbot.service.broadcasts.office import Broadcasts
    from coachbot.service.broadcasts.records import Broadcast
    from coachbot.service.staff.records import StaffRow

app = typer.Typer(help="One text to many patients, by every rule.", no_args_is_help=True, rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="Number of the broadcast; `coachbot broadcast list` shows all.")]
By = Annotated[str, typer.Option("--by", help="The account that acts: its name in the console.")]


def _rooms() -> StaffRooms:
    from coachbot.bootstrap import staff_rooms
    from coachbot.opening import open_beside
    from coachbot.settings import load_settings

    return staff_rooms(open_beside(load_settings()))


def _office(by: str) -> tuple[Broadcasts, StaffRow]:
    rooms = _rooms()
    wanted = " ".join(by.split()).casefold()
    found = next((row for row in rooms.doors.everybody() if row.name.casefold() == wanted and row.active), None)
    if found is None:
        raise CoachbotError(f"there is no open account '{by}'; `coachbot staff list` shows all")
    if not found.may("compose"):
        raise CoachbotError(f"{found.name} ({found.role}) may not write broadcasts")
    return rooms.broadcasts, found


@app.command("new")
def new(
    title: Annotated[str, typer.Argument(help="What staff call it; patients don't see it.")],
    text: Annotated[list[str], typer.Option(help="en=The group walks on Sunday. Once per language; en=@file reads.")],
    by: By,
    audience: Annotated[str, typer.Option(help="Filter words, such as: arm=combined week=3-6 exercise_days<3")] = "",
    at: Annotated[str, typer.Option(help="Each patient's own clock, 2026-03-12 10:00; now without.")] = "",
    hours: Annotated[int, typer.Option(help="For how many hours after that it may still come.")] = 72,
) -> None:
    """Write a draft; prints its number and everything that stands against sending it."""
    office, staff = _office(by)
    fields = {"title": title, "audience": audience, "at": at, "hours": str(hours), **_texts(text)}
    one = office.write(staff, fields)
    print(f"{one.id}: a draft")
    faults = office.faults(one, staff)
    for fault in faults:
        print(f"  {fault}")
    raise typer.Exit(1 if faults else 0)


def _texts(given: list[str]) -> Mapping[str, str]:
    texts = {}
    for one in given:
        language, equals, text = one.partition("=")
        if not equals:
            raise CoachbotError(f"--text {one[:30]!r}: write the language first, such as en=Hello")
        texts[f"text.{language}"] = Path(text[1:]).read_text("utf-8") if text.startswith("@") else text
    return texts


@app.command("list")
def listed(by: By) -> None:
    """List the broadcasts that an account may see: number, state, how far, title."""
    office, staff = _office(by)
    for one in office.all(staff):
        progress = office.progress(one)
        print(f"{one.id}  {one.state:10} {progress.sent:>7,} of {progress.people:>7,} sent  {one.title}")


@app.command("show")
def show(number: Number, by: By) -> None:
    """Show one broadcast: its texts, how far it has come, and why some got nothing."""
    office, staff = _office(by)
    one = office.of(staff, number)
    progress = office.progress(one)
    print(f"{one.title}: {one.state}{f' ({one.note})' if one.note else ''}")
    print(f"  to {one.audience or 'everybody'}, {one.at or 'at once'}, for {one.hours} hours")
    for language, text in sorted(one.texts.items()):
        print(f"  {language}: {json.dumps(text, ensure_ascii=False)}")
    counts = {**progress.counts, **({"erased": progress.erased} if progress.erased else {})}
    print(f"  {progress.sent:,} of {progress.people:,} sent: {_counted(counts)}")
    if one.reasons:
        print(f"  nothing, because: {_counted(one.reasons)}")
    for fault in office.faults(one, staff) if one.state == "draft" else ():
        print(f"  {fault}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items()) or "nobody yet"


@app.command("rehearse")
def rehearse(
    number: Number,
    by: By,
    masked: Annotated[
        bool, typer.Option("--masked", help="Show the text on real patients without their names.")
    ] = False,
) -> None:
    """Say who would get it, in which language, until when, and who would not and why; nothing is sent."""
    office, staff = _office(by)
    told = office.rehearse(staff, number, masked=masked)
    print(f"{told.get:,} of {told.meant:,} would get it: {_counted(told.languages)}")
    for fault in told.faults:
        print(f"  it can't be sent like this: {fault}")
    if told.suppressed:
        print(f"  nothing, because: {_counted(told.suppressed)}")
    if told.waiting:
        print(f"  would wait first: {_counted(told.waiting)}")
    print(f"  from {_moment(told.first)} until {_moment(told.last)}")
    for sample in told.samples:
        print(f"  [{sample.language}] {sample.name or '•••'}: {json.dumps(sample.text, ensure_ascii=False)}")


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "-"


def _told(one: Broadcast) -> None:
    told = {"waiting": "waits for a second person: coachbot broadcast approve"}
    print(f"{one.id}: {told.get(one.state, one.state)}")


@app.command("send")
def send(number: Number, by: By) -> None:
    """Send it; a large one waits for a second person."""
    office, staff = _office(by)
    _told(office.send(staff, number))


@app.command("approve")
def approve(number: Number, by: By) -> None:
    """Agree to somebody else's broadcast."""
    office, staff = _office(by)
    _told(office.approve(staff, number))


@app.command("refuse")
def refuse(number: Number, by: By, why: Annotated[str, typer.Option(help="A word for its author.")] = "") -> None:
    """Send a waiting broadcast back to its author."""
    office, staff = _office(by)
    _told(office.refuse(staff, number, why))


@app.command("pause")
def pause(number: Number, by: By) -> None:
    """Let nothing more go out until it is resumed."""
    office, staff = _office(by)
    _told(office.pause(staff, number))


@app.command("resume")
def resume(number: Number, by: By) -> None:
    """Let a paused broadcast go on."""
    office, staff = _office(by)
    _told(office.resume(staff, number))


@app.command("cancel")
def cancel(number: Number, by: By) -> None:
    """End it: who has not got it gets nothing."""
    office, staff = _office(by)
    _told(office.cancel(staff, number))
