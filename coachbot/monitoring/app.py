"""/readyz and /metrics, added to the app that the coach serves."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from coachbot.monitoring.readiness import Readiness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: A proxy has passed the request on: it comes from elsewhere, wherever the connection comes from.
_PASSED_ON = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def add_monitoring(
    app: FastAPI, *, ready: Callable[[], Awaitable[Readiness]], page: Callable[[], bytes], token: str = ""
) -> None:
    """Add both. Without a token /metrics answers callers on this machine alone; with one, whoever sends it."""

    async def readyz(request: Request) -> Response:
        """200 while patients' messages can be taken, else 503 with the reasons."""
        found = await ready()
        reasons = found.reasons(channels=request.query_params.get("channels") == "all")
        body = {"status": "not ready" if reasons else "ready", "reasons": reasons, "channels": found.channels}
        return JSONResponse(body, 503 if reasons else 200, headers={"cache-control": "no-store"})

    async def metrics(request: Request) -> Response:
        """What Prometheus reads."""
        if not may_read(request, token):
            why = "send COACHBOT_METRICS_TOKEN as a bearer token" if token else "only from the machine itself"
            return PlainTextResponse(f"metrics: {why}; docs/monitoring.md tells how\n", 403)
        return Response(await run_in_threadpool(page), headers={"content-type": CONTENT_TYPE})

    app.add_route("/readyz", readyz, methods=["GET"])
    app.add_route("/metrics", metrics, methods=["GET"])


def may_read(request: Request, token: str) -> bool:
    """By the token if there is one; else only a caller on this machine whom no proxy has passed on."""
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return _is_here(request.client.host if request.client else "") and not any(
        name in request.headers for name in _PASSED_ON
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
