"""Which danger an answer is, read from the update alone: for a turn that raises, so that no fault hides it.

A press on the open question or on one that waits, its label typed out, and an answer of a page. What only the whole
reading of an answer understands ("nearly every day") waits for the turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from coachbot.engine.answering import danger_of
from coachbot.engine.model import Prompt
from coachbot.service.records import InboxRow, PatientRecord
from coachbot.service.world import World


def danger_answered(world: World, row: InboxRow, record: PatientRecord) -> tuple[str, str] | None:
    """The safety kind of an answer and where it was given (`instrument/phq9/p9=a3`); None for a harmless one."""
    for dialog, state, value in _answers(row, record):
        found = world.pack.library.dialogs.get(dialog)
        asked = found.states.get(state) if found is not None else None
        kind = danger_of(asked, value) if asked is not None else None
        if kind is not None and kind in world.item_rules:
            return kind, f"{dialog}/{state}={value}"
    return None


def _answers(row: InboxRow, record: PatientRecord) -> Iterator[tuple[str, str, str | tuple[str, ...]]]:
    """Dialog, state and what was answered, for each question that this update may answer."""
    body = row.body
    if body.get("kind") == "page":
        answer = json.loads(str(body.get("answer") or "{}"))
        value = answer.get("value")
        if value is not None:
            given = tuple(map(str, value)) if isinstance(value, list) else str(value)
            yield f"instrument/{answer.get('instrument')}", str(answer.get("state")), given
        return
    code, token, text = (str(body.get(name) or "") for name in ("code", "token", "text"))
    for prompt in _prompts(record):
        if code and token == prompt.token:
            yield from ((prompt.dialog, prompt.state, one) for one in code.rstrip("+").split("+"))
        elif text and prompt is record.conversation.prompt:
            yield from ((prompt.dialog, prompt.state, one) for one, label in prompt.labels if _same(label, text))


def _prompts(record: PatientRecord) -> Iterator[Prompt]:
    open_now = record.conversation.prompt
    if open_now is not None:
        yield open_now
    yield from (frame.parked for frame in record.conversation.frames if frame.parked is not None)


def _same(label: str, text: str) -> bool:
    return label.strip().casefold() == text.strip().casefold()
