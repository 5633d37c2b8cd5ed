"""Sealed columns: AES-256-GCM under a key of the patient's own, bound to its table, column, patient and row.

A sealed value is one version byte, 12 random bytes, then ciphertext and tag. The place it stands in is
authenticated with it, so a value that was copied to another row, column or patient does not open.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coachbot.errors import StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"
_HEAD = 1 + _NONCE_BYTES
#: Version byte, nonce, key and tag: every wrapped key is as long as every other.
WRAPPED_BYTES = _HEAD + KEY_BYTES + 16


class SealError(StoreError):
    """A sealed value does not open: damaged, moved, or sealed by another key."""


def seal(cipher: AESGCM, place: bytes, plain: bytes) -> bytes:
    """Seal a value into its place."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + cipher.encrypt(nonce, plain, place)


def unseal(cipher: AESGCM, place: bytes, data: bytes) -> bytes:
    """Open a value in its place; raises `SealError`."""
    if data[:1] != _VERSION:
        raise SealError(f"{place.decode()}: the value was sealed by a newer coachbot; update the program")
    try:
        return cipher.decrypt(data[1:_HEAD], data[_HEAD:], place)
    except (InvalidTag, ValueError):
        raise SealError(
            f"{place.decode()}: the sealed value was changed or moved; restore the database from a backup"
        ) from None


@dataclass(frozen=True, slots=True, eq=False)
class SealedColumn:
    """One sealed column of one table; there is one object for each."""

    table: str
    column: str

    def seal(self, cipher: AESGCM, patient: str, row: int | str, plain: bytes) -> bytes:
        """The value as it is stored in this row."""
        return seal(cipher, f"{self.table}|{self.column}|{patient}|{row}".encode(), plain)

    def open(self, cipher: AESGCM, patient: str, row: int | str, data: bytes) -> bytes:
        """The value of this row."""
        return unseal(cipher, f"{self.table}|{self.column}|{patient}|{row}".encode(), data)


class CipherCache:
    """The ciphers of the patients who were lately at work. Erased patients never come back in."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._held: OrderedDict[str, AESGCM] = OrderedDict()
        self._erased: set[str] = set()
        self._lock = Lock()

    def get(self, patient: str) -> AESGCM | None:
        """The patient's cipher if it is held."""
        with self._lock:
            found = self._held.get(patient)
            if found is not None:
                self._held.move_to_end(patient)
            return found

    def held(self, patients: Iterable[str]) -> dict[str, AESGCM]:
        """The ciphers of those patients whose are held."""
        found: dict[str, AESGCM] = {}
        with self._lock:
            for patient in patients:
                cipher = self._held.get(patient)
                if cipher is not None:
                    self._held.move_to_end(patient)
                    found[patient] = cipher
        return found

    def put(self, patient: str, cipher: AESGCM) -> None:
        """Hold a cipher; the one longest unused makes room."""
        with self._lock:
            if patient in self._erased:
                return
            self._held[patient] = cipher
            if len(self._held) > self._size:
                self._held.popitem(last=False)

    def forget(self, patient: str) -> None:
        """The patient was erased: drop the cipher for good."""
        with self._lock:
            self._held.pop(patient, None)
            self._erased.add(patient)


class OpenedCache:
    """Values opened lately. The same sealed bytes give the same (frozen) value again, without any work; changed
    bytes are opened anew. Profiles, chats and enrolments change far less often than they are needed."""

    def __init__(self, size: int = 5_000) -> None:
        self._size = size
        self._held: OrderedDict[str, dict[SealedColumn, tuple[int | str, bytes, Any]]] = OrderedDict()
        self._erased: set[str] = set()
        self._lock = Lock()

    def found(self, column: SealedColumn, patient: str, row: int | str, sealed: bytes) -> Any | None:
        """The value of these bytes in this row, or None if they were not opened lately."""
        columns = self._held.get(patient)
        held = columns.get(column) if columns else None
        return held[2] if held is not None and held[0] == row and held[1] == sealed else None

    def forget(self, patient: str) -> None:
        """The patient was erased."""
        with self._lock:
            self._held.pop(patient, None)
            self._erased.add(patient)

    def put(self, column: SealedColumn, patient: str, row: int | str, sealed: bytes, value: object) -> None:
        """What has just been opened, or sealed so that it need not be opened soon after. It is remembered by its sealed
        bytes: if they are never committed, they are never met again."""
        with self._lock:
            if patient in self._erased:
                return
            columns = self._held.get(patient)
            if columns is None:
                columns = self._held[patient] = {}
                if len(self._held) > self._size:
                    self._held.popitem(last=False)
            else:
                self._held.move_to_end(patient)
            columns[column] = (row, sealed, value)
