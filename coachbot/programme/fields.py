"""Reading single fields of untyped data, gathering every fault instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T", bound=str)

Path = tuple[str | int, ...]

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_HEARD = re.compile(r"(told|barrier)\.[a-z][a-z0-9_]*|(answer|band)(\.[a-z][a-z0-9_]*){2}")
_DIALOG = re.compile(r"[a-z][a-z0-9_]*(/[a-z0-9_]+)+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a programme file, where, and what helps."""

    #: Keys and list places (from 0) from the top.
    place: Path
    message: str
    cure: str

    @property
    def path(self) -> str:
        """The place as people read it: `touchpoints.3.expires`; empty for the whole file."""
        return ".".join(str(part) for part in self.place)

    def __str__(self) -> str:
        return f"{self.path or 'programme'}: {self.message}. {self.cure}"


class ProgrammeFault(ValueError):
    """A programme file that cannot be read as a programme. `faults` holds all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Fields:
    """One map of the file: reads its keys, notes what is wrong, and in the end what was not known.

    After a fault a reading goes on with a harmless value, so that all faults come out at once; the values
    are thrown away with the ProgrammeFault.
    """

    __slots__ = ("_data", "_read", "faults", "path")

    def __init__(self, data: object, path: Path, faults: list[Fault]) -> None:
        self.path, self.faults, self._read = path, faults, set[str]()
        self._data: Mapping[str, object] = {}
        if isinstance(data, Mapping):
            self._data = data
        else:
            self.fault((), "a map of keys is needed here", "Write `key: value` lines.")

    def fault(self, place: str | Path, message: str, cure: str) -> None:
        """Notes a fault at a key of this map, or at a place below it."""
        below = (place,) if isinstance(place, str) else place
        self.faults.append(Fault((*self.path, *below), message, cure))

    def has(self, key: str) -> bool:
        """Is the key, one that may stand here, written in the file?"""
        self._read.add(key)
        return key in self._data

    def raw(self, key: str) -> object:
        """The value as it stands; None if it is absent."""
        self._read.add(key)
        return self._data.get(key)

    def _required(self, key: str, kind: str) -> object:
        value = self.raw(key)
        if value is None:
            self.fault(key, f"`{key}` is missing", f"Add `{key}:` with {kind}.")
        return value

    def code(self, key: str) -> str:
        """A code: lower case letters, digits, underscores."""
        return self._matching(key, _CODE, "a code such as `week_1`")

    def heard(self, key: str) -> str:
        """What a rule looks at, by the name it is kept under."""
        return self._matching(key, _HEARD, "something heard, such as `told.weighs` or `answer.phq9.p3`")

    def dialog(self, key: str) -> str:
        """A dialog's name."""
        return self._matching(key, _DIALOG, "a dialog such as `common/morning`")

    def _matching(self, key: str, pattern: re.Pattern[str], kind: str) -> str:
        value = self._required(key, kind)
        if value is None:
            return ""
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.fault(key, f"{value!r} is not {kind}", "Use lower case letters, digits and underscores.")
        return ""

    def codes(self, key: str, known: Collection[str] | None = None, what: str = "code") -> tuple[str, ...]:
        """A list of codes, each once; all of `known` if that is given. Absent means empty."""
        found = tuple(self._code_at(key, n, value) for n, value in enumerate(self.items(key)))
        for value in sorted({value for value in found if value and found.count(value) > 1}):
            self.fault(key, f"`{value}` stands twice", "Leave one out.")
        for value in found:
            if known is not None and value and value not in known:
                self.unknown(key, value, known, what)
        return found

    def _code_at(self, key: str, index: int, value: object) -> str:
        if isinstance(value, str) and _CODE.fullmatch(value):
            return value
        self.fault((key, index), f"{value!r} is not a code", "Use lower case letters, digits, underscores.")
        return ""

    def choice(self, key: str, choices: Sequence[T], default: T | None = None) -> T:
        """One of the given words."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        for known in choices:
            if value == known:
                return known
        if value is None:
            self.fault(key, f"`{key}` is missing", f"Add one of: {', '.join(choices)}.")
        else:
            self.unknown(key, str(value), choices, f"value of `{key}`")
        return choices[0]

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        value = self.raw(key) if default is not None else self._required(key, f"a whole number, {low} to {high}")
        if value is None:
            return high if default is None else default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.fault(key, f"{value!r} is not a whole number from {low} to {high}", "Correct it.")
        return high

    def clock(self, key: str) -> time:
        """A local wall time, written as "21:30"."""
        value = self._required(key, 'a time such as "21:30"')
        return time(12) if value is None else self._clock(key, value)

    def clocks(self, key: str) -> tuple[time, time]:
        """A range of two wall times, the earlier first."""
        values = self.items(key)
        if len(values) != 2:
            self.fault(key, "two times are needed", 'Write ["06:00", "12:00"].')
            return time(0), time(23, 59)
        first, last = (self._clock(key, value) for value in values)
        if first > last:
            self.fault(key, "the range ends before it starts", "Write the earlier time first.")
        return first, last

    def _clock(self, key: str, value: object) -> time:
        match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            self.fault(key, f"{value!r} is not a time", 'Write it in quotes as "21:30" (24 hours).')
            return time(12)
        return time(int(match[1]), int(match[2]))

    def flag(self, key: str) -> bool:
        """True or false; absent means false."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.fault(key, f"{value!r} is neither true nor false", "Write `true` or `false`.")
        return False

    def items(self, key: str) -> Sequence[object]:
        """A list; absent means empty."""
        value = self.raw(key)
        if value is None:
            return ()
        if isinstance(value, Sequence) and not isinstance(value, str):
            return value
        self.fault(key, "a list is needed here", "Write `[a, b]` or one `- ` line for each.")
        return ()

    def maps(self, key: str) -> list[Fields]:
        """A list of maps, each ready to be read."""
        return [Fields(item, (*self.path, key, n), self.faults) for n, item in enumerate(self.items(key))]

    def map(self, key: str) -> Fields:
        """A map under this key."""
        return Fields(self._required(key, "a map") or {}, (*self.path, key), self.faults)

    def entries(self, key: str) -> Mapping[str, object]:
        """A map whose keys are free; absent means empty."""
        value = self.raw(key)
        if value is None or isinstance(value, Mapping):
            return value or {}
        self.fault(key, "a map is needed here", "Write `en: [...]` lines.")
        return {}

    def unknown(self, key: str | Path, value: str, known: Collection[str], what: str) -> None:
        """Notes that a value is not among the known ones, with the nearest as cure."""
        near = get_close_matches(value, list(known), n=1)
        cure = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(sorted(known)) or 'none'}."
        self.fault(key, f"`{value}` is no {what}", cure)

    def close(self, reserved: Mapping[str, str] | None = None) -> None:
        """Notes every key that was not read. `reserved` explains keys kept for later."""
        for key in self._data:
            if key in self._read:
                continue
            if reserved and key in reserved:
                self.fault(key, f"`{key}` is reserved", reserved[key])
            else:
                self.unknown(key, str(key), self._read, "key that stands here")
