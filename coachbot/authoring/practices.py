"""Practices: `content/practices/friend.yaml` becomes the dialogs `practice/friend` and `practice/friend_short`.

Each line is a state that shows its text and leaves quiet after it. It ends with `done`; the engine ends it
with `stopped` when the patient does.
"""

from __future__ import annotations

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, did_you_mean
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Wait
from coachbot.engine.model import Branch, State

KEYS = ("practice", "arms", "minutes", "lines", "short")
_END = "over"


def practices_from(document: Document, name: str, faults: list[Fault]) -> tuple[Draft, ...]:
    """The drafts of a practice: in full, and its short version if it has one."""
    top = Fields(document, faults)
    top.only(*KEYS)
    if top.text("practice") not in ("", name):
        top.fault("DIALOG_001", f"this is '{name}'", f"Write practice: {name}.", at=("practice",))
    top.number("minutes")
    seconds, lines = _lines(top)
    short = tuple(code for code in top.codes("short") if _known(code, seconds, top))
    arms = top.codes("arms")
    made = [_draft(document, f"practice/{name}", name, arms, seconds, tuple(seconds), lines)]
    if short:
        made.append(_draft(document, f"practice/{name}_short", name, arms, seconds, short, lines))
    return tuple(made)


def _lines(top: Fields) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds of quiet after each line, and where each line stands."""
    seconds: dict[str, float] = {}
    places = {}
    for line in top.each("lines", required=True):
        for code in line.data:
            line.checked_code(code, (code,))
            quiet = line.number(code)
            if code in seconds:
                line.fault("DIALOG_018", f"the line '{code}' stands here twice", at=(code,))
            elif quiet is not None and quiet <= 0:
                line.fault("DIALOG_019", "the quiet after a line lasts at least a second", at=(code,))
            seconds[code], places[code] = quiet or 1, line.line(code)
    return seconds, places


def _known(code: str, seconds: dict[str, float], top: Fields) -> bool:
    if code not in seconds:
        top.fault("PRACTICE_001", f"'{code}' is not a line", did_you_mean(code, seconds), at=("short",))
    return code in seconds


def _draft(
    document: Document,
    dialog: str,
    name: str,
    arms: tuple[str, ...],
    seconds: dict[str, float],
    codes: tuple[str, ...],
    lines: dict[str, int],
) -> Draft:
    following = (*codes[1:], _END)
    states = {
        code: State(code, ask=Wait(seconds[code]), branches=(Branch(after),), quiet=True, section=code)
        for code, after in zip(codes, following, strict=True)
    }
    states[_END] = State(_END, end="done", section=_END)
    return Draft(
        id=dialog,
        document=document,
        summary=f"The practice {name}.",
        start=codes[0] if codes else _END,
        states=states,
        arms=arms,
        words=f"practices/{name}",
        source_words=f"practices/{name}",
        origin="practice",
        lines=lines,
        sections=frozenset(seconds),
    )
