"""`coachbot migrate-store`, as an operator types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import postgres
from tests.test_cli import coachbot, fails_with_one_line

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_an_installation_goes_to_postgresql_and_the_commands_find_it_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    code = coachbot("staff", "add", "Lin", "--role", "admin", data=data)
    assert code.returncode == 0, code.stderr
    source = f"sqlite:///{data / 'coachbot.db'}"
    with postgres.database() as url:
        there = {"COACHBOT_DATABASE": url}
        moved = coachbot("migrate-store", source, url, data=data)
        assert moved.returncode == 0, moved.stderr
        assert "rows in" in moved.stdout.splitlines()[-3]
        assert coachbot("staff", "list", data=data, **there).stdout == coachbot("staff", "list", data=data).stdout
        postgres.run(url, "UPDATE staff SET role = 'therapist'")
        fails_with_one_line(coachbot("migrate-store", source, url, data=data), "holds other data already")


@pytest.mark.parametrize("command", [("alerts",), ("run",), ("invite", "sct_cse", "combined"), ("staff", "list")])
def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = coachbot(*command, data=tmp_path, COACHBOT_DATABASE="postgresql://me:secret@127.0.0.1:1/coach")
    fails_with_one_line(result, "the server does not answer", "me:***@")
    assert result.returncode == 3
    assert "secret" not in result.stderr
