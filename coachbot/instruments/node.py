"""Reading untyped data piece by piece, noting every fault instead of stopping at the first.

A `Node` is a mapping at a path. Each getter gives a typed value, or notes a fault and gives a harmless
stand-in, so that the reading goes on and all faults come out together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

from coachbot.instruments.faults import Fault, did_you_mean
from coachbot.instruments.model import Source

_Word = TypeVar("_Word", bound=str)


class Node:
    """A mapping somewhere in the data, with its path and the list that faults are noted in."""

    __slots__ = ("data", "notes", "path")

    def __init__(self, data: Mapping[str, object], path: str, notes: list[Fault]) -> None:
        self.data = data
        self.path = path
        self.notes = notes

    def at(self, key: str) -> str:
        """The path of one of this mapping's keys."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, message: str, cure: str) -> None:
        """Note a fault at a key."""
        self.notes.append(Fault(self.at(key), message, cure))

    def only(self, *keys: str) -> None:
        """Note every key that is not one of these."""
        for key in self.data:
            if key not in keys:
                self.fault(key, f"'{key}' is not known here.", did_you_mean(key, keys))

    def text(self, key: str) -> str:
        """A required text."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fault(key, _wrong(value, "a text"), f"Write {key}: and a text.")
        return ""

    def text_or_none(self, key: str) -> str | None:
        """A text that may be left out."""
        return self.text(key) if key in self.data else None

    def word(self, key: str, known: tuple[_Word, ...]) -> _Word:
        """A required word out of a few; the first of them stands in for a wrong one."""
        value = self.data.get(key)
        if isinstance(value, str) and value in known:
            return value
        cure = did_you_mean(value if isinstance(value, str) else "", known)
        self.fault(key, _wrong(value, f"one of {', '.join(known)}"), cure)
        return known[0]

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; required without a default."""
        value = self.data.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(key, _wrong(value, "a whole number"), f"Write {key}: and a whole number.")
        return 0

    def number(self, key: str) -> float:
        """A required number."""
        value = self.data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.fault(key, _wrong(value, "a number"), f"Write {key}: and a number.")
        return 0.0

    def number_or_none(self, key: str) -> float | None:
        """A number that may be left out."""
        return self.number(key) if key in self.data else None

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.data.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault(key, _wrong(value, "true or false"), f"Write {key}: true or {key}: false.")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if left out."""
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        self.fault(key, _wrong(value, "a list of codes"), f"Write {key}: [code, code].")
        return ()

    def numbers(self, key: str) -> tuple[float, ...]:
        """A required list of numbers."""
        value = self.data.get(key)
        if isinstance(value, list) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
            return tuple(float(one) for one in value)
        self.fault(key, _wrong(value, "a list of numbers"), f"Write {key}: [number, number].")
        return ()

    def nodes(self, key: str, required: bool = False) -> tuple[Node, ...]:
        """A list of mappings; empty if left out."""
        value = self.data.get(key, None if required else [])
        if not isinstance(value, list) or (required and not value):
            self.fault(key, _wrong(value, "a list"), f"Write {key}: and a list below it.")
            return ()
        return tuple(self._child(f"{key}.{place}", one) for place, one in enumerate(value))

    def node(self, key: str) -> Node:
        """A required mapping; an empty one stands in for a wrong one, which is noted once."""
        return self._child(key, self.data.get(key))

    def node_or_none(self, key: str) -> Node | None:
        """A mapping that may be left out."""
        return self.node(key) if key in self.data else None

    def source(self) -> Source:
        """This mapping's `source` and whether it is `confirmed` (true if not said)."""
        return Source(self.text("source"), self.flag("confirmed", True))

    def _child(self, key: str, value: object) -> Node:
        if isinstance(value, Mapping) and all(isinstance(one, str) for one in value):
            return Node(cast("Mapping[str, object]", value), self.at(key), self.notes)
        self.fault(key, _wrong(value, "a group of keys"), f"Write the keys of {key} below it.")
        return Node({}, self.at(key), [])


def _wrong(value: object, wanted: str) -> str:
    return f"{wanted} is missing." if value is None else f"{value!r} is not {wanted}."
