"""An installation goes into another database without loss, once, and only where nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coachbot.errors import KeyMissing, StoreError
from coachbot.service.ports import Invitation
from coachbot.store import EngineLock, open_store, tables
from coachbot.store.moving import Moved, move
from tests import postgres
from tests.store.house import REAL, House
from tests.store.test_sealing import SECRET, talkative


@dataclass
class Move:
    """An installation with patients, and an empty database."""

    house: House
    target: str

    def go(self) -> Moved:
        return move(self.house.url, self.target, keys_path=self.house.keys)

    def there(self) -> House:
        """The installation as it stands in the target."""
        found = House.__new__(House)
        found.__dict__.update({**vars(self.house), "database": self.target})
        found.store = open_store(self.target, keys_path=self.house.keys, synchronous="OFF", real=lambda: REAL)
        return found


#: From where to where. The way back is the same.
WAYS = [
    "sqlite sqlite",
    pytest.param("sqlite postgres", marks=pytest.mark.postgres),
    pytest.param("postgres sqlite", marks=pytest.mark.postgres),
]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Move]:
    source, _, target = request.param.partition(" ")
    house: House = request.getfixturevalue(f"{source}_house")
    for name in ("pmei", "pbo"):
        talkative(house, name)
    with house.store.writing() as tx:
        tx.add_invitation("hashed", Invitation("sct_cse", "combined", house.site), REAL + 9)
        tx.add_audit(at=1.5, staff=1, action="saw", subject="pmei", detail="")
        tx.add_ticket("hashed", 1, "begin", REAL)
        tx.erase("pbo")
    house.store.close()
    if target == "sqlite":
        yield Move(house, f"sqlite:///{tmp_path / 'new' / 'coachbot.db'}")
        return
    with postgres.database() as url:
        yield Move(house, url)


def test_everything_is_there_and_the_coach_lives_on(way: Move) -> None:
    moved = way.go()
    assert not moved.was_there
    assert {count.table for count in moved.counts} == set(tables.Base.metadata.tables)
    assert {count.table: count.rows for count in moved.counts}["patient"] == 2
    here = way.house.open()
    there = way.there()
    assert there.load("pmei") == way.house.load("pmei")
    assert there.load("pmei").profile.name == SECRET
    with here.reading() as before, there.store.reading() as after:
        for read in ("lines", "diary", "responses", "alerts", "consents", "outbox", "timers_of", "notes"):
            assert list(getattr(after, read)("pmei")) == list(getattr(before, read)("pmei")), read
        assert after.audit_faults() == (1, [])
        assert after.load(["pbo"]) == {}
    with there.store.writing() as tx:
        assert tx.site("another") > there.site
        assert tx.account("telegram", "another", there.site) > there.account
    there.store.close()


def test_a_second_move_finds_it_all_there(way: Move) -> None:
    first, again = way.go(), way.go()
    assert again.was_there
    assert again.counts == first.counts


def test_a_target_that_lives_on_is_not_written_over(way: Move) -> None:
    way.go()
    there = way.there()
    there.patient("pnew")
    there.store.close()
    with pytest.raises(StoreError, match=r"holds other data already.*\(differing: patient, "):
        way.go()


def test_a_change_that_no_count_shows_is_found(way: Move) -> None:
    way.go()
    there = way.there()
    with there.store.writing() as tx:
        there.run(tx, "UPDATE diary SET body = ? WHERE patient = ?", bytes(9), "pmei")
    there.store.close()
    with pytest.raises(StoreError, match=r"\(differing: diary\)"):
        way.go()


def test_a_target_of_another_program_is_refused(way: Move) -> None:
    if way.target.startswith("postgresql"):
        postgres.run(way.target, "CREATE TABLE recipes (name text)")
    else:
        import sqlite3

        Path(way.target.removeprefix("sqlite:///")).parent.mkdir()
        with sqlite3.connect(way.target.removeprefix("sqlite:///")) as other:
            other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreError, match="belongs to another program"):
        way.go()


def test_a_running_engine_is_not_moved(way: Move) -> None:
    if way.house.database:
        engine = way.house.opened(engine=True)
        with pytest.raises(StoreError, match="an engine runs on this database already"):
            way.go()
        engine.close()
    else:
        with (
            EngineLock(way.house.folder / "engine.lock"),
            pytest.raises(StoreError, match="an engine runs here already"),
        ):
            way.go()
    assert not way.go().was_there


def test_a_move_that_breaks_off_leaves_an_empty_target(way: Move) -> None:
    seen = 0

    def tell(count: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 9:
            raise OSError("the machine went down")

    with pytest.raises(OSError, match="went down"):
        move(way.house.url, way.target, keys_path=way.house.keys, tell=tell)
    assert not way.go().was_there


def test_the_key_file_must_be_the_one_of_the_data(way: Move) -> None:
    way.house.keys.unlink()
    with pytest.raises(KeyMissing):
        way.go()


def test_there_must_be_something_to_move(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path / name}.db" for name in ("no", "new"))
    with pytest.raises(StoreError, match="there is no database of coachbot to move"):
        move(source, target, keys_path=tmp_path / "keys.json")
    with pytest.raises(StoreError, match="are the same database"):
        move(source, source, keys_path=tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_a_text_that_postgresql_cannot_keep_is_named(sqlite_house: House) -> None:
    with sqlite_house.store.writing() as tx:
        tx.put_setting("x", "a\0b")
    sqlite_house.store.close()
    with postgres.database() as url, pytest.raises(StoreError, match=r"table setting \(row x\) holds a NUL"):
        move(sqlite_house.url, url, keys_path=sqlite_house.keys)
