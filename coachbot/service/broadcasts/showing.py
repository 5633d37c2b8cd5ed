"""The text of a broadcast as one patient would read it. Whatever rendering raises is told; nothing of it escapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from jinja2 import UndefinedError

from coachbot.engine.model import EMPTY, Conversation
from coachbot.formulas import FormulaError, WordsError
from coachbot.programme.concepts import ALLOCATION, ConceptFound, forbidden_in
from coachbot.rendering import Bubble, bubbles_of, has_formulas, render
from coachbot.service.broadcasts.audience import Audience
from coachbot.service.broadcasts.wording import TextFault, at_place, programmes_of, tags_of
from coachbot.service.facts import facts_of
from coachbot.service.records import Address, Enrolment, PatientRecord, Profile
from coachbot.service.world import World

#: How far into the programme the made-up patient is on whom a draft is tried.
_DAYS_IN = timedelta(days=16)
_EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Look:
    """What one patient would read, or why they would read nothing."""

    said: tuple[Bubble, ...] = ()
    reason: Literal["", "no_language", "text_fails", "blinding"] = ""
    #: What staff are told; nothing of the patient is in it.
    why: str = ""
    error: Exception | None = None
    #: What the text was rendered with.
    scope: Mapping[str, Any] = field(default=EMPTY, repr=False)


def look(world: World, texts: Mapping[str, str], record: PatientRecord, now: datetime) -> Look:
    """The text as this patient would read it. Raises nothing: what goes wrong is the answer."""
    language, enrolment = record.profile.language, record.enrolment
    text = texts.get(language)
    if text is None or enrolment is None:
        return Look(reason="no_language")
    scope = facts_of(world, record, now)
    try:
        said = bubbles_of(text, scope)
    except Exception as error:  # a template can raise anything, and it must never reach anybody else
        return Look(reason="text_fails", why=_why(error), error=error, scope=scope)
    if not said:
        return Look(reason="text_fails", why="nothing is left of the text", scope=scope)
    programme = world.pack.programmes.get(enrolment.programme)
    for bubble in said if programme is not None else ():
        for hit in forbidden_in(programme, enrolment.arm, language, bubble.markdown):  # type: ignore[arg-type]
            return Look(reason="blinding", why=f"blinding: as it is read, {_told(hit)}", scope=scope)
    return Look(said, scope=scope)


def _told(hit: ConceptFound) -> str:
    """By its code alone: the words could be the patient's own."""
    return "it tells the arm" if hit.concept == ALLOCATION else f"it speaks of '{hit.concept}'"


def _why(error: Exception) -> str:
    """In words, and without values: a message of Python's own could carry a patient's."""
    match error:
        case UndefinedError():
            return "it names something that does not exist"
        case ZeroDivisionError():
            return "it divides by zero"
        case WordsError() | FormulaError():
            return f"it can't be shown: {error}"
        case _:
            return f"it can't be shown ({type(error).__name__})"


def fault_of(language: str, text: str, found: Look, whose: str = "") -> TextFault:
    """What kept a text from being shown, at the first character that does it."""
    place = next((start for start, piece in tags_of(text) if _fails(piece, found.scope)), 0) if found.error else 0
    return at_place(language, text, place, f"{found.why}{whose}")


def _fails(piece: str, scope: Mapping[str, Any]) -> bool:
    try:
        render(piece, scope)
    except Exception:
        return True
    return False


def faults_for_examples(
    texts: Mapping[str, str], audience: Audience, world: World, but: frozenset[str] = frozenset()
) -> list[TextFault]:
    """What keeps the texts from a made-up patient of each language and arm of the audience, but not of `but`."""
    found: list[TextFault] = []
    for language, text in sorted(texts.items()):
        if language in but or not has_formulas(text):
            continue
        looks = (look(world, texts, record, world.clock.now()) for record in _examples(world, language, audience))
        if (failed := next((one for one in looks if one.reason in ("text_fails", "blinding")), None)) is not None:
            found.append(fault_of(language, text, failed))
    return found


def _examples(world: World, language: str, audience: Audience) -> Iterator[PatientRecord]:
    """Somebody in the third week of each programme and arm."""
    now = world.clock.now()
    profile = Profile(name="Kim", language=language, zone="UTC")
    nowhere = Address(0, 0, "", "")
    for programme in programmes_of(audience, world.pack):
        for arm in programme.arms:
            if not audience.arms or arm.code in audience.arms:
                enrolment = Enrolment(0, programme.id, arm.code, "active", now.date() - _DAYS_IN)
                yield PatientRecord(_EXAMPLE, 0, profile, Conversation(_EXAMPLE), nowhere, enrolment, now)
