"""What stands behind `coach:` and `patient:`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coachbot.testing.script import CoachGap, CoachSays, CoachSilent, Enters, Presses, Repeats, Says, Sends, Step

_LABEL = re.compile(r"\[([^\[\]]+)\]")
_LABELS = re.compile(r"(?:\s*\[[^\[\]]+\])+")
_LABELS_AT_END = re.compile(r"((?:\s*\[[^\[\]]+\])+)\s*$")
_THING = re.compile(r"<\s*([^<>]+?)\s*>")
_SIZE = re.compile(r"(\d+)\s*kB", re.IGNORECASE)
_AGAIN = re.compile(r"\s*\(again\)$", re.IGNORECASE)
_GAP = "..."
_MARKS = ("quiet", "loud", "unprompted", "asked")
_KINDS = ("sticker", "photo", "voice", "video", "file", "location", "emoji", "contact")


def read_coach(body: str, marks: Sequence[str] = ()) -> Step:
    """A line of the coach: text with `*` for anything, and the labels that must be there."""
    unknown = [mark for mark in marks if mark.lower() not in _MARKS]
    if unknown:
        raise ValueError(f"'({unknown[0]})' is not known of a message; there is: {', '.join(_MARKS)}")
    if body.lower() == "nothing":
        return CoachSilent()
    if body == _GAP:
        return CoachGap()
    after_others = body.startswith(_GAP)
    text, labels = split_labels(body.removeprefix(_GAP).strip())
    if not text and not labels:
        raise ValueError("what does the coach say? `*` stands for anything, `coach: nothing` for silence")
    return CoachSays(text or "*", labels, after_others, frozenset(mark.lower() for mark in marks))


def split_labels(body: str) -> tuple[str, tuple[str, ...]]:
    """A text and the labels `[...]` at its end."""
    found = _LABELS_AT_END.search(body)
    if found is None:
        return body, ()
    return body[: found.start()].strip(), tuple(label.strip() for label in _LABEL.findall(found[1]))


def read_patient(body: str) -> Step:
    """A line of the patient: a text, buttons, or a thing in angle brackets."""
    if _AGAIN.search(body):
        return Repeats()
    if body.lower() == "[start]":
        return Enters()
    if _LABELS.fullmatch(body):
        return read_presses(body)
    if thing := _THING.fullmatch(body):
        return _thing(thing[1].lower())
    if not body:
        raise ValueError("what does the patient say? An empty message is written `<empty>`")
    return Says(body)


def read_presses(body: str, *, old: bool = False) -> Presses:
    """Buttons, pressed one after another."""
    return Presses(tuple(label.strip() for label in _LABEL.findall(body)), old)


def _thing(thing: str) -> Step:
    if thing == "empty":
        return Says("")
    if thing == "code":
        return Enters(typed=True)
    if size := _SIZE.fullmatch(thing):
        return Says(_long_text(int(size[1]) * 1024))
    if thing in _KINDS:
        return Sends(thing)
    raise ValueError(f"'<{thing}>' is not known; there is: <empty>, <64kB>, <code>, <{'>, <'.join(_KINDS)}>")


def _long_text(length: int) -> str:
    words = "my back is a long story "
    return (words * (length // len(words) + 1))[:length]
