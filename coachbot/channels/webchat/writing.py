"""What a page sends: a code, words, a press, that a file was tried, the wish for a second device."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from coachbot.channels.webchat.front import client_of, front_of, known_caller, let_in
from coachbot.channels.webchat.guards import RefusalError, body_of
from coachbot.channels.webchat.hub import Hint
from coachbot.service.desk import Caller
from coachbot.service.ids import plain_code
from coachbot.service.records import Update
from coachbot.service.staff.ways import PREFIX as STAFF_CODE

#: Longest text that is kept of one message, in characters; the coach says that it was too much.
LONGEST_TEXT = 20_000
_LONGEST_CODE = 64
_LONGEST_NAME = 200
ATTACHMENTS = frozenset({"photo", "video", "voice", "sticker", "file"})

router = APIRouter(prefix="/api")


@router.post("/enter")
async def enter(request: Request) -> Response:
    """Open a new chat with a code. The same try (`id`), sent again, leads into the same chat.

    The page keeps the id of its try until it is in: an answer lost on the way must not cost the patient a
    code that works only once.
    """
    body = await body_of(request)
    code = _text(body, "code", _LONGEST_CODE).strip()
    if not code:
        raise RefusalError(400, "no_code")
    if code.startswith(STAFF_CODE):
        raise RefusalError(409, "staff_code")
    front = front_of(request)
    wait_s = front.codes.count(client_of(request))
    if wait_s:
        raise RefusalError(429, "too_many_tries", **{"retry-after": str(wait_s)})
    place = _place(_id(body) if body.get("id") else str(uuid.uuid4()), code)
    await _receive(request, f"w{place}", f"start-{place}", kind="start", text=code)
    secret = await run_in_threadpool(front.desk.new_device, f"w{place}")
    return let_in(request, Response(status_code=204, headers={"cache-control": "no-store"}), secret)


def _place(attempt: str, code: str) -> str:
    """A name for the new chat that nobody can guess, and that the same try finds again."""
    return hashlib.sha256(f"{attempt}|{plain_code(code)}".encode()).hexdigest()[:40]


@router.post("/say")
async def say(request: Request) -> Response:
    """Words of the patient."""
    caller, body = await known_caller(request), await body_of(request)
    return await _take(request, caller, _id(body), kind="text", text=_text(body, "text", LONGEST_TEXT))


@router.post("/press")
async def press(request: Request) -> Response:
    """A button of a question."""
    caller, body = await known_caller(request), await body_of(request)
    token, code = _text(body, "token", _LONGEST_NAME), _text(body, "code", _LONGEST_NAME)
    return await _take(request, caller, _id(body), kind="press", token=token, code=code)


@router.post("/attach")
async def attach(request: Request) -> Response:
    """Only that something was sent: the coach reads words, so the file stays where it is."""
    caller, body = await known_caller(request), await body_of(request)
    kind = _text(body, "kind", _LONGEST_NAME)
    if kind not in ATTACHMENTS:
        raise RefusalError(400, "bad_field")
    return await _take(request, caller, _id(body), kind="attachment", attachment=kind)


@router.post("/link")
async def link(request: Request) -> Response:
    """A one-time link for a second device, relative to the page."""
    caller, _ = await known_caller(request), await body_of(request)
    front = front_of(request)
    wait_s = front.links.count(caller.chat)
    if wait_s:
        raise RefusalError(429, "too_many_links", **{"retry-after": str(wait_s)})
    token = await run_in_threadpool(front.desk.new_link, caller.patient)
    return JSONResponse({"path": f"l/{token}"}, headers={"cache-control": "no-store"})


async def _take(request: Request, caller: Caller, update_id: str, **fields: Any) -> Response:
    """Store an update; 200 only once it is committed. `fresh` is false for one that was stored before."""
    fresh = await _receive(request, caller.chat, update_id, **fields)
    hub = front_of(request).hub
    hub.publish(caller.chat, Hint("lines"))
    if fresh:
        hub.publish(caller.chat, Hint("typing"))
    return JSONResponse({"fresh": fresh}, headers={"cache-control": "no-store"})


async def _receive(request: Request, chat: str, update_id: str, **fields: Any) -> bool:
    desk = front_of(request).desk
    update = Update(desk.account, desk.channel, chat, update_id, **fields)
    return await asyncio.wrap_future(desk.receive(update))


def _id(body: dict[str, Any]) -> str:
    """The client's id of what it sends: a UUID, in its usual spelling."""
    try:
        return str(uuid.UUID(str(body.get("id"))))
    except ValueError as error:
        raise RefusalError(400, "bad_id") from error


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    """A text of the body, cut, without what no database can keep (NUL, halves of characters)."""
    found = body.get(name)
    if not isinstance(found, str):
        raise RefusalError(400, "bad_field")
    return found[:longest].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
