"""What a check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from coachbot.errors import CoachbotError

State: TypeAlias = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and the cure where it is not well."""

    name: str
    state: State
    told: str
    cure: str = ""

    def __str__(self) -> str:
        cure = f". {self.cure[0].upper()}{self.cure[1:]}" if self.cure else ""
        return f"{self.state:4}  {self.name:12}  {self.told}{cure}"


Check: TypeAlias = Callable[[], Iterator[Finding]]


def ok(name: str, told: str) -> Finding:
    """All is well."""
    return Finding(name, "ok", told)


def warn(name: str, told: str, cure: str) -> Finding:
    """It works, but not as well as it should, or not for long."""
    return Finding(name, "warn", told, cure)


def fail(name: str, told: str, cure: str) -> Finding:
    """It does not work, or somebody can come to harm."""
    return Finding(name, "fail", told, cure)


def findings(name: str, check: Check) -> Iterator[Finding]:
    """What a check finds; an error of our own, which names its cure, is a fail."""
    try:
        yield from check()
    except CoachbotError as error:
        yield Finding(name, "fail", str(error))
    except Exception as error:
        if type(error).__name__ != "PackFaults":
            raise
        yield fail(name, "the pack has faults", "run `coachbot check`")
