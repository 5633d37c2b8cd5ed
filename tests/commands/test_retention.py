"""Retention in the engine's day and by `coachbot retention`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.running import Engine
from coachbot.service.clock import RealClock
from coachbot.service.ids import IdSource
from coachbot.service.records import Address, Changes, Enrolment, Profile, Progress
from coachbot.settings import load_settings
from coachbot.store import SqlStore
from coachbot.testing.ground import new_store
from tests.conftest import ROOT
from tests.test_cli import coachbot

#: Each test reads a whole pack anew, most of them in a process of its own.
pytestmark = pytest.mark.slow


def site(folder: Path) -> Path:
    file = folder / "site.yaml"
    file.write_text((ROOT / "tests" / "site.yaml").read_text("utf-8") + "\nretention: {contact: 5}\n", "utf-8")
    return file


def who_left(store: SqlStore, days_ago: int) -> None:
    """A patient who left some days ago."""
    ids, left = IdSource(), datetime.now(UTC) - timedelta(days=days_ago)
    with store.writing() as tx:
        number = tx.site("site")
        address = Address(ids.next(), tx.account("webchat", "default", number), "webchat", "chat of mei")
        tx.add_patient("pmei", site=number, address=address, profile=Profile(name="Mei"))
        record = tx.load(["pmei"])["pmei"]
        progress = Progress(ended=left.isoformat())
        enrolment = Enrolment(
            ids.next(), "sct_cse", "combined", "withdrawn", date(2026, 1, 5), progress=progress, code="ABCD"
        )
        record = replace(record, enrolment=enrolment)
        tx.save(Changes(conversations={"pmei": record}, enrolments={"pmei": record}))


def name(store: SqlStore) -> str:
    with store.reading() as tx:
        return tx.load(["pmei"])["pmei"].profile.name


def test_the_command_says_what_would_go_and_removes_it_when_told(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    who_left(store, days_ago=6)
    store.close()
    rules = {"COACHBOT_SITE": str(site(tmp_path))}
    said = coachbot("retention", data=tmp_path, **rules)
    assert said.stdout.splitlines()[1:] == ["would go  ABCD: contact (1 address, 1 profile)", "1 would go"]
    assert coachbot("retention", "--apply", data=tmp_path, **rules).stdout.endswith("1 removed\n")
    assert coachbot("retention", data=tmp_path, **rules).stdout.endswith("0 would go\n")
    assert "no rules" in coachbot("retention", data=tmp_path).stdout


@pytest.mark.parametrize(("days_ago", "left"), [(6, ""), (4, "Mei")])
def test_the_engine_makes_its_round_by_itself(tmp_path: Path, days_ago: int, left: str) -> None:
    store = new_store(tmp_path)
    who_left(store, days_ago)

    async def scene() -> None:
        engine = Engine(load_settings(data=tmp_path, site=site(tmp_path)), store, RealClock())
        await engine.start()
        retaining = engine.parts.coach.retaining
        try:
            async with asyncio.timeout(20):
                while retaining._walked_on is None or retaining._walk is not None:
                    await asyncio.sleep(0.05)
        finally:
            await engine.stop()

    asyncio.run(scene())
    assert name(store) == left
    store.close()
