"""What a coach needs to start beside its dialogs: a pack with programmes that lacks any of it can't be run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.plain import read_plain
from coachbot.authoring.reading import DEFAULT_LANGUAGE
from coachbot.safety import LexiconFault, read_lexicons

_LEXICON = f"content/{DEFAULT_LANGUAGE}/safety/lexicon.yaml"
_WORDS = f"content/{DEFAULT_LANGUAGE}"
#: File to what must stand in it; empty: anything.
_NEEDED: dict[str, tuple[str, ...]] = {
    "content/site.yaml": ("duty", "hand_over"),
    "content/places.yaml": ("cities", "by_clock"),
    "content/safety/rules.yaml": ("kinds",),
    _LEXICON: (),
    f"{_WORDS}/site.yaml": ("name", "therapist", "reads_when", "emergency", "crisis_line", "privacy"),
    f"{_WORDS}/phrases.yaml": (),
    **{f"{_WORDS}/{name}.yaml": () for name in ("export", "progress", "channel", "webchat", "doctor_page")},
}


def check_start(context: Context) -> Iterator[Fault]:
    """Every file without which the coach can't start, and whether the lexicon of danger can be used."""
    if not context.reading.programmes:
        return
    root = context.reading.root
    for name, keys in _NEEDED.items():
        yield from _lacking(root, name, keys)
    yield from _lexicon(context)
    yield from _unread(context)


def _unread(context: Context) -> Iterator[Fault]:
    """Languages that a patient can write in and nobody would read danger in."""
    reading = context.reading
    safety = reading.safety
    learned = safety.learned
    for language in sorted(one for one, shelf in reading.shelves.items() if shelf):
        folder = f"content/{language}/safety"
        # START_001 tells of the default language
        if safety.worded and language not in safety.lexicons and language != DEFAULT_LANGUAGE:
            message = f"nobody would read danger in what a patient writes in '{language}'"
            yield fault(f"{folder}/lexicon.yaml", 1, "SAFETY_006", message)
        elif learned and language not in safety.likeness and not (reading.root / folder / "likeness.json").is_file():
            message = f"{', '.join(sorted(learned))}, and danger told in other words, is never found in '{language}'"
            yield fault(f"{folder}/likeness.json", 1, "SAFETY_007", message)


def _lacking(root: Path, name: str, keys: tuple[str, ...]) -> Iterator[Fault]:
    if not (root / name).is_file():
        yield fault(name, 1, "START_001", f"{name} is missing, so the coach can't start")
        return
    data = _map_in(root / name)
    if not data:
        yield fault(name, 1, "START_001", f"{name} is empty, so the coach can't start")
        return
    for key in keys:
        if data.get(key) in (None, "", [], {}):
            yield fault(name, 1, "START_001", f"'{key}' is missing, so the coach can't start")


def _map_in(file: Path) -> dict[str, Any]:
    try:
        data = read_plain(file)
    except Exception:  # what can't be read at all is told as such by its reader
        return {}
    return dict(data) if isinstance(data, dict) else {}


def _lexicon(context: Context) -> Iterator[Fault]:
    safety = context.reading.safety
    if not safety.worded or not safety.lexicons:
        return
    try:
        read_lexicons(safety.lexicons, safety.worded)
    except LexiconFault as wrong:
        for one in wrong.faults:
            language = one.path.partition(".")[0] or DEFAULT_LANGUAGE
            file = f"content/{language}/safety/lexicon.yaml"
            yield fault(file, 1, "SAFETY_004", f"{one.path}: {one.message}", one.cure)
