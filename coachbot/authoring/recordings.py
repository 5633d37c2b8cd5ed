"""Recordings of practices: `content/en/practices/friend.mp3` beside `friend.md` is heard instead of its lines.

A site's therapist speaks the practice and puts the file there; nothing else is to be written. Its length is read
from the file, so that the coach waits as long as it plays. `friend_short.mp3` replaces the short version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.engine.asks import Wait
from coachbot.engine.model import Branch, State
from coachbot.rendering import SOUNDS, Section, compile_expression

#: The section of coach.md around a recording, and what stands in it for the file.
RECORDED, PLACEHOLDER = "recorded", "(recording)"
#: Bytes; twenty minutes at 128 kbit/s. Messengers take up to 50 MB from a bot, a phone on a bad line does not.
LARGEST = 20_000_000
_CHOOSE = "spoken"
#: Seconds left after the last word before the coach goes on.
_AFTER = 3
_FOLDER = "practices"


@dataclass(frozen=True, slots=True)
class Recording:
    """A practice as somebody speaks it in one language."""

    #: The dialog whose lines it replaces, such as `practice/friend_short`.
    dialog: str
    language: str
    #: The file inside content/, as words name it.
    file: str
    seconds: float

    @property
    def section(self) -> str:
        """Where its words stand among those of the practice, which its versions share."""
        return f"{RECORDED}_{self.dialog.removeprefix('practice/')}"


def find_recordings(
    root: Path, languages: Iterable[str], dialogs: Iterable[str], faults: list[Fault]
) -> tuple[Recording, ...]:
    """Every recording of a pack. A file of no practice, too large or that can't be played is a fault."""
    known = {name.removeprefix("practice/") for name in dialogs if name.startswith("practice/")}
    return tuple(
        found
        for language in languages
        for path in _files(root / "content" / language / _FOLDER)
        if (found := _recording(path, language, known, faults, path.relative_to(root).as_posix()))
    )


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix.lower() in SOUNDS)


def _recording(path: Path, language: str, known: set[str], faults: list[Fault], name: str) -> Recording | None:
    if path.stem not in known:
        message = f"'{path.stem}' is no practice"
        faults.append(fault(name, 1, "RECORDING_001", message, did_you_mean(path.stem, known)))
        return None
    if path.stat().st_size > LARGEST:
        faults.append(fault(name, 1, "RECORDING_003", f"the recording has {path.stat().st_size // 1_000_000} MB"))
        return None
    seconds = _seconds(path)
    if not seconds:
        faults.append(fault(name, 1, "RECORDING_002", "this file can't be played"))
        return None
    return Recording(f"practice/{path.stem}", language, f"{language}/{_FOLDER}/{path.name}", seconds)


def _seconds(path: Path) -> float:
    from tinytag import ParseError, TinyTag  # only packs with recordings need it

    try:
        return TinyTag.get(path, tags=False).duration or 0
    except (ParseError, OSError):
        return 0


def with_recordings(draft: Draft, found: Iterable[Recording]) -> Draft:
    """The practice as it is heard by those in whose language it was recorded, and read by everybody else.

    Who can't listen just now can go over to the lines.
    """
    states = dict(draft.states)
    ways = []
    end = next(name for name, state in states.items() if state.end)
    for one in found:
        name = f"{RECORDED}_{one.language}"
        wait = Wait(one.seconds + _AFTER, written=draft.start)
        states[name] = State(name, ask=wait, branches=(Branch(end),), quiet=True, section=one.section)
        guard = compile_expression(f"channel.sounds and patient.language == '{one.language}'")
        ways.append(Branch(name, guard=guard, source=guard.source))
    if not ways:
        return draft
    states[_CHOOSE] = State(_CHOOSE, branches=(*ways, Branch(draft.start)))
    return replace(draft, start=_CHOOSE, states=states)


def recorded_words(own: Mapping[str, Section], around: Section, recording: Recording) -> dict[str, Section]:
    """The words of a practice with those around its recording."""
    texts = tuple(text.replace(PLACEHOLDER, f"({recording.file})") for text in around.texts)
    return {**own, recording.section: replace(around, name=recording.section, texts=texts)}
