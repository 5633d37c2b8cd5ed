"""Putting a backup back: checked before, into an empty place only, and whoever was erased since stays erased."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coachbot.errors import KeyMissing, StoreError
from coachbot.store.backups import KEYS_FILE, Manifest, manifests, moved, read_manifest, rows_of, sha256_of
from coachbot.store.examining import examine
from coachbot.store.keyfile import MasterKeys
from coachbot.store.migrating import REVISIONS
from coachbot.store.opening import path_of
from coachbot.store.sealing import WRAPPED_BYTES

#: A pseudonym in a line that tells of an erasure: of a printed proof, or of the log.
_ERASED = re.compile(r"^.*\b(p[0-9a-f]{20})\b.*$", re.M)


@dataclass(frozen=True, slots=True)
class PatientKeys:
    """The copy of the patients' keys, and when it was made."""

    file: Path
    made: datetime
    #: Patient to the wrapped key and the master key's version; zeros for an erased one.
    wrapped: Mapping[str, tuple[bytes, int]]

    @property
    def erased(self) -> set[str]:
        """Whose key was destroyed."""
        return {patient for patient, (wrapped, _) in self.wrapped.items() if not any(wrapped)}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what was not."""

    manifest: Manifest
    file: Path
    patients: int
    #: Erased after the backup, and so erased again.
    erased: tuple[str, ...]
    #: Came in after the backup; only their keys are left of them.
    lost: tuple[str, ...]
    keys_made: datetime


def find_backup(path: Path) -> tuple[Manifest, Path]:
    """The backup that a path names: its file, its manifest, or a folder with several (then the newest)."""
    if path.is_dir():
        found = manifests(path)
        if not found:
            raise StoreError(f"{path}: there is no backup in this folder")
        path = found[0]
    manifest = read_manifest(path.with_suffix(".json"))
    return manifest, path.with_name(manifest.file)


def restore(
    backup: Path, keys: Path, url: str, keys_path: Path, *, master: Path | None = None, erased: Collection[str] = ()
) -> Restored:
    """Put a backup back as the database of a URL, which must not be there. Raises StoreError; nothing is made then.

    `keys`: the newest copy of the patients' keys. `master`: a master key file to be put at `keys_path`. `erased`:
    pseudonyms of patients who were erased since, as far as the keys' copy does not tell.
    """
    manifest, file = find_backup(backup)
    target = path_of(url)
    _must_be_empty(target)
    _check(manifest, file)
    found = _read_keys(keys / KEYS_FILE if keys.is_dir() else keys)
    masters = MasterKeys(_master_at(keys_path, master))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(target.name + ".restoring")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, draft)
        patients, gone = _completed(draft, file, found, set(erased), masters)
        _must_open(draft, masters)
        if master is not None and not keys_path.exists():
            _copy_master(master, keys_path)
        moved(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    lost = tuple(sorted(found.wrapped.keys() - patients - found.erased))
    return Restored(manifest, target, len(patients - gone), tuple(sorted(gone)), lost, found.made)


def erased_in(text: str) -> set[str]:
    """The pseudonyms in the lines of a text that say `erased`: printed proofs, or a log."""
    return {found[1] for found in _ERASED.finditer(text) if "erased" in found[0]}


# -- before -------------------------------------------------------------------------------------------
def _must_be_empty(target: Path) -> None:
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        if name.exists():
            raise StoreError(f"{name} is there already; a backup is put into an empty place only: move it away first")


def _check(manifest: Manifest, file: Path) -> None:
    if not file.is_file():
        raise StoreError(f"{file}: the manifest is here, the backup itself is not")
    if manifest.revision not in REVISIONS:
        raise StoreError(f"{file}: made by a newer coachbot ({manifest.coachbot}); update the program")
    if file.stat().st_size != manifest.bytes or sha256_of(file) != manifest.sha256:
        raise StoreError(f"{file}: it was changed or damaged since it was made; take another backup")


def _read_keys(file: Path) -> PatientKeys:
    if not file.is_file():
        raise StoreError(f"{file}: the copy of the patients' keys is not here; without it nothing can be read")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as apart:
            (made,) = apart.execute("SELECT made FROM about").fetchone()
            rows = apart.execute("SELECT patient, wrapped, version FROM patient_key").fetchall()
    except (sqlite3.Error, TypeError):
        raise StoreError(f"{file}: this is not a copy of the patients' keys") from None
    wrapped = {patient: (key, version) for patient, key, version in rows}
    return PatientKeys(file, datetime.fromtimestamp(made, UTC), wrapped)


def _master_at(keys_path: Path, master: Path | None) -> Path:
    """Where the master keys are to be read. Another file than the one given must not stand in its place."""
    if master is None:
        return keys_path
    if keys_path.exists() and keys_path.read_bytes() != master.read_bytes():
        raise KeyMissing(f"{keys_path}: another key file is there already; move it away first")
    return master


# -- at work ------------------------------------------------------------------------------------------
def _completed(
    draft: Path, file: Path, keys: PatientKeys, erased: set[str], masters: MasterKeys
) -> tuple[set[str], set[str]]:
    """The copy with its keys put back. Returns its patients, and those erased anew."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as back:
        back.execute("PRAGMA secure_delete = ON")
        patients = {patient for (patient,) in back.execute("SELECT id FROM patient")}
        buried = {patient for (patient,) in back.execute("SELECT id FROM patient WHERE erased_real IS NOT NULL")}
        if lacking := patients - keys.wrapped.keys():
            raise StoreError(f"{keys.file} is older than {file}: it lacks {len(lacking)} patients; take the newest")
        destroyed = (keys.erased | erased) & patients
        back.execute("BEGIN")
        rows = [_key_row(patient, keys, patient in destroyed, masters) for patient in sorted(patients)]
        back.executemany("INSERT INTO patient_key (patient, wrapped, version) VALUES (?, ?, ?)", rows)
        _erase(back, destroyed - buried)
        back.execute("COMMIT")
        back.execute("VACUUM")
        return patients - buried, destroyed - buried


def _key_row(patient: str, keys: PatientKeys, destroyed: bool, masters: MasterKeys) -> tuple[str, bytes, int]:
    """A patient's key as it goes back; tried, so that a mix of copies is found now and not at a patient's next word."""
    wrapped, version = keys.wrapped[patient]
    if destroyed:
        return patient, bytes(WRAPPED_BYTES), version
    masters.unwrap(wrapped, patient, version)
    return patient, wrapped, version


def _erase(back: sqlite3.Connection, patients: Collection[str]) -> None:
    """As an erasure does it, on tables of whichever revision."""
    names = [name for name in rows_of(back) if name != "patient_key"]
    personal = [t for t in names if any(row[1] == "patient" for row in back.execute(f'PRAGMA table_info("{t}")'))]
    for patient in patients:
        for table in personal:
            back.execute(f'DELETE FROM "{table}" WHERE patient = ?', (patient,))
        back.execute(
            "UPDATE patient SET site = NULL, profile = NULL, created_real = NULL, erased_real = ? WHERE id = ?",
            (time.time(), patient),
        )


def _must_open(draft: Path, masters: MasterKeys) -> None:
    found = examine(f"sqlite:///{draft}", masters.path)
    if found.damage:
        raise StoreError(f"{draft}: {found.damage}; take another backup")
    if found.keys:
        raise KeyMissing(found.keys)


def _copy_master(master: Path, keys_path: Path) -> None:
    keys_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = keys_path.with_name(keys_path.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(master.read_bytes())
    moved(draft, keys_path)
