"""`coachbot migrate-store`: an installation goes from one database into another."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coachbot.store.moving import Count


def migrate_store(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Database URL of the installation.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Database URL of an empty database.")],
) -> None:
    """Move an installation into another database, such as PostgreSQL; every table is counted and compared."""
    from coachbot.settings import load_settings
    from coachbot.store import EngineLock, told
    from coachbot.store.moving import move

    settings = load_settings()
    with ExitStack() as held:
        if settings.data.is_dir() and settings.database_url in (source, target) and settings.database:
            held.enter_context(EngineLock(settings.data / "engine.lock"))
        moved = move(source, target, keys_path=settings.keys_path, tell=_tell)
    rows = sum(count.rows for count in moved.counts)
    if moved.was_there:
        print(f"{told(target)} holds the same already: {rows} rows in {len(moved.counts)} tables; nothing was written")
        return
    print(f"{rows} rows in {len(moved.counts)} tables, all the same there. Now set COACHBOT_DATABASE={told(target)}")
    print("and keep the key file. The old database still holds every patient's key: no erasure reaches it any more, so")
    print("destroy it, and its backups of keys, as soon as the coach runs on the new one.")


def _tell(count: Count) -> None:
    print(f"{count.table:22} {count.rows:9} rows  {count.digest[:16]}")
