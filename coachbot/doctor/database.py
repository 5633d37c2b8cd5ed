"""The database and its keys: whole, of this program, and readable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from coachbot.doctor.finding import Finding, fail, ok, warn
from coachbot.store import Examination

_OLD, _FAR_TOO_OLD = timedelta(days=2), timedelta(days=14)


def database(found: Examination) -> Iterator[Finding]:
    """Integrity and tables."""
    if found.damage:
        yield fail("database", f"{found.name}: {found.damage}", "stop the coach and restore the newest backup")
        return
    yield ok("database", f"{found.name} {'is whole' if found.file else 'answers'}")
    if found.tables == "up to date":
        yield ok("tables", "up to date")
    elif found.tables == "older":
        yield warn("tables", "of an older version", "back up; the next start brings them up to date")
    elif found.tables == "newer":
        yield fail("tables", "of a newer version", "update the program, or restore the backup made before")
    else:
        yield fail("tables", "of another program", "set COACHBOT_DATABASE to coachbot's own database")


def keys(found: Examination) -> Iterator[Finding]:
    """The key file is the one of this database."""
    if found.keys:
        yield Finding("keys", "fail", found.keys)
    elif found.key_version:
        yield ok("keys", f"master key {found.key_version} opens this database")
    else:
        yield warn("keys", "the database was never given a key", "start the coach once")


def backup(age_s: float | None) -> Iterator[Finding]:
    """When `coachbot backup` was last here."""
    cure = "run `coachbot backup` each night"
    if age_s is None:
        yield warn("backup", "was never made by `coachbot backup`", cure)
        return
    told = f"the last is {age_s / 3600:.0f} hours old"
    if age_s > _FAR_TOO_OLD.total_seconds():
        yield fail("backup", told, cure)
    elif age_s > _OLD.total_seconds():
        yield warn("backup", told, cure)
    else:
        yield ok("backup", told)
