"""Coming in and going out: signing in, the first password, one's own account, the demo's link, style and script."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse, Response

from coachbot.console.doorway import COOKIE, NOT_HERE, Call, Handler, Route, set_cookie
from coachbot.console.guards import RefusedError
from coachbot.console.sheet import qr_inline
from coachbot.errors import StaffError
from coachbot.service.staff.doors import SHORTEST_PASSWORD, Renewal
from coachbot.service.staff.records import Role

_STATIC = Path(__file__).parent / "static"
_FILES = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_HOME: dict[Role, str] = {"admin": "today", "therapist": "today", "researcher": "measures", "author": "account"}
_WRONG = "That did not work. Check name, password and code; after five wrong tries the account rests for 15 minutes."
_LONGEST_NUMBER = 20
_LONGEST_SECRET = 64
_DONE = {
    "password": "Your password is changed. Wherever else you were signed in, you are signed out.",
    "codes": "Your codes come from the new secret now. Wherever else you were signed in, you are signed out.",
}
_TOO_OFTEN = "Those were many tries in a short time. Please wait a quarter of an hour."


def home(call: Call) -> Response:
    """The first page of a role."""
    return call.go(_HOME[call.me.staff.role])


def sign_in_page(call: Call) -> Response:
    """The form; whoever is signed in goes on."""
    return home(call) if call.guest else call.show("sign_in.html", wrong="")


def sign_in(call: Call) -> Response:
    """Name, password and code together."""
    if call.console.tries.one_too_many(place_of(call)):
        return call.show("sign_in.html", status=429, wrong=_TOO_OFTEN)
    fields = call.fields
    token = call.rooms.doors.sign_in(fields.get("name", ""), fields.get("password", ""), fields.get("code", ""))
    if token is None:
        return call.show("sign_in.html", status=401, wrong=_WRONG)
    return set_cookie(call.request, call.go(""), token)


def place_of(call: Call) -> str:
    """Where tries come from."""
    return call.request.client.host if call.request.client else "unknown"


def begin_page(call: Call) -> Response:
    """Choosing the first password."""
    staff = call.rooms.doors.invited(call.path["ticket"])
    if staff is None:
        raise RefusedError(404, "This link was used, or is too old. Ask an admin for a new one.")
    return call.show("begin.html", staff=staff, wrong="")


def begin(call: Call) -> Response:
    """The password is chosen."""
    doors, ticket = call.rooms.doors, call.path["ticket"]
    staff = doors.invited(ticket)
    if staff is None:
        raise RefusedError(404, "This link was used, or is too old. Ask an admin for a new one.")
    try:
        if call.fields.get("password") != call.fields.get("again"):
            raise StaffError("the two passwords are not the same")
        doors.choose_password(ticket, call.fields.get("password", ""), call.fields.get("code", ""))
    except StaffError as error:
        return call.show("begin.html", status=400, staff=staff, wrong=str(error))
    return call.go("sign-in")


def enter(call: Call) -> Response:
    """The demo's one-time link."""
    token = call.rooms.doors.enter(call.path["ticket"])
    if token is None:
        raise RefusedError(404, "This link was used, or is too old. The demo's panel makes a new one.")
    return set_cookie(call.request, call.go(""), token)


def sign_out(call: Call) -> Response:
    """The visit ends."""
    call.rooms.doors.sign_out(call.me)
    response = call.go("sign-in")
    response.delete_cookie(COOKIE, path=call.base.rstrip("/") or "/")
    return response


def account(call: Call) -> Response:
    """Who one is here, what one may, how one comes in, and by which ways one is told."""
    return _account(call, done=_DONE.get(call.ask("done"), ""))


