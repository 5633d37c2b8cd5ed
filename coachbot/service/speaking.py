"""From what a step wants to say to outbox rows: rendered, in the patient's language, one call each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.asks import Ask, Choice, Number, Scale, Several, Wait, YesNo
from coachbot.engine.changing import changed
from coachbot.rendering import Bubble
from coachbot.service.draft import Draft
from coachbot.service.records import OutboxRow

COACH = "coach"
#: The lane of what the coach says by itself; answers go in lane 0, before it.
UNASKED = 1
_ESCALATED = ("again", "example")


def speak(draft: Draft, effects: tuple[fx.Effect, ...], delivery: Delivery) -> None:
    """Turn the texts of a step into outbox rows, and fill the open prompt's labels."""
    delivery.safety = _safety_kind(draft)
    for effect in effects:
        match effect:
            case fx.Say():
                _say(draft, effect, delivery)
            case fx.Show():
                _show(draft, effect, delivery)
            case fx.CloseButtons() if _closes_buttons(draft):
                queue(draft, {"kind": "close", "token": effect.token}, delivery, token=effect.token)
            case _:
                pass


class Delivery:
    """How the rows of one turn are to go out."""

    __slots__ = ("expires_at", "lane", "quiet", "safety", "sounded")

    def __init__(self, *, lane: int = 0, quiet: bool = False, expires_at: datetime | None = None) -> None:
        self.lane = lane
        self.quiet = quiet
        self.expires_at = expires_at
        #: The safety dialog that speaks, so that a channel can set its words apart; empty for any other.
        self.safety = ""
        #: What the coach sends unasked makes one sound, however many messages it has.
        self.sounded = False


def _safety_kind(draft: Draft) -> str:
    frames = draft.record.conversation.frames
    return next((f.dialog.partition("/")[2] for f in reversed(frames) if f.opened == "safety"), "")


def _language(draft: Draft) -> str:
    return draft.record.profile.language


def _say(draft: Draft, effect: fx.Say, delivery: Delivery) -> None:
    for bubble in draft.world.pack.words.bubbles(_language(draft), effect.text):
        queue(draft, _body(bubble), delivery, quiet=effect.quiet)


def _show(draft: Draft, effect: fx.Show, delivery: Delivery) -> None:
    labels = _labels(draft, effect)
    bubbles = _bubbles(draft, effect)
    for bubble in bubbles[:-1]:
        queue(draft, _body(bubble), delivery, quiet=effect.quiet)
    last = bubbles[-1] if bubbles else Bubble("", None, "")
    body = _body(last)
    body |= {"token": effect.token, "choices": [list(pair) for pair in labels], "ask": _hint(effect.ask)}
    if effect.chosen:
        body["chosen"] = list(effect.chosen)
    if effect.in_place:
        body["group"] = effect.in_place
    queue(draft, body, delivery, quiet=effect.quiet, token=effect.token, in_place=effect.in_place or "")
    _keep_labels(draft, effect.token, labels)


def _keep_labels(draft: Draft, token: str, labels: tuple[tuple[str, str], ...]) -> None:
    conversation = draft.record.conversation
    prompt = conversation.prompt
    if prompt is not None and prompt.token == token:
        if prompt.mode != "open":
            # The coach asks about the question; what the patient types may still answer the question itself.
            labels = tuple({**dict(prompt.labels), **dict(labels)}.items())
        conversation = changed(conversation, prompt=changed(prompt, labels=labels))
        draft.record = changed(draft.record, conversation=conversation)


def _bubbles(draft: Draft, effect: fx.Show) -> tuple[Bubble, ...]:
    words, language, text = draft.world.pack.words, _language(draft), effect.text
    if text.part not in _ESCALATED or words.has(language, text.words, text.section, text.part):
        return words.bubbles(language, text)
    general = _general(effect, text)
    said = words.bubbles(language, changed(general, part="text"))
    if general.part != "example":
        return said
    example = words.bubbles(language, general)
    return (*said[:-1], Bubble(f"{said[-1].markdown} {example[0].markdown}", None, ""))


