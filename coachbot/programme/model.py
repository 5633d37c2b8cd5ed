"""What a programme file says, as frozen data. Nothing here knows a patient, a clock or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal, get_args

from coachbot.programme.needs import Needs
from coachbot.programme.rewards import BadDay, Reward

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Dial = Literal["more", "usual", "less", "weekly"]
DayPart = Literal["morning", "midday", "evening"]
Moment = Literal["now", "morning", "midday", "evening"]
Delivery = Literal["chat", "group", "blended"]
Kind = Literal[
    "safety",
    "assessment",
    "reminder",
    "finish",
    "orientation",
    "session",
    "reoffer",
    "return",
    "note",
    "review",
    "checkin",
]
Rule = Literal[
    "safety_hold",
    "assessment",
    "assessment_reminder",
    "after_last_assessment",
    "once",
    "next_session",
    "day_after_session",
    "away",
    "every_day",
    "session_day",
    "practice_day",
]

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DIALS: tuple[Dial, ...] = get_args(Dial)
DAY_PARTS: tuple[DayPart, ...] = get_args(DayPart)
MOMENTS: tuple[Moment, ...] = get_args(Moment)
DELIVERIES: tuple[Delivery, ...] = get_args(Delivery)
KINDS: tuple[Kind, ...] = get_args(Kind)
RULES: tuple[Rule, ...] = get_args(Rule)

#: Without a dialog of their own, these open the dialog of what they speak of (the assessment, the session).
BORROWED_DIALOG: frozenset[Rule] = frozenset({"assessment", "assessment_reminder", "day_after_session"})


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of the programme, and the sessions that belong to it."""

    code: str
    #: Codes of what is attended in this arm, such as `cse_1`.
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of whole programme weeks, both ends included."""

    code: str
    first_week: int
    last_week: int


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One thing the calendar can bring. Their order in the programme is their precedence on a full day."""

    id: str
    kind: Kind
    #: What brings it (see `rules`).
    rule: Rule
    #: The dialog it opens; may be empty for the rules in `BORROWED_DIALOG`.
    dialog: str
    #: The patient's own hour it starts from, and minutes added to it.
    at: Moment
    plus_minutes: int
    #: Local wall time on the same day after which it is stale and is not sent.
    expires: time
    #: Only these arms; empty means every arm.
    arms: frozenset[str] = frozenset()
    #: First day (day 0 is the anchor), first and last programme week, and every how many weeks.
    from_day: int = 1
    from_week: int = 1
    #: None: it has no last week.
    until_week: int | None = None
    every: int = 1
    #: Not before the day after this touchpoint was opened.
    after: str | None = None
    #: While this one is planned, that one is not.
    in_place_of: str | None = None
    #: What is attended when it is done (sessions).
    attends: tuple[str, ...] = ()
    delivery: Delivery = "chat"
    #: Carries the education message of the day.
    education: bool = False
    #: Counts as a nag.
    nag: bool = False
    #: Folded into the next morning when the week's budget is needed for the rest.
    folds: bool = False
    #: Belongs to the follow-up, as assessments do: no pause, absence or end of treatment stops it.
    follow_up: bool = False
    #: For the rule `away`: after so many whole silent days; 0 means as soon as somebody counts as away.
    silent_days: int = 0
    #: Never held back by the budget (the warm check-in of a safety hold).
    beyond_budget: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of an assessment: days after it was opened, and the part of the day."""

    after_days: int
    part: DayPart


@dataclass(frozen=True, slots=True)
class Assessment:
    """A battery of instruments at a time point, with its window in days from the anchor."""

    code: str
    dialog: str
    instruments: tuple[str, ...]
    #: The day it is sent, the first day it may be answered on request, the last day of its window.
    day: int
    opens: int
    closes: int
    #: 'now': on day 0 as soon as the day is planned. On its last day it shuts when its touchpoint expires.
    at: Moment
    reminders: tuple[Reminder, ...] = ()
    #: The session it must not come before, and for how many days at most it steps aside for it.
    after: str | None = None
    within: int = 0
    #: Instruments whose recall period is known to reach back into the assessment before, and may.
    overlaps: tuple[str, ...] = ()
    #: May it be filled in on a page? None: if it has more than one instrument.
    page: bool | None = None

    @property
    def on_page(self) -> bool:
        """Whether the coach offers a page for it."""
        return len(self.instruments) > 1 if self.page is None else self.page


@dataclass(frozen=True, slots=True)
class Burden:
    """What a person bears at most. Unprompted means the first message of a dialog the coach opens."""

    per_day: int
    per_week: int
    nags_per_prompt: int
    nags_per_week: int
    reminders_per_assessment: int
    #: Local wall times between which nothing unprompted is sent; may go over midnight.
    quiet_from: time
    quiet_until: time
    #: After so many silent days only one touchpoint a week; after so many only assessments.
    weekly_after: int
    assessments_only_after: int
    #: From this programme week the notes make no sound.
    quiet_from_week: int


@dataclass(frozen=True, slots=True)
class Concept:
    """An idea that only some arms may meet (blinding)."""

    code: str
    only_arms: frozenset[str]
    #: By language: lower-case regular expression fragments that give the idea away.
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a patient's settings are until they choose, and between which hours they may choose."""

    morning: time
    morning_range: tuple[time, time]
    evening: time
    evening_range: tuple[time, time]
    midday: time
    session_day: Literal["sat", "sun"]
    practice_days: frozenset[Weekday]
    dial: Dial


@dataclass(frozen=True, slots=True)
class Programme:
    """A treatment of weeks: arms, calendar, content. Days are counted from the anchor, which is day 0."""

    id: str
    version: str
    #: Key of its neutral name among the words.
    title: str
    #: A trial requires the official wording of every instrument.
    trial: bool
    arms: tuple[Arm, ...]
    weeks: int
    phases: tuple[Phase, ...]
    touchpoints: tuple[Touchpoint, ...]
    assessments: tuple[Assessment, ...]
    burden: Burden
    concepts: tuple[Concept, ...]
    settings: Settings
    #: Instruments that are not asked while a safety hold lasts.
    withheld: frozenset[str]
    #: When a practice is counted as one on a bad day.
    bad_day: BadDay
    #: What moves lessons of the day forward.
    needs: Needs
    #: Badges, in the order in which they are shown.
    rewards: tuple[Reward, ...]
    #: Every instrument of an assessment must be in its official wording, as in a trial.
    require_official: bool = False
    #: Its schedule is written down and checked, the rest of it is not here yet: nobody can be invited.
    schedule_only: bool = False
    #: On the last day of a trial: the allocation may be told, and what the other arm had may be offered.
    tells_allocation: bool = False
    offers_other: bool = False
    #: On so many last days of its window an assessment comes in a safety hold too, without what is withheld; 0: never.
    last_days_in_hold: int = 0
    #: Minutes without a word from the page of a round after which what stands complete on it is finished.
    page_pause_minutes: int = 15
    #: By language: lower-case regular expression fragments that tell the reader their arm, or that there are others.
    allocation: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def official_only(self) -> bool:
        """Whether an assessment in the project's own wording must not start. A trial always says yes."""
        return self.trial or self.require_official

    def arm(self, code: str) -> Arm:
        """The arm of this code; a KeyError names the arms there are."""
        for arm in self.arms:
            if arm.code == code:
                return arm
        raise KeyError(f"{self.id} has no arm {code!r}; it has {', '.join(a.code for a in self.arms)}")
