"""What the parts of a programme must agree on with each other. Runs once each part reads well by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coachbot.programme.fields import Fault, Path
from coachbot.programme.gates import in_quiet_hours
from coachbot.programme.model import Assessment, Programme, Touchpoint


def check_together(programme: Programme, faults: list[Fault]) -> None:
    """Adds every disagreement between the parts to `faults`."""
    for check in (
        _names,
        _arms,
        _phases,
        _references,
        _sessions,
        _follow_up_parts,
        _windows,
        _reminders,
        _hours,
        _budget,
    ):
        faults.extend(check(programme))


def _names(programme: Programme) -> Iterator[Fault]:
    yield from _once_each("arms", [a.code for a in programme.arms])
    yield from _once_each("touchpoints", [t.id for t in programme.touchpoints])
    yield from _once_each("assessments", [a.code for a in programme.assessments])
    yield from _once_each("concepts", [c.code for c in programme.concepts])


def _once_each(where: str, names: Sequence[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault((where, index), f"`{name}` stands twice", "Give each its own name.")


def _arms(programme: Programme) -> Iterator[Fault]:
    if not programme.arms:
        yield Fault(("arms",), "a programme needs an arm", "Add `- {code: ..., sessions: [...]}`.")


def _phases(programme: Programme) -> Iterator[Fault]:
    expected = 1
    for index, phase in enumerate(programme.phases):
        if phase.first_week != expected or phase.last_week < phase.first_week:
            cure = f"Start it in week {expected} and end it no earlier."
            yield Fault(("phases", index), f"`{phase.code}` does not follow on", cure)
        expected = phase.last_week + 1
    if programme.phases and expected != programme.weeks + 1:
        yield Fault(
            ("phases",),
            "the phases do not end with the programme",
            f"End the last in week {programme.weeks}.",
        )


def _references(programme: Programme) -> Iterator[Fault]:
    ids = {t.id for t in programme.touchpoints}
    for index, touchpoint in enumerate(programme.touchpoints):
        for key, name in (("after", touchpoint.after), ("in_place_of", touchpoint.in_place_of)):
            if name is not None and name not in ids:
                yield Fault(("touchpoints", index, key), f"`{name}` is no touchpoint", _known(ids))
        yield from _comes_first(programme, index, touchpoint)


def _comes_first(programme: Programme, index: int, touchpoint: Touchpoint) -> Iterator[Fault]:
    earlier = {t.id for t in programme.touchpoints[:index]}
    if touchpoint.in_place_of in earlier:
        message = f"`{touchpoint.id}` takes the place of `{touchpoint.in_place_of}`, which comes before it"
        yield Fault(("touchpoints", index, "in_place_of"), message, "Move it up in the list.")


def _sessions(programme: Programme) -> Iterator[Fault]:
    taught = {code for arm in programme.arms for code in arm.sessions}
    offered = {code for t in programme.touchpoints for code in t.attends}
    for index, touchpoint in enumerate(programme.touchpoints):
        if (touchpoint.rule == "next_session") != bool(touchpoint.attends):
            cure = "Give `attends` to touchpoints with `rule: next_session`, and only to them."
            yield Fault(("touchpoints", index, "attends"), f"`{touchpoint.id}`: attends and rule disagree", cure)
    for code in sorted(taught ^ offered):
        cure = "Name it both in an arm's `sessions` and in a touchpoint's `attends`."
        yield Fault(("arms",), f"`{code}` is taught in no arm or offered by no touchpoint", cure)


def _follow_up_parts(programme: Programme) -> Iterator[Fault]:
    for rule in ("assessment", "assessment_reminder"):
        found = [t for t in programme.touchpoints if t.rule == rule]
        if len(found) > 1 or (rule == "assessment" and programme.assessments and not found):
            yield Fault(("touchpoints",), f"rule `{rule}` needs one touchpoint", "Write it once.")
        yield from _own_id(programme, found)
    yield from _silences(programme)
    yield from _before_the_rest(programme)


def _silences(programme: Programme) -> Iterator[Fault]:
    """Each length of a silence has one word, and nothing else has a length."""
    lengths: set[int] = set()
    for index, touchpoint in enumerate(programme.touchpoints):
        place, silent = ("touchpoints", index, "silent_days"), touchpoint.silent_days
        if touchpoint.rule != "away":
            if silent:
                yield Fault(place, f"`{touchpoint.id}`: silent_days belong to `rule: away`", "Remove it.")
        elif silent in lengths:
            cure = "Give each its own `silent_days`; one may be left out."
            yield Fault(place, f"rule `away` has two touchpoints for {silent} silent days", cure)
        else:
            lengths.add(silent)


def _own_id(programme: Programme, touchpoints: Iterable[Touchpoint]) -> Iterator[Fault]:
    for touchpoint in touchpoints:
        where: Path = ("touchpoints", programme.touchpoints.index(touchpoint))
        if touchpoint.id != touchpoint.rule:
            yield Fault((*where, "id"), f"`{touchpoint.id}` has a name of its own", f"Call it `{touchpoint.rule}`.")
        if not touchpoint.follow_up:
            yield Fault(where, f"`{touchpoint.id}` belongs to the follow-up", "Add `follow_up: true`.")


def _before_the_rest(programme: Programme) -> Iterator[Fault]:
    """An assessment day carries nothing else, so the assessment must be asked first."""
    for index, touchpoint in enumerate(programme.touchpoints):
        if touchpoint.rule == "assessment":
            return
        if touchpoint.rule != "safety_hold":
            cure = "Move it below the one with `rule: assessment`."
            yield Fault(("touchpoints", index), f"`{touchpoint.id}` comes before the assessments", cure)


def _windows(programme: Programme) -> Iterator[Fault]:
    sessions = {t.id for t in programme.touchpoints if t.rule == "next_session"}
    shut = -1
    for index, assessment in enumerate(programme.assessments):
        where: Path = ("assessments", index)
        if not assessment.opens <= assessment.day <= assessment.closes:
            yield Fault(where, f"`{assessment.code}` is not sent inside its window", "Keep opens <= day <= closes.")
        if assessment.opens <= shut:
            yield Fault(where, f"`{assessment.code}` opens before the one above closes", "Move its window.")
        if assessment.day + assessment.within > assessment.closes:
            yield Fault((*where, "within"), "it could wait until its window is shut", "Make `within` smaller.")
        if assessment.after is not None and assessment.after not in sessions:
            yield Fault((*where, "after"), f"`{assessment.after}` is no session", _known(sessions))
        shut = assessment.closes


def _reminders(programme: Programme) -> Iterator[Fault]:
    limit = programme.burden.reminders_per_assessment
    for index, assessment in enumerate(programme.assessments):
        where: Path = ("assessments", index, "reminders")
        if len(assessment.reminders) > limit:
            yield Fault(where, f"more than {limit} reminders", "Leave some out; `burden` sets the limit.")
        yield from _reminder_days(where, assessment)


def _reminder_days(where: Path, assessment: Assessment) -> Iterator[Fault]:
    days = [reminder.after_days for reminder in assessment.reminders]
    if days != sorted(set(days)):
        yield Fault(where, "the reminders are not in order of their days", "Put the earlier one first.")
    if days and assessment.day + days[-1] > assessment.closes:
        yield Fault(where, "a reminder comes after the window is shut", "Bring it forward.")


def _hours(programme: Programme) -> Iterator[Fault]:
    settings, burden = programme.settings, programme.burden
    for key in ("morning", "evening", "midday"):
        if in_quiet_hours(burden, getattr(settings, key)):
            yield Fault(("settings", key), "it lies in the quiet hours", "Choose a waking hour.")
    for key, hour, bounds in (
        ("morning", settings.morning, settings.morning_range),
        ("evening", settings.evening, settings.evening_range),
    ):
        if not bounds[0] <= hour <= bounds[1]:
            yield Fault(("settings", key), "it lies outside its range", f"Widen `{key}_range` or move it.")
        if any(in_quiet_hours(burden, bound) for bound in bounds):
            message = "it reaches into the quiet hours, in which nothing comes"
            yield Fault(("settings", f"{key}_range"), message, "Let it begin and end in waking hours.")


def _budget(programme: Programme) -> Iterator[Fault]:
    burden = programme.burden
    if burden.per_week > burden.per_day * 7:
        yield Fault(("burden", "per_week"), "it is more than seven full days", "Lower it, or raise `per_day`.")
    if burden.assessments_only_after <= burden.weekly_after:
        message = "it is not longer than `weekly_after_silent_days`"
        yield Fault(("burden", "assessments_only_after_silent_days"), message, "Make it longer.")


def _known(names: Iterable[str]) -> str:
    return f"Known are: {', '.join(sorted(names)) or 'none'}."
