"""What patients say is sealed, bound to its place, and gone after erasure."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coachbot.errors import KeyMissing, StoreError
from coachbot.service.broadcasts.records import Broadcast, Recipient
from coachbot.service.records import (
    AlertRow,
    Changes,
    ConsentRow,
    DiaryRow,
    Incident,
    MediaRow,
    PatientRecord,
    PlanRow,
    ResponseRow,
    TimerRow,
    TraceRow,
)
from coachbot.service.staff.records import NoteRow, StaffRow
from coachbot.store import tables
from coachbot.store.sealing import CipherCache, OpenedCache, SealedColumn, SealError
from tests import postgres
from tests.store.house import NOW, House

SECRET = "zwetschgendatschi"
DAY = date(2026, 3, 7)


def talkative(house: House, patient: str = "pmei", secret: str = SECRET) -> PatientRecord:
    """A patient who has said a word in every place where one can be said."""
    record = house.patient(patient, name=secret, contact=secret)
    record = house.enrolled(record, code=patient.upper())
    talk = replace(record.conversation, always_slots={"word": secret})
    body = {"word": secret}
    new = house.ids.next
    house.received(record, secret)
    with house.store.writing() as tx:
        tx.save(
            Changes(
                turns=[house.turn(record)],
                conversations={patient: replace(record, conversation=talk)},
                outbox=[house.message(record, secret)],
                timers={(patient, "nag"): TimerRow(patient, "nag", NOW)},
                diary=[DiaryRow(new(), patient, DAY, "cse", NOW, body)],
                responses=[ResponseRow(new(), patient, "phq9", "baseline", DAY, NOW, body)],
                alerts=[AlertRow(new(), patient, secret, "high", NOW, body)],
                consents=[ConsentRow(new(), patient, "v1", True, NOW, body)],
                plans=[PlanRow(patient, DAY, body)],
                traces=[TraceRow(new(), patient, body)],
                incidents=[Incident(new(), NOW, "parked", patient, "cse/checkin")],
            )
        )
        number = new()
        tx.put_broadcast(Broadcast(number, 1, "sending", secret, {"en": secret}))
        tx.add_recipients([Recipient(number, patient, "suppressed", NOW, NOW, reason=secret)])
        tx.add_media(MediaRow(new(), patient, secret, "text/plain", secret.encode() * 900, NOW))
        tx.add_device(f"device of {patient}", patient, at_real=1.0)
        tx.put_staff(StaffRow(1, "Lin", "therapist", totp="SECRET"))
        tx.put_care(patient, [1])
        tx.add_note(NoteRow(new(), patient, 1, 1.0, secret))
        tx.add_link(f"link of {patient}", patient, expires_real=2.0)
    return record


def bytes_on_disk(house: House) -> bytes:
    """The database as it lies: SQLite's file with its write-ahead log; PostgreSQL's tables, indexes and what is kept
    beside them, without the server's log."""
    if house.database:
        return postgres.bytes_on_disk(house.database)
    return b"".join(path.read_bytes() for path in sorted(house.folder.glob("coachbot.db*")))


def cleared(house: House) -> bytes:
    """The same, once nobody is in the way of the clearing (the server's own work can be, for a moment)."""
    for _ in range(600):
        if not house.store._to_clear:
            break
        time.sleep(0.05)
        with house.store.writing() as tx:
            tx.setting("x")
    return bytes_on_disk(house)


def wrapped_key(house: House, patient: str) -> bytes:
    with house.store.reading() as tx:
        return bytes(house.run(tx, "SELECT wrapped FROM patient_key WHERE patient = ?", patient)[0][0])


