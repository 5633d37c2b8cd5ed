"""A row of the outbox is one call that Telegram takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from coachbot.authoring.pack import Pack
from coachbot.channels.telegram.writing import LONGEST_DATA, call_for, data_of
from coachbot.service.records import OutboxRow, Shown

NOW = datetime(2026, 3, 9, tzinfo=UTC)


def row(body: dict[str, Any], **more: Any) -> OutboxRow:
    return OutboxRow(1, "p", 1, {"kind": "text", **body}, NOW, **more)


def keyboard(choices: list[list[str]]) -> Any:
    call = call_for("5", row({"text": "Did you?", "choices": choices}, token="t"))
    return call.fields["reply_markup"]["inline_keyboard"]


def test_every_choice_of_the_pack_fits_behind_a_button(pack: Pack) -> None:
    codes = {
        code for dialog in pack.library.dialogs.values() for state in dialog.states.values()
        for code in getattr(state.ask, "of", ())
    }  # fmt: skip
    assert len(codes) > 100
    assert all(not data_of("0123456789", f"+{code}", 0).endswith("#0") for code in codes)


def test_a_code_too_long_is_told_by_its_place() -> None:
    data = data_of("0123456789", "x" * 60, 3)
    assert data == "0123456789:#3"
    assert len(data.encode()) <= LONGEST_DATA


def test_a_scale_stands_in_two_lines_and_long_answers_below_each_other() -> None:
    scale = [[str(n), str(n)] for n in range(11)]
    keyboard = call_for("5", row({"text": "Pain?", "choices": scale}, token="t")).fields["reply_markup"][
        "inline_keyboard"
    ]
    assert [len(line) for line in keyboard] == [6, 5]
    answers = [["all", "Yes, all of it, and more"], ["part", "Part of it"]]
    keyboard = call_for("5", row({"text": "Did you?", "choices": answers}, token="t")).fields["reply_markup"][
        "inline_keyboard"
    ]
    assert [len(line) for line in keyboard] == [1, 1]


def test_quiet_messages_make_no_sound() -> None:
    assert call_for("5", row({"text": "x"}, quiet=True)).fields["disable_notification"] is True
    assert call_for("5", row({"text": "x"})).fields["disable_notification"] is None


def test_closing_writes_the_answer_under_the_question_and_keeps_its_words_safe() -> None:
    shown = Shown("12", {"kind": "text", "text": "Who?"})
    call = call_for("5", OutboxRow(1, "p", 1, {"kind": "close", "answer": "*A* <b>"}, NOW, token="t", shown=shown))
    assert call.method == "editMessageText"
    assert call.fields["text"] == "Who?\n\n<i>*A* &lt;b&gt;</i>"
    assert "reply_markup" not in call.fields
