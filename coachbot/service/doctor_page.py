"""One page that a patient can show their doctor: what was done, what changed, what they want to ask.

It tells the same of both arms: the exercises alone are counted, and no arm is named. Pain and function stand on it
only where telling them can bias no trial.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from coachbot.service.facts import local_now, may_show_outcomes, week_of
from coachbot.service.records import DiaryRow, PatientRecord, ResponseRow
from coachbot.service.tally import within_month
from coachbot.service.world import World

#: What is told of questionnaires: instrument, score, and the word it goes by.
_OUTCOMES = (
    ("nrs", "average", "pain_average"),
    ("nrs", "worst", "pain_worst"),
    ("rmdq", "total", "function"),
)
_THREE = ("three_1", "three_2", "three_3")
_HEAD = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
    "body{{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:1.5rem auto;padding:0 1rem;color:#222}}"
    "h1{{font-size:1.4rem}}h2{{font-size:1.05rem;margin:1.2rem 0 .3rem}}p,ul{{margin:.3rem 0}}"
    "table{{border-collapse:collapse}}"
    "td,th{{border-bottom:1px solid #ccc;padding:.25rem .8rem .25rem 0;text-align:left}}"
    "footer{{margin-top:1.5rem;color:#555;font-size:.9rem}}@media print{{body{{margin:0;font-size:11pt}}}}"
    "</style></head><body>"
)


def page(world: World, record: PatientRecord, diary: Sequence[DiaryRow], responses: Sequence[ResponseRow]) -> bytes:
    """The page as HTML that prints on one sheet; its words from `content/<language>/doctor_page.yaml`."""
    words = world.words_for(record.profile.language, "doctor_page")
    today = local_now(record.profile, world.clock.now()).date()
    site = world.site_for(record.profile.language)
    parts = [
        _HEAD.format(language=record.profile.language, title=_e(words["title"])),
        f"<h1>{_e(words['title'])}</h1>",
        _paragraph(_filled(words["of"], name=record.profile.name, day=today.isoformat(), site=site["name"])),
        _programme(world, record, today, words),
        _section(words["asks"], _quoted(record, "doctor_ask", words)),
        _section(words["goal"], _goal(record, words)),
        _section(words["practice"], _practice(world, record, diary, today, words)),
        _section(words["change"], _change(world, record, responses, words)),
        f"<footer>{_paragraph(_filled(words['foot'], therapist=site['therapist'], site=site['name']))}</footer>",
    ]
    return ("".join(parts) + "</body></html>").encode()


def _programme(world: World, record: PatientRecord, today: date, words: Mapping[str, str]) -> str:
    enrolment = record.enrolment
    if enrolment is None or enrolment.anchor is None:
        return _paragraph(words["not_begun"])
    programme = world.pack.programmes.get(enrolment.programme)
    weeks = programme.weeks if programme else 0
    week = min(week_of(enrolment, today), weeks)
    told = _filled(words["weeks"], week=week, weeks=weeks, began=enrolment.anchor.isoformat())
    return _paragraph(words["what"]) + _paragraph(told)


# -- what the patient said ----------------------------------------------------------------------------
def _quoted(record: PatientRecord, slot: str, words: Mapping[str, str]) -> str:
    said = record.conversation.programme_slots.get(slot)
    return _paragraph(f"\u201c{said}\u201d") if said else _paragraph(words["nothing"])


def _goal(record: PatientRecord, words: Mapping[str, str]) -> str:
    slots = record.conversation.programme_slots
    first, now = slots.get("goal_first"), slots.get("goal_now")
    told = _quoted(record, "goal", words)
    if not slots.get("goal") or first is None or now is None:
        return told
    return told + _paragraph(_filled(words["goal_rated"], first=first, now=now))


# -- what was done ------------------------------------------------------------------------------------
def _practice(
    world: World, record: PatientRecord, diary: Sequence[DiaryRow], today: date, words: Mapping[str, str]
) -> str:
    done = [row for row in diary if row.kind == "cse" and row.body.get("done") != "not_today"]
    days = Counter(week_of(record.enrolment, day) for day in {row.day for row in done})
    tally = record.enrolment.tally if record.enrolment else None
    planned = len(record.profile.practice_days)
    lines = [_filled(words["days"], count=sum(days.values()), planned=planned)]
    if tally and done:
        month, bad = within_month(tally.practised, today), within_month(tally.on_bad_days, today)
        lines.append(_filled(words["month"], count=month, bad=bad))
    if minutes := [int(row.body["minutes"]) for row in done if row.body.get("minutes") is not None]:
        lines.append(_filled(words["minutes"], count=round(sum(minutes) / len(minutes))))
    if names := _three(world, record):
        lines.append(_filled(words["three"], names=", ".join(names)))
    return "<ul>" + "".join(f"<li>{_e(line)}</li>" for line in lines) + "</ul>"


def _three(world: World, record: PatientRecord) -> list[str]:
    named = world.pack.exercise_names(record.profile.language)
    slots = record.conversation.programme_slots
    codes = [str(slots.get(slot)) for slot in _THREE]
    return [named[code] for code in codes if code in named]


# -- what changed -------------------------------------------------------------------------------------
def _change(world: World, record: PatientRecord, responses: Sequence[ResponseRow], words: Mapping[str, str]) -> str:
    if not may_show_outcomes(world, record):
        return _paragraph(words["later"])
    rows = list(_changes(responses, words))
    if not rows:
        return _paragraph(words["nothing"])
    heads = "".join(f"<th>{_e(words[key])}</th>" for key in ("what_asked", "first", "latest"))
    table = "".join("<tr>" + "".join(f"<td>{_e(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    own = any(row.body.get("wording") != "official" for row in responses)
    return f"<table><tr>{heads}</tr>{table}</table>" + (_paragraph(words["own_wording"]) if own else "")


def _changes(responses: Sequence[ResponseRow], words: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for instrument, score, word in _OUTCOMES:
        given = [row for row in responses if row.instrument == instrument and _score(row, score) is not None]
        if not given:
            continue
        first, *rest = sorted(given, key=lambda row: row.day)
        latest = rest[-1] if rest else None
        yield words[word], _told(first, score), _told(latest, score) if latest else words["not_yet"]


def _score(row: ResponseRow, score: str) -> Any:
    return (row.body.get("scores") or {}).get(score)


def _told(row: ResponseRow, score: str) -> str:
    return f"{_score(row, score):g} ({row.day.isoformat()})"


# -- html ---------------------------------------------------------------------------------------------
def _section(title: str, body: str) -> str:
    return f"<h2>{_e(title)}</h2>{body}"


def _paragraph(text: str) -> str:
    return f"<p>{_e(text)}</p>"


def _filled(text: str, **values: object) -> str:
    """Placeholders filled in one pass, so that what a patient wrote is never read as one."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(f"{values[name]}{rest}" if brace and name in values else "{" + part)
    return "".join(filled)


def _e(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
