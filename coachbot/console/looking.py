"""Pages to look things up, read-only: the programme's calendar, its dialogs as drawn, and the clinic's own settings."""

from __future__ import annotations

from collections import defaultdict
from shutil import which

from starlette.responses import Response

from coachbot.authoring.draw import mermaid, svg
from coachbot.console.doorway import NOT_HERE, Call, Route
from coachbot.console.guards import RefusedError
from coachbot.engine.model import Dialog
from coachbot.programme.model import Programme, Touchpoint
from coachbot.service.duty import WEEKDAYS

#: What authors draw by hand; exercises, lessons and questionnaires all look alike.
_DRAWN = frozenset({"dialog", "practice", "screening"})


def programme(call: Call) -> Response:
    """What comes in which week, and the dialogs behind it."""
    world, wanted = call.rooms.world, call.ask("programme")
    everything = world.pack.programmes
    found = everything.get(wanted) or next(iter(everything.values()))
    call.rooms.audit.saw(call.me.staff.id, "programme", "", found.id)
    return call.show(
        "programme.html", title="Programme", programme=found, names=sorted(everything),
        weeks=range(1, _last_week(found) + 1), comes_in=_comes_in, folders=_folders(call),
    )  # fmt: skip


def _last_week(found: Programme) -> int:
    """The last week that the calendar shows: a last assessment may lie beyond the programme."""
    return max([found.weeks, *(one.day // 7 + 1 for one in found.assessments)])


def _comes_in(one: Touchpoint, week: int) -> bool:
    """Whether a touchpoint may come in a programme week."""
    last = one.until_week or week
    return one.from_week <= week <= last and (week - one.from_week) % one.every == 0


def _folders(call: Call) -> dict[str, list[Dialog]]:
    found: dict[str, list[Dialog]] = defaultdict(list)
    for name, dialog in sorted(call.rooms.world.pack.library.dialogs.items()):
        if dialog.origin in _DRAWN:
            found[name.partition("/")[0]].append(dialog)
    return found


def dialog(call: Call) -> Response:
    """One dialog: its drawing, and its states with their words."""
    one, words = _dialog(call), call.rooms.world.pack.words
    language = words.default_language
    said = {
        name: words.section(language, one.words or one.id, state.section or name)
        for name, state in one.states.items()
    }  # fmt: skip
    call.rooms.audit.saw(call.me.staff.id, "programme", "", one.id)
    return call.show("dialog.html", title="Programme", dialog=one, said=said, drawn=which("dot") is not None)


def drawing(call: Call) -> Response:
    """One dialog as a picture; as Mermaid text where Graphviz is not installed."""
    one = _dialog(call)
    picture = svg(one)
    if picture is not None:
        return Response(picture, media_type="image/svg+xml")
    return Response(mermaid(one), media_type="text/plain; charset=utf-8")


def _dialog(call: Call) -> Dialog:
    found = call.rooms.world.pack.library.dialogs.get(call.ask("id"))
    if found is None:
        raise RefusedError(404, NOT_HERE)
    return found


def site(call: Call) -> Response:
    """What this clinic has set: hours, people, what is shown in danger, and whose wording is asked."""
    world = call.rooms.world
    call.rooms.audit.saw(call.me.staff.id, "site")
    return call.show(
        "site.html", title="Site", world=world, weekdays=WEEKDAYS, languages=sorted(world.static),
        instruments=sorted(world.pack.instruments.values(), key=lambda one: one.id),
        official_only=[one.id for one in world.pack.programmes.values() if one.official_only],
    )  # fmt: skip


ROUTES = (
    Route("GET", "/programme", programme, "programme"),
    Route("GET", "/programme/dialog", dialog, "programme"),
    Route("GET", "/programme/drawing", drawing, "programme"),
    Route("GET", "/site", site, "treat"),
)
