"""What an assessment asks: when, of whom, how far back and in whose words."""

from __future__ import annotations

from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.instruments import Instrument, reaches_back
from coachbot.programme.model import Assessment, Programme


def check_batteries(context: Context) -> Iterator[Fault]:
    """Every instrument of every assessment against the time and the people it is asked of."""
    for programme in context.reading.programmes.values():
        document = context.reading.programme_files[programme.id]
        for place, assessment in enumerate(programme.assessments):
            line = document.line("assessments", place, "instruments")
            for code, message in _found(context, programme, assessment):
                yield fault(document.file, line, code, message)


_Found = Iterator[tuple[str, str]]


def _found(context: Context, programme: Programme, assessment: Assessment) -> _Found:
    known = context.reading.instruments
    for instrument in (known[name] for name in assessment.instruments if name in known):
        for check in (_too_early, _wrong_arms, _looks_back):
            yield from check(programme, assessment, instrument)
        yield from _not_official(context, programme, assessment, instrument)


def _too_early(programme: Programme, assessment: Assessment, instrument: Instrument) -> _Found:
    if instrument.after == "start" and assessment.day == 0:
        yield "PROGRAMME_003", f"'{instrument.id}' compares with the start, and '{assessment.code}' is the start"
    if instrument.after == "last_session" and assessment.day < _sessions_over(programme):
        yield "PROGRAMME_003", f"'{instrument.id}' is asked after the last session, '{assessment.code}' comes before"


def _sessions_over(programme: Programme) -> float:
    """The day of the first assessment that waits for the last session; never, if none does."""
    sessions = [one.id for one in programme.touchpoints if one.rule == "next_session"]
    days = [one.day for one in programme.assessments if sessions and one.after == sessions[-1]]
    return min(days, default=float("inf"))


def _wrong_arms(programme: Programme, assessment: Assessment, instrument: Instrument) -> _Found:
    unknown = set(instrument.arms) - {arm.code for arm in programme.arms}
    if unknown:
        yield "PROGRAMME_003", f"'{instrument.id}' is for {', '.join(sorted(unknown))}, no arm of this programme"


def _looks_back(programme: Programme, assessment: Assessment, instrument: Instrument) -> _Found:
    """The days asked about must not be those that the assessment before asked about already."""
    days = reaches_back(instrument)
    earlier = [one for one in programme.assessments if one.day < assessment.day and instrument.id in one.instruments]
    if not earlier or instrument.id in assessment.overlaps:
        return
    last = max(earlier, key=lambda one: one.day)
    between = assessment.opens - last.closes
    if between < days:
        reach = f"'{instrument.id}' reaches {days} days back"
        yield "PROGRAMME_004", f"{reach}, '{assessment.code}' opens {between} days after '{last.code}' closes"


def _not_official(context: Context, programme: Programme, assessment: Assessment, instrument: Instrument) -> _Found:
    """Official in every language in which it could be asked: a patient chooses the language, not the wording."""
    if not programme.official_only or not instrument.scores:
        return
    words = f"instruments/{instrument.id}"
    asked_in = sorted(language for language, shelf in context.reading.shelves.items() if words in shelf)
    own = [language for language in asked_in if instrument.wording_in(language) == "own"]
    if own:
        yield "PROGRAMME_005", f"'{assessment.code}' asks '{instrument.id}' in own wording ({', '.join(own)})"
