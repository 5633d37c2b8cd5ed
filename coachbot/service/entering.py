"""Coming in: a code opens an enrolment; an update becomes an event."""

from __future__ import annotations

from dataclasses import replace

from coachbot.engine.asks import FreeText
from coachbot.engine.events import Attached, Event, Opened, Pressed, Said
from coachbot.engine.model import Dialog
from coachbot.service import safety
from coachbot.service.draft import Draft
from coachbot.service.ids import hashed, looks_like_code, new_code, plain_code
from coachbot.service.listing import chosen_by_letters, may_be_letters
from coachbot.service.ports import Transaction
from coachbot.service.records import AlertRow, Enrolment, InboxRow
from coachbot.service.speaking import Delivery, say_section
from coachbot.service.window import has_window

WELCOME = "enrol/welcome"
_LONGEST_TEXT = 20_000
#: Updates that are no word of the patient's: a stranger is not greeted for them.
_NO_WORDS = ("blocked", "unblocked", "edited")
#: What a sent thing can answer: the action that takes such an answer, and the argument that names its slot.
_ANSWERS = {"location": ("guess_zone", "from"), "contact": ("save", "phone")}


def enter(tx: Transaction, draft: Draft, row: InboxRow) -> Event | None:
    """The event an update stands for; None if it was answered here (a stranger, a wrong code)."""
    kind = str(row.body.get("kind"))
    text = str(row.body.get("text") or "")
    if draft.enrolment is None and kind in _NO_WORDS:
        return None
    if kind == "start" or (draft.enrolment is None and looks_like_code(text)):
        reached(draft, kind)
        return _start(tx, draft, text)
    if draft.enrolment is None:
        say_section(draft, "unknown_chat", Delivery())
        return None
    if kind == "blocked":
        _shut(tx, draft)
        return None
    reached(draft, kind)
    if kind == "unblocked":
        return None
    return _event(tx, draft, row, kind, text)


def _event(tx: Transaction, draft: Draft, row: InboxRow, kind: str, text: str) -> Event | None:
    if kind == "press":
        return _press(draft, str(row.body.get("token") or ""), str(row.body.get("code") or ""))
    if kind == "attachment":
        sent = str(row.body.get("attachment") or "file")
        return Said(text) if text and _answers(draft, sent) else Attached(sent)
    if kind == "command":
        return Said(_phrase(draft, str(row.body.get("code") or "")) or text)
    if kind == "edited":
        say_section(draft, "edited", Delivery())
        return None
    if (listed := _listed(tx, draft, text)) is not None:
        return listed
    if _replies_to_another(tx, draft, str(row.body.get("reply_to") or "")):
        say_section(draft, "replied_to_another", Delivery())
        return None
    return Said(text[:_LONGEST_TEXT], knocks=has_window(draft))


# -- reading what was meant ---------------------------------------------------------------------------
def _press(draft: Draft, token: str, code: str) -> Event | None:
    """A press. One that ticks or unticks changes nothing if it is so already: messengers repeat presses."""
    prompt = draft.record.conversation.prompt
    sign, bare = code[:1], code[1:]
    if sign == "#" and prompt is not None and prompt.token == token and bare.isdecimal():
        place = int(bare)
        return Pressed(token, prompt.labels[place][0] if place < len(prompt.labels) else code)
    if sign not in ("+", "-"):
        return Pressed(token, code)
    if prompt is not None and prompt.token == token and (bare in prompt.chosen) == (sign == "+"):
        return None
    return Pressed(token, bare)


def _listed(tx: Transaction, draft: Draft, text: str) -> Event | None:
    """The choice that a letter stands for, where a list stands in the place of buttons."""
    prompt = draft.record.conversation.prompt
    if prompt is None or not may_be_letters(text):
        return None
    body = tx.asked(draft.record.id, prompt.token)
    return chosen_by_letters(text, prompt.token, body) if body is not None else None


def _open_question(draft: Draft) -> tuple[Dialog, object] | None:
    prompt = draft.record.conversation.prompt
    dialog = draft.world.pack.library.dialogs.get(prompt.dialog) if prompt else None
    state = dialog.states.get(prompt.state) if dialog and prompt else None
    return (dialog, state.ask) if dialog is not None and state is not None else None


