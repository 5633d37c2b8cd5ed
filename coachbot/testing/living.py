"""Living on: time passes from one thing due to the next, and patients answer by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coachbot.engine.asks import Wait
from coachbot.engine.model import Conversation
from coachbot.testing.answering import MOST, Answerer
from coachbot.testing.stage import Person, Stage

#: What a rule answers, by the touchpoint that opened the talk.
_TOUCHPOINTS = {
    "evenings": ("evening", "reoffer", "week_review"),
    "mornings": ("morning", "orientation", "return"),
    "sessions": ("week_1", "week_2", "week_3", "week_4"),
    "assessments": ("assessment",),
}


def live(stage: Stage, people: Sequence[Person], until: datetime, answering: Sequence[str]) -> None:
    """Go on to `until` (UTC). At every question that comes, whoever's rule names it answers until none is open."""
    answerers = [Answerer(stage, person) for person in people]
    for answerer in answerers:
        _answer(answerer, answering)
    while stage.now < until:
        stage.travel_to(until, stop=lambda: any(person.asked for person in people))
        if not any(person.asked for person in people):  # nothing is planned that could ask
            stage.travel_to(until)
        for answerer in answerers:
            if answerer.person.asked:
                _answer(answerer, answering)


def _answer(answerer: Answerer, answering: Sequence[str]) -> None:
    """Answer what is open; a pause of a practice is left to the time that passes."""
    for _ in range(MOST):
        answerer.person.asked = ""
        question = answerer.open_question()
        if question is None:
            answerer.seen.clear()
        if question is None or isinstance(question[1], Wait) or not _wants(answerer.talk(), answering):
            return
        answerer.answer(*question)
    place = f"{question[0].dialog}/{question[0].state}" if question else ""
    raise LookupError(f"after {MOST} answers there is still a question open: {place}")


def _wants(talk: Conversation | None, answering: Sequence[str]) -> bool:
    if talk is None or "nothing" in answering:
        return False
    if "all" in answering:
        return True
    opened = next((frame.touchpoint for frame in talk.frames if frame.touchpoint), None) or ""
    wanted = tuple(name for rule in answering for name in _TOUCHPOINTS.get(rule, ()))
    return opened.partition("@")[0].partition(":")[0] in wanted
