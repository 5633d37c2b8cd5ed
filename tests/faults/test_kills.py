"""The short form of the crash: every named point once, and the auditor finds nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from coachbot.testing.botapi import Sent
from tests import postgres
from tests.faults import auditor
from tests.faults.auditor import Report, table
from tests.faults.chats import compared
from tests.faults.crashes import NAMED, RANDOM, CrashTest, Kill, crash_test, run
from tests.faults.ledger import Row


def _sent(number: int, text: str, at: float = 1.0) -> Sent:
    return Sent(number, "sendMessage", text, {"text": text}, at=at)


def _row(number: int, remote: str, reason: str = "", state: str = "sent") -> Row:
    return Row(number, "p1", 7, state, reason, remote, 1, 0, "text", "", "resend")


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashTest]:
    """A coach that was killed at every named point, and has come to rest."""
    with crash_test(tmp_path_factory.mktemp("crashes"), patients=20, seed=3) as one:
        run(one, NAMED)
        yield one


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whichever_point_it_is_killed_at(crashed: CrashTest) -> None:
    _nothing_lost(auditor.audit(crashed))


@pytest.mark.slow
@pytest.mark.postgres
def test_nor_is_it_on_postgresql(tmp_path: Path) -> None:
    with (
        postgres.database(tmp_path / "keys.json") as url,
        crash_test(tmp_path, patients=20, seed=7, url=url) as one,
    ):
        run(one, NAMED)
        _nothing_lost(auditor.audit(one))


def _nothing_lost(report: Report) -> None:
    assert report.violations == []
    assert len(report.kills) == len(NAMED)
    assert report.figures["updates acknowledged"] > len(NAMED)
    assert report.figures["dangers told"] > 0


#: What can be done to a database, and what the auditor has to say of it.
_DAMAGE = {
    "DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox)": "is not in the inbox",
    "UPDATE inbox SET state = 'parked' WHERE id = (SELECT min(id) FROM inbox)": "is parked",
    "DELETE FROM turn WHERE inbox = (SELECT max(id) FROM inbox)": "has 0 turns",
    "INSERT INTO turn SELECT 1, patient, inbox, cause, at, '', '', '' FROM turn WHERE inbox > 0 LIMIT 1":
        "has 2 turns",
    "INSERT INTO turn SELECT 1, patient, 0, cause, at, '', '', '' FROM turn WHERE cause LIKE 'crash:%' LIMIT 1":
        "fired 2 times",
    "DELETE FROM turn WHERE cause LIKE 'crash:%'": "fired 0 times",
    "DELETE FROM timer WHERE purpose = 'plan'": "has no next day",
    "DELETE FROM timer WHERE purpose LIKE 'escalate:%'": "has no clock",
    "DELETE FROM alert": "0 alerts stand",
    "UPDATE outbox SET state = 'claimed' WHERE id = (SELECT max(id) FROM outbox)": "is claimed",
    "DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE remote_id != '')": "is in no row's name",
    "UPDATE outbox SET remote_id = '9999' WHERE id = (SELECT min(id) FROM outbox WHERE remote_id != '')": "never came",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("damage", _DAMAGE)
def test_the_auditor_sees_damage(crashed: CrashTest, tmp_path: Path, damage: str) -> None:
    folder = shutil.copytree(crashed.folder, tmp_path / "damaged")
    with closing(sqlite3.connect(folder / "coachbot.db")) as connection, connection:
        assert connection.execute(damage).rowcount > 0
    found = auditor.audit(replace(crashed, folder=folder)).violations
    assert any(_DAMAGE[damage] in one for one in found)


# -- the auditor itself -------------------------------------------------------------------------------
def test_what_was_found_in_two_towns_is_told_together() -> None:
    one = Report([Kill(RANDOM, 1.0)], {"turns": 2}, ["a"])
    both = one + Report([Kill(NAMED[0], 1.0)], {"turns": 3}, [])
    lines = table({"sqlite": both, "postgres": one}).splitlines()
    assert lines[0] == "| what | sqlite | postgres |"
    assert "| turns | 5 | 2 |" in lines
    assert "| killed random | 1 | 1 |" in lines
    assert lines[-1] == "| violations | 1 | 1 |"


def test_the_auditor_accepts_what_the_ledger_says() -> None:
    found = compared(7, [_sent(1, "a"), _sent(2, "b")], [_row(10, "1"), _row(11, "2")], [])
    assert found.violations == []
    assert found.repeats == []


def test_the_auditor_sees_a_message_that_no_row_has_sent() -> None:
    found = compared(7, [_sent(1, "a"), _sent(2, "a")], [_row(10, "2")], [])
    assert "in no row's name" in found.violations[0]


def test_the_auditor_allows_a_repeat_of_a_row_in_doubt() -> None:
    found = compared(7, [_sent(1, "a"), _sent(2, "a")], [_row(10, "2", "in doubt")], [])
    assert found.violations == []
    assert len(found.repeats) == 1


def test_the_auditor_sees_two_repeats_by_one_kill() -> None:
    messages = [_sent(1, "a"), _sent(2, "a"), _sent(3, "a")]
    found = compared(7, messages, [_row(10, "3", "in doubt")], [0.5])
    assert "repeated 2 messages" in found.violations[0]


def test_the_auditor_sees_a_row_whose_message_never_came() -> None:
    assert "never came" in compared(7, [], [_row(10, "1")], []).violations[0]


def test_the_auditor_sees_messages_out_of_order() -> None:
    found = compared(7, [_sent(1, "b"), _sent(2, "a")], [_row(10, "2"), _row(11, "1")], [])
    assert "out of order" in found.violations[0]
