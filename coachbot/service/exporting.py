""" "My data": everything that is kept of one patient, as JSON and as a page that a person can read."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from coachbot.service.clinic.records import by_day
from coachbot.service.codec import dump_fields
from coachbot.service.facts import local_now
from coachbot.service.ports import Line, Transaction
from coachbot.service.records import AlertRow, DiaryRow, PatientRecord, ResponseRow
from coachbot.service.world import World

_MOST_LINES = 100_000
#: What staff know of an arm stays out of a patient's export: it would unblind a trial.
_NOT_SHOWN = ("arm",)


@dataclass(frozen=True, slots=True)
class PatientData:
    """All that is kept of one patient."""

    record: PatientRecord
    lines: Sequence[Line]
    diary: Sequence[DiaryRow]
    responses: Sequence[ResponseRow]
    alerts: Sequence[AlertRow]
    consents: Sequence[Mapping[str, Any]]
    #: Local day to the steps that a system of the clinic has sent.
    steps: Mapping[date, int]


def collect(world: World, tx: Transaction, patient: str) -> PatientData:
    """Read everything of one patient in one snapshot."""
    return PatientData(
        tx.load([patient])[patient],
        tx.lines(patient, limit=_MOST_LINES),
        tx.diary(patient),
        tx.responses(patient),
        tx.alerts(patient),
        tx.consents(patient),
        by_day(tx.steps_of(patient, date.min)),
    )


def as_mapping(data: PatientData) -> dict[str, Any]:
    """The data as plain values; times in ISO format, UTC."""
    enrolment = data.record.enrolment
    return {
        "profile": dump_fields(data.record.profile),
        "enrolment": _enrolment(enrolment) if enrolment else None,
        "consents": [dict(consent) for consent in data.consents],
        "answers": {
            **dict(data.record.conversation.always_slots),
            **dict(data.record.conversation.programme_slots),
        },
        "diary": [{"day": row.day, "kind": row.kind, **row.body} for row in data.diary],
        "questionnaires": [
            {"instrument": row.instrument, "day": row.day, "assessment": row.assessment, **row.body}
            for row in data.responses
        ],
        "steps": [{"day": day, "steps": count} for day, count in sorted(data.steps.items())],
        "messages_to_staff": [{"kind": row.kind, "at": row.opened_at} for row in data.alerts],
        "conversation": [{"by": line.by, "at": line.at, **line.body} for line in data.lines],
    }


def _enrolment(enrolment: Any) -> dict[str, Any]:
    return {
        "programme": enrolment.programme,
        "state": enrolment.state,
        "began": enrolment.anchor,
        "counts": dump_fields(enrolment.tally),
    }


def as_json(data: PatientData) -> bytes:
    """The machine-readable half of "my data"."""
    return json.dumps(as_mapping(data), ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else list(value)


# -- the readable page --------------------------------------------------------------------------------
def page(world: World, data: PatientData) -> bytes:
    """The readable half: one self-contained page, its words from `content/<language>/export.yaml`."""
    words = world.words_for(data.record.profile.language, "export")
    parts = [f"<h1>{_e(words['title'])}</h1><p>{_e(words['intro'])}</p>"]
    for key, rows in _tables(data, words):
        parts.append(f"<h2>{_e(words.get(key, key))}</h2>{_table(rows) if rows else _none(words)}")
    parts.append(f"<h2>{_e(words['conversation'])}</h2>{_talk(data, words)}")
    return (_HEAD + "".join(parts) + "</body></html>").encode()


_HEAD = (
    '<!doctype html><html><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:.3rem .5rem;"
    "vertical-align:top;overflow-wrap:anywhere}.me{color:#0b5}.at{color:#777;font-size:.85rem}"
    "</style></head><body>"
)


def _tables(data: PatientData, words: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    names = {key.removeprefix("field_"): label for key, label in words.items() if key.startswith("field_")}
    profile = [(names.get(k, k), _shown(v)) for k, v in dump_fields(data.record.profile).items() if v]
    diary = [(f"{row.day} {names.get(row.kind, row.kind)}", _pairs(row.body, names)) for row in data.diary]
    scores = [
        (f"{row.day} {row.instrument}", _pairs({**row.body.get("answers", {}), **_scores(row)}, names))
        for row in data.responses
    ]
    found = [("profile", profile), ("diary", diary), ("questionnaires", scores)]
    steps = [(str(day), str(count)) for day, count in sorted(data.steps.items())]
    return [*found, ("steps", steps)] if steps else found


def _scores(row: ResponseRow) -> dict[str, Any]:
    return {f"= {name}": value for name, value in row.body.get("scores", {}).items()}


def _pairs(body: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return ", ".join(f"{names.get(k, k)}: {_shown(v)}" for k, v in body.items())


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _table(rows: list[tuple[str, str]]) -> str:
    return "<table>" + "".join(f"<tr><td>{_e(a)}</td><td>{_e(b)}</td></tr>" for a, b in rows) + "</table>"


def _none(words: Mapping[str, str]) -> str:
    return f"<p>{_e(words['none'])}</p>"


def _talk(data: PatientData, words: Mapping[str, str]) -> str:
    said = []
    for line in data.lines:
        text = line.body.get("text") or line.body.get("alt") or line.body.get("code") or ""
        at = local_now(data.record.profile, line.at).strftime("%Y-%m-%d %H:%M")
        who = words["you"] if line.by == "patient" else words["coach"]
        css = "me" if line.by == "patient" else ""
        said.append(f'<p class="{css}"><span class="at">{at}</span> <b>{_e(who)}</b> {_e(str(text))}</p>')
    return "".join(said)


def _e(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
