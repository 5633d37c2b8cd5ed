"""Safety first: what a danger sets off, depending on no dialog, slot or template.

The static help comes before anything else; then an alert with its clock; then, if the rule says so, exercise
and education rest until a clinician ends the rest. A cooldown may quiet staff alerts, never the help.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from coachbot.engine.events import Concerned
from coachbot.programme.gates import awake
from coachbot.service.abroad import ELSEWHERE
from coachbot.service.draft import Draft
from coachbot.service.ids import looks_like_code
from coachbot.service.records import AlertRow, InboxRow, PatientRecord
from coachbot.service.speaking import Delivery, queue, say_section
from coachbot.service.world import SafetyRule, World

#: What is told at night still belongs to the day before: the check-in of that morning comes.
_NIGHT = timedelta(hours=4)
#: A score and nothing else.
_SCORE = re.compile(r"\s*\d{1,3}\s*")
#: A rule's `silence` by which no answer is told to a person and the question is left alone.
TELL = "tell"
#: The alert that tells staff of a country without numbers.
NO_NUMBERS = "no_local_numbers"
_RANK = {"low": 0, "medium": 1, "high": 2, "top": 3}


def dangers_in(world: World, row: InboxRow, record: PatientRecord) -> tuple[str, ...]:
    """The dangers in a text, be it the caption of a photo: safety kinds, the gravest first; mostly none."""
    text = str(row.body.get("text") or "")
    if not text or _SCORE.fullmatch(text) or _is_drawn(text):
        return ()
    prompt = record.conversation.prompt
    offered = [label for _, label in prompt.labels] if prompt else ()
    return world.watch.dangers(text, record.profile.language, offered, passed_over=_asked(world, record))


def _is_drawn(text: str) -> bool:
    """Whether the letters were drawn, for an invitation's code: "PEEJ-D3S9-..." is no word with a slip.

    Nearly every code has a digit; one without is read like any text, for sentences can look so.
    """
    return looks_like_code(text) and any(map(str.isdigit, text))


def respond_to_all(draft: Draft, kinds: Sequence[str], words: str) -> None:
    """The help of every danger in one text, the gravest first; then the alerts, whose news end with the gravest."""
    rules = [draft.world.rules[kind] for kind in kinds]
    for rule in rules:
        give_help(draft, rule)
    for rule in reversed(rules):
        tell_staff(draft, rule, rule.priority, words=words)


def concern(draft: Draft, kinds: Sequence[str]) -> Concerned:
    """What follows the dangers of one text in the talk: the gravest at once, each of the others when that is over.

    One at a time, because two open questions on danger leave one unanswered; all help is on the screen by then.
    """
    first, *others = kinds
    rules = draft.world.rules
    then = tuple((kind, rules[kind].dialog) for kind in others)
    return Concerned(first, rules[first].dialog, {"kind": first}, then, anew=_asks_anew(draft, rules[first]))


def _asks_anew(draft: Draft, rule: SafetyRule) -> bool:
    """Whether a talk on this danger that stands further on must ask its first question again.

    "Yes, I'm safe" does not outlive new words of despair: else nobody would be asked, and no silence would count. Where
    staff were told a short while ago that somebody is not safe, the talk goes on where it stands.
    """
    if not rule.silence_minutes or rule.silence == TELL:
        return False
    told = draft.progress.alerted.get(rule.kind) or {}
    return told.get("priority") != "top" or told.get("at") == draft.now.isoformat()


def _asked(world: World, record: PatientRecord) -> Callable[[str], bool]:
    """Which kinds are a question and no certainty, and were asked a short while ago or are asked anyway."""

    def is_asked(kind: str) -> bool:
        rule, talk = world.rules[kind], record.conversation
        opened = {frame.dialog for frame in talk.frames}
        if any(world.rules[other].dialog in opened for other in rule.yields_to):
            return True
        alerted = record.enrolment.progress.alerted if record.enrolment else {}
        return rule.once and kind in alerted and not _cooled_down(world.clock.now(), rule, alerted[kind]["at"])

    return is_asked


def own_up(draft: Draft, text: str) -> None:
    """Say, once a local day at most, that a text in another language could not be read, and where help is.

    Danger told in it sets off nothing; nobody may believe that it was heard.
    """
    today = draft.local.date().isoformat()
    if draft.enrolment is None or draft.progress.unread_on == today or not draft.world.tongue.is_other(text):
        return
    say_section(draft, "other_language", Delivery())
    draft.change_progress(unread_on=today)


def respond_to(draft: Draft, kind: str, *, words: str = "", item: str = "", left_open: bool = False) -> SafetyRule:
    """Give the help, open or raise the alert, start the rest. Returns the rule.

    `left_open`: nothing was said; a question was left open a second time.
    """
    rule, priority = rule_for(draft.world, kind)
    give_help(draft, rule, "left_open" if left_open else "")
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
    if rule.pause and draft.enrolment is not None and (alert is not None or not draft.progress.safety_hold):
        draft.change_progress(safety_hold=True, alert_news=_news(draft, rule))
        draft.replan()
    if alert is not None:
        _watch(draft, alert)
    if rule.silence_minutes:
        due = draft.now + timedelta(minutes=rule.silence_minutes)
        draft.arm(f"safety_silence:{rule.kind}", due, kind=rule.kind)


def _watch(draft: Draft, alert: AlertRow) -> None:
    """The clock that passes the alert on when nobody acknowledges it."""
    draft.arm(f"escalate:{alert.id}", alert.acknowledge_by or draft.now, alert=alert.id)


def _news(draft: Draft, rule: SafetyRule) -> dict[str, str | None]:
    """Of the newest alert: which it is and when staff were told. Nobody has read it yet."""
    local = draft.local
    return {
        "alert": draft.progress.alerted[rule.kind]["id"],
        "kind": rule.kind,
        "told_at": local.strftime("%H:%M"),
        "told_on": local.date().isoformat(),
        "rest_from": draft.progress.alert_news.get("rest_from") or (local - _NIGHT).date().isoformat(),
    }


def tell_of_country(draft: Draft) -> None:
    """Staff learn, once for each country, that a patient is where the site has no numbers for."""
    world, profile = draft.world, draft.record.profile
    if draft.enrolment is None or world.whereabouts(profile) != ELSEWHERE:
        return
    country = world.abroad.country(profile) or ELSEWHERE
    told = f"{NO_NUMBERS}:{country}"
    if told in draft.progress.alerted:
        return
    row = AlertRow(draft.new_id(), draft.record.id, NO_NUMBERS, "medium", draft.now, {"country": country})
    draft.alerts.append(row)
    entry = {"at": draft.now.isoformat(), "id": str(row.id), "priority": row.priority}
    draft.change_progress(alerted={**draft.progress.alerted, told: entry})


def give_help(draft: Draft, rule: SafetyRule, variant: str = "", *, quiet: bool = False) -> None:
    """Show the static text of a danger before anything else, with the numbers of where the patient is."""
    text = draft.world.help_for(draft.record.profile, rule.static, variant)
    queue(draft, {"kind": "text", "text": text, "safety": rule.kind}, Delivery(quiet=quiet), first=True)
    tell_of_country(draft)


def raise_alert(draft: Draft, rule: SafetyRule, priority: str, *, words: str = "", item: str = "") -> AlertRow | None:
    """Open an alert, or raise the one of the last minutes; None where staff know already."""
    standing = draft.progress.alerted.get(rule.kind) or {}
    due = draft.now + timedelta(minutes=rule.acknowledge_minutes)
    if standing and not _cooled_down(draft.now, rule, standing["at"]):
        if _RANK[priority] <= _RANK[standing["priority"]]:
            return None
        alert_id = int(standing["id"])
        words, item, due = _told_before(standing, words, item, due, draft.now)
    else:
        alert_id = draft.new_id()
    body = {"words": words, "item": item} if words or item else {}
    row = AlertRow(alert_id, draft.record.id, rule.kind, priority, draft.now, body, acknowledge_by=due)
    draft.alerts.append(row)
    remember(draft, row)
    return row


def _told_before(
    standing: Mapping[str, str], words: str, item: str, due: datetime, now: datetime
) -> tuple[str, str, datetime]:
    """An alert that is raised keeps what was said first, and a clock that already runs is never put off."""
    said = [one for one in (standing.get("words", ""), words) if one]
    running = datetime.fromisoformat(standing["due"]) if standing.get("due") else due
    return "\n".join(dict.fromkeys(said)), item or standing.get("item", ""), running if running > now else due


def remember(draft: Draft, alert: AlertRow) -> None:
    """Keep with the enrolment that staff have been told."""
    entry = {"at": draft.now.isoformat(), "id": str(alert.id), "priority": alert.priority}
    entry |= {name: str(alert.body[name]) for name in ("words", "item") if alert.body.get(name)}
    if alert.acknowledge_by is not None:
        entry["due"] = alert.acknowledge_by.isoformat()
    draft.change_progress(alerted={**draft.progress.alerted, alert.kind: entry})


def _cooled_down(now: datetime, rule: SafetyRule, at: str) -> bool:
    return now - datetime.fromisoformat(at) >= timedelta(minutes=rule.cooldown_minutes)


def no_answer(draft: Draft, kind: str) -> None:
    """Nobody answered the question after a danger: as the rule says, it counts as not safe, or a person is told.

    The alert never waits for the morning. Words that only tell of it wake nobody: they make no sound at night.
    """
    rule = draft.world.rules[kind]
    tells = rule.silence == TELL
    give_help(draft, rule, "silent", quiet=tells and _at_night(draft))
    row = raise_alert(draft, rule, "high" if tells else "top")
    if row is not None:
        draft.alerts[-1] = replace(row, body={**row.body, "no_answer": True})
        _watch(draft, row)


def _at_night(draft: Draft) -> bool:
    """Are these the quiet hours of the patient's programme?"""
    programme = draft.world.pack.programmes.get(draft.enrolment.programme) if draft.enrolment else None
    zone = draft.record.profile.zone or "UTC"
    return programme is not None and awake(programme.burden, draft.now, zone) > draft.now
