"""The questions a dialog can ask, as frozen data: what is asked for, never how it is worded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several codes."""

    kind: ClassVar[str] = "choice"
    name: str
    #: The codes, in the order in which the patient sees them.
    of: tuple[str, ...]
    required: bool = False
    #: An instrument's item: only code, label or number count, never a guess.
    exact: bool = False
    #: Yields the codes that this patient may see; None: all of them.
    only: Callable[[Mapping[str, Any]], Any] | None = None
    #: Codes offered whatever `only` says.
    also: tuple[str, ...] = ()
    #: Yields codes that are not for this patient.
    without: Callable[[Mapping[str, Any]], Any] | None = None
    #: Asks what is so, not what to do: words of consent ("ok", "fine") are no answer, and it is asked again.
    report: bool = False

    def offered(self, scope: Mapping[str, Any]) -> tuple[str, ...]:
        """The codes for one patient, in order."""
        only = self.of if self.only is None else (*self.also, *self.only(scope))
        without = () if self.without is None else self.without(scope)
        return tuple(code for code in self.of if code in only and code not in without)


@dataclass(frozen=True, slots=True)
class Several:
    """Any number of codes between `least` and `most` (None: all of them)."""

    kind: ClassVar[str] = "several"
    name: str
    of: tuple[str, ...]
    least: int = 0
    most: int | None = None
    required: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class YesNo:
    """`yes` or `no`."""

    kind: ClassVar[str] = "yes_no"
    name: str
    required: bool = False
    #: As with a choice.
    report: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number in `unit` (min, kg, cm, years, days, times or None); None as a limit means open."""

    kind: ClassVar[str] = "number"
    name: str
    low: float | None
    high: float | None
    unit: str | None
    whole: bool
    required: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A whole number from `low` to `high`, both included."""

    kind: ClassVar[str] = "scale"
    name: str
    low: int
    high: int
    required: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A local time of day. A name such as `evening` or `morning_note` says where a bare "seven" lies."""

    kind: ClassVar[str] = "time"
    name: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date, read against the patient's local today."""

    kind: ClassVar[str] = "date"
    name: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class FreeText:
    """The patient's own words, kept up to `longest` characters.

    `means` says what they are, where only that is kept: `name`, `phone` (a text without a number is asked about once,
    then a skip), or `kept`, what is quoted to the patient later (an answer that there is nothing is a skip).
    """

    kind: ClassVar[str] = "text"
    name: str
    longest: int = 1000
    required: bool = False
    means: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A quiet stretch inside a guided practice, in seconds."""

    kind: ClassVar[str] = "wait"
    seconds: float
    #: While a recording plays: the state in which the same begins in writing.
    written: str = ""


Ask: TypeAlias = Choice | Several | YesNo | Number | Scale | TimeOfDay | Day | FreeText | Wait
