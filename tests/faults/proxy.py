"""A door on loopback between processes and their database, which a test can shut."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Door:
    """Passes bytes on to a server while it is open. Shut, it hangs up on everybody and refuses whoever comes."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._lock = threading.Lock()
        self._through: set[socket.socket] = set()
        self._listening: socket.socket | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def open(self) -> None:
        """Let everybody in."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(64)
        self._listening = listening
        threading.Thread(target=self._let_in, args=(listening,), daemon=True).start()

    def shut(self) -> None:
        """Hang up, and let nobody in."""
        if self._listening is not None:
            with contextlib.suppress(OSError):  # wakes the thread that waits for the next one
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        with self._lock:
            through, self._through = self._through, set()
        for one in through:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def _let_in(self, listening: socket.socket) -> None:
        while True:
            try:
                guest, _ = listening.accept()
                host = socket.create_connection(self._to)
            except OSError:
                return
            with self._lock:
                self._through |= {guest, host}
            for one, other in ((guest, host), (host, guest)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