def _account(
    call: Call, wrong: str = "", *, code: str = "", done: str = "", part: str = "", renewal: Renewal | None = None,
    status: int = 409,
) -> Response:  # fmt: skip
    ways = call.rooms.ways.of(call.me.staff.id)
    return call.show(
        "account.html", title="Your account", status=status if wrong else 200, wrong=wrong, code=code, ways=ways,
        carried=call.rooms.carried, done=done, part=part, renewal=renewal, shortest=SHORTEST_PASSWORD,
        picture=qr_inline(renewal.uri) if renewal else "",
    )  # fmt: skip


def password(call: Call) -> Response:
    """Another password for oneself."""
    return _of_oneself(call, "password", _new_password)


def _new_password(call: Call) -> Response:
    fields = call.fields
    if fields.get("password") != fields.get("again"):
        raise StaffError("the two new passwords are not the same")
    token = call.rooms.doors.change_password(
        call.me, fields.get("present", ""), fields.get("password", ""), fields.get("code", "")
    )
    return set_cookie(call.request, call.go("account?done=password"), token)


def codes(call: Call) -> Response:
    """A new secret for one's own one-time codes is shown."""
    return _of_oneself(call, "codes", _new_secret)


def _new_secret(call: Call) -> Response:
    renewal = call.rooms.doors.renew_codes(call.me, call.fields.get("present", ""), call.fields.get("code", ""))
    return _account(call, part="codes", renewal=renewal)


def _of_oneself(call: Call, part: str, work: Handler) -> Response:
    """What needs the present password: as many tries from one place as for coming in."""
    if call.console.tries.one_too_many(place_of(call)):
        return _account(call, _TOO_OFTEN, part=part, status=429)
    try:
        return work(call)
    except StaffError as error:
        return _account(call, str(error), part=part)


def take_codes(call: Call) -> Response:
    """The first code of the new secret came back."""
    doors, secret = call.rooms.doors, call.fields.get("secret", "")[:_LONGEST_SECRET]
    try:
        token = doors.take_codes(call.me, secret, call.fields.get("code", ""))
    except StaffError as error:
        try:
            renewal = doors.renewal(call.me, secret)
        except StaffError as gone:
            return _account(call, str(gone), part="codes")
        return _account(call, str(error), part="codes", renewal=renewal)
    return set_cookie(call.request, call.go("account?done=codes"), token)


def way(call: Call) -> Response:
    """Be told by one way more, or one less. A webhook is an operator's to set: `coachbot staff tell`."""
    act, ways, me = call.path["act"], call.rooms.ways, call.me.staff.id
    try:
        if act == "chat":
            return _account(call, code=ways.chat_code(me, me))
        if act == "email":
            ways.add_email(me, call.fields.get("address", ""), me)
        elif act == "off":
            ways.drop(number_in(call.fields.get("way", "")), me, staff=me)
        else:
            raise RefusedError(404, NOT_HERE)
    except StaffError as error:
        return _account(call, str(error))
    return call.go("account")


def number_in(written: str) -> int:
    """A number as a form brings it; 0 for what is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < _LONGEST_NUMBER else 0


def file(call: Call) -> Response:
    """The style, the script and the icon."""
    name = call.path["name"]
    if name not in _FILES:
        raise RefusedError(404, NOT_HERE)
    return FileResponse(_STATIC / name, media_type=_FILES[name])


ROUTES = (
    Route("GET", "/", home, "account"),
    Route("GET", "/sign-in", sign_in_page),
    Route("POST", "/sign-in", sign_in),
    Route("GET", "/begin/{ticket}", begin_page),
    Route("POST", "/begin/{ticket}", begin),
    Route("POST", "/sign-out", sign_out, "account"),
    Route("GET", "/account", account, "account"),
    Route("POST", "/account/password", password, "account"),
    Route("POST", "/account/codes", codes, "account"),
    Route("POST", "/account/codes/take", take_codes, "account"),
    Route("POST", "/account/ways/{act}", way, "account"),
    Route("GET", "/static/{name}", file, kept=True),
)
DEMO_ROUTES = (Route("GET", "/enter/{ticket}", enter),)
