"""What a page reads: the talk so far, its own media, the pack's pictures and recordings, and the stream of news."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from coachbot.channels.webchat.following import Follower, line_json
from coachbot.channels.webchat.front import COOKIE, front_of, known_caller
from coachbot.channels.webchat.guards import RefusalError
from coachbot.service.desk import Desk
from coachbot.service.ports import LAST_ID, Line

AT_ONCE = 500
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".svg": "image/svg+xml"}
_SOUNDS = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg"}
_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_NO_POWERS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

router = APIRouter()


@router.get("/api/lines")
async def lines(request: Request, after: int = 0, before: int = 0, last: int = 0) -> Response:
    """Lines of the talk in order: from after a line, or the `last` ones (before a line). `more` says if there
    are others beyond: later ones for `after`, earlier ones for `last`."""
    caller = await known_caller(request)
    desk = front_of(request).desk
    if last > 0:
        found, more = await run_in_threadpool(_tail, desk, caller.patient, before, min(last, AT_ONCE))
    else:
        found = list(await run_in_threadpool(desk.lines, caller.patient, after=after, limit=AT_ONCE))
        more = len(found) == AT_ONCE
    body = {"lines": [line_json(line) for line in found], "more": more}
    return JSONResponse(body, headers={"cache-control": "no-store"})


def _tail(desk: Desk, patient: str, before: int, last: int) -> tuple[list[Line], bool]:
    """The newest `last` lines (of those before a line), and whether there are earlier ones."""
    found = desk.lines(patient, before=before or LAST_ID, limit=last + 1, newest=True)
    return list(found)[-last:], len(found) > last


@router.get("/api/stream")
async def stream(request: Request, after: int = 0) -> Response:
    """Server-sent events: `line`, `typing`, `gone`. Goes on where `Last-Event-ID` left off."""
    caller = await known_caller(request)
    seen = request.headers.get("last-event-id", "")
    start = max(after, int(seen) if seen.isascii() and seen.isdigit() else 0)
    follower = Follower(front_of(request), caller, request.cookies.get(COOKIE, ""), start)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(follower.events(), media_type="text/event-stream", headers=headers)


@router.get("/api/media/{row}")
async def media(request: Request, row: int) -> Response:
    """A picture or file of the caller's own. Only pictures are shown; the rest is for keeping."""
    caller = await known_caller(request)
    found = await run_in_threadpool(front_of(request).desk.media, caller.patient, row)
    if found is None:
        raise RefusalError(404, "not_found")
    how = "inline" if found.media_type in _SHOWN else "attachment"
    headers = {
        "content-disposition": f"{how}; filename*=UTF-8''{quote(found.name)}",
        "content-security-policy": _NO_POWERS,
        "cache-control": "private, max-age=86400",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/picture/{path:path}")
async def picture(request: Request, path: str) -> Response:
    """A picture of the pack: the words say `exercises/bridge_start.png`, the file lies in
    `content/exercises/pictures/`."""
    found = await run_in_threadpool(_picture_file, front_of(request).content, path)
    if found is None:
        raise RefusalError(404, "not_found")
    headers = {"content-security-policy": _NO_POWERS, "cache-control": "max-age=86400"}
    return FileResponse(found, media_type=_PICTURES[found.suffix], headers=headers)


@router.get("/sound/{path:path}")
async def sound(request: Request, path: str) -> Response:
    """A recording of the pack: the words say `en/practices/friend.mp3`, the file lies there under `content/`.
    A part of it may be asked for, as players do."""
    found = await run_in_threadpool(_sound_file, front_of(request).content, path)
    if found is None:
        raise RefusalError(404, "not_found")
    headers = {"content-security-policy": _NO_POWERS, "cache-control": "max-age=86400"}
    return FileResponse(found, media_type=_SOUNDS[found.suffix.lower()], headers=headers)


def _sound_file(content: Path, path: str) -> Path | None:
    if "\x00" in path or Path(path).suffix.lower() not in _SOUNDS:
        return None
    place = content.resolve()
    found = (place / path).resolve()
    return found if found.is_relative_to(place) and found.is_file() else None


def _picture_file(content: Path, path: str) -> Path | None:
    folder, _, name = path.rpartition("/")
    if "\x00" in path or not folder or Path(name).suffix not in _PICTURES:
        return None
    place = (content / folder / "pictures").resolve()
    found = (place / name).resolve()
    inside = place.is_relative_to(content.resolve()) and found.parent == place
    return found if inside and found.is_file() else None
