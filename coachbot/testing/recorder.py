"""The recorder: a live talk, written down as a screenplay that can be played again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from coachbot.testing.moments import told
from coachbot.testing.script import Role

#: Words of a message that are kept; the rest is `*`.
_LONGEST = 60
#: The clock of a talk runs on while somebody thinks; only more than this is written down.
_THINKING = timedelta(minutes=5)


class Sent(Protocol):
    """A message as it goes out (`OutboxRow` is one)."""

    @property
    def body(self) -> Any: ...


class Recorder:
    """Writes a screenplay as the talk goes on; the file is complete after every line."""

    def __init__(
        self,
        path: Path,
        role: Role,
        *,
        local_now: Callable[[], datetime],
        channel: str = "terminal",
        seed: int = 1,
        title: str = "A recorded talk",
    ) -> None:
        self._path = path
        self._local_now = local_now
        #: The time at which the screenplay stands.
        self._at: datetime | None = None
        #: Is what comes next an answer to what the patient did?
        self._answers = False
        head = [f"# {title}", _head(role), f"channel: {channel}", f"seed: {seed}"]
        path.write_text("\n".join(head) + "\n", "utf-8")

    # -- what happens ----------------------------------------------------------------------------------
    def heard(self, row: Sent) -> None:
        """The coach said something."""
        self._keep_time(exact=not self._answers)
        labels = "".join(f" [{label}]" for _, label in row.body.get("choices") or ())
        self._write(f"coach: {_pattern(row.body)}{'  ' if labels else ''}{labels}")

    def said(self, text: str) -> None:
        """The patient wrote something."""
        self._acts(f"patient: {_typed(text)}")

    def pressed(self, label: str) -> None:
        """The patient pressed a button."""
        self._acts(f"patient: [{label}]")

    def staff(self, act: str) -> None:
        """Somebody of the staff acted."""
        self._acts(f"staff: {act}")

    # -- writing ---------------------------------------------------------------------------------------
    def _acts(self, line: str) -> None:
        self._keep_time(exact=False)
        self._write(line)
        self._answers = True

    def _keep_time(self, *, exact: bool) -> None:
        """A heading, where the clock has moved on."""
        local = self._local_now()
        moved = None if self._at is None else local - self._at
        if moved is None or moved > (timedelta(seconds=1) if exact else _THINKING):
            self._at = _full_second(local)
            self._write(f"\n== {told(self._at)}")
        if exact:
            self._answers = False

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _full_second(local: datetime) -> datetime:
    """The next full second: what was due has then happened."""
    return local.replace(microsecond=0) + timedelta(seconds=1 if local.microsecond else 0)


def _head(role: Role) -> str:
    return (
        f"patient: {role.name}, zone {role.zone}, programme {role.programme}, arm {role.arm}, language {role.language}"
    )


def _pattern(body: Any) -> str:
    """The beginning of a message, and `*` for the rest."""
    if body.get("kind") == "picture":
        return "<picture: *"
    if body.get("kind") == "audio":
        return "<sound: *"
    if body.get("kind") == "file":
        return f"<file: {body.get('name')}>"
    text = " ".join(re.sub(r"[*_`\[\]]", "*", str(body.get("text") or "")).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + "*"


def _typed(text: str) -> str:
    text = " ".join(text.split())
    return text if text else "<empty>"