# -- seals --------------------------------------------------------------------------------------------
def test_nothing_a_patient_says_lies_readable_on_the_disk(house: House) -> None:
    talkative(house)
    assert SECRET.encode() not in bytes_on_disk(house)
    assert b"chat of pmei" not in bytes_on_disk(house)


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        ("diary", "body", lambda tx: tx.diary("pmei")),
        ("response", "body", lambda tx: tx.responses("pmei")),
        ("alert", "body", lambda tx: tx.alerts("pmei")),
        ("consent", "body", lambda tx: tx.consents("pmei")),
        ("plan", "body", lambda tx: tx.plans("pmei", DAY, DAY)),
        ("outbox", "body", lambda tx: tx.outbox("pmei")),
        ("inbox", "body", lambda tx: tx.lines("pmei")),
    ],
)
def test_a_changed_value_is_refused_and_the_place_is_named(
    house: House, table: str, column: str, read: Callable[[object], object]
) -> None:
    talkative(house)
    with house.store.writing() as tx:
        ((body,),) = house.run(tx, f"SELECT {column} FROM {table}")
        changed = body[:-1] + bytes([body[-1] ^ 1])
        house.run(tx, f"UPDATE {table} SET {column} = ?", changed)
        with pytest.raises(SealError, match=rf"{table}\|{column}\|pmei\|.*restore the database"):
            read(tx)


def test_a_value_moved_to_another_row_is_refused(house: House) -> None:
    house.patient("pmei")
    rows = [DiaryRow(house.ids.next(), "pmei", DAY, "cse", NOW, {"pain": pain}) for pain in (2, 9)]
    with house.store.writing() as tx:
        tx.save(Changes(diary=rows))
        house.run(tx, "UPDATE diary SET body = (SELECT body FROM diary WHERE id = ?)", rows[0].id)
        with pytest.raises(SealError):
            tx.diary("pmei")


def test_a_value_moved_to_another_patient_is_refused(house: House) -> None:
    talkative(house, "pmei")
    talkative(house, "pbo")
    with house.store.writing() as tx:
        house.run(tx, "UPDATE patient SET profile = (SELECT profile FROM patient WHERE id = 'pbo')")
        assert list(tx.load(["pmei", "pbo"])) == ["pbo"]


def test_a_seal_of_a_newer_version_says_so() -> None:
    cipher, column = AESGCM(bytes(32)), SealedColumn("diary", "body")
    sealed = column.seal(cipher, "pmei", 1, b"x")
    with pytest.raises(SealError, match="newer coachbot"):
        column.open(cipher, "pmei", 1, b"\x02" + sealed[1:])


def test_the_same_word_never_looks_the_same_twice() -> None:
    cipher, column = AESGCM(bytes(32)), SealedColumn("diary", "body")
    assert column.seal(cipher, "pmei", 1, b"x") != column.seal(cipher, "pmei", 1, b"x")


def test_the_cache_drops_what_was_longest_unused_and_never_takes_the_erased_back() -> None:
    cache, cipher = CipherCache(size=2), AESGCM(bytes(32))
    for name in ("a", "b"):
        cache.put(name, cipher)
    cache.get("a")
    cache.put("c", cipher)
    assert [cache.get(name) is not None for name in ("a", "b", "c")] == [True, False, True]
    cache.forget("a")
    cache.put("a", cipher)
    assert cache.get("a") is None


def test_what_was_opened_is_remembered_until_it_changes_or_its_patient_is_erased() -> None:
    cache, column, reads = OpenedCache(size=2), SealedColumn("patient", "profile"), list[str]()

    def value(patient: str, sealed: bytes, row: int = 1) -> str:
        found = cache.found(column, patient, row, sealed)
        if found is None:
            reads.append(found := f"{patient}{row} {sealed.decode()}")
            cache.put(column, patient, row, sealed, found)
        return str(found)

    assert [value("a", b"x"), value("a", b"x"), value("a", b"y"), value("a", b"y", row=2)][1] == "a1 x"
    assert reads == ["a1 x", "a1 y", "a2 y"]
    value("b", b"x"), value("c", b"x"), value("a", b"y", row=2)
    assert reads[3:] == ["b1 x", "c1 x", "a2 y"]
    cache.forget("a")
    value("a", b"y", row=2), value("a", b"y", row=2)
    assert reads[6:] == ["a2 y", "a2 y"]


