"""From a programme file's data to a `Programme`. All faults come out at once, as one `ProgrammeFault`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from coachbot.programme.crosschecks import check_together
from coachbot.programme.fields import Fault, Fields, Path, ProgrammeFault
from coachbot.programme.model import (
    BORROWED_DIALOG,
    DAY_PARTS,
    DELIVERIES,
    DIALS,
    KINDS,
    MOMENTS,
    RULES,
    WEEKDAYS,
    Arm,
    Assessment,
    Burden,
    Concept,
    Phase,
    Programme,
    Reminder,
    Settings,
    Touchpoint,
    Weekday,
)
from coachbot.programme.needs import NeedRule, Needs
from coachbot.programme.rewards import COUNTED, BadDay, Reward

__all__ = ["FORMAT", "RESERVED", "Fault", "ProgrammeFault", "programme_from"]

#: The format this module reads.
FORMAT = 1

_LATER = "It is kept for programmes made by a planner (docs/decisions/0003); format 1 cannot say it yet."

#: Keys kept for programmes that a planner makes.
RESERVED: Mapping[str, str] = dict.fromkeys(("ends", "planner", "goals", "education"), _LATER)


def programme_from(data: Mapping[str, object]) -> Programme:
    """The programme a file says. Raises ProgrammeFault with every fault (path, message, cure)."""
    faults: list[Fault] = []
    fields = Fields(data, (), faults)
    programme = _programme(fields)
    fields.close(RESERVED)
    if not faults:
        check_together(programme, faults)
    if faults:
        raise ProgrammeFault(faults)
    return programme


def _programme(fields: Fields) -> Programme:
    fields.whole("format", FORMAT, FORMAT)
    weeks = fields.whole("weeks", 1, 104)
    arms = tuple(_arm(each) for each in fields.maps("arms"))
    codes = [arm.code for arm in arms]
    return Programme(
        id=fields.code("programme"),
        version=str(fields.whole("version", 1, 9999)),
        title=fields.code("title"),
        trial=fields.flag("trial"),
        arms=arms,
        weeks=weeks,
        phases=tuple(_phase(each, weeks) for each in fields.maps("phases")),
        touchpoints=tuple(_touchpoint(each, codes, weeks) for each in fields.maps("touchpoints")),
        assessments=tuple(_assessment(each) for each in fields.maps("assessments")),
        burden=_burden(fields.map("burden")),
        concepts=tuple(_concept(each, codes) for each in fields.maps("concepts")),
        settings=_settings(fields.map("settings")),
        withheld=frozenset(fields.codes("withheld_in_safety_hold")),
        bad_day=BadDay(fields.whole("bad_day_from", 1, 10, default=6), fields.whole("bad_day_above", 0, 10, default=2)),
        needs=_needs(fields.map("needs")) if fields.has("needs") else Needs(0, 0, ()),
        rewards=tuple(_reward(each) for each in fields.maps("rewards")),
        require_official=fields.flag("require_official"),
        schedule_only=fields.flag("schedule_only"),
        last_days_in_hold=fields.whole("last_days_in_hold", 0, 60, default=0),
        page_pause_minutes=fields.whole("page_pause_minutes", 1, 24 * 60, default=15),
        allocation=_allocation(fields),
        **_closing(fields),
    )


def _closing(fields: Fields) -> dict[str, bool]:
    """What the last day may bring; nothing where the file does not say."""
    if not fields.has("closing"):
        return {}
    closing = fields.map("closing")
    allowed = {name: closing.flag(name) for name in ("tells_allocation", "offers_other")}
    closing.close()
    return allowed


def _allocation(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Words that tell the arm; none where the file does not say."""
    entries = fields.entries("allocation") if fields.has("allocation") else {}
    return {
        str(language): _fragments(fields, str(language), given, "allocation") for language, given in entries.items()
    }


def _arm(fields: Fields) -> Arm:
    arm = Arm(fields.code("code"), fields.codes("sessions"))
    fields.close()
    return arm


def _phase(fields: Fields, weeks: int) -> Phase:
    phase = Phase(fields.code("code"), fields.whole("first_week", 1, weeks), fields.whole("last_week", 1, weeks))
    fields.close()
    return phase


def _touchpoint(fields: Fields, arms: Collection[str], weeks: int) -> Touchpoint:
    rule = fields.choice("rule", RULES)
    follow_up, beyond = fields.flag("follow_up"), fields.flag("beyond_budget")
    until = fields.whole("until_week", 1, weeks, default=weeks)
    touchpoint = Touchpoint(
        id=fields.code("id"),
        kind=fields.choice("kind", KINDS),
        rule=rule,
        dialog=fields.dialog("dialog") if rule not in BORROWED_DIALOG or fields.has("dialog") else "",
        at=fields.choice("at", DAY_PARTS, default="morning"),
        plus_minutes=fields.whole("plus_minutes", 0, 720, default=0),
        expires=fields.clock("expires"),
        arms=frozenset(fields.codes("arms", arms, "arm")),
        from_day=fields.whole("from_day", 0, weeks * 7, default=1),
        from_week=fields.whole("from_week", 1, weeks, default=1),
        until_week=None if (follow_up or beyond) and not fields.has("until_week") else until,
        every=fields.whole("every", 1, weeks, default=1),
        after=fields.code("after") if fields.has("after") else None,
        in_place_of=fields.code("in_place_of") if fields.has("in_place_of") else None,
        attends=fields.codes("attends"),
        delivery=fields.choice("delivery", DELIVERIES, default="chat"),
        education=fields.flag("education"),
        nag=fields.flag("nag"),
        folds=fields.flag("folds"),
        follow_up=follow_up,
        silent_days=fields.whole("silent_days", 0, 365, default=0),
        beyond_budget=beyond,
    )
    fields.close()
    return touchpoint


