"""Safety first: what a danger sets off, depending on no dialog, slot or template.

The static help comes before anything else; then an alert with its clock; then, if the rule says so, exercise
and education rest until a clinician ends the rest. A cooldown may quiet staff alerts, never the help.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from coachbot.service.draft import Draft
from coachbot.service.records import AlertRow, InboxRow
from coachbot.service.speaking import Delivery, queue
from coachbot.service.world import SafetyRule, World

_RANK = {"low": 0, "medium": 1, "high": 2, "top": 3}


def danger_in(world: World, row: InboxRow, language: str) -> str | None:
    """The gravest danger in a text, be it the caption of a photo; a safety kind, or None."""
    text = str(row.body.get("text") or "")
    return world.detector.gravest(text, language) if text else None


def respond_to(draft: Draft, kind: str, *, words: str = "", item: str = "") -> SafetyRule:
    """Give the help, open or raise the alert, start the rest. Returns the rule."""
    rule, priority = rule_for(draft.world, kind)
    _give_help(draft, rule)
    tell_staff(draft, rule, priority, words=words, item=item)
    return rule


def rule_for(world: World, kind: str) -> tuple[SafetyRule, str]:
    """The rule of a safety kind and its priority; an instrument's answer leads to the rule of its item."""
    if kind in world.rules:
        return world.rules[kind], world.rules[kind].priority
    rule, priority = world.item_rules[kind]
    return world.rules[rule], priority


def tell_staff(draft: Draft, rule: SafetyRule, priority: str, *, words: str = "", item: str = "") -> None:
    """Open or raise the alert with its clocks, and start the rest that only a clinician ends."""
    alert = raise_alert(draft, rule, priority, words=words, item=item)
    if rule.pause and draft.enrolment is not None and not draft.progress.safety_hold:
        draft.change_progress(safety_hold=True, alert_news=_news(draft))
        draft.replan()
    if alert is not None:
        due = draft.now + timedelta(minutes=rule.acknowledge_minutes)
        draft.arm(f"escalate:{alert.id}", due, alert=alert.id)
    if rule.silence_minutes:
        due = draft.now + timedelta(minutes=rule.silence_minutes)
        draft.arm("safety_silence", due, kind=rule.kind)


def _news(draft: Draft) -> dict[str, str | None]:
    local = draft.local
    return {"told_at": local.strftime("%H:%M"), "told_on": local.date().isoformat(), "read_by": None, "read_at": None}


def _give_help(draft: Draft, rule: SafetyRule) -> None:
    text = draft.world.static_for(draft.record.profile.language, rule.static)
    queue(draft, {"kind": "text", "text": text, "safety": rule.kind}, Delivery(), first=True)


def raise_alert(
    draft: Draft, rule: SafetyRule, priority: str, *, words: str = "", item: str = ""
) -> AlertRow | None:
    """Open an alert, or raise the one of the last minutes; None where staff know already."""
    standing = draft.progress.alerted.get(rule.kind)
    if standing and not _cooled_down(draft, rule, standing["at"]):
        if _RANK[priority] <= _RANK[standing["priority"]]:
            return None
        alert_id = int(standing["id"])
    else:
        alert_id = draft.new_id()
    body = {"words": words, "item": item} if words or item else {}
    due = draft.now + timedelta(minutes=rule.acknowledge_minutes)
    row = AlertRow(alert_id, draft.record.id, rule.kind, priority, draft.now, body, acknowledge_by=due)
    draft.alerts.append(row)
    remember(draft, row)
    return row


def remember(draft: Draft, alert: AlertRow) -> None:
    """Keep with the enrolment that staff have been told."""
    entry = {"at": draft.now.isoformat(), "id": str(alert.id), "priority": alert.priority}
    draft.change_progress(alerted={**draft.progress.alerted, alert.kind: entry})


def _cooled_down(draft: Draft, rule: SafetyRule, at: str) -> bool:
    return draft.now - datetime.fromisoformat(at) >= timedelta(minutes=rule.cooldown_minutes)


def no_answer(draft: Draft, kind: str) -> None:
    """Nobody answered "are you safe": it counts as not safe."""
    rule = draft.world.rules[kind]
    _give_help(draft, rule)
    row = raise_alert(draft, rule, "top")
    if row is not None:
        draft.alerts[-1] = replace(row, body={**row.body, "no_answer": True})
