"""The talk: what is typed becomes an update or a jump in time; what is due is said in between."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Protocol, TextIO

from coachbot.channels.terminal.channel import Terminal
from coachbot.channels.terminal.screen import Screen
from coachbot.channels.terminal.typed import COMMANDS, Ahead, Press, Quit, Text, Typed, Unknown, read_typed
from coachbot.service.desk import Desk
from coachbot.service.records import Update

CHAT = "terminal"
_POLL_S = 0.3
#: As far as `/next` looks.
_FARTHEST = timedelta(days=60)


class Notebook(Protocol):
    """What writes the talk down; see `coachbot.testing.Recorder`."""

    def said(self, text: str) -> None: ...
    def pressed(self, label: str) -> None: ...


class Journey(Protocol):
    """Patients' time, and going forward in it (`coachbot.service.travel.Travel` fits)."""

    def to(self, moment: datetime, *, stop: Callable[[], bool] | None = None) -> datetime: ...


class Talk:
    """One person's talk at the terminal."""

    def __init__(
        self,
        screen: Screen,
        terminal: Terminal,
        desk: Desk,
        journey: Journey,
        local_now: Callable[[], datetime],
        settle: Callable[[], None],
        notebook: Notebook | None = None,
    ) -> None:
        self._screen = screen
        self._terminal = terminal
        self._desk = desk
        self._journey = journey
        self._local_now = local_now
        self._settle = settle
        self._notebook = notebook
        self._updates = 0
        self._shown: datetime | None = None

    # -- the loop --------------------------------------------------------------------------------------
    def begin(self, code: str) -> None:
        """Say how it works, and open the invitation."""
        self._screen.note("welcome")
        self._screen.note("how_to")
        self._show_time()
        self._receive(kind="start", text=code)

    def run(self, lines: TextIO) -> None:
        """Until `/quit` or the end of the input. What becomes due meanwhile is said at once."""
        typed = _reader(lines)
        self._screen.prompt()
        while True:
            try:
                line = typed.get(timeout=_POLL_S)
            except queue.Empty:
                self._settle()
                continue
            if line is None or not self.take(line):
                self._screen.note("bye")
                return
            self._screen.prompt()

    def take(self, line: str) -> bool:
        """One typed line. False if the talk is to end."""
        _, kind, choices = self._terminal.question
        typed = read_typed(line, kind, choices)
        if isinstance(typed, Quit):
            return False
        self._do(typed)
        self._show_time()
        return True

    def _do(self, typed: Typed) -> None:
        match typed:
            case Text(text=text):
                self._say(text)
            case Press(code=code, label=label):
                self._press(code, label)
            case Ahead(by=by):
                self._travel(by)
            case Unknown(command=command):
                self._screen.note("unknown_command", command=command, commands=", ".join(COMMANDS))
            case _:
                pass

    # -- what it does ----------------------------------------------------------------------------------
    def _say(self, text: str) -> None:
        if self._notebook is not None:
            self._notebook.said(text)
        self._terminal.forget_question()
        self._receive(kind="text", text=text)

    def _press(self, code: str, label: str) -> None:
        if self._notebook is not None:
            self._notebook.pressed(label)
        token = self._terminal.question[0]
        self._terminal.forget_question()
        self._receive(kind="press", token=token, code=code)

    def _receive(self, **fields: str) -> None:
        self._updates += 1
        update_id = f"{self._local_now().timestamp():.0f}-{self._updates}"
        update = Update(self._desk.account, self._desk.channel, CHAT, update_id, **fields)
        received: Future[bool] = self._desk.receive(update)
        received.result()
        self._settle()

    def _travel(self, by: timedelta | None) -> None:
        if by is not None:
            self._journey.to(self._local_now() + by)
            return
        before = self._terminal.delivered
        self._journey.to(self._local_now() + _FARTHEST, stop=lambda: self._terminal.delivered > before)
        if self._terminal.delivered == before:
            self._screen.note("nothing_next")

    def _show_time(self) -> None:
        """The patient's clock, whenever it shows another minute by more than the time that typing takes."""
        local = self._local_now()
        if self._shown is None or local - self._shown > timedelta(minutes=10):
            self._screen.now(local)
        self._shown = local


def _reader(lines: TextIO) -> queue.Queue[str | None]:
    """Lines as they are typed, read in a thread of their own; None at the end."""
    typed: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in lines:
            typed.put(line.rstrip("\n"))
        typed.put(None)

    threading.Thread(target=read, name="coachbot-keyboard", daemon=True).start()
    return typed