def _assessment(fields: Fields) -> Assessment:
    day = fields.whole("day", 0, 3650)
    assessment = Assessment(
        code=fields.code("code"),
        dialog=fields.dialog("dialog"),
        instruments=fields.codes("instruments"),
        day=day,
        opens=fields.whole("opens", 0, 3650, default=day),
        closes=fields.whole("closes", 0, 3650),
        at=fields.choice("at", MOMENTS, default="morning"),
        reminders=tuple(_reminder(each) for each in fields.maps("reminders")),
        after=fields.code("after") if fields.has("after") else None,
        within=fields.whole("within", 0, 60, default=0),
        overlaps=fields.codes("overlaps"),
        page=fields.flag("page") if fields.has("page") else None,
    )
    fields.close()
    return assessment


def _reminder(fields: Fields) -> Reminder:
    reminder = Reminder(fields.whole("after_days", 1, 60), fields.choice("part", DAY_PARTS))
    fields.close()
    return reminder


def _burden(fields: Fields) -> Burden:
    burden = Burden(
        per_day=fields.whole("per_day", 1, 10),
        per_week=fields.whole("per_week", 1, 70),
        nags_per_prompt=fields.whole("nags_per_prompt", 0, 5),
        nags_per_week=fields.whole("nags_per_week", 0, 10),
        reminders_per_assessment=fields.whole("reminders_per_assessment", 0, 5),
        quiet_from=fields.clock("quiet_from"),
        quiet_until=fields.clock("quiet_until"),
        weekly_after=fields.whole("weekly_after_silent_days", 1, 60),
        assessments_only_after=fields.whole("assessments_only_after_silent_days", 1, 365),
        quiet_from_week=fields.whole("quiet_from_week", 1, 104),
    )
    fields.close()
    return burden


def _concept(fields: Fields, arms: Collection[str]) -> Concept:
    entries = fields.entries("words")
    words = {str(language): _fragments(fields, str(language), given) for language, given in entries.items()}
    concept = Concept(fields.code("code"), frozenset(fields.codes("only_arms", arms, "arm")), words)
    if not concept.only_arms:
        fields.fault("only_arms", "a concept needs the arms that may meet it", "Add `only_arms: [...]`.")
    fields.close()
    return concept


def _fragments(fields: Fields, language: str, given: object, under: str = "words") -> tuple[str, ...]:
    path = (under, language)
    if not isinstance(given, list | tuple) or not given:
        fields.fault(path, "a list of fragments is needed", "Write `- 'fragment'` lines.")
        return ()
    return tuple(_fragment(fields, (*path, n), value) for n, value in enumerate(given))


def _fragment(fields: Fields, path: Path, value: object) -> str:
    """A lower-case regular expression; escapes such as `\\B` may have capitals."""
    text = value if isinstance(value, str) else ""
    bare = re.sub(r"\\.", "", text)
    if not text or bare != bare.lower():
        fields.fault(path, f"{value!r} is not a lower-case fragment", "Write it in lower case and in quotes.")
        return text
    try:
        empty = re.compile(text).search("")
    except re.error as error:
        fields.fault(path, f"{text!r} is not a regular expression ({error})", "Escape it, for example `\\(`.")
        return text
    if empty:
        fields.fault(path, f"{text!r} matches everything", "Leave at least one letter that is not optional.")
    return text


def _reward(fields: Fields) -> Reward:
    reward = Reward(fields.code("code"), fields.choice("of", COUNTED), fields.whole("count", 1, 1000))
    fields.close()
    return reward


def _needs(fields: Fields) -> Needs:
    needs = Needs(
        forward=fields.whole("forward_days", 0, 60),
        back=fields.whole("back_days", 0, 60),
        rules=tuple(_need(each) for each in fields.maps("rules")),
    )
    fields.close()
    return needs


def _need(fields: Fields) -> NeedRule:
    """One rule; a number that decides needs its source."""
    heard = fields.heard("heard")
    if fields.has("at_least"):
        rule = NeedRule(fields.code("need"), heard, at_least=fields.whole("at_least", 0, 100))
        if not fields.raw("source"):
            fields.fault("source", "a number that decides needs its source", "Add `source:`.")
    else:
        rule = NeedRule(fields.code("need"), heard, among=fields.codes("among"))
    fields.close()
    return rule


def _settings(fields: Fields) -> Settings:
    settings = Settings(
        morning=fields.clock("morning"),
        morning_range=fields.clocks("morning_range"),
        evening=fields.clock("evening"),
        evening_range=fields.clocks("evening_range"),
        midday=fields.clock("midday"),
        session_day=fields.choice("session_day", ("sat", "sun")),
        practice_days=_weekdays(fields),
        dial=fields.choice("dial", DIALS),
    )
    fields.close()
    return settings


def _weekdays(fields: Fields) -> frozenset[Weekday]:
    written = fields.codes("practice_days", WEEKDAYS, "day of the week")
    return frozenset(day for day in WEEKDAYS if day in written)
