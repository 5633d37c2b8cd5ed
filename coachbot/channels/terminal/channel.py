"""The sending side: a message is printed, its buttons as a numbered list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from coachbot.channels.terminal.screen import Screen
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, OutboxRow

#: Buttons that steer a guided practice: shown on one line, because nobody has to answer them.
_CONTROLS = "wait"
#: Token, kind, and code and label of each choice of the question on the screen.
Question: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...]]
NO_QUESTION: Question = ("", "", ())


class Terminal:
    """The terminal as a channel. One person sits at it, so every chat is the same."""

    name = "terminal"

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        #: The question on the screen: its token, its kind, and code and label of each choice.
        self.question = NO_QUESTION
        #: How many messages were printed.
        self.delivered = 0
        #: Told of every message.
        self.heard: Callable[[OutboxRow], None] = lambda row: None

    @property
    def capabilities(self) -> Capabilities:
        """Buttons are numbers to type; nothing that was printed can be changed."""
        return Capabilities(edits=False, media=frozenset({"picture", "file"}), staff_chats=False, title=self.name)

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        """Print one message."""
        body = row.body
        if body.get("kind") != "close":
            self.delivered += 1
            self.heard(row)
            self._print(body)
        return str(row.id)

    def forget_question(self) -> None:
        """Something was typed: numbers mean nothing until the coach asks (again)."""
        self.question = NO_QUESTION

    def _print(self, body: Mapping[str, Any]) -> None:
        kind = body.get("kind")
        if kind == "picture":
            self._screen.note("picture", alt=body.get("alt") or body.get("picture") or body.get("name"))
        elif kind == "file":
            self._screen.note("file", name=body.get("name"))
        else:
            self._screen.message(str(body.get("text") or ""))
        if body.get("token"):
            self._ask(body)

    def _ask(self, body: Mapping[str, Any]) -> None:
        hint: Mapping[str, Any] = body.get("ask") or {}
        kind = str(hint.get("kind") or "")
        choices = tuple((str(code), str(label)) for code, label in body.get("choices") or ())
        self.question = (str(body["token"]), kind, choices)
        if kind == "scale" and "low" in hint:
            self._screen.note("scale", low=hint["low"], high=hint["high"])
        elif kind == _CONTROLS and choices:
            self._screen.note("controls", labels=" · ".join(label for _, label in choices))
        else:
            self._screen.choices(_listed(kind, choices), set(body.get("chosen") or ()))
            if kind == "several":
                self._screen.note("several")


def _listed(kind: str, choices: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The choices to be numbered; several are ended by the line itself, not by a button."""
    return tuple(pair for pair in choices if kind != "several" or pair[0] not in ("done", "none"))
