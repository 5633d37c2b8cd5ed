"""One event through the pure engine, and what it decided onto the draft of a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    outcome = step(
        world.pack.library,
        draft.record.conversation,
        event,
        now=draft.now,
        rng=world.rng,
        foresee=foresee,
        facts=facts_of(world, draft.record, draft.now),
    )
    draft.record = changed(draft.record, conversation=outcome.conversation)
    draft.chose += [_told(one) for one in outcome.chose]
    for effect in outcome.effects:
        if isinstance(effect, fx.Danger):  # the help goes out before anything else of the turn
            item = f"{effect.dialog}/{effect.state}={effect.answer}"
            safety.respond_to(draft, effect.kind, item=item, left_open=effect.answer == str(None))
    speak(draft, outcome.effects, delivery)
    for effect in outcome.effects:
        take = _TAKEN.get(effect.__class__)
        if take is not None:
            take(draft, effect)


def _told(chose: fx.Chose) -> dict[str, Any]:
    """A way that guards decided, as it is kept."""
    return {"at": f"{chose.dialog} {chose.state}", "to": chose.to, "guards": chose.guards, "values": chose.values}


def _arm(draft: Draft, effect: fx.Arm) -> None:
    draft.arm(effect.purpose, draft.now + effect.after, effect.token)


def _disarm(draft: Draft, effect: fx.Disarm) -> None:
    draft.disarm(effect.purpose)


def _moved(draft: Draft, effect: fx.Moved) -> None:
    draft.incident("moved", f"{effect.dialog}: {effect.from_state} -> {effect.to_state or 'gone'}")


def _ended(draft: Draft, effect: fx.Ended) -> None:
    """An opened talk is over: what the enrolment has to know of it."""
    if effect.result == "done":
        draft.disarm(f"remind:{effect.dialog}")
    if effect.dialog == "common/evening" and effect.result == "lapsed":
        draft.change_progress(missed=draft.progress.missed + 1)
    elif effect.dialog == "common/finish":
        draft.change_enrolment(state="finished")
        draft.replan()


#: What is taken onto the draft once all is said; acts were carried out as they were decided.
_TAKEN: Mapping[type[fx.Effect], Callable[[Draft, Any], None]] = {
    fx.Arm: _arm,
    fx.Disarm: _disarm,
    fx.Repeated: filling.keep_repeated,
    fx.Ended: _ended,
    fx.Moved: _moved,
}
