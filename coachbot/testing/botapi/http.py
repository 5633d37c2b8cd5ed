"""The fake over HTTP: requests read, faults acted out, an ASGI app served on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from coachbot.testing.botapi.faults import Fault, RefusalError

if TYPE_CHECKING:
    from starlette.responses import Response

    from coachbot.testing.botapi.server import FakeTelegram

#: Fields that are text whatever they look like.
_WORDS = ("text", "caption", "callback_query_id", "description")


def app_of(telegram: FakeTelegram) -> Any:
    """The Bot API as an ASGI app."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def call(request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        fields = await _fields(request)
        fault = telegram.next_fault(method, fields)
        if fault is not None:
            if fault.after:
                _quietly(telegram, token, method, fields)
            await asyncio.sleep(fault.delay_s)
            return _gone_wrong(fault)
        try:
            result = await _result(telegram, token, method, fields)
        except RefusalError as error:
            return _refusal(error.code, error.description, error.parameters)
        return JSONResponse({"ok": True, "result": result})

    return Starlette(routes=[Route("/bot{token}/{method}", call, methods=["GET", "POST"])])


async def _result(telegram: FakeTelegram, token: str, method: str, fields: dict[str, Any]) -> Any:
    result = telegram.answer(token, method, fields)
    end = time.monotonic() + min(float(fields.get("timeout") or 0), 30.0)
    while method == "getUpdates" and not result and time.monotonic() < end:
        await asyncio.sleep(0.02)
        result = telegram.answer(token, method, fields)
    return result


def _quietly(telegram: FakeTelegram, token: str, method: str, fields: dict[str, Any]) -> None:
    try:
        telegram.answer(token, method, fields)
    except RefusalError:
        return


async def _fields(request: Any) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return dict(await request.json())
    if kind.startswith("multipart/"):
        return _opened(parts(await request.body(), kind))
    form = (await request.body()).decode()
    return _opened({**request.query_params, **dict(parse_qsl(form, keep_blank_values=True))})


def _opened(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form, those that are JSON (numbers, keyboards, lists) as what they mean."""
    return {name: value if name in _WORDS else _json_or_text(value) for name, value in fields.items()}


def _json_or_text(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def parts(body: bytes, kind: str) -> dict[str, Any]:
    """The fields of a form with files, as bytes or as texts."""
    from email.parser import BytesParser
    from email.policy import HTTP

    form = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        found[name] = content if part.get_filename() else bytes(content or b"").decode()
    return found


def _gone_wrong(fault: Fault) -> Response:
    from starlette.responses import Response

    if fault.status == 0:
        return _cut()
    if fault.garbled:
        return Response("<html>bad gateway</html>", fault.status)
    parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    return _refusal(fault.status, fault.description or f"fault {fault.status}", parameters)


def _refusal(code: int, description: str, parameters: Mapping[str, Any]) -> Response:
    from starlette.responses import JSONResponse

    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return JSONResponse(body | ({"parameters": dict(parameters)} if parameters else {}), code)


def _cut() -> Response:
    """Promises more than it sends: the server ends the connection there."""
    from starlette.responses import Response

    return Response(b"{", 200, {"content-length": "1000"})


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an ASGI app on a free port of loopback, in a thread of its own, for as long as the block lasts."""
    import socket

    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)