def _general(effect: fx.Show, text: fx.Text) -> fx.Text:
    """The coach's general way of asking again, where the question has none of its own."""
    scope = text.scope
    if scope.get("required"):
        return changed(text, words=COACH, section="required", part="text")
    if scope.get("out_of_range"):
        section = "too_few_or_many" if isinstance(effect.ask, Several) else "out_of_range"
        return changed(text, words=COACH, section=section, part="text")
    kind = scope.get("ask_kind") or "text"
    part = "example" if text.part == "example" else "text"
    return changed(text, words=COACH, section=f"not_understood_{kind}", part=part)


def _labels(draft: Draft, effect: fx.Show) -> tuple[tuple[str, str], ...]:
    words, language = draft.world.pack.words, _language(draft)
    path, section = effect.labels_from
    if path == COACH:
        return _only(words.labels(language, path, section, effect.text.scope), effect.codes)
    match effect.ask:
        case Scale():
            return tuple((code, code) for code in effect.codes)
        case Wait():
            return words.labels(language, COACH, "wait", effect.text.scope)
        case YesNo():
            own = words.labels(language, path, section, effect.text.scope)
            return own or words.labels(language, COACH, "yes_no", effect.text.scope)
        case Choice() | Several():
            return _choice_labels(draft, effect, path, section)
        case _:
            return ()


def _choice_labels(draft: Draft, effect: fx.Show, path: str, section: str) -> tuple[tuple[str, str], ...]:
    words, language = draft.world.pack.words, _language(draft)
    labels = _only(words.labels(language, path, section, effect.text.scope), effect.codes)
    if not isinstance(effect.ask, Several):
        return labels
    own = dict(words.labels(language, path, section, effect.text.scope))
    controls = dict(words.labels(language, COACH, "several", effect.text.scope))
    wanted = ("done", "none") if effect.ask.least == 0 else ("done",)
    return labels + tuple((code, own.get(code, controls[code])) for code in wanted)


def _only(labels: tuple[tuple[str, str], ...], codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    known = dict(labels)
    return tuple((code, known.get(code, code)) for code in codes)


def _hint(ask: Ask | None) -> dict[str, Any]:
    """What a channel needs to know to offer the right way of answering."""
    match ask:
        case None:
            return {"kind": ""}
        case Scale():
            return {"kind": "scale", "low": ask.low, "high": ask.high}
        case Number():
            return {"kind": "number", "unit": ask.unit or ""}
        case Several():
            return {"kind": "several", "least": ask.least}
        case _:
            return {"kind": ask.kind}


def _body(bubble: Bubble) -> dict[str, Any]:
    if bubble.picture:
        return {"kind": "picture", "picture": bubble.picture, "alt": bubble.alt}
    return {"kind": "text", "text": bubble.markdown}


def _closes_buttons(draft: Draft) -> bool:
    capabilities = draft.world.capabilities.get(draft.record.address.channel)
    return bool(capabilities and capabilities.closes_buttons)


def queue(
    draft: Draft,
    body: dict[str, Any],
    delivery: Delivery,
    *,
    quiet: bool = False,
    token: str = "",
    in_place: str = "",
    first: bool = False,
) -> None:
    """One outbox row. `first` puts it before everything else of the turn."""
    if delivery.safety and "safety" not in body:
        body = {**body, "safety": delivery.safety}
    row = OutboxRow(
        id=draft.new_id(),
        patient=draft.record.id,
        address=draft.record.address.id,
        body=body,
        due_at=draft.now,
        lane=delivery.lane,
        quiet=quiet or delivery.quiet or delivery.sounded,
        token=token,
        in_place=in_place,
        expires_at=delivery.expires_at,
        turn=draft.turn,
    )
    delivery.sounded = delivery.sounded or (delivery.lane == UNASKED and body["kind"] != "close")
    draft.outbox.insert(0, row) if first else draft.outbox.append(row)


def say_section(draft: Draft, section: str, delivery: Delivery, **scope: Any) -> None:
    """Say one of the coach's own sentences outside a step."""
    from coachbot.service.facts import facts_of

    facts = facts_of(draft.world, draft.record, draft.now)
    text = fx.Text(COACH, section, pick=draft.world.rng.random(), scope={**facts, **scope})
    for bubble in draft.world.pack.words.bubbles(_language(draft), text):
        queue(draft, _body(bubble), delivery)
