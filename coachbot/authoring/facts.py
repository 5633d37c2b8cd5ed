"""The facts that guards and texts may name (docs/authoring.md, section 4), and which of them may be missing."""

from __future__ import annotations

from collections.abc import Mapping

#: What a fact of this group is worth naming with: each key, and whether it is always there.
SURE, MAYBE = True, False

FACTS: Mapping[str, Mapping[str, bool]] = {
    "patient": dict.fromkeys(
        ("name", "language", "zone", "morning", "evening", "session_day", "practice_days", "phone", "contact", "dial"),
        SURE,
    ),
    "programme": dict.fromkeys(
        (
            "arm",
            "week",
            "day",
            "phase",
            "trial",
            "name",
            "begun",
            "paused",
            "stopped",
            "tells_allocation",
            "offers_other",
        ),
        SURE,
    ),
    "today": {
        **dict.fromkeys(("weekday", "practice_day", "session_day", "date", "part"), SURE),
        "education": MAYBE,
    },
    # the hours between which a patient can choose
    "hours": dict.fromkeys(("morning_first", "morning_last", "evening_first", "evening_last"), SURE),
    "diary": {
        **dict.fromkeys(("cse", "sct", "cse_week", "sct_week", "minutes", "easy_run", "flare_run", "rated"), SURE),
        **dict.fromkeys(("month", "month_bad"), SURE),
        **dict.fromkeys(("cse_last", "sct_last", "pain_last", "settled"), MAYBE),
        **dict.fromkeys(("minutes_first", "minutes_latest", "pain_first", "pain_latest"), MAYBE),
    },
    "exercises": dict.fromkeys(("ruled_out", "conditions", "belly_and_back", "middle", "names"), SURE),
    "lessons": dict.fromkeys(("sources", "more_sources"), SURE),
    "away": {"days": SURE},
    "attended": dict.fromkeys((f"{kind}_{number}" for kind in ("sct", "cse") for number in range(1, 5)), SURE),
    "awards": dict.fromkeys(("practice", "session", "return", "assessment", "finish"), SURE),
    "badges": {"earned": SURE, "new": MAYBE},
    "site": {
        **dict.fromkeys(("name", "therapist", "reads_when", "emergency", "crisis_line", "privacy", "on_duty"), SURE),
        **dict.fromkeys(("phone", "duty_days", "duty_at"), MAYBE),
    },
    "channel": dict.fromkeys(("name", "reads", "sounds"), SURE),
    "round": {**dict.fromkeys(("on_page", "filled", "done", "minutes"), SURE), "link": MAYBE},
    "safety": dict.fromkeys(("hold", "daily", "told"), SURE),
    "alert": dict.fromkeys(("kind", "told_at", "told_days", "read_by", "read_at", "read_days"), MAYBE),
}
#: Facts without keys.
SINGLE: Mapping[str, bool] = {"demo": SURE}
#: Its keys are the pack's instruments; each may be missing.
ANSWERED = "answered"

#: What the coach's own sentences (`coach.md`) and the parts `again` and `example` may name besides.
OF_COACH: Mapping[str, bool] = {
    **dict.fromkeys(("ask_kind", "out_of_range", "low", "high", "required", "longest"), MAYBE),
    # who of the clinic did what the coach tells of, and to which exercise
    "by": SURE,
    "exercise": SURE,
    "instead_of": SURE,
}

#: Codes that a fact can have, where they are few and known.
CODES: Mapping[str, tuple[str, ...]] = {
    "patient.session_day": ("sat", "sun"),
    "today.weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "today.part": ("morning", "afternoon", "evening", "night"),
    "diary.cse_last": ("all", "part", "not_today"),
    "diary.sct_last": ("all", "part", "not_today"),
}

TOPS = frozenset({*FACTS, *SINGLE, ANSWERED})
ALWAYS_THERE: frozenset[str] = frozenset(
    {f"{top}.{key}" for top, keys in FACTS.items() for key, sure in keys.items() if sure} | {*SINGLE, *FACTS, ANSWERED}
)
