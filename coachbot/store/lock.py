"""The lock of the engine role: one engine per data directory. Short writes of commands need no lock."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from coachbot.errors import StoreError


def runs_here(path: Path) -> str | None:
    """The process that holds the engine role; None if nobody does."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.read(file, 32).decode(errors="replace").strip() or "unknown"
    finally:
        os.close(file)
    return None


class EngineLock:
    """Holds the role while its block runs. The system lets go of it if the process dies.

    The file stays; what counts is the lock on it.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._file: int | None = None

    def __enter__(self) -> EngineLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: the data can't be kept here ({error.strerror}); set COACHBOT_DATA to a folder "
                "that can be written"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise StoreError(f"{self._path}: an engine runs here already (process {holder}); stop it first") from None
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
