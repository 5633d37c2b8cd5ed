"""Changing frozen data: a copy with some fields another.

`dataclasses.replace` runs every field through the constructor; a turn changes a dozen objects, and a plain copy
of the slots costs a third of it. Only for frozen dataclasses with slots and without `__post_init__`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_copiers: dict[type, tuple[Callable[[Any], Any], dict[str, Callable[[Any, Any], None]]]] = {}


def changed(value: T, **changes: Any) -> T:
    """`value` with these fields changed. An unknown field raises AttributeError."""
    kind = value.__class__
    copier, setters = _copiers.get(kind) or _prepared(kind)
    copy: T = copier(value)
    for name, new in changes.items():
        setter = setters.get(name)
        if setter is None:
            raise AttributeError(f"{kind.__name__} has no field '{name}'")
        setter(copy, new)
    return copy


def _prepared(kind: type) -> tuple[Callable[[Any], Any], dict[str, Callable[[Any, Any], None]]]:
    """How a class is copied: its slots' own setters, which a frozen class does not bar."""
    slots = {name: kind.__dict__[name] for name in kind.__slots__}  # type: ignore[attr-defined]
    getters = tuple((slot.__get__, slot.__set__) for slot in slots.values())
    new = object.__new__

    def copier(value: Any) -> Any:
        copy: Any = new(kind)
        for get, put in getters:
            put(copy, get(value))
        return copy

    _copiers[kind] = (copier, {name: slot.__set__ for name, slot in slots.items()})
    return _copiers[kind]
