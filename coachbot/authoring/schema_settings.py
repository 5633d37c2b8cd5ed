"""The JSON Schemas of instruments and programmes. Their readers live in the pure rooms."""

from __future__ import annotations

from coachbot.authoring.schema_types import (
    BOOLEAN,
    CLOCK,
    CODE,
    CODES,
    DIALOG,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    Schema,
    dictionary,
    either,
    listed,
    record,
)
from coachbot.instruments.reading import AFTER, CASES, ITEM_KINDS, ITEM_SAFETY
from coachbot.instruments.recall import RECALLS
from coachbot.programme.model import DAY_PARTS, DELIVERIES, DIALS, KINDS, MOMENTS, RULES, WEEKDAYS
from coachbot.programme.rewards import COUNTED

# -- instruments ------------------------------------------------------------------------------------------
_SOURCE: Schema = {"source": TEXT, "confirmed": BOOLEAN}
_ANCHORS = listed(record({"code": CODE, "value": WHOLE}, "code", "value"))
_RANGE = record({"low": WHOLE, "high": WHOLE}, "low", "high")
_ITEM = record(
    {
        "code": CODE,
        "loinc": TEXT,
        "recall": {"enum": list(RECALLS)},
        "kind": {"enum": list(ITEM_KINDS)},
        "safety": {"enum": list(ITEM_SAFETY)},
        "scored": BOOLEAN,
        "anchors": _ANCHORS,
        "about": CODE,
        "longest": WHOLE,
        "asked_once": BOOLEAN,
        "range": _RANGE,
        "unit": TEXT,
        "of": CODES,
    },
    "code",
    "safety",
)
_BAND = record({"code": CODE, "low": NUMBER, "high": NUMBER}, "code", "low", "high")
_SCORE = record(
    {
        "code": CODE,
        "loinc": TEXT,
        "items": either({"const": "all"}, CODES),
        "method": {"enum": ["sum", "mean", "value", "index"]},
        "reverse": CODES,
        "low": NUMBER,
        "high": NUMBER,
        "higher_is": {"enum": ["worse", "better"]},
        "missing": record({"allow": WHOLE, **_SOURCE}, "allow", "source"),
        "bands": record({"of": listed(_BAND), **_SOURCE}, "of", "source"),
        "value_set": record(
            {"of": dictionary({"type": "array", "items": NUMBER, "minItems": 1}), **_SOURCE}, "of", "source"
        ),
    },
    "code",
    "items",
    "method",
    "low",
    "high",
    "higher_is",
    "missing",
)
_CHANGE = record(
    {"score": CODE, "points": NUMBER, "low_start": NUMBER, "low_percent": NUMBER, **_SOURCE},
    "score",
    "points",
    "source",
)
_DANGER = record(
    {
        "item": CODE,
        "kind": CODE,
        "priority": {"enum": ["top", "high", "medium", "low"]},
        "at_least": WHOLE,
        "skipped": BOOLEAN,
        "ask_again": WHOLE,
        **_SOURCE,
    },
    "item",
    "kind",
    "priority",
    "source",
)
_VECTOR = record(
    {
        "case": {"enum": list(CASES)},
        "answers": dictionary({"type": ["integer", "null"]}),
        "scores": dictionary({"type": ["number", "null"]}),
        "bands": dictionary(CODE),
    },
    "case",
    "answers",
    "scores",
)
INSTRUMENT = record(
    {
        "instrument": CODE,
        "title": TEXT,
        "loinc": TEXT,
        "loinc_answers": TEXT,
        "recall": {"enum": list(RECALLS)},
        "minutes": WHOLE,
        "layout": {"enum": ["likert", "scale", "ticks"]},
        "per_page": WHOLE,
        "range": _RANGE,
        "anchors": _ANCHORS,
        "items": listed(_ITEM),
        "scores": listed(_SCORE),
        "change": listed(_CHANGE),
        "safety": listed(_DANGER),
        "licence": record({"terms": TEXT, "granted_by": TEXT, **_SOURCE}, "terms", "granted_by", "source"),
        "wording": {"enum": ["own", "official"]},
        "official": record(
            {"source": TEXT, "version": TEXT, "licence": TEXT, "languages": TEXTS}, "source", "version", "licence"
        ),
        "vectors": listed(_VECTOR),
        "arms": CODES,
        "after": {"enum": list(AFTER)},
    },
    "instrument",
    "title",
    "recall",
    "minutes",
    "layout",
    "items",
    "licence",
    "wording",
)

