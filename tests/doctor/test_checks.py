"""Each check of the doctor: it says ok of what is sound, and of what is not, what to do."""

from __future__ import annotations

import http.server
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import build_world
from coachbot.doctor import clinic, database, online, place, work
from coachbot.doctor.finding import Finding, findings
from coachbot.errors import SettingsError, StoreError
from coachbot.service.clock import RealClock
from coachbot.service.notices.records import Way
from coachbot.service.staff.records import StaffRow
from coachbot.service.vitals import AlertPile, Pile, Vitals
from coachbot.service.world import World
from coachbot.settings import Settings, load_settings
from coachbot.store import EngineLock, examine
from coachbot.testing.botapi import FakeTelegram
from tests.conftest import ROOT
from tests.store.house import House

SITE = ROOT / "tests" / "site.yaml"
NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
#: A Saturday.
WEEKEND = datetime(2026, 3, 14, 9, tzinfo=UTC)


def states(found: Iterable[Finding]) -> dict[str, str]:
    """The worst of each name."""
    order = ["ok", "warn", "fail"]
    worst: dict[str, str] = {}
    for finding in found:
        worst[finding.name] = max(worst.get(finding.name, "ok"), finding.state, key=order.index)
        assert finding.state == "ok" or finding.cure or finding.name == "keys", f"no cure: {finding}"
    return worst


def test_a_line_names_state_place_and_cure() -> None:
    line = str(Finding("disk", "warn", "10 MB free", "make room"))
    assert line == "warn  disk          10 MB free. Make room"


def test_an_error_of_ours_is_a_fail_and_the_visit_goes_on() -> None:
    def check() -> Iterator[Finding]:
        yield Finding("site", "ok", "read")
        raise SettingsError("COACHBOT_SITE: it lacks a name")

    assert [finding.state for finding in findings("site", check)] == ["ok", "fail"]


