"""Backups of a living house: whole, without keys, put back only where it is safe, and nobody erased comes back."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.engine.model import Prompt
from coachbot.errors import KeyMissing, StoreError
from coachbot.service.erasure import proof
from coachbot.service.records import Changes, PatientRecord
from coachbot.service.vitals import LAST_BACKUP
from coachbot.store import SqlStore, backups, open_store
from coachbot.store.backups import KEYS_FILE, Made, back_up, manifests, read_manifest
from coachbot.store.restoring import Restored, erased_in, restore
from tests.store.house import House

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow

MEI, LIN, BO = "p" + "1" * 20, "p" + "2" * 20, "p" + "3" * 20
START = datetime(2026, 3, 7, 2, tzinfo=UTC)


@pytest.fixture
def house(sqlite_house: House) -> House:
    """A server is backed up by its own tools."""
    return sqlite_house


class Clinic:
    """A house, a folder for its backups, one for the keys, and an empty place to put it back."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder, self.apart, self.new = folder / "backups", folder / "keys", folder / "new"
        for patient in (MEI, LIN):
            house.patient(patient, name=f"Name of {patient}")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.house.file}"

    def back_up(self, *, keep: int = 0, keys: bool = True) -> Made:
        return back_up(self.url, self.folder, version="1", keys=self.apart if keys else None, keep=keep)

    def restore(
        self, backup: Path | None = None, erased: set[str] | None = None, master: Path | None = None
    ) -> Restored:
        return restore(
            backup or self.folder, self.apart, f"sqlite:///{self.new / 'coachbot.db'}", self.new / "keys.json",
            master=master or self.house.keys, erased=erased or (),
        )  # fmt: skip

    def restored(self) -> SqlStore:
        return open_store(f"sqlite:///{self.new / 'coachbot.db'}", keys_path=self.new / "keys.json", synchronous="OFF")

    def names(self) -> dict[str, str]:
        """Who is in the restored house."""
        store = self.restored()
        with store.reading() as tx:
            found = {patient: record.profile.name for patient, record in tx.load([MEI, LIN, BO]).items()}
        store.close()
        return found

    def erase(self, patient: str) -> None:
        with self.house.store.writing() as tx:
            tx.erase(patient)


