"""From what a step wants to say to outbox rows: rendered, in the patient's language, one call each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.asks import Ask, Choice, Number, Scale, Several, Wait, YesNo
from coachbot.engine.changing import changed
from coachbot.engine.layers import Layers
from coachbot.engine.model import EMPTY
from coachbot.rendering import Bubble
from coachbot.service.draft import Draft
from coachbot.service.fitting import fitted
from coachbot.service.joining import joined
from coachbot.service.records import OutboxRow

COACH = "coach"
#: The lane of what the coach says by itself; answers go in lane 0, before it.
UNASKED = 1
_ESCALATED = ("again", "example")


def speak(draft: Draft, effects: tuple[fx.Effect, ...], delivery: Delivery) -> None:
    """Turn the texts of a step into outbox rows, and fill the open prompt's labels."""
    delivery.safety = _safety_kind(draft)
    for effect in effects:
        say = _SPOKEN.get(effect.__class__)
        if say is not None:
            say(draft, effect, delivery)


class Delivery:
    """How the rows of one turn are to go out."""

    __slots__ = ("answers", "expires_at", "lane", "on_doubt", "quiet", "safety", "sounded", "touchpoint", "typed")

    def __init__(
        self,
        *,
        lane: int = 0,
        quiet: bool = False,
        expires_at: datetime | None = None,
        on_doubt: str = "resend",
        typed: bool = False,
        answers: Mapping[str, str] = EMPTY,
        touchpoint: str = "",
    ) -> None:
        self.lane = lane
        self.quiet = quiet
        self.expires_at = expires_at
        #: What becomes of a row whose call may or may not have reached the messenger: `resend` or `skip`.
        self.on_doubt = on_doubt
        #: The patient typed: their own words stand below the coach's last message, so it is not changed any more.
        self.typed = typed
        #: The label that was pressed, by its question's token, so that the closed question can show it.
        self.answers = answers
        #: The kind of touchpoint behind what is said unasked: a channel with a service window may ring for it.
        self.touchpoint = touchpoint
        #: The safety dialog that speaks, so that a channel can set its words apart; empty for any other.
        self.safety = ""
        #: What the coach sends unasked makes one sound, however many messages it has.
        self.sounded = False


def _safety_kind(draft: Draft) -> str:
    for frame in reversed(draft.record.conversation.frames):
        if frame.opened == "safety":
            return frame.dialog.partition("/")[2]
    return ""


def _language(draft: Draft) -> str:
    return draft.record.profile.language


def _say(draft: Draft, effect: fx.Say, delivery: Delivery) -> None:
    for bubble in draft.world.pack.words.bubbles(_language(draft), effect.text):
        queue(draft, _body(bubble), delivery, quiet=effect.quiet, sounds=effect.sounds, words=effect.text)


def _show(draft: Draft, effect: fx.Show, delivery: Delivery) -> None:
    labels = _labels(draft, effect)
    bubbles = _bubbles(draft, effect)
    for bubble in bubbles[:-1]:
        queue(draft, _body(bubble), delivery, quiet=effect.quiet, words=effect.text)
    last = bubbles[-1] if bubbles else Bubble("", None, "")
    body = _body(last)
    body |= {"token": effect.token, "choices": labels, "ask": _hint(effect.ask)}
    if effect.chosen:
        body["chosen"] = list(effect.chosen)
    if effect.in_place:
        body["group"] = effect.in_place
    in_place = "" if delivery.typed else effect.in_place or ""
    queue(draft, body, delivery, quiet=effect.quiet, token=effect.token, in_place=in_place, words=effect.text)
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
            return _numbered(effect.codes)
        case Wait():
            return _only(words.labels(language, COACH, "wait", effect.text.scope), effect.codes)
        case YesNo():
            own = words.labels(language, path, section, effect.text.scope)
            return own or words.labels(language, COACH, "yes_no", effect.text.scope)
        case Choice() | Several():
            return _choice_labels(draft, effect, path, section)
        case _:
            return ()


