"""JSON Schemas of the files authors write, so that an editor completes and checks while they type.

They say the form only; what holds between files is `coachbot check`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coachbot.authoring import education, exercises, practices, screening
from coachbot.authoring.asks import MEANINGS, UNITS
from coachbot.authoring.dialogs import SLOT_SCOPES, SLOT_TYPES
from coachbot.authoring.exercises import DOSES, GROUPS
from coachbot.authoring.schema_settings import INSTRUMENT, PROGRAMME
from coachbot.authoring.schema_types import (
    BOOLEAN,
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
    one_of,
    record,
    titled,
)
from coachbot.engine.actions import ACTIONS, Argument, Spec

_SIMPLE: Schema = {"type": ["string", "number", "boolean", "null"]}
_NAME: Schema = {"name": CODE, "required": BOOLEAN}


# -- questions --------------------------------------------------------------------------------------------
def _question(named: bool) -> Schema:
    """One question; a screening's has no name, because its code is the name."""
    base: Schema = dict(_NAME) if named else {"required": BOOLEAN}
    name = ("name",) if named else ()
    codes = {"of": listed(CODE)}
    return {
        "choice": record(
            {**base, **codes, "only": TEXT, "also": CODES, "without": TEXT, "report": BOOLEAN}, *name, "of"
        ),
        "several": record({**base, **codes, "min": WHOLE, "max": WHOLE}, *name, "of"),
        "yes_no": record({**base, "report": BOOLEAN}, *name),
        "number": record(
            {**base, "min": NUMBER, "max": NUMBER, "unit": {"enum": list(UNITS)}, "whole": BOOLEAN}, *name
        ),
        "scale": record({**base, "from": WHOLE, "to": WHOLE}, *name, "from", "to"),
        "time": record(base, *name),
        "date": record(base, *name),
        "text": record({**base, "max": WHOLE, "as": {"enum": list(MEANINGS)}}, *name),
        "wait": record({"seconds": NUMBER, "minutes": NUMBER, "hours": NUMBER}),
    }


# -- things to be done ------------------------------------------------------------------------------------
def _doings() -> Schema:
    return listed(either(one_of({name: _doing(spec) for name, spec in ACTIONS.items()}), {"enum": list(ACTIONS)}))


def _doing(spec: Spec) -> Schema:
    if spec.free:
        return dictionary(_SIMPLE)
    full = record(
        {argument.name: _argument(argument) for argument in spec.arguments},
        *(argument.name for argument in spec.arguments if argument.required),
    )
    sole = next((one for one in spec.arguments if one.name == spec.sole), None)
    empty: Schema = {"type": ["null", "boolean"]}
    if sole is not None:
        return either(full, _argument(sole))
    return full if any(one.required for one in spec.arguments) else either(full, empty)


def _argument(argument: Argument) -> Schema:
    match argument.kind:
        case "code":
            return {"enum": list(argument.of)} if argument.of else CODE
        case "slot":
            return CODE
        case "slot_or_number":
            return either(CODE, NUMBER)
        case "expression":
            return _SIMPLE
        case "text":
            return TEXT


# -- dialogs ----------------------------------------------------------------------------------------------
_NEXT = either(
    CODE,
    dictionary(CODE),
    listed(either(record({"when": _SIMPLE, "go": CODE}, "when", "go"), record({"else": CODE}, "else"))),
)
_CALL = either(
    DIALOG,
    record({"dialog": DIALOG, "with": dictionary(_SIMPLE)}, "dialog"),
    record({"in": TEXT, "by": TEXT, "with": dictionary(_SIMPLE)}, "in", "by"),
)
_STATE = record(
    {
        "say": BOOLEAN,
        "ask": one_of(_question(named=True)),
        "do": _doings(),
        "call": _CALL,
        "next": _NEXT,
        "end": CODE,
        "quiet": BOOLEAN,
    }
)
DIALOG_FILE = record(
    {
        "dialog": DIALOG,
        "summary": TEXT,
        "start": CODE,
        "states": {**dictionary(_STATE), "minProperties": 1},
        "keeps": BOOLEAN,
        "arms": CODES,
        "slots": dictionary(record({"type": {"enum": list(SLOT_TYPES)}, "scope": {"enum": list(SLOT_SCOPES)}}, "type")),
        "takes": CODES,
        "gives": CODES,
        "moved": dictionary(CODE),
    },
    "dialog",
    "start",
    "states",
)

# -- what becomes a dialog by itself -------------------------------------------------------------------------
_PRACTICE = record(
    {
        "practice": CODE,
        "arms": CODES,
        "minutes": NUMBER,
        "lines": {**listed(dictionary(NUMBER)), "minItems": 1},
        "short": CODES,
        "quiet": NUMBER,
    },
    "practice",
    "lines",
)
_MESSAGE = record(
    {
        "id": CODE,
        "theme": CODE,
        "sources": TEXTS,
        "quiz": CODES,
        "arms": CODES,
        "tags": CODES,
        "not_for": CODES,
        "moves": CODES,
    },
    "id",
    "theme",
    "sources",
)
_EXERCISE = record(
    {
        "exercise": CODE,
        "group": {"enum": list(GROUPS)},
        "dose": record({key: BOOLEAN if key == "each_side" else NUMBER for key in DOSES}),
        "easier": CODE,
        "harder": CODE,
        "no_harder": TEXT,
        "not_for": CODES,
    },
    "exercise",
    "group",
)
_OUTCOME: Schema = {"enum": list(screening.OUTCOMES)}
_SCREENING = record(
    {
        "screening": CODE,
        "summary": TEXT,
        "source": TEXT,
        "clinical_sign_off": TEXT,
        "questions": listed(
            record(
                {
                    "code": CODE,
                    "kind": CODE,
                    "ask": one_of(_question(named=False)),
                    "when_met": dictionary(_OUTCOME),
                    "outside": record({"low": NUMBER, "high": NUMBER, "outcome": _OUTCOME}, "outcome"),
                    "only_if": TEXT,
                    "rules_out": dictionary(CODE),
                    "urgent": CODE,
                    "source": TEXT,
                    "confirmed": BOOLEAN,
                    "clinical_sign_off": TEXT,
                },
                "code",
                "ask",
            )
        ),
    },
    "screening",
    "questions",
)

#: Kind of file to the folder it stands in.
FOLDERS: Mapping[str, str] = {
    "dialog": "dialogs",
    "practice": "content/practices",
    "education": "content/education",
    "exercise": "content/exercises",
    "instrument": "content/instruments",
    "programme": "content/programmes",
    "screening": "content/screening",
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file, by kind (see FOLDERS)."""
    found = {
        "dialog": DIALOG_FILE,
        "practice": _PRACTICE,
        "education": listed(_MESSAGE),
        "exercise": _EXERCISE,
        "instrument": INSTRUMENT,
        "programme": PROGRAMME,
        "screening": _SCREENING,
    }
    return {kind: titled(kind, schema) for kind, schema in found.items()}


#: The keys that the readers know; a test holds them against the schemas.
READ_KEYS: Mapping[str, tuple[str, ...]] = {
    "practice": practices.KEYS,
    "education": education.KEYS,
    "exercise": exercises.KEYS,
    "screening": screening.KEYS,
}