# -- the machine --------------------------------------------------------------------------------------
def test_files_that_others_can_read_are_told_with_the_command_that_mends_them(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{}")
    file.chmod(0o644)
    (found,) = place.rights({"keys": file})
    assert (found.state, found.cure) == ("fail", f"`chmod go-rwx {file}`")
    file.chmod(0o600)
    assert states(place.rights({"keys": file, "database": tmp_path / "not there"})) == {"rights": "ok"}


def test_a_narrow_disk_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(data=tmp_path / "not made yet")
    for free, state in ((10**11, "ok"), (10**9, "warn"), (10**8, "fail")):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr("shutil.disk_usage", lambda folder, usage=usage: usage)
        assert states(place.room(settings)) == {"disk": state}


def test_a_clock_behind_the_last_turn_is_wrong() -> None:
    assert states(place.clock(None)) == states(place.clock(time.time() - 5)) == {"clock": "ok"}
    assert states(place.clock(time.time() + 3600)) == {"clock": "fail"}


def test_a_zone_that_is_not_known_is_told() -> None:
    assert states(place.zones({"Europe/Berlin"})) == {"zones": "ok"}
    assert states(place.zones({"Europe/Berlin", "Mars/Olympus"})) == {"zones": "fail"}


def test_whether_an_engine_runs_is_told_by_its_lock(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path)
    assert states(place.engine(settings)) == {"engine": "warn"}
    with EngineLock(tmp_path / "engine.lock"):
        (found,) = place.engine(settings)
        assert (found.state, str(os.getpid()) in found.told) == ("ok", True)
    assert states(place.engine(settings)) == {"engine": "warn"}


# -- the database -------------------------------------------------------------------------------------
def look(house: House) -> dict[str, str]:
    found = examine(f"sqlite:///{house.file}", house.keys)
    return states([*database.database(found), *database.keys(found)])


def test_a_sound_database_is_sound_also_while_it_is_used(house: House) -> None:
    assert look(house) == {"database": "ok", "tables": "ok", "keys": "ok"}


def test_a_damaged_file_is_told(house: House) -> None:
    house.patient()
    house.store.close()
    data = bytearray(house.file.read_bytes())
    data[8192 : 8192 + 4096] = os.urandom(4096)
    house.file.write_bytes(data)
    assert look(house)["database"] == "fail"


def test_another_key_file_is_told(house: House) -> None:
    house.keys.unlink()
    assert look(house)["keys"] == "fail"


@pytest.mark.parametrize(("revision", "state"), [("0001", "warn"), ("9999", "fail")])
def test_tables_of_another_version_are_told_and_left_alone(house: House, revision: str, state: str) -> None:
    house.store.close()
    with sqlite3.connect(house.file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.close()
    assert look(house)["tables"] == state
    assert sqlite3.connect(house.file).execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "coachbot.db"
    file.write_text("no database at all, but long enough to be read as the head of one" * 40)
    found = examine(f"sqlite:///{file}", tmp_path / "keys.json")
    assert found.damage == "file is not a database"
    assert states(database.database(found)) == {"database": "fail"}


def test_examining_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        examine(f"sqlite:///{tmp_path / 'coachbot.db'}", tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("hours", "state"), [(None, "warn"), (20, "ok"), (60, "warn"), (24 * 20, "fail")])
def test_a_backup_grows_old(hours: float | None, state: str) -> None:
    assert states(database.backup(None if hours is None else hours * 3600)) == {"backup": state}


# -- the clinic ---------------------------------------------------------------------------------------
def world(pack: Pack, site: Path = SITE) -> World:
    return build_world(pack, RealClock(), {}, site=site)


def changed_site(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SITE.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "site.yaml").write_text(text, "utf-8")
    return folder / "site.yaml"


def test_a_clinic_that_named_its_numbers_is_sound(pack: Pack) -> None:
    settings = load_settings(site=SITE)
    assert states(clinic.site(settings, world(pack))) == {"site": "ok", "crisis texts": "ok"}
    assert states(clinic.duty(settings, world(pack), NOW)) == {"duty": "ok", "staff": "ok"}


def test_without_a_site_nobody_may_come_in(pack: Pack) -> None:
    assert states(clinic.site(Settings(), build_world(pack, RealClock(), {}))) == {"site": "fail"}


def test_a_crisis_text_without_the_clinics_number_is_told(pack: Pack) -> None:
    found = world(pack)
    static = {"en": {**found.static["en"], "crisis": "Call somebody.", "pregnancy": " "}}
    object.__setattr__(found, "static", static)
    (_, told) = clinic.site(load_settings(site=SITE), found)
    assert told.state == "fail"
    assert "en crisis" in told.told
    assert "en pregnancy" in told.told


def test_the_texts_of_other_countries_are_looked_at_too(pack: Pack) -> None:
    found = world(pack, ROOT / "tests" / "screenplays" / "abroad" / "site.yaml")
    (_, told) = clinic.site(load_settings(site=SITE), found)
    assert (told.state, "home is DE, and numbers of their own have: DK" in told.told) == ("ok", True)
    there = found.abroad.at["DK"]
    static = {"en": {**there.static["en"], "crisis": "Call somebody."}}
    object.__setattr__(there, "static", static)
    (_, told) = clinic.site(load_settings(site=SITE), found)
    assert (told.state, "DK en crisis" in told.told) == ("fail", True)


def test_duty_tells_when_it_begins(pack: Pack) -> None:
    (told, _) = clinic.duty(load_settings(site=SITE), world(pack), WEEKEND)
    assert "Mon 2026-03-16" in told.told


def test_a_duty_that_cannot_be_read_is_one_clear_line(pack: Pack, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE.read_text("utf-8") + "\n")
    text = site.read_text("utf-8")
    site.write_text(text.replace("Europe/Berlin", "Europe/Nowhere"), "utf-8")
    with pytest.raises(SettingsError, match="duty is not understood"):
        world(pack, site)


# -- the work -----------------------------------------------------------------------------------------
LIN = StaffRow(1, "Lin", "therapist", password="x", totp="ABC")


def test_somebody_who_treats_must_be_able_to_sign_in() -> None:
    assert states(work.accounts([LIN])) == {"console": "ok"}
    assert states(work.accounts([])) == {"console": "warn"}
    assert states(work.accounts([StaffRow(1, "Lin", "therapist", totp="ABC")])) == {"console": "warn"}
    assert states(work.accounts([StaffRow(1, "Ann", "author", password="x", totp="ABC")])) == {"console": "warn"}
    assert states(work.accounts([LIN, StaffRow(2, "Bo", "therapist", password="x")])) == {"console": "fail"}


def test_a_way_that_nobody_can_read_is_told(tmp_path: Path) -> None:
    web = Way(7, LIN.id, "chat", NOW, "w1", account=1, channel="webchat")
    settings = load_settings(data=tmp_path)
    (found,) = work.ways(settings, [LIN], [web, replace(web, id=8, channel="telegram")])
    assert (found.name, found.state) == ("notices", "fail")
    assert "--off 7" in found.cure


def test_what_waits_too_long_is_told() -> None:
    late = {"top": AlertPile(Pile(1, NOW), 1, 0)}
    assert states(work.waiting(Vitals(NOW), runs=True)) == {"alerts": "ok", "parked": "ok", "timers": "ok"}
    assert states(work.waiting(Vitals(NOW, alerts=late), runs=True))["alerts"] == "fail"
    assert (
        states(work.waiting(Vitals(NOW, alerts={"low": AlertPile(Pile(1, NOW), 1, 0)}), runs=True))["alerts"] == "warn"
    )
    assert states(work.waiting(Vitals(NOW, parked=2), runs=True))["parked"] == "warn"


def test_late_timers_are_the_engines_fault_only_if_it_runs() -> None:
    now = Vitals(NOW, timers=Pile(3, NOW - timedelta(hours=1)))
    assert states(work.waiting(now, runs=True))["timers"] == "fail"
    assert states(work.waiting(now, runs=False))["timers"] == "warn"


@pytest.mark.parametrize(
    ("address", "state"), [("https://coach.example.org", "ok"), ("http://coach.example.org", "fail"), ("", "warn")]
)
def test_the_address_of_the_links_must_be_public_and_encrypted(address: str, state: str) -> None:
    assert states(work.address(load_settings(address=address))) == {"address": state}


def test_a_wrong_token_is_a_fail_that_does_not_quote_it() -> None:
    settings = load_settings(telegram_token="not-a-token")
    (found,) = findings("channels", lambda: work.channels(settings))
    assert found.state == "fail"
    assert "not-a-token" not in str(found)


# -- online -------------------------------------------------------------------------------------------
GOOD, BAD = "111111:a-good-token-of-the-tests-AAAA", "222222:a-revoked-token-of-tests-BBBB"


def test_messengers_are_asked_whether_they_know_us() -> None:
    with FakeTelegram() as telegram:
        telegram.add_bot(GOOD)
        settings = load_settings(telegram_token=f"clinic={GOOD},old={BAD}", telegram_api=telegram.url)
        found = {finding.told: finding.state for finding in online.messengers(settings)}
    assert found == {"clinic: knows us": "ok", "old: refuses our token or secret": "fail"}


def test_a_messenger_that_is_not_there_is_told() -> None:
    settings = load_settings(telegram_token=f"clinic={GOOD}", telegram_api="http://127.0.0.1:9")
    assert states(online.messengers(settings)) == {"telegram": "fail"}


@contextmanager
def answering(status: int, body: bytes, date: str = "") -> Iterator[str]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            if date:
                self.send_header("date", date)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Not a word."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


OK_BODY = b'{"status": "ok"}'


@pytest.mark.parametrize(
    ("status", "body", "date", "expected"),
    [
        (200, OK_BODY, "", {"public": "ok"}),
        (200, b"another page", "", {"public": "fail"}),
        (502, b"", "", {"public": "fail"}),
        (200, OK_BODY, "Wed, 11 Mar 2020 09:00:00 GMT", {"public": "ok", "clock": "warn"}),
    ],
)
def test_the_public_address_must_lead_to_a_coach_with_our_clock(
    status: int, body: bytes, date: str, expected: dict[str, str]
) -> None:
    with answering(status, body, date) as url:
        assert states(online.public(load_settings(address=url))) == expected


def test_a_public_address_that_nobody_answers_is_told() -> None:
    assert states(online.public(load_settings(address="http://127.0.0.1:9"))) == {"public": "fail"}
    assert states(online.public(load_settings())) == {}