@lru_cache(maxsize=256)
def _numbered(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The numbers of a scale: each is its own label."""
    return tuple((code, code) for code in codes)


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
    if bubble.sounds:
        return {"kind": "audio", "audio": bubble.picture, "alt": bubble.alt}
    if bubble.picture:
        return {"kind": "picture", "picture": bubble.picture, "alt": bubble.alt}
    return {"kind": "text", "text": bubble.markdown}


def _close(draft: Draft, effect: fx.CloseButtons, delivery: Delivery) -> None:
    if _closes_buttons(draft):
        queue(draft, _closing(draft, effect.token, delivery), delivery, token=effect.token)


def _closing(draft: Draft, token: str, delivery: Delivery) -> dict[str, Any]:
    """A closed question loses its buttons; the answer that was pressed takes their place."""
    body: dict[str, Any] = {"kind": "close", "token": token}
    if answer := delivery.answers.get(token):
        body["answer"] = draft.world.words_for(_language(draft), "channel")["answered"].format(answer=answer)
    return body


def _closes_buttons(draft: Draft) -> bool:
    capabilities = draft.world.capabilities.get(draft.record.address.channel)
    return bool(capabilities and capabilities.closes_buttons)


def queue(
    draft: Draft,
    body: dict[str, Any],
    delivery: Delivery,
    *,
    quiet: bool = False,
    sounds: bool = False,
    token: str = "",
    in_place: str = "",
    first: bool = False,
    words: fx.Text | None = None,
) -> None:
    """One outbox row, or several where a text is too long for one. `first` puts it before everything else of the
    turn; `sounds` is heard in a quiet turn too."""
    if delivery.safety and "safety" not in body:
        body = {**body, "safety": delivery.safety}
    can = draft.world.capabilities.get(draft.record.address.channel)
    if delivery.touchpoint and can is not None and can.window_hours is not None:
        body = {**body, "touchpoint": delivery.touchpoint}
    pieces = (body,) if can is None else fitted(body, can, lambda: draft.world.words_for(_language(draft), "channel"))
    rows = []
    for number, piece in enumerate(pieces, 1):
        last = number == len(pieces)
        rows.append(OutboxRow(
            id=draft.new_id(),
            patient=draft.record.id,
            address=draft.record.address.id,
            body=piece,
            due_at=draft.now,
            lane=delivery.lane,
            quiet=not sounds and (quiet or delivery.quiet or delivery.sounded),
            token=token if last else "",
            in_place=in_place if last else "",
            expires_at=delivery.expires_at,
            on_doubt=delivery.on_doubt,
            turn=draft.turn,
        ))  # fmt: skip
        delivery.sounded = delivery.sounded or (delivery.lane == UNASKED and body["kind"] != "close")
        if words is not None:
            draft.said[str(rows[-1].id)] = f"{words.words} {words.section}"
    if can is not None and can.joins and not first and draft.outbox:
        rows[:1] = joined(draft.outbox.pop(), rows[0], can)
    place = 0 if first else len(draft.outbox)
    draft.outbox[place:place] = rows


def say_section(draft: Draft, section: str, delivery: Delivery, **scope: Any) -> None:
    """Say one of the coach's own sentences outside a step."""
    from coachbot.service.facts import facts_of

    facts = facts_of(draft.world, draft.record, draft.now)
    text = fx.Text(COACH, section, pick=draft.world.rng.random(), scope=Layers(scope, facts))
    for bubble in draft.world.pack.words.bubbles(_language(draft), text):
        queue(draft, _body(bubble), delivery, words=text)


#: What of a step becomes messages.
_SPOKEN: Mapping[type[fx.Effect], Callable[[Draft, Any, Delivery], None]] = {
    fx.Say: _say,
    fx.Show: _show,
    fx.CloseButtons: _close,
}
