"""The fake Telegram itself: a stage for bots and people, and the answer to each call."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any, Self

from coachbot.testing.botapi.faults import Fault, RefusalError
from coachbot.testing.botapi.http import app_of, listening
from coachbot.testing.botapi.limits import Limits, Meter
from coachbot.testing.botapi.methods import Methods
from coachbot.testing.botapi.phone import Person
from coachbot.testing.botapi.state import Bot


class FakeTelegram(Methods):
    """The server. Use it in a `with` block; it listens on a free port of loopback.

    With `limits` it refuses a bot that is faster than they allow.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits)
        self.url = ""

    # -- the stage -----------------------------------------------------------------------------------------
    def add_bot(self, token: str, username: str = "coach_bot") -> None:
        """A bot that exists."""
        self.bots[token] = Bot(token, username, meter=Meter(self.limits) if self.limits else None)

    def revoke(self, token: str) -> None:
        """The token is worth nothing any more."""
        self.bots[token].revoked = True

    def person(self, name: str, token: str = "", chat: int = 0) -> Person:
        """Somebody who talks with a bot (the first one)."""
        bot = token or next(iter(self.bots))
        person = Person(self, bot, chat or 1000 + self.number(), name)
        self.people[bot, person.chat] = person
        return person

    def put(self, token: str, update: Mapping[str, Any], update_id: int | None = None) -> dict[str, Any]:
        """Hand over an update; its number is the next one unless it is given (to repeat or reorder)."""
        with self.lock:
            made = {"update_id": self.number() if update_id is None else update_id, **update}
            self.bots[token].updates.append(made)
        return made

    def put_raw(self, token: str, update: Any) -> None:
        """Hand over whatever it is."""
        with self.lock:
            self.bots[token].updates.append(update)

    def waiting(self, token: str = "") -> int:
        """How many updates were not acknowledged yet."""
        with self.lock:
            return len(self.bots[token or next(iter(self.bots))].updates)

    def too_fast(self) -> int:
        """How many calls were refused because a bot went over its limits."""
        return sum(bot.meter.refused for bot in self.bots.values() if bot.meter)

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of a method go wrong, one fault each."""
        self.faults[method].extend(faults)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The fields of every call of a method."""
        return [fields for name, fields in self.calls if name == method]

    def forget_files(self) -> None:
        """Telegram does not know the files sent before any more."""
        self.files.clear()

    def catch_up(self) -> None:
        """Come back when all calls that had been sent before are read, such as the last ones of a bot that was killed.

        A connection that opens now is served after those that wait; the second one after all that the first let begin.
        """
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2]))) as door:
                door.sendall(b"GET / HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n\r\n")
                while door.recv(4096):
                    pass

    # -- calls ---------------------------------------------------------------------------------------------
    def answer(self, token: str, method: str, fields: dict[str, Any]) -> Any:
        """The result of a call, or RefusalError."""
        with self.lock:
            bot = self.bots.get(token)
            if bot is None or bot.revoked:
                raise RefusalError(401, "Unauthorized")
            if not method.startswith("getU"):
                self.calls.append((method, fields))
            handler = getattr(self, f"_{method}", None)
            if handler is None:
                raise RefusalError(404, f"Not Found: method {method} not found")
            result = handler(bot, fields)
        self.watch(method, fields)
        return result

    def next_fault(self, method: str, fields: dict[str, Any]) -> Fault | None:
        """The fault that this call meets."""
        with self.lock:
            return self.faults[method].popleft() if self.faults[method] else self.mischief(method, fields)

    def __enter__(self) -> Self:
        self._serving = listening(app_of(self))
        self.url = self._serving.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)
