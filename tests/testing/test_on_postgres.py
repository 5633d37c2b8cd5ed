"""A screenplay comes true on PostgreSQL as on a file, and leaves nothing on the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coachbot.errors import StoreError
from coachbot.testing.player import play
from tests import postgres

pytestmark = pytest.mark.postgres

OURS = f"coachbot_{os.getpid()}_"
SCREENPLAYS = Path(__file__).parent.parent / "screenplays"
#: Talks, a danger, an erasure and a whole programme.
PLAYS = ("evening_checkin", "safety_item_9", "stop_and_erase", "sixteen_weeks_combined")


def databases() -> set[str]:
    """Those that this process has made."""
    import psycopg

    with psycopg.connect(postgres.needed()) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (OURS,))
        return {row[0] for row in found}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAYS)
def test_a_screenplay_comes_true(name: str) -> None:
    with postgres.database():
        before = databases()
        play(SCREENPLAYS / f"{name}.screenplay", server=postgres.needed())
        assert len(databases() - before) <= 1  # the empty one, to be copied again


def test_a_server_on_which_nothing_can_be_made_is_told() -> None:
    with pytest.raises(StoreError, match="no database can be made there"):
        play(next(SCREENPLAYS.rglob("*.screenplay")), server="postgresql://me:secret@127.0.0.1:1/x")