# -- programmes -------------------------------------------------------------------------------------------
_DAYS: Schema = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "uniqueItems": True}
_TOUCHPOINT = record(
    {
        "id": CODE,
        "kind": {"enum": list(KINDS)},
        "rule": {"enum": list(RULES)},
        "dialog": DIALOG,
        "at": {"enum": list(DAY_PARTS)},
        "plus_minutes": WHOLE,
        "expires": CLOCK,
        "arms": CODES,
        "from_day": WHOLE,
        "from_week": WHOLE,
        "until_week": WHOLE,
        "every": WHOLE,
        "after": CODE,
        "in_place_of": CODE,
        "attends": CODES,
        "delivery": {"enum": list(DELIVERIES)},
        "education": BOOLEAN,
        "nag": BOOLEAN,
        "folds": BOOLEAN,
        "follow_up": BOOLEAN,
        "silent_days": WHOLE,
        "beyond_budget": BOOLEAN,
    },
    "id",
    "kind",
    "rule",
    "expires",
)
_ASSESSMENT = record(
    {
        "code": CODE,
        "dialog": DIALOG,
        "instruments": CODES,
        "day": WHOLE,
        "opens": WHOLE,
        "closes": WHOLE,
        "at": {"enum": list(MOMENTS)},
        "reminders": listed(record({"after_days": WHOLE, "part": {"enum": list(DAY_PARTS)}}, "after_days", "part")),
        "after": CODE,
        "within": WHOLE,
        "overlaps": CODES,
        "page": BOOLEAN,
    },
    "code",
    "dialog",
    "instruments",
    "day",
    "closes",
)
_BURDEN_NUMBERS = (
    "per_day", "per_week", "nags_per_prompt", "nags_per_week", "reminders_per_assessment",
    "weekly_after_silent_days", "assessments_only_after_silent_days", "quiet_from_week",
)  # fmt: skip
_BURDEN: Schema = {**dict.fromkeys(_BURDEN_NUMBERS, WHOLE), "quiet_from": CLOCK, "quiet_until": CLOCK}
_CLOCKS: Schema = {"type": "array", "items": CLOCK, "minItems": 2, "maxItems": 2}
_SETTINGS: Schema = {
    "morning": CLOCK,
    "morning_range": _CLOCKS,
    "evening": CLOCK,
    "evening_range": _CLOCKS,
    "midday": CLOCK,
    "session_day": {"enum": ["sat", "sun"]},
    "practice_days": _DAYS,
    "dial": {"enum": list(DIALS)},
}
_PHASE = record({"code": CODE, "first_week": WHOLE, "last_week": WHOLE}, "code", "first_week", "last_week")
_CONCEPT = record({"code": CODE, "only_arms": CODES, "words": dictionary(TEXTS)}, "code", "only_arms", "words")
_REWARD = record({"code": CODE, "of": {"enum": list(COUNTED)}, "count": WHOLE}, "code", "of", "count")
_NEED = record({"need": CODE, "heard": TEXT, "among": CODES, "at_least": WHOLE, "source": TEXT}, "need", "heard")
_NEEDS: Schema = {"forward_days": WHOLE, "back_days": WHOLE, "rules": listed(_NEED)}
PROGRAMME = record(
    {
        "programme": CODE,
        "format": {"const": 1},
        "version": WHOLE,
        "title": CODE,
        "trial": BOOLEAN,
        "closing": record({"tells_allocation": BOOLEAN, "offers_other": BOOLEAN}),
        "weeks": WHOLE,
        "arms": listed(record({"code": CODE, "sessions": CODES}, "code", "sessions")),
        "phases": listed(_PHASE),
        "settings": record(_SETTINGS, *_SETTINGS),
        "burden": record(_BURDEN, *_BURDEN),
        "assessments": listed(_ASSESSMENT),
        "withheld_in_safety_hold": CODES,
        "last_days_in_hold": WHOLE,
        "page_pause_minutes": WHOLE,
        "bad_day_from": WHOLE,
        "bad_day_above": WHOLE,
        "rewards": listed(_REWARD),
        "needs": record(_NEEDS, *_NEEDS),
        "require_official": BOOLEAN,
        "schedule_only": BOOLEAN,
        "touchpoints": listed(_TOUCHPOINT),
        "concepts": listed(_CONCEPT),
        "allocation": dictionary(TEXTS),
    },
    "programme",
    "format",
    "version",
    "title",
    "weeks",
    "arms",
    "touchpoints",
)
