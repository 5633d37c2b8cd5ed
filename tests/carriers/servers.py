"""A mail server and a webhook receiver on loopback, as small as tests need them, with faults on demand."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Post:
    """What reached the mail server. `answers`: what it says to the next recipients instead of 250."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    #: Hang up at the next greeting.
    hang_up: bool = False


@contextmanager
def mail_server() -> Iterator[Post]:
    """A server that speaks as much SMTP as a client of ours needs."""
    post = Post()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if post.hang_up:
                return
            self._say("220 here")
            while line := self.rfile.readline().decode().strip():
                if not self._obey(line):
                    return

        def _obey(self, line: str) -> bool:
            word = line.upper()
            if word.startswith("RCPT"):
                answer = post.answers.pop(0) if post.answers else "250 yes"
                post.recipients.append(line.partition("<")[2].rstrip(">"))
                self._say(answer)
            elif word == "DATA":
                self._say("354 go on")
                post.mails.append(message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n"))))
                self._say("250 kept")
            else:
                self._say("221 bye" if word == "QUIT" else "250 here")
            return word != "QUIT"

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _running(socketserver.TCPServer(("127.0.0.1", 0), Talk)) as server:
        post.port = server.server_address[1]
        yield post


@dataclass
class Receiver:
    """What reached the webhook. `answers`: statuses of the next calls instead of 204."""

    url: str = ""
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    """A web server that keeps what is posted to it."""
    receiver = Receiver()

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing is logged."""

    with _running(HTTPServer(("127.0.0.1", 0), Talk)) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?from=coach"
        yield receiver


@contextmanager
def _running(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
