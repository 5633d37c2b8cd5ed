"""Scores that lie much worse than before: a person looks, whatever the wording, and the patient is asked at the end.

Compared with the first score ever given and with the last. How much counts is data (`worsening:` in
content/safety/rules.yaml). A missing score is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coachbot.instruments import Instrument
from coachbot.service.draft import Draft
from coachbot.service.safety import give_help, tell_staff
from coachbot.service.world import Worsening

_WAITING = "waiting"


def look(draft: Draft, instrument: Instrument, scores: Mapping[str, float | None]) -> None:
    """Compare new scores with the first and the last; staff are told at once, the patient with `ask`."""
    if draft.enrolment is None:
        return
    known = dict(draft.progress.scored)
    for rule in draft.world.worsening:
        now = scores.get(rule.score) if rule.instrument == instrument.id else None
        if now is None:
            continue
        name = f"{rule.instrument}.{rule.score}"
        before: Mapping[str, Any] = known.get(name) or {}
        worst = max(_worse_by(rule, before, now), default=None)
        known[name] = {"first": before.get("first", now), "last": now}
        if worst is not None and worst[0] >= rule.by:
            safety_rule = draft.world.rules[rule.kind]
            tell_staff(draft, safety_rule, safety_rule.priority, item=f"{name}: {worst[1]:g} to {now:g}")
            known[_WAITING] = rule.kind
    if known != dict(draft.progress.scored):
        draft.change_progress(scored=known)


def ask(draft: Draft) -> None:
    """At the end of a round: the help, and in a turn of its own the question. Not in the midst of another danger."""
    kind = draft.progress.scored.get(_WAITING)
    if kind is None:
        return
    draft.change_progress(scored={name: one for name, one in draft.progress.scored.items() if name != _WAITING})
    in_danger = any(frame.opened == "safety" for frame in draft.record.conversation.frames)
    if draft.progress.safety_hold or in_danger or draft.progress.hand_over:
        return
    give_help(draft, draft.world.rules[kind])
    draft.arm(f"safety_again:{kind}", draft.now, kind=kind)


def _worse_by(rule: Worsening, before: Mapping[str, Any], now: float) -> Iterator[tuple[float, float]]:
    """By how much it is worse than each score known, and that score."""
    for score in before.values():
        yield (now - score if rule.higher_is_worse else score - now), score
