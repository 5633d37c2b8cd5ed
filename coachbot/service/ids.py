"""Row ids that sort by time, and the pseudonymous names of patients."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time

_EPOCH_MS = 1_700_000_000_000
_SEQUENCE_BITS = 12
_WORKER_BITS = 10
_LAST_OF_SEQUENCE = (1 << _SEQUENCE_BITS) - 1
_LAST_OF_MOMENT = (1 << (_SEQUENCE_BITS + _WORKER_BITS)) - 1
_OF_WORKER = _LAST_OF_MOMENT - _LAST_OF_SEQUENCE
#: Letters in the code of an invitation.
CODE_LENGTH = 16
_GAP = re.compile(r"[\s-]+")
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class IdSource:
    """Gives 63-bit ids: milliseconds, worker, sequence. Ever rising within one process."""

    def __init__(self, worker: int = 0) -> None:
        self._last = 0
        self.work_as(worker)
        self._lock = threading.Lock()

    def work_as(self, worker: int) -> None:
        """Give ids as this worker from now on, where another process gives ids for the same database."""
        self._worker = (worker & ((1 << _WORKER_BITS) - 1)) << _SEQUENCE_BITS

    def next(self) -> int:
        """A new id, greater than every id given before."""
        moment = time.time_ns() // 1_000_000 - _EPOCH_MS
        fresh = (moment << (_SEQUENCE_BITS + _WORKER_BITS)) | self._worker
        with self._lock:
            self._last = fresh if fresh > self._last else self._after(self._last)
            return self._last

    def rise_above(self, other: int) -> None:
        """Every id from now on is greater than this one, which another process may have given by a faster clock."""
        with self._lock:
            if other > self._last:
                self._last = other | _LAST_OF_MOMENT

    def _after(self, last: int) -> int:
        """The next id; where a moment's sequence is used up, the first of the next moment, never another worker's."""
        if (last + 1) & _LAST_OF_SEQUENCE and (last & _OF_WORKER) == self._worker:
            return last + 1
        moment = (last >> (_SEQUENCE_BITS + _WORKER_BITS)) + 1
        return (moment << (_SEQUENCE_BITS + _WORKER_BITS)) | self._worker


def first_id_at(real: float) -> int:
    """The smallest id that can have been given at a moment, in real seconds since the epoch."""
    return max(0, int(real * 1000) - _EPOCH_MS) << (_SEQUENCE_BITS + _WORKER_BITS)


def real_of(row: int) -> float:
    """When an id was given, in real seconds since the epoch."""
    return ((row >> (_SEQUENCE_BITS + _WORKER_BITS)) + _EPOCH_MS) / 1000


def new_patient_id() -> str:
    """A patient's pseudonym: 80 random bits, nothing of the person in it."""
    return "p" + secrets.token_hex(10)


def new_code(letters: int = CODE_LENGTH) -> str:
    """A code that a person can type: 80 bits, no letters that look alike, in groups of four."""
    drawn = "".join(secrets.choice(_CODE_LETTERS) for _ in range(letters))
    return "-".join(drawn[i : i + 4] for i in range(0, letters, 4))


def looks_like_code(text: str) -> bool:
    """Whether a text is written as an invitation's code is: in four groups of four, or only of its letters.

    A sentence of sixteen letters ("can you help me here") is none.
    """
    groups = _GAP.split(text.strip())
    if sum(map(len, groups)) != CODE_LENGTH or not all(map(str.isalnum, groups)):
        return False
    if [len(group) for group in groups] == [4] * 4 and "-" in text:
        return True
    return all(len(group) % 4 == 0 for group in groups) and set(plain_code(text)) <= set(_CODE_LETTERS)


def plain_code(code: str) -> str:
    """A code as typed, without its spaces, dashes and case."""
    return "".join(c for c in code.upper() if c.isalnum())


def hashed(secret: str) -> str:
    """How codes, device secrets and links are stored: never as themselves."""
    return hashlib.sha256(secret.encode()).hexdigest()
