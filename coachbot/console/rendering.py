"""Templates of the console, and how they show times, alerts and standings. What staff read stands here, in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coachbot.console import drawing
from coachbot.service.clinic.records import STEP_DAYS
from coachbot.service.facts import local_now
from coachbot.service.records import Profile
from coachbot.service.staff.board import CLOSING_DAYS
from coachbot.service.staff.chart import Chart, Talk
from coachbot.service.world import World

TEMPLATES = Path(__file__).parent / "templates"

_LONG_MINUTES = 120
#: Farther away than this a day tells its year.
_HALF_A_YEAR = timedelta(days=183)
#: What an alert is called, and what it wants of the reader.
ALERTS: Mapping[str, tuple[str, str]] = {
    "crisis": ("Crisis: thoughts of self-harm", "Ring the patient now. The crisis numbers were shown at once."),
    "red_flag": ("Warning sign", "Have them examined; they were asked to leave the exercises until then."),
    "worry": ("A worry: asked about openly", "Read what was written and what was answered; without an answer, ring."),
    "cauda_equina": ("Possible cauda equina", "Emergency: ring now and see that they go to hospital today."),
    "worsening": ("Scores much worse than before", "See the scores, and what was said after the questions; ring."),
    "message": ("A message for you", "Read it and answer: take over the talk, or ring."),
    "hand_over": ("Asks for a person", "Take over the talk, or ring."),
    "waits_for_confirmation": ("Waits for \u201cexamined, fit\u201d", "Examine, then confirm: day 0 is that day."),
    "flare": ("A bad spell", "Read what happened; ring if it goes on."),
    "harder": ("It has become harder", "Speak with the patient about the plan."),
    "no_change": ("No change so far", "Speak with the patient about the plan."),
    "adverse_event": ("Something new or worse", "Ask what happened, and note it as an adverse event."),
    "no_exercise_fits": ("No exercise fits", "Everything is ruled out or too hard: look for one together."),
    "other_treatment": ("Another treatment", "The patient told of another treatment; see whether it goes together."),
    "left": ("Why they left", "In the patient's own words."),
    "silent_three_weeks": ("Silent for three weeks", "Ring once; the coach sends questionnaires alone from now on."),
    "pregnancy": ("Pregnant, or may be", "Speak with the patient; exercises that press on the belly are left out."),
    "surgery": ("An operation is planned, or was done", "Ask what was done and when; look at the exercises again."),
    "new_symptom": ("Something new in the body", "Read what was told; have it examined if it stays."),
    "low_mood": ("Low mood", "Read what was told, and ring."),
    "side_effects": ("Trouble with a medicine", "Ask about it, and who prescribes it."),
    "too_much_medicine": ("More of a medicine than meant", "Ring today: ask what was taken, and how much."),
    "not_helping": ("Says that it does not help", "Speak with the patient about the plan."),
    "other_programme_wanted": ("Would like the other programme", "Answer in your own words; a trial's plan decides."),
    "no_local_numbers": ("In a country without crisis numbers", "Ask where they are and name that country's numbers."),
    "unreachable": ("Has shut the chat", "Nothing reaches them there. Ring, and ask what suits them better."),
    "withdrew": ("Left the programme", "Nothing is sent any more. Check that care goes on elsewhere."),
}
STATES: Mapping[str, str] = {
    "invited": "invited",
    "screening": "before day 0",
    "active": "in the programme",
    "treatment_stopped": "treatment stopped",
    "finished": "finished",
    "withdrawn": "left",
}
FILTER_NAMES: Mapping[str, str] = {
    "": "All", "mine": "Mine", "active": "In the programme", "screening": "Before day 0", "alert": "With an alert",
    "silent": "Silent", "missed": "Assessment missed", "resting": "Resting", "paused": "Paused", "over": "Over",
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "not_this_arm": "is not part of this patient's programme",
    "stopped": "the treatment or the programme is over",
    "silent": "the patient asked for silence",
    "safety_hold": "exercise rests until a clinician ends it",
    "paused": "a pause holds",
    "away_weekly": "silent for days: one message a week only",
    "away_assessments_only": "silent for weeks: questionnaires only",
    "assessment_day": "a questionnaire has this day to itself",
    "dial": "the patient wants less",
    "quiet_hours": "it would have fallen into the night",
    "window_closed": "it was too late for it",
    "comes_later": "it comes by itself, at a time already told",
    "budget_day": "the day already had as many messages as it may have",
    "budget_week": "the week already had as many messages as it may have",
}
DELIVERY: Mapping[str, str] = {
    "due": "waiting to be sent", "claimed": "being sent", "sent": "delivered", "failed": "not delivered",
    "expired": "too late, not sent", "suppressed": "held back",
}  # fmt: skip
VERDICTS: Mapping[str, str] = {"better": "better", "worse": "worse", "about_the_same": "about the same"}
BROADCAST_STATES: Mapping[str, str] = {
    "draft": "draft", "waiting": "waits for a second person", "scheduled": "scheduled", "sending": "being sent",
    "paused": "paused", "cancelled": "cancelled", "done": "done",
}  # fmt: skip
FATES: Mapping[str, str] = {
    "planned": "still to come", "queued": "on its way", "sent": "sent", "failed": "could not be delivered",
    "suppressed": "held back", "cancelled": "cancelled before it went out",
}  # fmt: skip
HELD: Mapping[str, str] = {
    "withdrawn": "left the programme", "stopped": "not in the programme (any more)", "unreachable": "shut the chat",
    "silent": "asked for silence", "danger": "a danger is being followed up", "paused": "a pause holds",
    "away_weekly": "silent for days, and had this week's one message",
    "away_assessments_only": "silent for weeks: questionnaires only",
    "person_writes": "somebody of the clinic is in the talk", "question_open": "a question was open",
    "quiet_hours": "it would have come at night", "budget_day": "the day was full", "budget_week": "the week was full",
    "service_window": "the messenger takes nothing so long after the patient's last word",
    "window_closed": "it was too late", "expired": "it was too late", "no_language": "no text in their language",
    "text_fails": "the text can't be shown to them", "blinding": "the text would have told the arm",
    "damaged": "the patient's record does not open",
}  # fmt: skip


#: A telephone number in a line of words: five digits or more, with what people write between them.
_NUMBER = re.compile(r"\+?[0-9(](?:[ ()/.-]{0,3}[0-9]){4,}", re.ASCII)


class Pages:
    """Renders templates. One per app; templates are compiled once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._environment.filters.update(
            when=self.when, clock=_clock, day=_day, ago=self.ago, real=self.real, score=_score,
            alert=lambda kind: ALERTS.get(kind, (kind.replace("_", " "), ""))[0],
            advice=lambda kind: ALERTS.get(kind, ("", ""))[1],
            state=lambda state: STATES.get(state, state), reason=lambda reason: REASONS.get(reason, reason),
            delivery=lambda state: DELIVERY.get(state, state), plain=_plain, spaced=_spaced,
            minutes=_minutes, dial=_dial, mark=talk_mark,
            broadcast=lambda state: BROADCAST_STATES.get(state, state), fate=lambda fate: FATES.get(fate, fate),
            held=lambda reason: HELD.get(reason, reason), sentence=_sentence,
        )  # fmt: skip
        self._environment.globals.update(
            spark=drawing.spark, course_picture=drawing.course_picture, steps_picture=drawing.steps_picture,
            filter_names=FILTER_NAMES, max=max,
            closing_days=CLOSING_DAYS, step_days=STEP_DAYS, verdicts=VERDICTS,
            local=_at_home,
        )  # fmt: skip

    def page(self, template: str, **values: Any) -> str:
        """A page as HTML."""
        return self._environment.get_template(template).render({"title": "", "site": self._site()} | values)

    def _site(self) -> str:
        language = self._world.pack.library.default_language
        return str(self._world.site_for(language).get("name", ""))

    def when(self, moment: datetime | None) -> str:
        """A moment on the clinic's clock."""
        if moment is None:
            return "\u2013"
        local = moment.astimezone(self._world.duty.zone)
        far = abs(moment - self._world.clock.now()) > _HALF_A_YEAR
        return local.strftime("%a %-d %b %Y, %H:%M" if far else "%a %-d %b, %H:%M")

    def real(self, seconds: float) -> str:
        """A moment of the computer's own clock, on the clinic's clock."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(self._world.duty.zone).strftime("%-d %b %Y, %H:%M:%S")

    def ago(self, moment: datetime | None) -> str:
        """How long ago, roughly."""
        if moment is None:
            return "never"
        minutes = int((self._world.clock.now() - moment).total_seconds() // 60)
        if minutes < 1:
            return "just now"
        if minutes < 60:
            return f"{minutes} min ago"
        if minutes < 48 * 60:
            return f"{minutes // 60} h ago"
        return f"{minutes // (24 * 60)} days ago"


def _at_home(profile: Profile, moment: datetime | None) -> datetime | None:
    return local_now(profile, moment) if moment else None


def _clock(moment: datetime | None) -> str:
    """A moment that is on the right clock already."""
    return moment.strftime("%a %-d %b, %H:%M") if moment else "\u2013"


def _day(day: date | None) -> str:
    return day.strftime("%a %-d %b %Y") if day else "\u2013"


def _score(value: float) -> str:
    return f"{value:g}"


def _minutes(count: int) -> str:
    """A stretch of time as people say it."""
    return f"{count // 60} hours" if count >= _LONG_MINUTES and count % 60 == 0 else f"{count} minutes"


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(":", ": ")


def talk_mark(seen: Chart | Talk) -> str:
    """Changes whenever the talk shows something else: a line, the fate of one, who of the clinic is in it."""
    enrolment, entries = seen.record.enrolment, seen.entries
    held = enrolment.progress.hand_over.get("staff", "") if enrolment else ""
    waiting = sum(one.state not in ("", "sent") for one in entries)
    return f"{entries[-1].id if entries else 0}-{waiting}-{held}"


def _dial(text: str) -> str:
    """The first telephone number in what a patient wrote, as a link dials it; empty if there is none."""
    found = _NUMBER.search(text)
    if found is None:
        return ""
    number = found[0].replace("(0)", "") if found[0].startswith("+") else found[0]
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _sentence(words: str) -> str:
    """What is wrong, as a sentence of its own."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def _plain(text: str) -> str:
    """Light Markdown as plain text."""
    return text.replace("**", "").replace("*", "")
