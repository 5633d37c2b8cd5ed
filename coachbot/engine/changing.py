"""Changing frozen data: a copy with some fields another.

`dataclasses.replace` runs every field through the constructor; a turn changes a dozen objects, and a plain copy
of the slots costs a third of it. Only for frozen dataclasses with slots and without `__post_init__`.
"""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")
_set = object.__setattr__


def changed(value: T, **changes: Any) -> T:
    """`value` with these fields changed. An unknown field raises AttributeError."""
    kind = value.__class__
    copy: T = kind.__new__(kind)
    for name in kind.__slots__:  # type: ignore[attr-defined]
        if name not in changes:
            _set(copy, name, getattr(value, name))
    for name, new in changes.items():
        _set(copy, name, new)
    return copy