# -- master keys --------------------------------------------------------------------------------------
def test_a_new_store_makes_a_key_file_for_its_owner_alone(house: House) -> None:
    assert house.keys.stat().st_mode & 0o777 == 0o600
    assert json.loads(house.keys.read_text())["current"] == 1


def test_data_without_their_key_file_are_refused(house: House) -> None:
    house.store.close()
    house.keys.unlink()
    with pytest.raises(KeyMissing, match=r"keys\.json: the key file is missing"):
        house.open()
    assert not house.keys.exists()


def test_data_with_another_key_are_refused(house: House) -> None:
    house.store.close()
    other = base64.b64encode(os.urandom(32)).decode()
    house.keys.write_text(json.dumps({"current": 1, "keys": {"1": other}}))
    with pytest.raises(KeyMissing, match="not the one that sealed"):
        house.open()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"current": 1, "keys": {"1": "c2hvcnQ="}}', '{"current":2,"keys":{}}']
)
def test_a_broken_key_file_is_refused_in_one_line(house: House, text: str) -> None:
    house.store.close()
    house.keys.write_text(text)
    with pytest.raises(KeyMissing, match=r"keys\.json: .*put back the one of this database") as caught:
        house.open()
    assert "\n" not in str(caught.value)


def test_rotation_wraps_every_key_anew_and_loses_nothing(house: House) -> None:
    mei, bo = talkative(house, "pmei"), talkative(house, "pbo")
    before = wrapped_key(house, "pmei")
    assert house.store.rotate_master_key() == 2
    assert wrapped_key(house, "pmei") != before
    assert house.store.rewrap_keys() == 0
    late = house.patient("plate", name="Late")
    house.store.close()
    house.open()
    assert house.load("pmei").profile == mei.profile
    assert house.load("pbo").profile == bo.profile
    assert house.load("plate") == late
    with house.store.reading() as tx:
        assert tx.find_address(house.account, "chat of pmei") == "pmei"
        assert house.run(tx, "SELECT DISTINCT version FROM patient_key") == [(2,)]


def test_a_running_engine_follows_a_rotation_by_another_process(house: House) -> None:
    talkative(house, "pmei")
    engine = house.store
    house.open().rotate_master_key()
    house.store.close()
    house.store = engine
    house.patient("pnew", name="New")
    with engine.reading() as tx:
        assert house.run(tx, "SELECT version FROM patient_key WHERE patient = 'pnew'") == [(2,)]


def test_the_old_master_key_alone_opens_nothing_after_rotation(house: House) -> None:
    talkative(house)
    house.store.rotate_master_key()
    house.store.close()
    keys = json.loads(house.keys.read_text())
    house.keys.write_text(json.dumps({"current": 1, "keys": {"1": keys["keys"]["1"]}}))
    with pytest.raises(KeyMissing, match="master key 2 is missing"):
        house.open()


# -- erasure ------------------------------------------------------------------------------------------
def rows_of(house: House, patient: str) -> dict[str, int]:
    """Tables that still hold rows in which the patient's name stands in any column."""
    with house.store.reading() as tx:
        rows = {name: house.run(tx, f'SELECT * FROM "{name}"') for name in tables.Base.metadata.tables}
    counts = {name: sum(patient in map(str, row) for row in found) for name, found in rows.items()}
    return {name: count for name, count in counts.items() if count}


def test_erasure_leaves_a_tombstone_and_a_destroyed_key(house: House) -> None:
    talkative(house, "pmei")
    key = wrapped_key(house, "pmei")
    assert key in bytes_on_disk(house)
    with house.store.writing() as tx:
        counts = tx.erase("pmei")
    assert {name for name, count in counts.items() if not count} == {
        "invitation",
        "invitation_plan",
        "staff_notice",
        "step_count",
    }
    assert rows_of(house, "pmei") == {"patient": 1, "patient_key": 1}
    with house.store.reading() as tx:
        assert house.run(tx, "SELECT id, site, profile, created_real, erased_real IS NULL FROM patient") == [
            ("pmei", None, None, None, 0)
        ]
    assert set(wrapped_key(house, "pmei")) == {0}
    disk = cleared(house)
    assert key not in disk
    assert SECRET.encode() not in disk


