"""Practices: `content/practices/friend.yaml` becomes the dialogs `practice/friend`, `practice/friend_short` and
`practice/friend_quiet`.

Each line is a state that shows its text and leaves quiet after it. The quiet version has one line, silence, and
one line back. Every version ends with `done`; the engine ends it with `stopped` when the patient does.
"""

from __future__ import annotations

from dataclasses import replace

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, did_you_mean
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Wait
from coachbot.engine.model import Branch, State

KEYS = ("practice", "arms", "minutes", "lines", "short", "quiet")
#: The two sections of the quiet version: the line before the silence, and the one after it.
QUIET, QUIET_BACK = "quiet", "quiet_back"
_END = "over"


def practices_from(document: Document, name: str, faults: list[Fault]) -> tuple[Draft, ...]:
    """The drafts of a practice: in full, and its short and its quiet version if it has them."""
    top = Fields(document, faults)
    top.only(*KEYS)
    if top.text("practice") not in ("", name):
        top.fault("DIALOG_001", f"this is '{name}'", f"Write practice: {name}.", at=("practice",))
    top.number("minutes")
    seconds, lines = _lines(top)
    short = tuple(code for code in top.codes("short") if _known(code, seconds, top))
    silence = _silence(top, seconds)
    base = Draft(
        id=f"practice/{name}",
        document=document,
        summary=f"The practice {name}.",
        start="",
        states={},
        arms=top.codes("arms"),
        words=f"practices/{name}",
        source_words=f"practices/{name}",
        origin="practice",
        lines=lines,
        sections=frozenset(seconds) | (frozenset((QUIET, QUIET_BACK)) if silence else frozenset()),
    )
    made = [_with_lines(base, "", seconds, tuple(seconds))]
    if short:
        made.append(_with_lines(base, "_short", seconds, short))
    if silence:
        made.append(_with_silence(base, silence))
    return tuple(made)


def _silence(top: Fields, seconds: dict[str, float]) -> float:
    """Seconds of silence in the quiet version; 0 if there is none."""
    if QUIET not in top:
        return 0
    silence = top.number(QUIET) or 0
    if silence <= 0:
        top.fault("DIALOG_019", "the silence lasts at least a second", at=(QUIET,))
    for code in (QUIET, QUIET_BACK):
        if code in seconds:
            top.fault("DIALOG_018", f"the line '{code}' is that of the quiet version", at=("lines",))
    return max(silence, 0)


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


def _with_lines(base: Draft, ending: str, seconds: dict[str, float], codes: tuple[str, ...]) -> Draft:
    """A version that says these lines, each with its quiet after it."""
    following = (*codes[1:], _END)
    states = {
        code: State(code, ask=Wait(seconds[code]), branches=(Branch(after),), quiet=True, section=code)
        for code, after in zip(codes, following, strict=True)
    }
    states[_END] = State(_END, end="done", section=_END)
    return replace(base, id=base.id + ending, start=codes[0] if codes else _END, states=states)


def _with_silence(base: Draft, silence: float) -> Draft:
    """The version without words. Its last line sounds: whose eyes are closed would miss it otherwise."""
    states = {
        QUIET: State(QUIET, ask=Wait(silence), branches=(Branch(QUIET_BACK),), quiet=True, section=QUIET),
        QUIET_BACK: State(QUIET_BACK, says=True, end="done", sounds=True, section=QUIET_BACK),
    }
    return replace(base, id=f"{base.id}_quiet", start=QUIET, states=states)
