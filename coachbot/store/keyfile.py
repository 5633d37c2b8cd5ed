"""The master keys: a small JSON file beside the database, never inside it or in its backup.

    {"current": 1, "keys": {"1": "<base64 of 32 bytes>"}}

A master key wraps the patients' keys and the key of the chat look-up. Which version wraps is told by the
database (its canary), so that a running engine follows a rotation that another process began.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coachbot.errors import KeyMissing
from coachbot.store.sealing import KEY_BYTES, SealError, seal, unseal


class MasterKeys:
    """All versions of the master key, read from their file and read again when a newer one is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.current, self._keys = _read(path)

    @classmethod
    def create(cls, path: Path) -> MasterKeys:
        """A new key file, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, 1, {1: os.urandom(KEY_BYTES)}, fresh=True)
        return cls(path)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else adds a version while the block runs: a version lost from the file would take patients along.

        The lock is on the folder, since the file itself is replaced.
        """
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    @property
    def versions(self) -> tuple[int, ...]:
        """Every version in the file, as it stands now."""
        self.current, self._keys = _read(self.path)
        return tuple(sorted(self._keys))

    def add_version(self) -> int:
        """Draw a new master key and make it the current one. Call it `alone`."""
        self.current, self._keys = _read(self.path)
        version = max(self._keys) + 1
        _write(self.path, version, {**self._keys, version: os.urandom(KEY_BYTES)})
        self.current, self._keys = _read(self.path)
        return version

    def wrap(self, key: bytes, owner: str, version: int) -> bytes:
        """A key as it may be stored, bound to its owner and the version."""
        return seal(self._cipher(version), _place(owner, version), key)

    def unwrap(self, wrapped: bytes, owner: str, version: int) -> bytes:
        """The key back; `KeyMissing` if the master key is not the one that wrapped it."""
        try:
            return unseal(self._cipher(version), _place(owner, version), wrapped)
        except SealError:
            raise KeyMissing(
                f"{self.path}: master key {version} is not the one that sealed the key of '{owner}'; "
                "put back the key file that belongs to this database"
            ) from None

    def _cipher(self, version: int) -> AESGCM:
        if version not in self._keys:
            self.current, self._keys = _read(self.path)
        if version not in self._keys:
            raise KeyMissing(f"{self.path}: master key {version} is missing; put back the key file of this database")
        return AESGCM(self._keys[version])


def chat_hash(lookup_key: bytes, account: int, chat: str) -> str:
    """How a chat is found without its name being readable in the database."""
    keyed = _keyed(lookup_key).copy()
    keyed.update(f"{account}|{chat}".encode())
    return keyed.hexdigest()


@lru_cache(maxsize=8)
def _keyed(lookup_key: bytes) -> hmac.HMAC:
    """HMAC-SHA256 with its key already taken in: that is most of the work for a short text."""
    return hmac.new(lookup_key, digestmod="sha256")


def _place(owner: str, version: int) -> bytes:
    return f"key|{owner}|{version}".encode()


def _read(path: Path) -> tuple[int, dict[int, bytes]]:
    try:
        data = json.loads(path.read_text("utf-8"))
        keys = {int(version): base64.b64decode(key, validate=True) for version, key in data["keys"].items()}
        current = int(data["current"])
    except FileNotFoundError:
        raise KeyMissing(f"{path}: the key file is missing; without it the data cannot be read") from None
    except OSError as error:
        raise KeyMissing(f"{path}: the key file cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyMissing(f"{path}: this is not a key file; put back the one of this database") from None
    if current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeyMissing(f"{path}: the key file is damaged; put back the one of this database")
    return current, keys


def _write(path: Path, current: int, keys: dict[int, bytes], *, fresh: bool = False) -> None:
    """Write the whole file beside itself, then move it into place: it is never half written."""
    text = json.dumps(
        {"current": current, "keys": {str(v): base64.b64encode(k).decode() for v, k in sorted(keys.items())}}
    )
    draft = path if fresh else path.with_name(path.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if fresh else os.O_TRUNC)
    with open(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if not fresh:
        os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # before anything is sealed by a key that a power cut could take
    finally:
        os.close(folder)
