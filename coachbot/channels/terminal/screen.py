"""What is printed: wrapped, plain, in the words of `content/<language>/terminal.yaml`."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from coachbot.service.markup import plain

_WIDEST = 90
_NARROWEST = 30
_INDENT = "  "
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Screen:
    """Prints for one person in one language."""

    def __init__(self, out: TextIO, words: Mapping[str, str], width: int | None = None) -> None:
        self._out = out
        #: May be put in place later: the words come with the pack.
        self.words = words
        self._width = max(width or min(shutil.get_terminal_size().columns, _WIDEST), _NARROWEST)

    def message(self, markdown: str) -> None:
        """A message of the coach, with a blank line before it."""
        self._line("")
        for paragraph in plain(markdown).splitlines():
            for line in textwrap.wrap(paragraph, self._width) or [""]:
                self._line(line)

    def choices(self, choices: Sequence[tuple[str, str]], chosen: Collection[str] = ()) -> None:
        """Code and label of each choice, as a numbered list."""
        for number, (code, label) in enumerate(choices, 1):
            self.note("chosen" if code in chosen else "choice", number=number, label=plain(label))

    def note(self, word: str, **values: object) -> None:
        """One of the terminal's own sentences."""
        text = self.words[word].format(**values)
        for line in textwrap.wrap(text, self._width - len(_INDENT), drop_whitespace=False) or [""]:
            self._line(_INDENT + line)

    def now(self, local: datetime) -> None:
        """The patient's time, when it has moved."""
        weekday = self.words[WEEKDAYS[local.weekday()]]
        self._line("")
        self._line(self.words["now"].format(weekday=weekday, date=local.date(), clock=local.strftime("%H:%M")))

    def prompt(self) -> None:
        """The sign that something can be typed."""
        self._out.write("\n" + self.words["prompt"])
        self._out.flush()

    def _line(self, text: str) -> None:
        self._out.write(text.rstrip() + "\n")
        self._out.flush()
