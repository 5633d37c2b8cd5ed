"""Texts of one turn as one message, where a messenger takes few."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from coachbot.service.joining import joined
from coachbot.service.ports import Capabilities
from coachbot.service.records import OutboxRow

NOW = datetime(2026, 3, 9, tzinfo=UTC)
CAN = Capabilities(joins=True, text=100, counts_bytes=True)


def row(text: str, **body: Any) -> OutboxRow:
    return OutboxRow(1, "p", 1, {"kind": "text", "text": text, **body}, NOW, token=str(body.get("token") or ""))


def texts(before: OutboxRow, after: OutboxRow) -> list[str]:
    return [str(one.body["text"]) for one in joined(before, after, CAN)]


def test_two_texts_are_one_and_remember_where_they_were_joined() -> None:
    (one,) = joined(row("Hello."), row("How are you?"), CAN)
    (all_three,) = joined(one, row("Well?", token="t"), CAN)
    assert all_three.body["text"] == "Hello.\n\nHow are you?\n\nWell?"
    assert all_three.body["parts"] == [6, 12, 5]
    assert all_three.token == "t"


def test_nothing_is_joined_to_a_question() -> None:
    assert texts(row("Well?", token="t"), row("Bye.")) == ["Well?", "Bye."]


def test_help_in_danger_and_a_persons_words_stand_alone() -> None:
    assert len(texts(row("Ring 112.", safety="crisis"), row("Are you safe?"))) == 2
    assert len(texts(row("Hello."), row("This is Lin.", by="person"))) == 2


def test_what_would_be_too_long_in_bytes_is_not_joined() -> None:
    assert len(texts(row("x" * 49), row("x" * 49))) == 1
    assert len(texts(row("x" * 49), row("x" * 50))) == 2
    assert len(texts(row("你" * 17), row("你" * 17))) == 2


def test_a_picture_stays_a_message_of_its_own() -> None:
    picture = OutboxRow(1, "p", 1, {"kind": "picture", "picture": "a.png"}, NOW)
    assert joined(picture, row("Hello."), CAN) == (picture, row("Hello."))
