"""The talk that every side has: a ring of sixty questions, two in turn, and two replies to each answer.

Standard library only, because sides run it in an environment of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

#: States of the talk: the two questions alternate.
STATES = 60
#: Replies to each answer: that it is noted, and the next question.
REPLIES = 2
WORDS: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
#: A chat's number is this and the patient's place, on every side.
FIRST_CHAT = 1_000_000
#: Days of practice that a patient looks back on at the start.
_DIARY_DAYS = 28
_DAY_0 = date(2026, 2, 9)
_MOMENT = 1_773_079_200
#: What the messenger answers to a call, as it comes over the wire.
ANSWER = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 4711,
            "date": _MOMENT,
            "chat": {"id": FIRST_CHAT, "type": "private", "first_name": "Patient"},
            "from": {"id": 42, "is_bot": True, "first_name": "Coach", "username": "coach_bot"},
            "text": WORDS["pain"]["ask"],
        },
    }
).encode()


def question(state: int) -> str:
    """Which question is open in a state."""
    return "pain" if state % 2 else "minutes"


def name_of(place: int) -> str:
    """How the patient at this place is called."""
    return f"Patient {place}"


def answer(place: int, state: int) -> str:
    """What the patient at this place types in a state."""
    answers: Sequence[str] = WORDS[question(state)]["answers"]
    return answers[(place + state // 2) % len(answers)]


def number_in(text: str) -> int:
    """The number that was typed. Raises ValueError where there is none."""
    found = re.search(r"\d+", text)
    if found is None:
        raise ValueError(f"no number in '{text}'")
    return int(found[0])


def replies(state: int, number: int, name: str) -> tuple[str, str]:
    """The two replies to a number given in a state: that it is noted, and the next question."""
    noted = WORDS[question(state)]["noted"].format(answer=number, name=name)
    return noted, WORDS[question(state + 1)]["ask"].format(name=name)


def update(number: int, place: int, text: str) -> bytes:
    """An update as Telegram sends it."""
    person = {"id": FIRST_CHAT + place, "first_name": name_of(place)}
    message = {
        "message_id": number,
        "date": _MOMENT,
        "chat": {**person, "type": "private"},
        "from": {**person, "is_bot": False, "language_code": "en"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


def fresh_data(place: int) -> dict[str, Any]:
    """What is known of a patient after four weeks, about two kilobytes."""
    return {
        "name": name_of(place),
        "zone": "Europe/Berlin",
        "language": "en",
        "arm": "combined" if place % 2 else "exercise",
        "enrolled": _DAY_0.isoformat(),
        "turns": 0,
        "answers": {},
        "diary": [_entry(place, day, 10 + (place + day) % 30, (place + day) % 7) for day in range(_DIARY_DAYS)],
    }


def take_in(data: dict[str, Any], state: int, number: int) -> None:
    """Put an answer into a patient's data; the second question of a pair closes the diary entry."""
    data["turns"] += 1
    data["answers"][question(state)] = number
    if state % 2:
        entry = _entry(0, data["turns"], data["answers"]["minutes"], number)
        data["diary"] = [*data["diary"][1:], entry]


def _entry(place: int, day: int, minutes: int, pain: int) -> dict[str, Any]:
    when = (_DAY_0 + timedelta(days=day)).isoformat()
    return {"date": when, "kind": "cse", "minutes": minutes, "before": place % 5, "after": pain}
