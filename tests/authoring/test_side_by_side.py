"""Two pieces of work on two cores give what they would give one after the other."""

from __future__ import annotations

import os

import pytest

from coachbot.authoring.side_by_side import both
from coachbot.errors import CoachbotError, SettingsError


def test_both_results_come_back_in_their_order() -> None:
    assert both(lambda: ["here"], lambda: ["there"] * 100_000) == (["here"], ["there"] * 100_000)


def test_the_other_one_is_made_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    here, there = both(os.getpid, os.getpid)
    assert (here, there == here) == (os.getpid(), False)


def test_one_core_does_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert both(os.getpid, os.getpid) == (os.getpid(), os.getpid())


def test_what_a_person_can_mend_there_is_told_here_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> int:
        raise SettingsError("COACHBOT_PACK: there is no folder")

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(SettingsError, match=r"^COACHBOT_PACK: there is no folder$"):
        both(lambda: 1, wrong)


def test_what_goes_wrong_there_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(CoachbotError, match="ZeroDivisionError"):
        both(lambda: 1, lambda: 1 // 0)
