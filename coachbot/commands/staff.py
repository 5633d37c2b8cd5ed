"""Commands about the console's accounts and its audit. Each imports what it needs when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.errors import CoachbotError

if TYPE_CHECKING:
    from coachbot.bootstrap import StaffRooms
    from coachbot.service.staff.doors import Welcome
    from coachbot.settings import Settings

staff = typer.Typer(help="Accounts of the staff's console.", no_args_is_help=True, rich_markup_mode=None)
tokens = typer.Typer(help="Systems of the clinic that may call /api/v1.", no_args_is_help=True, rich_markup_mode=None)
audit = typer.Typer(help="The record of who saw and changed what.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The person's name, as they will type it.")]


def _settings() -> Settings:
    from coachbot.settings import load_settings

    return load_settings()


def _rooms(settings: Settings, *, make: bool = False) -> StaffRooms:
    from coachbot.bootstrap import staff_rooms
    from coachbot.opening import open_beside

    return staff_rooms(open_beside(settings, make=make))


def _number(rooms: StaffRooms, name: str) -> int:
    wanted = " ".join(name.split()).casefold()
    found = next((row.id for row in rooms.doors.everybody() if row.name.casefold() == wanted), None)
    if found is None:
        raise CoachbotError(f"there is no account '{name}'; `coachbot staff list` shows all")
    return found


def _told(settings: Settings, welcome: Welcome) -> None:
    print(f"{welcome.staff.name} ({welcome.staff.role}); this is shown once and kept nowhere:")
    print(f"  authenticator app:  {welcome.uri}")
    print(f"  or type the secret: {welcome.secret}")
    print(f"  choose a password:  {settings.public}/staff/begin/{welcome.ticket}")
    print("Give the two to the person by different ways; the link works for three days.")


@staff.command("add")
def staff_add(
    name: Name,
    role: Annotated[str, typer.Option(help="admin, therapist, researcher or author.")],
) -> None:
    """Make an account; prints the secret of its one-time codes and the link to choose a password, once."""
    from coachbot.opening import saying_what_is_new

    settings = _settings()
    with saying_what_is_new(settings):
        _told(settings, _rooms(settings, make=True).doors.add(name, role))


@staff.command("list")
def staff_list() -> None:
    """List the accounts: name, role, and whether they are open."""
    for row in _rooms(_settings()).doors.everybody():
        state = "closed" if not row.active else "open" if row.password else "no password yet"
        print(f"{row.name:30} {row.role:12} {state}")


@staff.command("again")
def staff_again(name: Name) -> None:
    """Begin anew after a lost password or phone: new secret, new link; open visits end."""
    settings = _settings()
    rooms = _rooms(settings)
    _told(settings, rooms.doors.begin_again(_number(rooms, name)))


@staff.command("close")
def staff_close(name: Name) -> None:
    """Close an account: nobody can sign in with it any more, and open visits end."""
    rooms = _rooms(_settings())
    rooms.doors.change(_number(rooms, name), active=False)
    print(f"{name}: closed")


@staff.command("link")
def staff_link(name: Name) -> None:
    """A one-time code: written to the coach by this person within an hour, it makes that chat theirs."""
    from coachbot.channels.telegram.links import links

    settings = _settings()
    rooms = _rooms(settings)
    code = rooms.ways.chat_code(_number(rooms, name), 0)
    print(f"{name} writes this to the coach within an hour, from a chat in which they are no patient:")
    print(f"  {code}")
    for link in links(settings, rooms.remembered, code).values():
        print(f"  or opens {link}")


@staff.command("tell")
def staff_tell(
    name: Name,
    email: Annotated[str, typer.Option(help="Be told by e-mail at this address.")] = "",
    webhook: Annotated[str, typer.Option(help="Have this https address called, signed.")] = "",
    off: Annotated[int, typer.Option(help="Be told no more by the way with this number.")] = 0,
) -> None:
    """By which ways somebody is told; without an option, list them."""
    rooms = _rooms(_settings())
    number = _number(rooms, name)
    if email:
        rooms.ways.add_email(number, email, 0)
    if webhook:
        secret = rooms.ways.add_webhook(webhook, 0, staff=number).secret
        print(f"secret of the webhook, shown once: {secret}")
    if off:
        rooms.ways.drop(off, 0, staff=number)
    for way in rooms.ways.of(number):
        print(f"{way.id} {way.kind:8} {way.channel if way.kind == 'chat' else way.address}")


@tokens.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="What the system is called.")],
    scope: Annotated[str, typer.Option(help="What it may, with commas: enrol,read,steps,alerts.")],
) -> None:
    """Make a token for a system of the clinic; it is shown once."""
    made = _rooms(_settings()).clients.add(name, [one.strip() for one in scope.split(",") if one.strip()])
    print(f"{made.client.name} may {', '.join(made.client.scopes)}; this is shown once and kept nowhere:")
    print(f"  {made.token}")


@tokens.command("list")
def token_list() -> None:
    """List the tokens: name, what it may, whether it is open."""
    for one in _rooms(_settings()).clients.all():
        print(f"{one.name:40} {','.join(one.scopes):26} {'open' if one.active else 'closed'}")


@tokens.command("close")
def token_close(name: Annotated[str, typer.Argument(help="What the system is called.")]) -> None:
    """Close a token: it opens nothing any more, and its webhooks are called no more."""
    _rooms(_settings()).clients.close(name)
    print(f"{name}: closed")


@audit.command("verify")
def audit_verify() -> None:
    """Check the whole chain of the audit; exit code 1 if a line was changed or is missing."""
    count, faults = _rooms(_settings()).audit.faults()
    for fault in faults:
        print(f"line {fault.line}: {fault.what}")
    print(f"{count} lines, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)
