"""What an update of a patient's does: danger first, then the page, then what it means to whatever is open."""

from __future__ import annotations

import json
from collections.abc import Sequence

from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.events import Attached, Event, Opened, Pressed, Said
from coachbot.service import days, filling, handing, safety, window
from coachbot.service.broadcasts import replying
from coachbot.service.draft import Draft
from coachbot.service.entering import WELCOME, enter, go_on, reached
from coachbot.service.ports import Transaction
from coachbot.service.records import InboxRow
from coachbot.service.speaking import Delivery, say_section
from coachbot.service.stepping import apply

#: What is said to a word out of the blue, in these states of an enrolment.
_OVER_OR_WAITING = {
    "screening": "waiting_for_clinician",
    "withdrawn": "withdrawn",
    "finished": "finished",
}


def receive(tx: Transaction, draft: Draft, row: InboxRow, dangers: Sequence[str]) -> None:
    """Answer an update. `dangers` were read in its words: then nothing stands before the help."""
    kind = str(row.body.get("kind"))
    fate = window.hear(tx, draft, kind, danger=bool(dangers))
    if dangers:
        _help(draft, row, kind, dangers)
    elif not _fill(draft, row):
        event = enter(tx, draft, row)
        if event is not None and handing.keeps_out(draft, event):
            handing.hear(draft)
        elif event is not None:
            _hear(tx, draft, event, fate, str(row.body.get("reply_to") or ""))


def _help(draft: Draft, row: InboxRow, kind: str, dangers: Sequence[str]) -> None:
    reached(draft, kind)  # the check-ins that follow a danger need an open chat
    if not row.screened:
        safety.respond_to_all(draft, dangers, str(row.body.get("text", ""))[:500])
    if draft.enrolment is not None:
        apply(draft, safety.concern(draft, dangers), Delivery())
        _fill(draft, row)


def _hear(tx: Transaction, draft: Draft, event: Event, fate: str, reply_to: str) -> None:
    """What a word or a press means to whatever is open. `fate`: what became of the open question (`window.hear`)."""
    if isinstance(event, Said):
        safety.own_up(draft, event.text)
    if fate in ("waiting", "expired") and _only_knocks(draft, event):
        if fate == "expired":  # else the question itself goes out now
            apply(draft, go_on(draft), Delivery())
        else:
            window.practice_goes_on(draft)
    elif (isinstance(event, Said) and _at_rest(draft, event)) or replying.takes(tx, draft, event, reply_to):
        return  # answered there
    elif isinstance(event, Pressed) and _must_rest(draft, event):
        say_section(draft, "resting", Delivery())
    else:
        apply(draft, event, Delivery(typed=not isinstance(event, Pressed), answers=_answered(draft, event)))


def _fill(draft: Draft, row: InboxRow) -> bool:
    """What came from the page of a round goes onto its sheet, whatever the talk has open."""
    if row.body.get("kind") != "page":
        return False
    if draft.enrolment is not None:
        reached(draft, "page")
        filling.take(draft, json.loads(str(row.body["answer"])), apply)
    return True


def _only_knocks(draft: Draft, event: Event) -> bool:
    """A word that cannot be an answer, because the patient has not seen the question: it opens the door only."""
    return isinstance(event, Attached) or (isinstance(event, Said) and not _is_heard_at_rest(draft, event.text))


def _at_rest(draft: Draft, event: Said) -> bool:
    """A word from somebody whose enrolment is waiting or over, with nothing open."""
    enrolment = draft.enrolment
    if enrolment is None or draft.record.conversation.prompt is not None:
        return False
    if not (enrolment.progress.safety_hold or enrolment.state in _OVER_OR_WAITING):
        return False
    if draft.record.conversation.frames and not enrolment.progress.safety_hold:
        return False
    if _is_heard_at_rest(draft, event.text):
        return False
    if enrolment.state == "screening" and not (enrolment.progress.screening or enrolment.progress.safety_hold):
        apply(draft, Opened(WELCOME, "patient"), Delivery())
        return True
    section = "resting" if enrolment.progress.safety_hold else _OVER_OR_WAITING[enrolment.state]
    say_section(draft, section, Delivery())
    return True


def _is_heard_at_rest(draft: Draft, text: str) -> bool:
    """A word above every dialog; and a hard moment of anybody who has not left and is not still coming in.

    In a clinician's rest only a grave one: nobody who was just in danger is to be answered lightly.
    """
    library, enrolment = draft.world.pack.library, draft.enrolment
    language = draft.record.profile.language
    if interrupt_in(text, library.phrases_for(language)) is not None:
        return True
    coming_in = enrolment is not None and enrolment.state == "screening" and not enrolment.progress.screening
    left = enrolment is not None and enrolment.state == "withdrawn"
    moment = None if coming_in or left else library.moments.in_text(text, language)
    return moment is not None and (moment.after_text or not draft.progress.safety_hold)


def _must_rest(draft: Draft, event: Pressed) -> bool:
    """A button of a treatment talk that waits, while only a clinician may end the rest."""
    frames = draft.record.conversation.frames
    if not draft.progress.safety_hold:
        return False
    index = next((i for i, f in enumerate(frames) if f.parked and f.parked.token == event.token), None)
    if index is None:
        return False
    opened = next(frame for frame in reversed(frames[: index + 1]) if frame.opened != "call")
    return opened.opened in ("touchpoint", "remind") and not days.outlasts_hold(opened.dialog)


def _answered(draft: Draft, event: Event) -> dict[str, str]:
    """What a press says, in the words of its button; for a list, all that was chosen once it is finished."""
    prompt = draft.record.conversation.prompt
    if not isinstance(event, Pressed) or prompt is None or prompt.token != event.token:
        return {}
    labels = dict(prompt.labels)
    chosen = [labels[code] for code in prompt.chosen if code in labels] if event.code == "done" else []
    return {prompt.token: ", ".join(chosen) or labels.get(event.code, "")}
