"""Several mappings read as one, without copying them together at every look.

A turn asks its scope half a dozen times, mostly for one name out of some hundred: looking through the layers costs
less than laying them on one another each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ABSENT = object()


class Layers(Mapping[str, Any]):
    """The first layer that has a name gives its value. Layers must not change afterwards."""

    __slots__ = ("_layers",)

    def __init__(self, *layers: Mapping[str, Any]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        return default

    def __contains__(self, name: object) -> bool:
        return self.get(str(name), _ABSENT) is not _ABSENT

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in reversed(self._layers) for name in layer))

    def __len__(self) -> int:
        return len(set().union(*self._layers))
