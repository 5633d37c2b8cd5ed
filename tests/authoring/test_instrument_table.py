"""The table of instruments: it is the files', and nobody has to keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coachbot.authoring.instrument_table import table
from coachbot.authoring.pack import Pack
from coachbot.cli import app

ROOT = Path(__file__).parents[2]


def test_the_page_of_instruments_holds_the_table_of_the_files(pack: Pack) -> None:
    page = (ROOT / "docs" / "instruments.md").read_text("utf-8")
    assert table(pack.instruments) in page, "Put the output of `coachbot instruments list` into the page."


def test_the_command_prints_the_same_table(pack: Pack) -> None:
    ran = CliRunner().invoke(app, ["instruments", "list", str(ROOT)])
    assert ran.exit_code == 0
    assert ran.stdout == table(pack.instruments)


def test_what_nobody_looked_up_is_named(pack: Pack) -> None:
    row = next(line for line in table(pack.instruments).splitlines() if "`bipq`" in line)
    assert "missing items, bands, licence" in row


@pytest.mark.slow  # a process of its own
def test_the_command_alone_prints_the_same_table() -> None:
    alone, listed = (CliRunner().invoke(app, words) for words in (["instruments"], ["instruments", "list"]))
    assert alone.exit_code == 0
    assert alone.output == listed.output
