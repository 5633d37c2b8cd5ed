"""Why a message came, in sentences for somebody who treats. The names of rules and guards stay in the folded part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from coachbot.console.rendering import HELD, REASONS
from coachbot.programme.model import Kind, Programme, Rule, Touchpoint
from coachbot.service.days import BUSY_RETRY
from coachbot.service.records import TimerRow
from coachbot.service.staff.why import Why
from coachbot.service.world import World

#: What the calendar brings, by its kind.
KINDS: Mapping[Kind, str] = {
    "safety": "the daily question how they are",
    "assessment": "the questionnaires",
    "reminder": "a reminder of the questionnaires",
    "finish": "the farewell at the end of the programme",
    "orientation": "the first talk of the programme",
    "session": "the weekly session",
    "reoffer": "a second offer of the weekly session",
    "return": "a word after days of silence",
    "note": "the morning note",
    "review": "the look back",
    "checkin": "the evening check-in",
}
#: Of these there are several in a programme: their own name says which.
_SEVERAL: tuple[Kind, ...] = ("session", "review")
#: Why the calendar brings it on this day.
RULES: Mapping[Rule | str, str] = {
    "safety_hold": (
        "Exercise and education rest after a safety event. Until a clinician ends the rest, the coach asks once a day."
    ),
    "assessment": "The round of questionnaires was due on this day.",
    "assessment_late": "The round of questionnaires could not come on its own day, and can still be answered.",
    "assessment_reminder": "The round of questionnaires was open and not finished. A few reminders at most.",
    "after_last_assessment": "It comes once: after the last questionnaires were answered, or could not be any more.",
    "once": "It comes once, on the first day that it fits into.",
    "next_session": "It was their session day, and this is the next session that they have not had.",
    "day_after_session": "The session of the day before was not done. It is offered once more, and then not again.",
    "away": "They had not been heard for days. One such word belongs to so long a silence.",
    "every_day": "It comes every day of these weeks.",
    "session_day": "It was their session day, in a week in which it comes.",
    "practice_day": "It was one of the days that they chose for the exercises at home.",
}
#: What the passing of time brings beside the calendar, by the timer's first word.
TIMERS: Mapping[str, str] = {
    "wait": "A pause within a guided practice had passed, and the practice went on.",
    "nag": "The coach's question had stood open for a while. It is asked about once, and then not again.",
    "remind": "The patient had asked to be reminded.",
    "page": "What they had filled in on the page of a round was complete, and nothing more came for a while.",
    "safety_silence": "A question about their safety was not answered in time. No answer counts as not safe.",
    "safety_again": "A question about their safety was asked once more.",
    "hand_over": "Somebody of the clinic had taken over the talk, and nobody wrote any more: the coach came back.",
    "broadcast": "Somebody of the clinic wrote one text to many patients, and its hour had come.",
    "afterwards": "It follows something that the coach had done just before.",
}
#: What a timer stands for before its time, by its first word.
AHEAD: Mapping[str, str] = {
    "plan": "the next day is planned",
    "nag": "one nudge, if the question is still open",
    "wait": "a pause of a practice ends",
    "remind": "the patient asked to be reminded",
    "page": "what stands complete on the page of a round is finished",
    "safety_silence": "no answer counts as not safe",
    "escalate": "the alert escalates if nobody reads it",
    "safety_again": "the safety question is asked once more",
    "hand_over": "the coach comes back if nobody writes",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_OTHER = "A time had come that the coach was waiting for."


@dataclass(frozen=True, slots=True)
class Told:
    """The story of one message in sentences."""

    what: str
    #: What the dialog is for, as its author sums it up; empty for an answer.
    about: str
    because: str
    when: tuple[str, ...]
    #: What else that day did not bring: its name and the reason.
    held_back: tuple[tuple[str, str], ...]


def told(why: Why, world: World) -> Told:
    """The sentences."""
    programme = world.pack.programmes.get(why.programme)
    dialog = world.pack.library.dialogs.get(why.dialog)
    return Told(
        what=_what(why, programme),
        about=dialog.summary if dialog and dialog.origin == "dialog" and why.cause in ("calendar", "clock") else "",
        because=_because(why),
        when=tuple(_when(why, programme)),
        held_back=tuple((_first_up(name_of(programme, one)), REASONS.get(by, by)) for one, by in why.held_back),
    )


def name_of(programme: Programme | None, name: str) -> str:
    """A touchpoint by what it is, and which of several."""
    head, _, rest = name.partition(":")
    found = _touchpoint(programme, head)
    if found is None:
        return name.replace("_", " ").replace(":", ": ")
    which = head if found.kind in _SEVERAL else rest.partition(":")[0]
    return KINDS[found.kind] + (f" ({which.replace('_', ' ')})" if which else "")


def in_a_list(programme: Programme | None, name: str) -> str:
    """The same without its article."""
    return name_of(programme, name).removeprefix("the ").removeprefix("a ")


def ahead(programmes: Mapping[str, Programme], programme: str, timer: TimerRow) -> str:
    """What a timer of a patient in this programme stands for, in a list of what is to come."""
    kind, _, rest = timer.purpose.partition(":")
    return AHEAD.get(kind) or in_a_list(programmes.get(programme), rest or timer.purpose)


def _touchpoint(programme: Programme | None, name: str) -> Touchpoint | None:
    return next((one for one in programme.touchpoints if one.id == name), None) if programme else None


def _what(why: Why, programme: Programme | None) -> str:
    match why.cause:
        case "calendar":
            return f"The coach wrote first: {name_of(programme, why.touchpoint)}."
        case "patient":
            return f"It answers what the patient said: \u201c{why.heard}\u201d."
        case "broadcast":
            return "A text of the clinic to many patients."
        case "staff" if why.by:
            return f"{why.by} wrote this in the talk."
        case "staff":
            return "Somebody of the clinic did something, and the coach told the patient of it."
        case _:
            return "The coach wrote this because time had passed."


def _because(why: Why) -> str:
    if why.cause == "calendar":
        return RULES.get(why.rule, "")
    if why.cause in ("clock", "broadcast"):
        return TIMERS.get(why.timer.partition(":")[0], _OTHER)
    return ""


def _when(why: Why, programme: Programme | None) -> Iterator[str]:
    zone = f" ({why.zone})" if why.zone else ""
    if why.planned_for and why.cause != "patient":
        yield f"Planned for {_clock(why.planned_for)} on the patient's own clock{zone}."
    if why.waited:
        yield f"It waited {why.waited * _BUSY_MINUTES} minutes, because a talk was going on."
    yield _fate(why, zone)
    if why.window_until and why.cause != "patient":
        yield f"After {_clock(why.window_until)} it would have been too late, and nothing would have been sent."
    if why.quiet:
        yield "It made no sound."
    if why.unprompted_before is not None and why.cause in ("calendar", "broadcast"):
        most = f"; a day has {programme.burden.per_day} at most" if programme else ""
        yield f"It was the {_ordinal(why.unprompted_before)} time that day that the coach wrote first{most}."


_BUSY_MINUTES = int(BUSY_RETRY.total_seconds() // 60)


def _fate(why: Why, zone: str) -> str:
    reason = REASONS.get(why.reason) or HELD.get(why.reason, why.reason)
    told = f": {reason}" if reason else ""
    at = "" if why.planned_for and why.cause != "patient" else f" on the patient's own clock{zone}"
    match why.delivery:
        case "sent":
            return f"Delivered {_clock(why.sent)}{at}."
        case "due" | "claimed":
            return f"Written {_clock(why.queued)}{at}; it waits to be sent."
        case "expired":
            return f"Written {_clock(why.queued)}{at}; it could not be sent in time, and was left out."
        case "suppressed":
            return f"Written {_clock(why.queued)}{at}, and held back{told}."
        case _:
            return f"Written {_clock(why.queued)}{at}; it could not be delivered{told}."


def _ordinal(before: int) -> str:
    return _ORDINALS[before] if before < len(_ORDINALS) else f"{before + 1}th"


def _clock(moment: datetime | None) -> str:
    return moment.strftime("%a %-d %b, %H:%M") if moment else ""


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]
