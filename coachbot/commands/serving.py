"""Commands that go on until they are stopped: the coach in one process, or a part of it among several."""

from __future__ import annotations

from typing import Annotated

import typer

from coachbot.commands.opening import settings_of

Port = Annotated[int | None, typer.Option(envvar="PORT", help="Port to listen on.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]


def demo(port: Port = None, host: Host = None) -> None:
    """Open the web chat beside a panel with a virtual clock, on a database of its own."""
    from coachbot.serving import serve_demo

    serve_demo(settings_of(port=port, host=host))


def run(port: Port = None, host: Host = None) -> None:
    """Run the coach on the real clock, with the web chat."""
    from coachbot.serving import serve

    serve(settings_of(port=port, host=host))


def worker() -> None:
    """One of several processes on PostgreSQL: takes patients' turns, and what is due."""
    from coachbot.processes.process import serve

    serve(settings_of(), "worker")


def web(port: Port = None, host: Host = None) -> None:
    """One of several processes on PostgreSQL: web chat, webhooks, pages and console."""
    from coachbot.processes.process import serve

    serve(settings_of(port=port, host=host), "web")


def sender() -> None:
    """One of several processes on PostgreSQL: sends, polls messengers, carries notices; another stands in for it."""
    from coachbot.processes.process import serve

    serve(settings_of(), "sender")
