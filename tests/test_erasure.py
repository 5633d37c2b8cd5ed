"""After an erasure nothing that the patient said can be found: in no table, no file and no backup of the data."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import Coach, assemble
from coachbot.errors import EnrolmentError
from coachbot.service.clock import RealClock
from coachbot.service.erasure import erase_by_code
from coachbot.service.ports import Capabilities
from coachbot.service.records import Address, OutboxRow, Update
from coachbot.settings import load_settings
from coachbot.store import open_store
from coachbot.store.backups import back_up

#: Words that only this patient uses.
NAME, LIMERICK, PHONE = "Ottoline Quux", "marmalade helicopter on Thursdays", "+49 30 5550173"


class Silent:
    name = "test"
    capabilities = Capabilities()

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        return str(row.id)


class House:
    """A coach on files in a folder, and one patient who talks."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        settings = load_settings(data=folder)
        self.folder = folder
        self.store = open_store(settings.database_url, keys_path=settings.keys_path, synchronous="OFF")
        self.coach: Coach = assemble(settings, self.store, RealClock(), {"test": Silent()}, pack=pack, rng=Random(3))
        self.desk = self.coach.desk("test")
        self.said = 0

    def say(self, text: str, kind: str = "text") -> None:
        self.said += 1
        name = f"u{self.said}"
        self.desk.receive(Update(self.desk.account, "test", "chat of Ottoline", name, kind, text=text)).result()
        self.coach.settle()

    def code(self) -> str:
        with self.store.reading() as tx:
            return tx.enrolments()[0].code

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def back_up(self) -> Path:
        """A backup as `coachbot backup` makes it: the data in one file, the patients' keys nowhere."""
        return back_up(f"sqlite:///{self.folder / 'coachbot.db'}", self.folder / "backups", version="1").file


@pytest.fixture
def house(tmp_path: Path, pack: Pack) -> House:
    """A house in which Ottoline has said a few things."""
    house = House(tmp_path, pack)
    house.say(house.coach.enrolments.invite("sct_cse", "combined"), "start")
    for answer in ("Yes, let's begin", "I'm ready to decide", "Yes, I agree", NAME, PHONE, "yes"):
        house.say(answer)
    house.say(LIMERICK)
    return house


def _found(files: dict[str, bytes]) -> list[str]:
    words = [word.encode() for word in (NAME, LIMERICK, PHONE, "Ottoline", "marmalade")]
    return [name for name, content in files.items() if any(word in content for word in words)]


def _rows(database: Path, patient: str) -> dict[str, int]:
    """Rows of the patient in each table that has any."""
    found = {}
    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            if "patient" in columns:
                query = f"SELECT count(*) FROM {table} WHERE patient = ?"
                (count,) = connection.execute(query, (patient,)).fetchone()
                if count:
                    found[table] = count
    return found


def test_even_before_an_erasure_no_file_holds_the_words_in_clear(house: House) -> None:
    assert _found(house.files()) == []


def test_after_an_erasure_no_table_file_or_backup_holds_anything_of_the_patient(house: House) -> None:
    with house.store.reading() as tx:
        patient = tx.enrolments()[0].patient
        key_before = tx.load([patient])
    assert key_before
    backup = house.back_up()
    before = _rows(house.folder / "coachbot.db", patient)
    assert before["inbox"] > 5
    lines = erase_by_code(house.store, house.coach.world, house.code())
    assert lines[0] == f"{patient}: erased"
    assert any("not reached" in line for line in lines)
    after = _rows(house.folder / "coachbot.db", patient)
    assert set(after) <= {"patient_key"}, "only the place of the destroyed key may stay"
    assert _found(house.files()) == []
    assert str(backup) in house.files()
    with house.store.reading() as tx:
        assert tx.enrolments() == []


def test_the_key_itself_is_destroyed(house: House) -> None:
    with house.store.reading() as tx:
        patient = tx.enrolments()[0].patient
    database = house.folder / "coachbot.db"
    with sqlite3.connect(database) as connection:
        (wrapped,) = connection.execute("SELECT wrapped FROM patient_key WHERE patient = ?", (patient,)).fetchone()
    erase_by_code(house.store, house.coach.world, house.code())
    holding = [name for name, content in house.files().items() if wrapped in content]
    assert holding == []


def test_erasure_waits_for_an_open_alert(house: House) -> None:
    house.say("I want to kill myself")
    with pytest.raises(EnrolmentError, match="still open"):
        erase_by_code(house.store, house.coach.world, house.code())
    with house.store.reading() as tx:
        alerts = tx.alerts(open_only=True)
    for alert in alerts:
        house.coach.enrolments.acknowledge(alert.id, "Lin")
    assert erase_by_code(house.store, house.coach.world, house.code())
