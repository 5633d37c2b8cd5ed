"""Questions: from `ask: {choice: {...}}` to the engine's asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from coachbot.authoring.fields import Fields
from coachbot.engine.asks import (
    Ask,
    Choice,
    Day,
    FreeText,
    Number,
    Scale,
    Several,
    TimeOfDay,
    Wait,
    YesNo,
)
from coachbot.rendering import Formula, FormulaError, compile_expression

UNITS = ("min", "kg", "cm", "years", "days", "times")
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
_LONGEST_WAIT = 24 * 3600


def ask_from(state: Fields) -> Ask | None:
    """The question of a state, or None if it asks nothing or asks it wrongly (which is noted)."""
    if "ask" not in state:
        return None
    ask = state.fields("ask")
    if len(ask.data) != 1:
        state.fault("DIALOG_019", "a question has exactly one kind", f"One of: {', '.join(_KINDS)}.", at=("ask",))
        return None
    kind = next(iter(ask.data))
    if kind not in _KINDS:
        ask.only(*_KINDS)
        return None
    before = len(state.faults)
    made = _KINDS[kind](ask.fields(kind))
    return made if len(state.faults) == before else None


def slot_type(ask: Ask) -> str:
    """The type of the slot that a question fills; empty for a pause."""
    return _TYPES.get(type(ask), "")


def slot_name(ask: Ask | None) -> str:
    """The slot that a question fills; empty for a pause or no question."""
    return str(getattr(ask, "name", "") or "")


def answers_of(ask: Ask | None) -> tuple[str, ...]:
    """What `next` may distinguish after a question."""
    match ask:
        case Choice():
            return tuple(ask.of)
        case YesNo():
            return ("yes", "no")
        case Scale():
            return tuple(str(value) for value in range(ask.low, ask.high + 1))
        case Wait():
            return ("waited",)
        case None:
            return ()
        case _:
            return ("answered",)


def listings_of(ask: Ask | None) -> Iterator[tuple[str, Formula]]:
    """The expressions that say which codes of a choice a patient sees, with their keys."""
    for key in ("only", "without"):
        listing = getattr(ask, key, None)
        if isinstance(listing, Formula):
            yield key, listing


def skippable(ask: Ask | None) -> bool:
    """Whether the patient may leave the question out."""
    return ask is not None and not isinstance(ask, Wait) and not getattr(ask, "required", False)


def _choice(of: Fields) -> Ask:
    of.only("name", "of", "required", "only", "also", "without", "report")
    also = of.codes("also")
    return Choice(
        of.code("name"), (*of.codes("of", required=True), *also), of.flag("required"),
        only=_listing(of, "only"), also=also, without=_listing(of, "without"), report=of.flag("report"),
    )  # fmt: skip


def _listing(of: Fields, key: str) -> Formula | None:
    """An expression that yields codes; None if it is not written, or can't be read (which is noted)."""
    if key not in of:
        return None
    try:
        return compile_expression(of.text(key))
    except FormulaError as error:
        of.fault("GUARD_001", str(error), at=(key,))
        return None


def _several(of: Fields) -> Ask:
    of.only("name", "of", "min", "max", "required")
    codes = of.codes("of", required=True)
    least = of.whole("min", 0)
    most = of.whole("max", 0) if "max" in of else None
    if least > len(codes) or (most is not None and not max(least, 1) <= most <= len(codes)):
        of.fault("DIALOG_019", f"min and max don't fit {len(codes)} choices")
    return Several(of.code("name"), codes, least, most, of.flag("required"))


def _yes_no(of: Fields) -> Ask:
    of.only("name", "required", "report")
    return YesNo(of.code("name"), of.flag("required"), of.flag("report"))


def _number(of: Fields) -> Ask:
    of.only("name", "min", "max", "unit", "whole", "required")
    low, high = of.number("min"), of.number("max")
    if low is not None and high is not None and low >= high:
        of.fault("DIALOG_019", f"min {low} is not below max {high}")
    unit = of.text("unit", "") or None
    if unit and unit not in UNITS:
        of.fault("DIALOG_019", f"'{unit}' is not a unit", f"One of: {', '.join(UNITS)}.", at=("unit",))
    return Number(of.code("name"), low, high, unit, of.flag("whole"), of.flag("required"))


#: What a text can be taken as, so that only that of it is kept.
MEANINGS = ("name", "phone", "kept")


def _scale(of: Fields) -> Ask:
    of.only("name", "from", "to", "required")
    low, high = of.whole("from"), of.whole("to")
    if low >= high:
        of.fault("DIALOG_019", f"from {low} is not below to {high}")
    return Scale(of.code("name"), low, high, of.flag("required"))


def _time(of: Fields) -> Ask:
    of.only("name", "required")
    return TimeOfDay(of.code("name"), of.flag("required"))


def _date(of: Fields) -> Ask:
    of.only("name", "required")
    return Day(of.code("name"), of.flag("required"))


def _text(of: Fields) -> Ask:
    of.only("name", "max", "required", "as")
    means = of.text("as", "")
    if means not in ("", *MEANINGS):
        of.fault("DIALOG_019", f"a text is taken as {' or '.join(MEANINGS)}, not as '{means}'", at=("as",))
    return FreeText(of.code("name"), of.whole("max", 1000), of.flag("required"), means)


def _wait(of: Fields) -> Ask:
    of.only(*_SECONDS)
    seconds = sum((of.number(unit) or 0) * factor for unit, factor in _SECONDS.items())
    if not 0 < seconds <= _LONGEST_WAIT:
        of.fault("DIALOG_019", "a pause lasts more than nothing and at most 24 hours")
    return Wait(int(seconds))


_KINDS: Mapping[str, Callable[[Fields], Ask]] = {
    "choice": _choice,
    "several": _several,
    "yes_no": _yes_no,
    "number": _number,
    "scale": _scale,
    "time": _time,
    "date": _date,
    "text": _text,
    "wait": _wait,
}
_TYPES: Mapping[type, str] = {
    Choice: "choice",
    Several: "several",
    YesNo: "yes_no",
    Number: "number",
    Scale: "scale",
    TimeOfDay: "time",
    Day: "date",
    FreeText: "text",
}