def _answers(draft: Draft, sent: str) -> bool:
    """Whether the open question asks for what was sent: a place for a zone, a contact for a phone number."""
    wanted, question = _ANSWERS.get(sent), _open_question(draft)
    if wanted is None or question is None or not isinstance(question[1], FreeText):
        return False
    name, (action, argument) = question[1].name, wanted
    sources = [
        dict(done.arguments).get(argument)
        for state in question[0].states.values() for done in state.do if done.name == action
    ]  # fmt: skip
    return any(source is not None and source({name: sent}) == sent for source in sources)


def _phrase(draft: Draft, code: str) -> str:
    """What a patient would type for an interrupt; empty if there is no such word."""
    phrases = draft.world.pack.library.phrases_for(draft.record.profile.language)
    return next((phrase for phrase, means in phrases.interrupts.items() if means == code), "")


def _replies_to_another(tx: Transaction, draft: Draft, message: str) -> bool:
    """Whether a text answers, by the messenger's reply, another question than the one that is open."""
    prompt = draft.record.conversation.prompt
    if not message or prompt is None:
        return False
    token = tx.token_at(draft.record.id, message)
    return bool(token) and token != prompt.token


# -- reached or not -----------------------------------------------------------------------------------
def _shut(tx: Transaction, draft: Draft) -> None:
    """The patient has shut the chat: nothing is opened any more, and the therapist learns of it."""
    if draft.progress.unreachable:
        return
    draft.change_progress(unreachable=True)
    tx.suppress_due(draft.record.id, reason="the chat is shut", now=draft.now)
    draft.alerts.append(AlertRow(draft.new_id(), draft.record.id, "unreachable", "low", draft.now, {}))


def reached(draft: Draft, kind: str) -> None:
    """A sign of life: the chat is open (again)."""
    if not draft.progress.unreachable:
        return
    draft.change_progress(unreachable=False)
    draft.replan()
    if kind == "unblocked":
        say_section(draft, "welcome_back", Delivery())


# -- codes --------------------------------------------------------------------------------------------
def _start(tx: Transaction, draft: Draft, code: str) -> Event | None:
    """A code: it opens an enrolment once. Somebody already enrolled just goes on."""
    if draft.enrolment is not None:
        return go_on(draft)
    if not code:
        say_section(draft, "unknown_chat", Delivery())
        return None
    now_real = draft.world.clock.real()
    invitation = tx.take_invitation(hashed(plain_code(code)), draft.record.id, now_real=now_real)
    if invitation is None:
        say_section(draft, "code_wrong", Delivery())
        return None
    if invitation.used_at is not None:
        say_section(draft, "code_used", Delivery())
        return None
    enrolment = Enrolment(draft.new_id(), invitation.programme, invitation.arm, "screening", code=new_code(8))
    draft.record = replace(draft.record, enrolment=enrolment)
    draft.enrolment_changed = True
    _set_beforehand(tx, draft, hashed(plain_code(code)))
    return Opened(WELCOME, "patient")


def _set_beforehand(tx: Transaction, draft: Draft, code_hash: str) -> None:
    """What the clinic has set for whoever comes in by this code; what the patient says later goes over it."""
    plan = tx.plan_of(code_hash, draft.record.id)
    if plan is None:
        return
    if plan.tags:
        draft.change_progress(tags=plan.tags)
    settings = {name: value for name, value in (("language", plan.language), ("zone", plan.zone)) if value}
    if settings:
        draft.change_profile(**settings)
        safety.tell_of_country(draft)
    if plan.staff:
        tx.put_care(draft.record.id, plan.staff)


def go_on(draft: Draft) -> Event:
    """Somebody already in opens the link once more: the open talk comes back, or a word out of the blue is answered."""
    conversation = draft.record.conversation
    if conversation.prompt is None:
        return Said("")
    opened = next(frame for frame in reversed(conversation.frames) if frame.opened != "call")
    return Opened(opened.dialog, "patient")
