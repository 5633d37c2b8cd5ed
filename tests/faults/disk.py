"""A disk whose power is cut: what was synchronised is there, of the rest a part or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.trace import Cut, Event, Synced, Wrote


@dataclass(slots=True)
class Disk:
    """The files of one folder, as events change them."""

    folder: Path
    #: A copy of the folder, made before the first event.
    base: Path
    durable: dict[str, bytearray] = field(default_factory=dict)
    #: What a file was given since it was last synchronised.
    pending: dict[str, list[Wrote | Cut]] = field(default_factory=dict)

    def play(self, events: Iterable[Event]) -> None:
        """Let these events happen."""
        for event in events:
            if isinstance(event, Synced):
                self._sync(event.file)
            elif isinstance(event, Wrote | Cut) and self._is_ours(event.file):
                self.pending.setdefault(event.file, []).append(event)

    def cut_power(self, target: Path, keep: Random | None = None) -> Path:
        """The folder as it is found afterwards. Of what was not synchronised nothing is left, or, with `keep`, some of
        it: a disk writes in an order of its own. The shared memory of SQLite is gone with the machine."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.base, target, ignore=shutil.ignore_patterns("*-shm"))
        for file in {*self.durable, *self.pending}:
            content = bytearray(self._content(file))
            for event in self.pending.get(file, ()):
                if keep is not None and keep.random() < 0.5:
                    _apply(content, event)
            (target / Path(file).name).write_bytes(content)
        return target

    def _is_ours(self, file: str) -> bool:
        return Path(file).parent == self.folder and not file.endswith("-shm")

    def _sync(self, file: str) -> None:
        if not self._is_ours(file):
            return
        content = bytearray(self._content(file))
        for event in self.pending.pop(file, ()):
            _apply(content, event)
        self.durable[file] = content

    def _content(self, file: str) -> bytes | bytearray:
        before = self.base / Path(file).name
        return self.durable.get(file) or (before.read_bytes() if before.exists() else b"")


def _apply(content: bytearray, event: Wrote | Cut) -> None:
    if isinstance(event, Cut):
        del content[max(0, event.length) :]
        return
    content.extend(bytes(max(0, event.offset - len(content))))
    content[event.offset : event.offset + len(event.data)] = event.data