def test_erasing_some_of_many_leaves_no_trace_of_their_keys_or_rows(house: House) -> None:
    names = [f"p{number:03}" for number in range(120)]
    for name in names:
        talkative(house, name, SECRET * 5)
    gone = names[::3]
    keys = {name: wrapped_key(house, name) for name in names}
    with house.store.reading() as tx:
        bodies = [
            bytes(row[0])
            for table in ("inbox", "diary", "conversation", "outbox")
            for row in house.run(tx, f"SELECT body FROM {table} WHERE patient = ?", gone[1])
        ]
    for name in gone:
        with house.store.writing() as tx:
            tx.erase(name)
    disk = cleared(house)
    assert [name for name in gone if keys[name] in disk] == []
    if not house.database:  # PostgreSQL gives the place of a row free and leaves its bytes, which no key opens any more
        assert [body for body in bodies if body in disk] == []
    assert all(keys[name] in disk for name in names if name not in gone)
    assert house.load(names[1]).profile.name == SECRET * 5


def test_the_erased_are_strangers_and_may_begin_anew_under_another_name(house: House) -> None:
    record = talkative(house, "pmei")
    with house.store.writing() as tx:
        tx.erase("pmei")
        assert tx.load(["pmei"]) == {}
        assert tx.find_address(house.account, "chat of pmei") is None
        assert tx.lines("pmei") == []
        assert tx.device("device of pmei") is None
        assert tx.erase("pmei")["patient"] == 0
    with pytest.raises(StoreError, match="was erased"), house.store.writing() as tx:
        tx.add_inbox([house.update(record)])
    with house.store.writing() as tx:
        tx.add_patient("pnew", site=house.site, address=record.address, profile=record.profile)


def test_an_erasure_that_is_rolled_back_erases_nothing(house: House) -> None:
    talkative(house, "pmei")

    class Interrupted(Exception):
        pass

    def erase_and_fail() -> None:
        with house.store.writing() as tx:
            tx.erase("pmei")
            raise Interrupted

    with pytest.raises(Interrupted):
        erase_and_fail()
    assert house.load("pmei").profile.name == SECRET
    assert house.waiting() == [SECRET]


def test_the_log_is_emptied_later_if_a_reader_is_in_the_way(sqlite_house: House) -> None:
    house = sqlite_house
    talkative(house, "pmei")
    log = Path(f"{house.file}-wal")
    with house.store.reading() as reader:
        reader.setting("x")
        with house.store.writing() as tx:
            tx.erase("pmei")
    assert log.stat().st_size > 0
    with house.store.writing() as tx:
        tx.put_setting("x", "y")
    assert log.stat().st_size == 0


@pytest.mark.postgres
def test_what_an_erasure_left_is_cleared_later_if_a_reader_is_in_the_way(postgres_house: House) -> None:
    house = postgres_house
    talkative(house)
    key = wrapped_key(house, "pmei")
    with house.store.reading() as reader:
        reader.setting("x")
        with house.store.writing() as tx:
            tx.erase("pmei")
        assert key in bytes_on_disk(house)
    assert key not in cleared(house)


@pytest.mark.postgres
def test_what_an_erasure_left_is_cleared_by_whoever_opens_the_database_next(postgres_house: House) -> None:
    house = postgres_house
    talkative(house)
    key = wrapped_key(house, "pmei")
    with house.store.reading() as reader:
        reader.setting("x")
        command = house.opened()
        with command.writing() as tx:
            tx.erase("pmei")
        command.close()
    assert key in bytes_on_disk(house)
    house.store.close()
    house.open()
    assert house.store._to_clear
    assert key not in cleared(house)
