"""Backups of a living database: a copy without the patients' keys, its manifest, and the keys in a place of their own.

The keys lie apart because an erasure destroys a patient's key: an old copy of it, beside an old copy of the data, would
bring the patient back. Copies of the data may be many; of the keys there is one, the newest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from coachbot.errors import StoreError
from coachbot.service.vitals import LAST_BACKUP
from coachbot.store.examining import examine, looking_at
from coachbot.store.opening import path_of

#: The patients' keys, in the folder of their own. Every backup writes it anew.
KEYS_FILE = "patient-keys.db"
_FORM = 1
_NAME = re.compile(r"coachbot-\d{8}T\d{6}Z")
_BLOCK = 1 << 20
_KEYS_TABLE = "CREATE TABLE patient_key (patient TEXT PRIMARY KEY, wrapped BLOB NOT NULL, version INTEGER NOT NULL)"
_ABOUT_TABLE = "CREATE TABLE about (made REAL NOT NULL, backup TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: written beside it, checked before it is put back."""

    form: int
    #: ISO, UTC.
    made: str
    coachbot: str
    #: Of the tables.
    revision: str
    file: str
    sha256: str
    bytes: int
    #: Table to its rows. The patients' keys were left out.
    rows: dict[str, int]
    #: Which version of the master key opens it.
    master_key: int

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and verified."""

    manifest: Manifest
    file: Path
    keys: Path | None
    #: Older ones that were removed for it.
    pruned: tuple[Path, ...]


def back_up(url: str, folder: Path, *, version: str, keys: Path | None = None, keep: int = 0) -> Made:
    """Back the database up, also while the coach runs: one consistent snapshot, verified. Raises StoreError.

    `keys`: another folder for the patients' keys. `keep`: how many backups stay; 0 for all.
    """
    _refuse_servers(url)
    source = path_of(url)
    _must_be_apart(folder, keys)
    found = examine(url, Path(os.devnull))  # the master keys are not needed for it
    if found.damage or found.tables not in ("up to date", "older"):
        raise StoreError(f"{source}: {found.damage or f'tables {found.tables}'}; `coachbot doctor` says what to do")
    now = datetime.now(UTC).replace(microsecond=0)
    file = folder / f"coachbot-{now:%Y%m%dT%H%M%SZ}.db"
    if file.exists():
        raise StoreError(f"{file} is there already; one backup a second is enough")
    with _drafts(folder, keys) as (draft, draft_of_keys):
        rows, revision = _copied(source, draft, draft_of_keys, (now, file.name))
        manifest = Manifest(
            _FORM, now.isoformat(), version, revision, file.name, sha256_of(draft), draft.stat().st_size,
            rows, found.key_version,
        )  # fmt: skip
        apart = _put_in_place(draft, file, draft_of_keys, keys)
    _write_manifest(file.with_suffix(".json"), manifest)
    _remember(source, now)
    return Made(manifest, file, apart, tuple(_pruned(folder, keep)))


def _refuse_servers(url: str) -> None:
    if url.startswith("postgres"):
        raise StoreError(
            "a PostgreSQL database is backed up by its own tools: `pg_dump --exclude-table-data=patient_key` for the "
            "data, and `pg_dump --table=patient_key` into another place for the keys; keep only the newest"
        )


def _must_be_apart(folder: Path, keys: Path | None) -> None:
    if keys is None:
        return
    data, apart = folder.resolve(), keys.resolve()
    if data == apart or data in apart.parents or apart in data.parents:
        raise StoreError(f"{keys}: the keys need a place apart from {folder}; together they would undo every erasure")


# -- copying ------------------------------------------------------------------------------------------
@contextmanager
def _drafts(folder: Path, keys: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """Files to write into, for their owner alone; what is not put in place goes away."""
    drafts = [place / f".{os.getpid()}.new" for place in (folder, keys) if place is not None]
    for draft in drafts:
        draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield drafts[0], drafts[1] if keys is not None else None
    finally:
        for draft in drafts:
            for end in ("", "-journal", "-wal", "-shm"):
                Path(f"{draft}{end}").unlink(missing_ok=True)


def _copied(live: Path, draft: Path, of_keys: Path | None, about: tuple[datetime, str]) -> tuple[dict[str, int], str]:
    """Copy, take the keys out, verify. Returns the rows by table and the revision."""
    try:
        with closing(looking_at(live)) as source, closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("PRAGMA secure_delete = ON")
            before = rows_of(copy)
            if of_keys is not None:
                _copy_keys(copy, of_keys, about)
            copy.execute("DELETE FROM patient_key")
            copy.commit()
            copy.execute("VACUUM")
            _verify(copy, draft, before)
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            return rows_of(copy), str(revision)
    except sqlite3.Error as error:
        raise StoreError(f"{live}: it could not be copied ({error})") from None


def _copy_keys(copy: sqlite3.Connection, file: Path, about: tuple[datetime, str]) -> None:
    made, name = about
    with closing(sqlite3.connect(file)) as apart:
        apart.execute(_KEYS_TABLE)
        apart.execute(_ABOUT_TABLE)
        apart.execute("INSERT INTO about VALUES (?, ?)", (made.timestamp(), name))
        keys = copy.execute("SELECT patient, wrapped, version FROM patient_key")
        apart.executemany("INSERT INTO patient_key VALUES (?, ?, ?)", keys)
        apart.commit()


def _verify(copy: sqlite3.Connection, file: Path, before: dict[str, int]) -> None:
    said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    now = rows_of(copy)
    if said != "ok" or now != {**before, "patient_key": 0}:
        raise StoreError(f"{file}: the copy is not whole ({said}); try again, and look at the disk")


def rows_of(database: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names.fetchall()}


# -- putting in place ---------------------------------------------------------------------------------
def _put_in_place(draft: Path, file: Path, of_keys: Path | None, keys: Path | None) -> Path | None:
    """The keys go first: newer keys open older data, and not the other way round."""
    if of_keys is not None and keys is not None:
        moved(of_keys, keys / KEYS_FILE)
    moved(draft, file)
    return keys / KEYS_FILE if keys is not None else None


def moved(draft: Path, file: Path) -> None:
    """Put a finished file in its place, so that a power cut leaves the old one or the new one."""
    with open(draft, "rb") as opened:
        os.fsync(opened.fileno())
    os.replace(draft, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sha256_of(file: Path) -> str:
    """The file's hash, read piece by piece."""
    found = hashlib.sha256()
    with open(file, "rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _write_manifest(file: Path, manifest: Manifest) -> None:
    draft = file.with_suffix(".json.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        json.dump(asdict(manifest), opened, indent=1)
        opened.write("\n")
    moved(draft, file)


def _remember(live: Path, made: datetime) -> None:
    """The database itself knows when it was backed up, for `coachbot doctor` and the metrics."""
    with closing(sqlite3.connect(live, timeout=10, isolation_level=None)) as database:
        database.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (LAST_BACKUP, str(made.timestamp())),
        )


# -- what is there ------------------------------------------------------------------------------------
def manifests(folder: Path) -> list[Path]:
    """The manifests of our backups in a folder, the newest first. Other files are none of ours."""
    return sorted((file for file in folder.glob("coachbot-*.json") if _NAME.fullmatch(file.stem)), reverse=True)


def _pruned(folder: Path, keep: int) -> Iterator[Path]:
    for manifest in manifests(folder)[keep:] if keep > 0 else ():
        manifest.with_suffix(".db").unlink(missing_ok=True)
        manifest.unlink()
        yield manifest.with_suffix(".db")


def read_manifest(file: Path) -> Manifest:
    """A manifest. Raises StoreError if it is none, or of a newer form."""
    try:
        data = json.loads(file.read_text("utf-8"))
        found = Manifest(**data)
        found.at.astimezone(UTC)
    except OSError as error:
        raise StoreError(f"{file}: there is no manifest that can be read ({error.strerror}); name a backup") from None
    except (ValueError, TypeError):
        raise StoreError(f"{file}: this is not the manifest of a backup") from None
    if found.form != _FORM:
        raise StoreError(f"{file}: written by a newer coachbot; update the program")
    return found


def age_of(manifest: Manifest) -> float:
    """How old a backup is, in seconds."""
    return max(0.0, time.time() - manifest.at.timestamp())
