"""One event through the pure engine, and what it decided onto the draft of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.changing import changed
from coachbot.engine.events import Event
from coachbot.engine.step import step
from coachbot.service import acts, filling, safety
from coachbot.service.draft import Draft
from coachbot.service.facts import facts_of
from coachbot.service.speaking import Delivery, speak


def apply(draft: Draft, event: Event, delivery: Delivery) -> None:
    """One event through the pure engine, its effects onto the draft."""

    def foresee(effect: fx.Act | fx.Respond) -> Mapping[str, Any]:
        if isinstance(effect, fx.Act):
            acts.carry_out(draft, effect)
        else:
            acts.respond(draft, effect)
        return facts_of(draft.world, draft.record, draft.now)

    world = draft.world
    facts = facts_of(world, draft.record, draft.now)
    conversation = changed(draft.record.conversation, facts=facts)
    outcome = step(world.pack.library, conversation, event, now=draft.now, rng=world.rng, foresee=foresee)
    draft.record = changed(draft.record, conversation=outcome.conversation)
    draft.chose += [_told(one) for one in outcome.chose]
    for effect in outcome.effects:
        if isinstance(effect, fx.Danger):  # the help goes out before anything else of the turn
            item = f"{effect.dialog}/{effect.state}={effect.answer}"
            safety.respond_to(draft, effect.kind, item=item, left_open=effect.answer == str(None))
    speak(draft, outcome.effects, delivery)
    for effect in outcome.effects:
        _take_effect(draft, effect)


def _take_effect(draft: Draft, effect: fx.Effect) -> None:
    match effect:
        case fx.Arm():
            draft.arm(effect.purpose, draft.now + effect.after, effect.token)
        case fx.Disarm():
            draft.disarm(effect.purpose)
        case fx.Repeated():
            filling.keep_repeated(draft, effect)
        case fx.Ended():
            _ended(draft, effect)
        case fx.Moved():
            draft.incident("moved", f"{effect.dialog}: {effect.from_state} -> {effect.to_state or 'gone'}")
        case _:
            pass


def _told(chose: fx.Chose) -> dict[str, Any]:
    """A way that guards decided, as it is kept."""
    return {"at": f"{chose.dialog} {chose.state}", "to": chose.to, "guards": chose.guards, "values": chose.values}


def _ended(draft: Draft, effect: fx.Ended) -> None:
    """An opened talk is over: what the enrolment has to know of it."""
    if effect.result == "done":
        draft.disarm(f"remind:{effect.dialog}")
    if effect.dialog == "common/evening" and effect.result == "lapsed":
        draft.change_progress(missed=draft.progress.missed + 1)
    elif effect.dialog == "common/finish":
        draft.change_enrolment(state="finished")
        draft.replan()
