"""The catalogue of actions a dialog may ask for (`do:`), and what each argument is.

Authoring checks against it, the engine evaluates arguments by it, and the service carries the actions out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `code`: a word as written; `slot`: the value of a slot; `expression`: a small formula;
#: `text`: literal text such as a dialog's name or "3 h".
ArgumentKind = Literal["code", "slot", "expression", "text", "slot_or_number"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an action."""

    name: str
    kind: ArgumentKind
    required: bool = False
    #: Allowed codes; empty means any code.
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """What an action takes. `sole` is the argument a bare value stands for (`award: practice`)."""

    name: str
    arguments: tuple[Argument, ...] = ()
    sole: str | None = None
    #: Slots of the dialog that go along when they are set.
    takes_along: tuple[str, ...] = ()
    #: Slots that the action fills at once.
    fills: tuple[str, ...] = ()
    #: Any names are allowed as arguments (`set`).
    free: bool = False


PROFILE_FIELDS = (
    "name", "phone", "contact", "language", "zone", "country", "morning", "evening", "session_day", "practice_days",
    "dial",
)  # fmt: skip

_SPECS = (
    Spec("set", free=True),
    Spec(
        "record_practice",
        (
            Argument("kind", "code", True, ("cse", "sct")),
            Argument("done", "slot", True),
            Argument("minutes", "slot_or_number"),
            Argument("guided", "code", False, ("yes",)),
        ),
        takes_along=("minutes", "pain_before", "pain_after", "barrier", "noticed", "practice"),
    ),
    Spec(
        "award",
        (Argument("award", "code", True, ("practice", "session", "return", "assessment", "finish")),),
        sole="award",
    ),
    Spec(
        "alert",
        (
            Argument("kind", "code", True),
            Argument("priority", "code", True, ("low", "medium", "high", "top")),
            Argument("note", "slot"),
        ),
    ),
    Spec("record_change", (Argument("what", "slot", True), Argument("details", "slot"))),
    Spec("save", tuple(Argument(name, "slot") for name in PROFILE_FIELDS)),
    Spec("consent", (Argument("version", "code", True), Argument("given", "slot", True))),
    Spec("screened", (Argument("outcome", "slot", True), Argument("reasons", "slot", True))),
    Spec("guess_zone", (Argument("from", "slot", True),), sole="from", fills=("zone", "zone_city", "zone_country")),
    Spec(
        "remind",
        (
            Argument("dialog", "text", True),
            Argument("in", "text"),
            Argument("at", "slot"),
            Argument("when", "code", of=("on_duty",)),
        ),
    ),
    Spec("rule_out", (Argument("condition", "code", True),), sole="condition"),
    Spec("rule_in", (Argument("condition", "code", True),), sole="condition"),
    Spec("record_guess", takes_along=("guess", "sure")),
    Spec("attended", (Argument("what", "code", True),), sole="what"),
    Spec("silence", (Argument("until", "code", True, ("tomorrow", "told", "now")),), sole="until"),
    Spec("pause", (Argument("days", "slot_or_number"),), sole="days"),
    Spec("resume"),
    Spec("dial", (Argument("dial", "code", True, ("more", "usual", "less", "weekly")),), sole="dial"),
    Spec("stop_treatment"),
    Spec("withdraw"),
    Spec("tell_badge"),
    Spec("export_data"),
    Spec("doctor_page"),
    Spec("erase"),
    Spec("hand_over", (Argument("reason", "code", True),), sole="reason"),
    Spec("draw_progress"),
    Spec("assessment_done", (Argument("assessment", "code", True),), sole="assessment"),
)

ACTIONS = {spec.name: spec for spec in _SPECS}
