"""pytest collects `*.screenplay` files wherever coachbot is installed.

Nothing of coachbot is imported before a screenplay is collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_SUFFIX = ".screenplay"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take what ends in `.screenplay`."""
    if file_path.suffix != _SUFFIX:
        return None
    return ScreenplayFile.from_parent(parent, path=file_path)


class ScreenplayFile(pytest.File):
    """A file with one screenplay."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test."""
        yield ScreenplayItem.from_parent(self, name=self.path.stem)


class ScreenplayItem(pytest.Item):
    """One screenplay as a test; `slow: yes` in its head marks it as slow."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        if any(line.strip().lower() in ("slow:", "slow: yes") for line in self.path.read_text("utf-8").splitlines()):
            self.add_marker("slow")

    def runtest(self) -> None:
        """Play it."""
        from coachbot.testing.player import play

        play(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A screenplay fails by its report; anything else by its traceback."""
        from coachbot.testing.failure import ScreenplayFailure
        from coachbot.testing.script import ScreenplayFault

        if isinstance(excinfo.value, ScreenplayFailure | ScreenplayFault):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands, for pytest's own lines."""
        return self.path, 0, f"screenplay: {self.name}"
