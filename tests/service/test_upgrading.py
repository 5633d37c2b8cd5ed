"""An installation of an earlier version is brought up to date while patients are in mid-talk: their talks go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from coachbot.authoring.pack import Pack
from coachbot.store.migrating import MIGRATIONS, REVISIONS
from tests import postgres
from tests.service.house import House

#: Each brings a database down and up again.
pytestmark = pytest.mark.slow


def _bring_down(url: str, revision: str) -> None:
    """The database as a coach of this revision has left it: its tables and their rows, and none of the later ones."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def _goes_on(folder: Path, pack: Pack, revision: str, database: str = "") -> None:
    before = House(folder, pack, database=database)
    talking, waiting = before.patient(), before.patient()
    before.put(talking, kind="text", text="menu")
    before.settle()
    before.put(talking, kind="text", text="help")  # stored, and not answered yet
    before.put(waiting, kind="text", text="menu")
    before.coach.turns.drain(limit=1)  # the one has its turn, and its messages wait
    before.store.close()

    _bring_down(database or f"sqlite:///{folder / 'coachbot.db'}", revision)

    after = House(folder, pack, database=database)
    after.people = [talking, waiting]
    heard = [len(one.messages) for one in after.people]
    after.settle()
    assert [len(one.messages) > number for one, number in zip(after.people, heard, strict=True)] == [True, True]
    body = waiting.last.body
    after.put(waiting, kind="press", token=str(body["token"]), code=str(body["choices"][0][0]))
    after.settle()
    assert after.incidents() == []
    with after.store.reading() as tx:
        turns = tx._connection.exec_driver_sql("SELECT count(*), count(DISTINCT inbox) FROM turn WHERE inbox > 0")
        assert list(map(tuple, turns)) == [(4, 4)]
    after.store.close()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_talks_go_on_after_an_upgrade_from_any_revision(tmp_path: Path, pack: Pack, revision: str) -> None:
    _goes_on(tmp_path, pack, revision)


@pytest.mark.postgres
@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_so_they_do_on_postgresql(tmp_path: Path, pack: Pack, revision: str) -> None:
    with postgres.database(tmp_path / "keys.json") as url:
        _goes_on(tmp_path, pack, revision, url)