@pytest.fixture
def here(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """Each backup is a day after the one before."""
    made = Clinic(house, tmp_path)
    days = iter(range(1_000))

    class Days(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return START + timedelta(days=next(days))

    monkeypatch.setattr(backups, "datetime", Days)
    return made


# -- making -------------------------------------------------------------------------------------------
def test_a_backup_brings_everybody_back(here: Clinic) -> None:
    here.back_up()
    done = here.restore()
    assert here.names() == {MEI: f"Name of {MEI}", LIN: f"Name of {LIN}"}
    assert (done.patients, done.erased, done.lost) == (2, (), ())


def test_the_backup_holds_no_patients_key_and_is_its_owners_alone(here: Clinic) -> None:
    made = here.back_up()
    assert made.keys is not None
    with closing(sqlite3.connect(made.keys)) as keys:
        wrapped = [row[0] for row in keys.execute("SELECT wrapped FROM patient_key")]
    assert len(wrapped) == 2
    assert not [key for key in wrapped if key in made.file.read_bytes()]
    for file in (made.file, made.keys, made.file.with_suffix(".json"), here.folder, here.apart):
        assert file.stat().st_mode & 0o077 == 0, file


def test_without_a_place_for_them_the_keys_are_nowhere(here: Clinic) -> None:
    made = here.back_up(keys=False)
    assert made.keys is None
    assert not here.apart.exists()
    assert sorted(file.suffix for file in here.folder.iterdir()) == [".db", ".json"]


@pytest.mark.parametrize("place", ["backups", "backups/keys", "."])
def test_the_keys_never_lie_with_the_data(here: Clinic, tmp_path: Path, place: str) -> None:
    with pytest.raises(StoreError, match="a place apart"):
        back_up(here.url, here.folder, version="1", keys=tmp_path / place)
    assert not here.folder.exists()


def test_the_manifest_tells_what_the_backup_is(here: Clinic) -> None:
    made = here.back_up()
    told = read_manifest(made.file.with_suffix(".json"))
    assert told == made.manifest
    assert told.at == START
    assert (told.file, told.bytes, told.master_key) == (made.file.name, made.file.stat().st_size, 1)
    assert told.rows["patient"] == 2
    assert told.rows["patient_key"] == 0


def test_the_database_knows_when_it_was_backed_up(here: Clinic) -> None:
    here.back_up()
    with here.house.store.reading() as tx:
        assert float(tx.setting(LAST_BACKUP) or 0) == START.timestamp()


def test_old_backups_go_only_when_a_new_one_is_there_and_other_files_stay(here: Clinic) -> None:
    first = here.back_up().file
    (here.folder / "coachbot-notes.json").write_text("mine")
    (here.folder / "coachbot.db").write_text("mine too")
    made = [here.back_up(keep=2) for _ in range(2)]
    assert made[1].pruned == (first,)
    assert [file.stem for file in manifests(here.folder)] == [made[1].file.stem, made[0].file.stem]
    assert not first.exists()
    assert (here.folder / "coachbot-notes.json").exists()
    assert (here.folder / "coachbot.db").exists()


def test_a_backup_that_fails_leaves_nothing_and_removes_nothing(here: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = here.back_up()
    before = made_files(here)
    monkeypatch.setattr(backups, "_verify", _refuse)
    with pytest.raises(StoreError, match="not whole"):
        here.back_up(keep=1)
    assert made_files(here) == before
    assert kept.file.exists()


def made_files(here: Clinic) -> dict[Path, bytes]:
    return {file: file.read_bytes() for place in (here.folder, here.apart) for file in place.iterdir()}


def _refuse(*arguments: object) -> None:
    raise StoreError("the copy is not whole")


def test_postgresql_is_sent_to_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        back_up("postgresql://coach@localhost/coach", tmp_path / "b", version="1")


def test_no_database_is_one_clear_line_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        back_up(f"sqlite:///{tmp_path / 'coachbot.db'}", tmp_path / "b", version="1")
    assert list(tmp_path.iterdir()) == []


# -- under load ---------------------------------------------------------------------------------------
def test_a_backup_in_the_midst_of_writing_is_one_moment(here: Clinic) -> None:
    """Each turn raises two patients' counts together; in a copy of one moment they are the same."""
    house, stop = here.house, threading.Event()
    records = {patient: house.load(patient) for patient in (MEI, LIN)}

    def count_to(number: int) -> None:
        with house.store.writing() as tx:
            tx.save(Changes(profiles={p: renamed(record, str(number)) for p, record in records.items()}))

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            count_to(number)

    count_to(0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            here.back_up()
    finally:
        stop.set()
        writer.join()
    counts = set()
    for manifest in manifests(here.folder):
        for file in here.new.glob("*") if here.new.exists() else ():
            file.unlink()
        here.restore(manifest.with_suffix(".db"))
        names = here.names()
        assert names[MEI] == names[LIN]
        counts.add(names[MEI])
    assert len(counts) > 1, "nothing was written between the backups"


def renamed(record: PatientRecord, name: str) -> PatientRecord:
    return replace(record, profile=replace(record.profile, name=name))


def test_the_restored_coach_stands_at_the_same_open_question(here: Clinic) -> None:
    record = here.house.load(MEI)
    prompt = Prompt("abc123", "cse/checkin", "did_you", START, labels=(("all", "Yes, all of it"),))
    here.house.save_record(replace(record, conversation=replace(record.conversation, prompt=prompt)))
    here.back_up()
    here.restore()
    store = here.restored()
    with store.reading() as tx:
        assert tx.load([MEI])[MEI].conversation.prompt == prompt
    store.close()


# -- putting back -------------------------------------------------------------------------------------
def test_whoever_was_erased_since_stays_erased_by_the_newest_keys(here: Clinic) -> None:
    old = here.back_up().file
    here.erase(MEI)
    here.back_up()
    done = here.restore(old)
    assert done.erased == (MEI,)
    assert set(here.names()) == {LIN}
    with closing(sqlite3.connect(here.new / "coachbot.db")) as raw:
        assert raw.execute("SELECT profile, erased_real IS NULL FROM patient WHERE id = ?", (MEI,)).fetchone() == (
            None,
            0,
        )
        assert raw.execute("SELECT count(*) FROM address WHERE patient = ?", (MEI,)).fetchone() == (0,)


def test_whoever_was_erased_after_the_keys_were_copied_stays_erased_by_the_proof(here: Clinic) -> None:
    here.back_up()
    printed = "\n".join(proof(MEI, {"outbox": 3}, "webchat"))
    assert here.restore(erased=erased_in(printed)).erased == (MEI,)
    assert set(here.names()) == {LIN}


def test_only_lines_that_say_erased_name_somebody_erased() -> None:
    assert erased_in(f"{MEI}: erased\n{LIN}: withdrawn\n  key: destroyed\nerased {BO}: 7 rows") == {MEI, BO}


def test_who_came_in_since_is_told_as_lost(here: Clinic) -> None:
    old = here.back_up().file
    here.house.patient(BO, name="Bo")
    here.back_up()
    assert here.restore(old).lost == (BO,)


def test_keys_older_than_the_backup_are_refused(here: Clinic) -> None:
    here.back_up()
    old_keys = (here.apart / KEYS_FILE).read_bytes()
    here.house.patient(BO, name="Bo")
    here.back_up()
    (here.apart / KEYS_FILE).write_bytes(old_keys)
    with pytest.raises(StoreError, match="it lacks 1 patients"):
        here.restore()
    assert not (here.new / "coachbot.db").exists()


def test_a_backup_goes_into_an_empty_place_only(here: Clinic) -> None:
    here.back_up()
    here.restore()
    with pytest.raises(StoreError, match="is there already"):
        here.restore()


@pytest.mark.parametrize("change", ["byte", "end", "gone"])
def test_a_backup_that_was_changed_is_refused(here: Clinic, change: str) -> None:
    file = here.back_up().file
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    file.write_bytes(data if change == "byte" else data[:-4096])
    if change == "gone":
        file.unlink()
    with pytest.raises(StoreError, match=r"changed or damaged|itself is not"):
        here.restore(file)
    assert not here.new.exists() or not list(here.new.glob("coachbot.db*"))


def test_a_manifest_that_was_tampered_with_does_not_help(here: Clinic) -> None:
    manifest = here.back_up().file.with_suffix(".json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "revision": "9999"}))
    with pytest.raises(StoreError, match="newer coachbot"):
        here.restore()
    manifest.write_text(json.dumps({**told, "form": 2}))
    with pytest.raises(StoreError, match="newer coachbot"):
        here.restore()
    manifest.write_text("[]")
    with pytest.raises(StoreError, match="not the manifest"):
        here.restore()


def test_other_master_keys_are_refused_and_nothing_is_left(here: Clinic, tmp_path: Path) -> None:
    here.back_up()
    other = House(tmp_path / "other")
    other.store.close()
    with pytest.raises(KeyMissing):
        here.restore(master=other.keys)
    assert not list(here.new.glob("*"))


def test_a_key_file_in_place_is_not_overwritten(here: Clinic) -> None:
    here.back_up()
    here.new.mkdir()
    (here.new / "keys.json").write_text("mine")
    with pytest.raises(KeyMissing, match="another key file"):
        here.restore()
    assert (here.new / "keys.json").read_text() == "mine"


def test_a_backup_from_before_a_rotation_opens_with_the_keys_from_after_it(here: Clinic) -> None:
    old = here.back_up().file
    here.house.store.rotate_master_key()
    here.back_up()
    here.restore(old)
    assert set(here.names()) == {MEI, LIN}


def test_a_folder_without_backups_is_one_clear_line(here: Clinic, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no backup"):
        here.restore(tmp_path)
