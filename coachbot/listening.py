"""The web server on its socket, until the process is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from coachbot.errors import CoachbotError
from coachbot.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn

    from coachbot.service.channels import Serving


def listen(settings: Settings) -> socket.socket:
    """The listening socket, or one clear line why not."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise CoachbotError(
            f"can't listen on {settings.host}:{settings.port} ({error.strerror}); "
            "set COACHBOT_PORT or PORT to a free one"
        ) from None
    return listening


async def serve_until_told(config: uvicorn.Config, servings: Iterable[Serving], listening: socket.socket) -> None:
    """Serve until a signal comes; open pages are hung up on then, and come back by themselves."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own raises the signal anew when it is done, and the process would end before the
            # group under way is finished.
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.handle_exit, number, None)
            yield

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            for serving in servings:
                serving.hang_up()
            super().handle_exit(sig, frame)

    await Server(config).serve(sockets=[listening])
