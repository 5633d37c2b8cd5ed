"""Conversations, profiles and progress as compact JSON and back. What is stored is what is stepped.

orjson writes the same bytes as the standard library at a tenth of the cost. What it refuses (keys that are no text,
whole numbers above 64 bits) the standard library still writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

import orjson

from coachbot.engine.model import EMPTY, Conversation, Frame, Passed, Prompt, Sheet
from coachbot.service.records import Profile, Progress, Tally

T = TypeVar("T")
#: Dates and dataclasses are no JSON: whoever writes them says how.
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def _open(value: Any) -> Any:
    """A mapping or a collection of another kind as plain JSON. Anything else raises TypeError."""
    return dict(value) if isinstance(value, Mapping) else list(value)


_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_open).encode


def dump(value: object) -> bytes:
    """A JSON-able value as compact UTF-8."""
    try:
        return orjson.dumps(value, _open, _STRICT)
    except TypeError:
        return _dumps(value).encode()


def load(data: bytes | str) -> Any:
    """The value back; lists stay lists. Raises ValueError for what is no JSON."""
    return orjson.loads(data)


# -- conversation -------------------------------------------------------------------------------------
def dump_conversation(conversation: Conversation) -> dict[str, Any]:
    """A conversation without its facts and its patient's name."""
    return {
        "f": [_frame(frame) for frame in conversation.frames],
        "p": _prompt(conversation.prompt),
        "s": dict(conversation.programme_slots),
        "a": dict(conversation.always_slots),
        "c": conversation.closed,
        "r": conversation.resting,
    } | ({"h": {name: _sheet(sheet) for name, sheet in conversation.sheets.items()}} if conversation.sheets else {})


def load_conversation(patient: str, data: Mapping[str, Any]) -> Conversation:
    """The conversation as it was stored."""
    return Conversation(
        patient=patient,
        frames=tuple(_load_frame(frame) for frame in data["f"]),
        prompt=_load_prompt(data["p"]),
        programme_slots=_slots(data["s"]),
        always_slots=_slots(data["a"]),
        closed=tuple((token, how) for token, how in data["c"]),
        resting=data["r"],
        sheets={name: sheet_from(sheet) for name, sheet in data.get("h", {}).items()} or EMPTY,
    )


def _sheet(sheet: Sheet) -> list[Any]:
    answers = {name: dict(slots) for name, slots in sheet.answers.items()}
    return [answers, sheet.done, sheet.again, dict(sheet.since), sheet.talked]


def sheet_from(data: list[Any]) -> Sheet:
    """A round's sheet as it was stored; an older version kept no `talked`."""
    answers, done, again, since, *talked = data
    read = {name: _slots(slots) for name, slots in answers.items()}
    return Sheet(read, tuple(done), tuple(again), since, tuple(talked[0]) if talked else ())


def _frame(frame: Frame) -> list[Any]:
    passed = [[p.state, dict(p.slots)] for p in frame.passed]
    return [
        frame.dialog, frame.version, frame.state, frame.opened, dict(frame.slots), frame.touchpoint, passed,
        frame.pace, _prompt(frame.parked), *([frame.since.isoformat()] if frame.since else []),
    ]  # fmt: skip


def _load_frame(data: list[Any]) -> Frame:
    dialog, version, state, opened, slots, touchpoint, passed, pace, parked, *since = data
    return Frame(
        dialog, version, state, opened, _slots(slots), touchpoint,
        tuple(Passed(name, _slots(values)) for name, values in passed), pace, _load_prompt(parked),
        datetime.fromisoformat(since[0]) if since else None,
    )  # fmt: skip


def _prompt(prompt: Prompt | None) -> list[Any] | None:
    if prompt is None:
        return None
    return [
        prompt.token, prompt.dialog, prompt.state, prompt.asked_at.isoformat(),
        prompt.labels, prompt.tries, prompt.chosen, prompt.mode, prompt.held,
        prompt.nagged, prompt.skipped,
    ]  # fmt: skip


def _load_prompt(data: list[Any] | None) -> Prompt | None:
    if data is None:
        return None
    token, dialog, state, asked_at, labels, tries, chosen, mode, held, nagged, skipped = data
    return Prompt(
        token, dialog, state, datetime.fromisoformat(asked_at),
        tuple((code, label) for code, label in labels), tries, tuple(chosen), mode, held, nagged, skipped,
    )  # fmt: skip


def _slots(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


# -- profile, tally, progress -------------------------------------------------------------------------
def _fields_of(kind: Any) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    names = tuple(one.name for one in fields(kind))
    return names, attrgetter(*names)


#: The names of a class's fields, and what reads them all.
_FIELDS: dict[type, tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]] = {
    kind: _fields_of(kind) for kind in (Profile, Tally, Progress)
}


def dump_fields(value: Profile | Tally | Progress) -> dict[str, Any]:
    """A flat dataclass as a mapping."""
    names, all_of = _FIELDS[type(value)]
    return dict(zip(names, all_of(value), strict=True))


def load_fields(kind: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass back; unknown names of a newer version are left out."""
    known = _FIELDS[kind][0]
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known})
