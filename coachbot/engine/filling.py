"""The page of a round: its answers come in any order, beside whatever the talk has open.

They go onto the round's sheet. The talk passes over them; the page passes over what the talk has asked. An answer that
is a danger acts at once, as in the talk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from coachbot.engine import effects as fx
from coachbot.engine.answering import danger_of
from coachbot.engine.changing import changed
from coachbot.engine.events import Filled, RoundFilled
from coachbot.engine.model import NO_SHEET, Dialog, Frame, Sheet, State, Value
from coachbot.engine.pressing import ON_PAGE
from coachbot.engine.stacking import safety_on_top, to_top
from coachbot.engine.walk import Walk


def filled(walk: Walk, event: Filled) -> None:
    """An answer from the page, or the end of a questionnaire on it."""
    dialog = walk.library.dialogs.get(f"instrument/{event.instrument}")
    if dialog is None:
        return
    sheet = walk.sheets.get(event.round, NO_SHEET)
    sheet = replace(sheet, done=tuple(dict.fromkeys((*sheet.done, *event.done))))
    if not event.state:
        _finish(walk, event, dialog, sheet)
        return
    state = dialog.states.get(event.state)
    if state is None or state.ask is None:
        return
    if event.instrument in sheet.done or slot_of(state) in _told_in_talk(walk, event):
        _put(walk, event, sheet)
        walk.emit(fx.Repeated(event.instrument, event.state, event.value, "page"))
        if event.value is not None:  # it counts for no score, and is danger all the same
            _heed(walk, dialog, state, event.value)
        return
    _take(walk, event, dialog, state, sheet)


def slot_of(state: State) -> str:
    """The slot that a question fills."""
    return str(getattr(state.ask, "name", ""))


def needed(dialog: Dialog, answers: Mapping[str, Value]) -> list[State]:
    """The questions of a questionnaire that are for this patient: one that is passed over for some may not be."""
    asking = [state for state in dialog.states.values() if state.ask is not None]
    return [state for state in asking if not _is_passed(dialog, state, answers)]


def _is_passed(dialog: Dialog, state: State, answers: Mapping[str, Value]) -> bool:
    way = dialog.states.get(f"way_to_{state.name}")
    guard = way.branches[0].guard if way is not None and way.branches else None
    others = {**dialog.blank, **{name: value for name, value in answers.items() if name != slot_of(state)}}
    return guard is not None and bool(guard(others))


# -- one answer ---------------------------------------------------------------------------------------
def _take(walk: Walk, event: Filled, dialog: Dialog, state: State, sheet: Sheet) -> None:
    key = f"{event.instrument}.{event.state}"
    if event.value is None and "missing" in state.dangers and key not in sheet.again:
        _put(walk, event, replace(sheet, again=(*sheet.again, key)))
        return
    answers = {**sheet.answers.get(event.instrument, {}), slot_of(state): event.value}
    since = {event.instrument: walk.now.isoformat(), **sheet.since}
    talked = sheet.talked
    if event.instrument not in sheet.since and _frame_of(walk, event.instrument) is not None:
        talked = (*talked, event.instrument)
    kept = {**sheet.answers, event.instrument: answers}
    _put(walk, event, replace(sheet, answers=kept, since=since, talked=talked))
    _keep(walk, dialog, state, event.value)
    _close_question(walk, event)
    _heed(walk, dialog, state, event.value)


def _heed(walk: Walk, dialog: Dialog, state: State, value: Value) -> None:
    """What follows an answer that is a danger."""
    kind = danger_of(state, value)
    if kind is not None:
        walk.emit(fx.Danger(kind, dialog.id, state.name, str(value)))
        _follow(walk, kind)


def _put(walk: Walk, event: Filled, sheet: Sheet) -> None:
    walk.sheets = {**walk.sheets, event.round: sheet}


def _keep(walk: Walk, dialog: Dialog, state: State, value: Value) -> None:
    """What outlives the questionnaire is kept where it lives."""
    slot = dialog.slots.get(slot_of(state))
    if slot is not None and slot.scope == "programme":
        walk.programme_slots = {**walk.programme_slots, slot.name: value}


def _follow(walk: Walk, kind: str) -> None:
    dialog = walk.library.dialogs.get(walk.library.safety.get(kind, ""))
    if dialog is not None:
        safety_on_top(walk, dialog, {"kind": kind}, anew=True)


def _told_in_talk(walk: Walk, event: Filled) -> Mapping[str, Value]:
    """What the talk has of this questionnaire already: it counts."""
    frame = _frame_of(walk, event.instrument)
    sheet = walk.sheets.get(event.round, NO_SHEET).answers.get(event.instrument, {})
    return {name: value for name, value in frame.slots.items() if name not in sheet} if frame else {}


def _frame_of(walk: Walk, instrument: str) -> Frame | None:
    return next((frame for frame in walk.frames if frame.dialog == f"instrument/{instrument}"), None)


def _close_question(walk: Walk, event: Filled) -> None:
    """The very question that the talk has open, or holds for later, is answered; its buttons go, and nothing is asked
    in its place: whoever fills in a page does not want both to speak."""
    place = (f"instrument/{event.instrument}", event.state)
    prompt = walk.prompt
    if prompt is not None and (prompt.dialog, prompt.state) == place:
        walk.close_prompt(f"{ON_PAGE}{event.instrument} {event.state}")
        walk.resting = True
    for index, frame in enumerate(walk.frames):
        held = frame.parked
        if held is not None and (held.dialog, held.state) == place:
            walk.closed.append((held.token, f"{ON_PAGE}{event.instrument} {event.state}"))
            walk.emit(fx.CloseButtons(held.token))
            walk.frames[index] = changed(frame, parked=None)


# -- a questionnaire, a round ---------------------------------------------------------------------------
def _finish(walk: Walk, event: Filled, dialog: Dialog, sheet: Sheet) -> None:
    """A questionnaire is finished once each of its questions was answered or left out, here or in the talk."""
    kept = {name: walk.programme_slots[name] for name in dialog.slots if name in walk.programme_slots}
    answers = {**kept, **sheet.answers.get(event.instrument, {}), **_told_in_talk(walk, event)}
    complete = all(slot_of(state) in answers for state in needed(dialog, answers))
    if event.instrument in sheet.done or not complete:
        _put(walk, event, sheet)
        return
    _put(walk, event, replace(sheet, done=(*sheet.done, event.instrument)))
    shown = sheet.since.get(event.instrument)
    at = walk.now.fromisoformat(shown) if shown else None
    begun = sheet.begun_in(event.instrument)
    walk.emit(fx.Respond(event.instrument, answers, "done", at, event.round, begun))
    _let_go(walk, event.instrument)


def _let_go(walk: Walk, instrument: str) -> None:
    """A question of a finished questionnaire that the talk still has open is asked no more."""
    prompt = walk.prompt
    if prompt is not None and prompt.dialog == f"instrument/{instrument}":
        walk.close_prompt("answered")
        walk.resting = True


def round_filled(walk: Walk, event: RoundFilled) -> None:
    """The talk of the round begins anew and finds everything answered; another talk that is open comes back after."""
    dialog = walk.library.dialogs.get(event.round)
    if dialog is None or not walk.may_meet(dialog):
        return
    touchpoint = _put_away(walk, event.round)
    speaks = walk.prompt is not None or bool(walk.frames and walk.top.parked and not walk.resting)
    walk.park()
    walk.push(dialog, "interrupt" if speaks else "patient", touchpoint=touchpoint)
    walk.run()


def _put_away(walk: Walk, dialog: str) -> str | None:
    """End the standing talk of a round without a word. Returns its touchpoint."""
    index = next((i for i, f in enumerate(walk.frames) if f.dialog == dialog and f.opened != "call"), None)
    if index is None:
        return None
    touchpoint = walk.frames[index].touchpoint
    held, rested = walk.prompt, walk.resting
    if walk.root() == index:
        walk.close_prompt("answered")
        walk.drop_group("on_page")
        return touchpoint
    to_top(walk, index)
    walk.prompt = None
    walk.drop_group("on_page")
    walk.prompt, walk.resting = held, rested
    return touchpoint
