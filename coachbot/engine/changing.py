"""Frozen data at the cost of open data: `changed` copies it with some fields another, `quick` speeds its constructor.

A frozen dataclass sets every field through a function call. A turn makes and copies some fifty of them, and that was a
tenth of its cost. So both fill an open twin, a class with the same slots that is not frozen, by plain assignments, and
then declare the object to be of its real class; nobody ever sees the twin. The assignments are written out as a
function for each class, as `dataclasses` itself does. Only for frozen dataclasses with slots, without `__post_init__`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")
#: How an object of a class is copied into its open twin.
_copiers: dict[type, Callable[[Any], Any]] = {}


def changed(value: T, **changes: Any) -> T:
    """`value` with these fields changed. An unknown field raises AttributeError."""
    kind = value.__class__
    copy: T = (_copiers.get(kind) or _copier(kind))(value)
    for name, new in changes.items():
        setattr(copy, name, new)
    copy.__class__ = kind
    return copy


def quick(kind: type[T]) -> type[T]:
    """A class decorator, above `@dataclass(frozen=True, slots=True)`: a constructor that fills the open twin."""
    known: dict[str, Any] = {"_twin": _open_twin(kind), "_kind": kind, "_become": object.__dict__["__class__"].__set__}
    takes = ", ".join(_taken(one, known) for one in fields(kind))  # type: ignore[arg-type]
    fills = [f"self.{one.name} = {one.name}" for one in fields(kind)]  # type: ignore[arg-type]
    lines = ("_become(self, _twin)", *fills, "self.__class__ = _kind")
    init = _function(f"__init__(self, {takes})", lines, known)
    init.__annotations__ = kind.__init__.__annotations__
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


def _taken(one: Field[Any], known: dict[str, Any]) -> str:
    if one.default_factory is not MISSING:
        raise TypeError(f"{one.name}: a frozen class that is made quickly has no default_factory")
    if one.default is MISSING:
        return one.name
    known[f"_default_{one.name}"] = one.default
    return f"{one.name}=_default_{one.name}"


def _copier(kind: type) -> Callable[[Any], Any]:
    known = {"twin": _open_twin(kind), "new": object.__new__}
    fills = [f"copy.{one.name} = value.{one.name}" for one in fields(kind)]
    _copiers[kind] = _function("copied(value)", ("copy = new(twin)", *fills, "return copy"), known)
    return _copiers[kind]


def _open_twin(kind: type) -> type:
    return type(kind.__name__, (), {"__slots__": tuple(one.name for one in fields(kind))})


def _function(signature: str, lines: tuple[str, ...], known: dict[str, Any]) -> Any:
    body = "".join(f"    {line}\n" for line in lines)
    made: dict[str, Any] = {}
    exec(f"def {signature}:\n{body}", known, made)
    return made[signature.partition("(")[0]]
