"""A screenplay as data: who is on stage, and what happens line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar, TypeAlias

from coachbot.testing.moments import Moment


class ScreenplayFault(Exception):
    """A screenplay that cannot be read; the text names each line and its cure."""


@dataclass(frozen=True, slots=True)
class Role:
    """One patient of a screenplay, as the header tells it."""

    name: str
    zone: str = "Europe/Berlin"
    programme: str = "sct_cse"
    arm: str = "combined"
    language: str = "en"
    #: Settings of the profile that the header gives: `morning`, `evening`, `session_day`, `practice_days`, `dial`...
    settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    #: Local day 0: the patient is on stage as active, without the talk of the enrolment. None: they come with a code.
    enrolled: date | None = None
    #: Sessions and lessons that lie behind the patient (`sct_1`).
    attended: tuple[str, ...] = ()
    #: Lies the first assessment behind the patient?
    baseline: bool = True
    #: And the orientation of the first morning?
    orientation: bool = True
    #: Slots that outlive dialogs, as written.
    slots: Mapping[str, str] = field(default_factory=dict)
    #: What the screening found, as the enrolment keeps it (`exercise_safety.pregnancy`).
    screened: tuple[str, ...] = ()
    #: Somebody without a code.
    stranger: bool = False


# -- lines --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class At:
    """`== Mon 2026-03-09 18:00`: time goes on to here."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class CoachSays:
    """`coach: *text*  [Label]`: this message comes next."""

    text: str
    labels: tuple[str, ...] = ()
    #: Other messages may come before it.
    after_others: bool = False
    #: `quiet`: it must make no sound.
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CoachSilent:
    """`coach: nothing`: not a word."""


@dataclass(frozen=True, slots=True)
class CoachGap:
    """`coach: ...`: whatever comes before the next line that fits."""


@dataclass(frozen=True, slots=True)
class Says:
    """`patient: text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Presses:
    """`patient: [Label]`, or several buttons one after another; `old`: of a message answered before."""

    labels: tuple[str, ...]
    old: bool = False


@dataclass(frozen=True, slots=True)
class Sends:
    """`patient: <sticker>`: something that is not text."""

    kind: str


@dataclass(frozen=True, slots=True)
class Enters:
    """`patient: [start]`: the invitation is opened; `<code>` types the code instead."""

    typed: bool = False


@dataclass(frozen=True, slots=True)
class Repeats:
    """`patient: text (again)`: the messenger delivers the last update a second time."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`answer: instrument gad7 = all lowest`, `answer: practice`, `answer: anything`, `answer: until done`."""

    #: `instrument`, `practice`, `anything` or `done`.
    what: str
    instrument: str = ""
    values: str = ""


@dataclass(frozen=True, slots=True)
class Fills:
    """`page: gad7 = 1 1 0 2 1 0 1`, `page: gad7 = 1 1 ...`, `page: finish`: on the page of the round that is open."""

    #: Empty: the last button is pressed.
    instrument: str = ""
    values: str = ""


@dataclass(frozen=True, slots=True)
class Expects:
    """`expect: diary cse 2026-03-09 = not_today`: what must be true behind the talk."""

    check: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Breaks:
    """`break: template cse/checkin did_you`: this text cannot be rendered from here on; `mend:` ends it."""

    words: str
    section: str
    mend: bool = False


@dataclass(frozen=True, slots=True)
class StaffActs:
    """`staff: confirm by Lin`; `staff: broadcasts at 2026-03-12 10:00 for 3 hours: The walk is on Sunday`."""

    act: str
    about: str = ""
    by: str = "Lin"
    at: str = ""
    hours: str = "24"


@dataclass(frozen=True, slots=True)
class Restarts:
    """`restart`: the application is closed and built anew on the same database."""


@dataclass(frozen=True, slots=True)
class Lives:
    """`live: until 2026-06-20, answering evenings`: time goes on, and the patient answers by a rule."""

    until: Moment
    answering: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitsReal:
    """`wait: 40 s`: the computer's own clock goes on (retries, leases)."""

    seconds: float


Step: TypeAlias = (
    At | CoachSays | CoachSilent | CoachGap | Says | Presses | Sends | Enters | Repeats | Answers | Fills | Expects
    | Breaks | StaffActs | Restarts | Lives | WaitsReal
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the screenplay with where it stands."""

    number: int
    source: str
    step: Step
    #: Name of the patient it is about; empty for the one last named.
    who: str = ""

    #: Steps by which the patient (or staff) acts: what the coach said before is then past.
    ACTIONS: ClassVar[tuple[type, ...]] = (Says, Presses, Sends, Enters, Repeats, Answers, Fills, StaffActs)


@dataclass(frozen=True, slots=True)
class Screenplay:
    """A whole screenplay."""

    path: Path
    title: str
    roles: tuple[Role, ...]
    lines: tuple[Line, ...]
    #: Which of several wordings come, and every other chance.
    seed: int = 1
    #: Another pack, beside the screenplay.
    pack: Path | None = None
    #: Another site's file, beside the screenplay.
    site: Path | None = None
    #: The messenger it is played on, by name: the coach tells patients who can read along there.
    channel: str = "webchat"
    #: Takes longer than a few seconds.
    slow: bool = False

    def role(self, name: str) -> Role | None:
        """The role of that name, however it is capitalised."""
        return next((role for role in self.roles if role.name.lower() == name.lower()), None)
