"""What becomes of an event: an answer, an interrupt, a press on an old button, silence."""

from __future__ import annotations

from datetime import date
from typing import Any

from coachbot.engine import effects as fx
from coachbot.engine.answers.interrupts import interrupt_in
from coachbot.engine.answers.read import (
    Answer,
    AskBack,
    Halfway,
    Interrupt,
    NothingToKeep,
    OutOfRange,
    Reading,
    Skip,
    Unclear,
    read,
)
from coachbot.engine.asking import (
    codes_of,
    in_safety,
    not_understood,
    offered,
    reask,
    set_mode,
    show,
    start_wait,
    which_of_two,
)
from coachbot.engine.asks import Ask, Choice, Day, FreeText, Scale, Several, Wait, YesNo
from coachbot.engine.changing import changed
from coachbot.engine.events import Attached, Closed, Concerned, Opened, Pressed, Said, TimerFired
from coachbot.engine.meeting import is_not_kept, meet, meet_after, meet_instead
from coachbot.engine.model import Passed, State, Value
from coachbot.engine.stacking import clear_interrupts, raise_talk, safety_below, safety_on_top
from coachbot.engine.walk import Walk

_PASSED_KEPT = 40
#: Readings in which there is nothing that could tell of a hard moment.
_NO_WORDS = ("empty", "required")
#: The code of a choice that leaves a menu.
_WAY_BACK = "go_back"
#: How a question closed that was answered on a page; its questionnaire and state follow.
ON_PAGE = "on_page "
_SLOWER = 1.5
_SLOWEST = 3.4
#: Buttons of the coach's own questions about the open one.
_OWN_BUTTONS = ("go_on", "end", "stop_all", "answer", "therapist", "try_again")


# -- text ---------------------------------------------------------------------------------------------
def said(walk: Walk, event: Said) -> None:
    """A text: an answer to the open question, an interrupt, or a word out of the blue."""
    if walk.prompt is None:
        _said_at_rest(walk, event.text)
    elif walk.prompt.mode != "open" and _answered_mode(walk, event.text):
        return
    elif isinstance(walk.state.ask, Wait):
        _said_while_waiting(walk, event.text)
    else:
        _said_to_prompt(walk, event.text)


def _said_at_rest(walk: Walk, text: str) -> None:
    code = interrupt_in(text, walk.library.phrases_for(walk.conversation.language))
    if code is not None and code in walk.library.interrupts:
        interrupt(walk, code)
    elif meet(walk, text):
        return
    elif walk.frames:
        walk.reopen()
    else:
        walk.say_of_itself("nothing_open")
        _open_interrupt_dialog(walk, "menu")


def _said_to_prompt(walk: Walk, text: str) -> None:
    ask, prompt = walk.asked, walk.prompt
    assert ask is not None
    assert prompt is not None
    reading = read(
        ask,
        text,
        labels=dict(prompt.labels),
        phrases=walk.library.phrases_for(walk.conversation.language),
        today=_today(walk, ask),
        chosen=prompt.chosen,
    )
    if _is_unread(ask, reading) and meet(walk, text):
        return
    match reading:
        case Answer() if isinstance(ask, FreeText) and ask.means == "kept" and is_not_kept(walk, text):
            skip(walk)
            meet_instead(walk, text)
        case NothingToKeep():
            walk.say_of_itself("nothing_to_keep")
            skip(walk)
        case Answer(value=value):
            asked_in = walk.top.dialog
            answer(walk, value)
            if isinstance(ask, FreeText):
                meet_after(walk, text, asked_in)
        case Interrupt(code=code):
            interrupt(walk, code)
        case Skip() | Unclear(reason="required"):
            skip(walk)
        case AskBack() if in_safety(walk):
            not_understood(walk)
        case AskBack():
            set_mode(walk, "confirm_stop", held=text[:2000])
        case OutOfRange(low=low, high=high):
            not_understood(walk, out_of_range=True, low=low, high=high)
        case Halfway(low=low, high=high):
            which_of_two(walk, low, high)
        case Unclear(reason="empty"):
            show(walk, walk.text("empty", words="coach"))
        case Unclear(reason="too_long"):
            show(walk, walk.text("too_long", words="coach"))
        case _:
            not_understood(walk)


def _is_unread(ask: Ask, reading: Reading) -> bool:
    """Whether the open question can do nothing with a text; a wish to stop that was only guessed counts as unread."""
    if isinstance(ask, FreeText):
        return False
    return isinstance(reading, AskBack) or (isinstance(reading, Unclear) and reading.reason not in _NO_WORDS)


def _today(walk: Walk, ask: Ask) -> date:
    """The patient's local day, against which a date is read; nothing else is."""
    if not isinstance(ask, Day):
        return walk.now.date()
    today = walk.facts.get("today") or {}
    value = today.get("date")
    return date.fromisoformat(value) if value else walk.now.date()


def _answered_mode(walk: Walk, text: str) -> bool:
    """Read a text against the coach's own question (skip? stop all? go on?); False if it is none of these."""
    prompt, (codes, _) = walk.prompt, offered(walk)
    assert prompt is not None
    phrases = walk.library.phrases_for(walk.conversation.language)
    reading = read(Choice("mode", codes), text, labels=dict(prompt.labels), phrases=phrases, today=walk.now.date())
    if isinstance(reading, Answer):
        choose_mode(walk, str(reading.value))
        return True
    if prompt.mode == "paused":
        return _said_while_paused(walk, reading, text)
    walk.prompt = changed(prompt, mode="open")
    return False


def _said_while_paused(walk: Walk, reading: object, text: str) -> bool:
    if isinstance(reading, Interrupt) and reading.code not in ("resume", "pause"):
        interrupt(walk, reading.code)
    elif isinstance(reading, Interrupt) and reading.code == "resume":
        choose_mode(walk, "go_on")
    elif not meet(walk, text):
        reask_paused(walk)
    return True


def reask_paused(walk: Walk) -> None:
    """Still paused: show the way on again."""
    set_mode(walk, "paused")


# -- waiting ------------------------------------------------------------------------------------------
def _said_while_waiting(walk: Walk, text: str) -> None:
    ask, prompt = walk.state.ask, walk.prompt
    assert ask is not None
    assert prompt is not None
    phrases = walk.library.phrases_for(walk.conversation.language)
    reading = read(ask, text, labels=dict(prompt.labels), phrases=phrases, today=walk.now.date())
    match reading:
        case Answer(value="next") | Skip():
            wait_over(walk)
        case Answer(value="again"):
            reask(walk)
        case Answer(value=code) if code in codes_of(walk.asked):
            choose_wait(walk, str(code))
        case Interrupt(code=code):
            _interrupt_waiting(walk, code)
        case _:
            if not meet(walk, text):
                walk.say_of_itself("wait_heard")


def _interrupt_waiting(walk: Walk, code: str) -> None:
    if code == "stop":
        choose_wait(walk, "end")
    elif code == "pause":
        choose_wait(walk, "pause")
    else:
        interrupt(walk, code)


def choose_wait(walk: Walk, code: str) -> None:
    """A control of a guided practice: pause it, slow it down, go to its next line, end it."""
    if code == "pause":
        walk.emit(fx.Disarm("wait"))
        set_mode(walk, "paused")
    elif code == "slower":
        walk.replace_top(pace=min(walk.top.pace * _SLOWER, _SLOWEST))
        walk.say_of_itself("wait_slower")
    elif code == "next":
        wait_over(walk)
    elif code == "written":
        _read_instead(walk)
    else:
        walk.emit(fx.Disarm("wait"))
        walk.close_prompt("answered")
        walk.pop("stopped")
        walk.run()


def _read_instead(walk: Walk) -> None:
    """Not the recording, the lines."""
    ask = walk.state.ask
    assert isinstance(ask, Wait)
    walk.emit(fx.Disarm("wait"))
    walk.close_prompt("answered")
    walk.replace_top(state=ask.written)
    walk.run()


def go_on_waiting(walk: Walk) -> None:
    """A practice goes on after a pause: the quiet of its line begins anew, the line is not said twice."""
    show(walk, walk.text("wait_resumed", words="coach"))
    start_wait(walk, walk.state.ask)


def wait_over(walk: Walk) -> None:
    """The pause of a practice is over: the next line comes."""
    walk.emit(fx.Disarm("wait"))
    state = walk.state
    walk.close_prompt("answered")
    walk.after_saying(state, "waited")
    walk.run()


# -- answers ------------------------------------------------------------------------------------------
def answer(walk: Walk, value: Value) -> None:
    """The open question is answered with `value`."""
    state = walk.state
    ask = state.ask
    assert ask is not None
    walk.close_prompt("answered")
    walk.fill(_slot_of(ask), value, **_passed(walk, ask))
    kind = danger_of(state, value)
    if kind is not None:
        raise_danger(walk, state, kind, value)
        return
    walk.after_saying(state, _outcome(ask, value))
    walk.run()


def _slot_of(ask: Ask) -> str:
    return str(getattr(ask, "name", ""))


def _outcome(ask: Ask, value: Value) -> str:
    return str(value) if isinstance(ask, Choice | YesNo | Scale) else "answered"


def danger_of(state: State, value: Value) -> str | None:
    """The safety kind of an answer; that of leaving the question out where the value is None."""
    if value is None:
        return state.dangers.get("missing")
    if not state.dangers:
        return None
    values = value if isinstance(value, tuple) else (value,)
    return next((state.dangers[str(v)] for v in values if str(v) in state.dangers), None)


def raise_danger(walk: Walk, state: State, kind: str, value: Value) -> None:
    """A dangerous answer: it is kept, the talk goes one state on, and the safety dialog comes on top."""
    walk.emit(fx.Danger(kind, walk.top.dialog, state.name, str(value)))
    asked = state.ask
    walk.after_saying(state, _outcome(asked, value) if asked is not None else None)
    dialog = walk.library.dialogs.get(walk.library.safety.get(kind, ""))
    if dialog is not None:
        safety_on_top(walk, dialog, {"kind": kind})
    else:
        walk.run()


def skip(walk: Walk) -> None:
    """The patient leaves the open question out: its slot is missing, on purpose."""
    state, prompt = walk.state, walk.prompt
    ask = state.ask
    assert ask is not None
    assert prompt is not None
    if getattr(ask, "required", False):
        not_understood(walk, required=True)
        return
    if "missing" in state.dangers and not prompt.skipped:
        walk.prompt = changed(prompt, tries=1, skipped=True)
        show(walk, walk.text(state.section or state.name, "again", ask_kind=ask.kind))
        return
    walk.close_prompt("answered")
    walk.fill(_slot_of(ask), None, **_passed(walk, ask))
    if "missing" in state.dangers:
        raise_danger(walk, state, state.dangers["missing"], None)
        return
    _leave_skipped(walk, state)


def _leave_skipped(walk: Walk, state: State) -> None:
    if state.call is not None:
        walk.after_saying(changed(state, do=()))
    else:
        walk.leave(state, None)
    walk.run()


def _passed(walk: Walk, ask: Ask) -> dict[str, Any]:
    """What changes in the frame of a question that is answered: "back" can return to it."""
    frame = walk.top
    if isinstance(ask, Wait):
        return {}
    return {"passed": (*frame.passed, Passed(frame.state, frame.slots))[-_PASSED_KEPT:]}


def back(walk: Walk) -> None:
    """Return to the question before this one in the same dialog; a menu is left by its own way back."""
    if walk.prompt is not None and _WAY_BACK in codes_of(walk.state.ask):
        answer(walk, _WAY_BACK)
        return
    if walk.prompt is None or not walk.top.passed:
        walk.say_of_itself("back_not_possible")
        if walk.prompt is not None:
            reask(walk)
        return
    before = walk.top.passed[-1]
    if before.state not in walk.dialog.states:
        reask(walk)
        return
    walk.close_prompt("answered")
    walk.replace_top(state=before.state, slots=before.slots, passed=walk.top.passed[:-1])
    walk.run()


# -- interrupts ---------------------------------------------------------------------------------------
def interrupt(walk: Walk, code: str) -> None:
    """A word above every dialog: its dialog goes on top and comes back to the open question."""
    if code == "back":
        back(walk)
    elif code == "stop" and walk.prompt is not None and isinstance(walk.state.ask, Wait):
        choose_wait(walk, "end")
    else:
        _open_interrupt_dialog(walk, code)


def _open_interrupt_dialog(walk: Walk, code: str) -> None:
    dialog = walk.library.dialogs.get(walk.library.interrupts.get(code, ""))
    if dialog is None or not walk.may_meet(dialog):
        walk.say_of_itself("nothing_open")
        if walk.prompt is not None:
            reask(walk)
        return
    clear_interrupts(walk)
    walk.push(dialog, "interrupt")
    walk.run()


# -- buttons ------------------------------------------------------------------------------------------
def pressed(walk: Walk, event: Pressed) -> None:
    """A button: of the open question, of a talk that waits, or of one long over."""
    if (walk.prompt is not None and event.token == walk.prompt.token) or _wake_parked(walk, event.token):
        _press_open(walk, event.code)
    else:
        how = next((how for token, how in reversed(walk.closed) if token == event.token), "lapsed")
        if how.startswith(ON_PAGE):
            _repeated(walk, how, event.code)
        else:
            walk.say_of_itself("answered_already" if how == "answered" else "lapsed")


def _repeated(walk: Walk, how: str, code: str) -> None:
    """The page was quicker: its answer counts, the press is kept beside it."""
    _, instrument, state = how.split()
    walk.emit(fx.Repeated(instrument, state, code, "talk"))
    walk.say_of_itself("answered_on_page")


def _wake_parked(walk: Walk, token: str) -> bool:
    """Bring the waiting talk with this prompt to the top; never from under a safety talk."""
    index = next((i for i, f in enumerate(walk.frames) if f.parked and f.parked.token == token), None)
    if index is None:
        return False
    if any(frame.opened == "safety" for frame in walk.frames[index + 1 :]):
        return False
    raise_talk(walk, index)
    parked = walk.top.parked
    walk.replace_top(parked=None)
    walk.prompt, walk.resting = parked, False
    return True


def _press_open(walk: Walk, code: str) -> None:
    prompt, ask = walk.prompt, walk.asked
    assert prompt is not None
    if prompt.mode != "open" and code in offered(walk)[0]:
        choose_mode(walk, code)
    elif isinstance(ask, Wait):
        _press_waiting(walk, code)
    else:
        walk.prompt = changed(prompt, mode="open")
        _press_answer(walk, ask, code)


def _press_waiting(walk: Walk, code: str) -> None:
    if code in codes_of(walk.state.ask):
        choose_wait(walk, code)
    else:
        walk.say_of_itself("wait_heard")


def _press_answer(walk: Walk, ask: Ask | None, code: str) -> None:
    if isinstance(ask, Several):
        _press_several(walk, ask, code)
    elif code in codes_of(ask):
        answer(walk, int(code) if isinstance(ask, Scale) else code)
    elif code == "skip":
        skip(walk)
    elif code in _OWN_BUTTONS:
        reask(walk)
    else:
        not_understood(walk)


def _press_several(walk: Walk, ask: Several, code: str) -> None:
    prompt = walk.prompt
    assert prompt is not None
    if code.endswith("+"):
        wanted = {*code[:-1].split("+"), *prompt.chosen}
        _several_done(walk, ask, tuple(one for one in ask.of if one in wanted))
    elif code == "done":
        _several_done(walk, ask, prompt.chosen)
    elif code == "none":
        _several_done(walk, ask, ())
    elif code in ask.of:
        chosen = [c for c in ask.of if (c in prompt.chosen) != (c == code)]
        walk.prompt = changed(prompt, chosen=tuple(chosen))
        show(walk)
    elif code == "skip":
        skip(walk)
    elif code in _OWN_BUTTONS:
        reask(walk)
    else:
        not_understood(walk)


def _several_done(walk: Walk, ask: Several, chosen: tuple[str, ...]) -> None:
    most = ask.most if ask.most is not None else len(ask.of)
    if ask.least <= len(chosen) <= most:
        answer(walk, chosen)
    else:
        not_understood(walk, out_of_range=True, low=ask.least, high=most)


def choose_mode(walk: Walk, code: str) -> None:
    """An answer to the coach's own question about the open one."""
    prompt = walk.prompt
    assert prompt is not None
    if code == "skip":
        walk.prompt = changed(prompt, mode="open")
        skip(walk)
    elif code in ("therapist", "stop_all"):
        walk.prompt = changed(prompt, mode="open", tries=0, held="")
        interrupt(walk, "therapist" if code == "therapist" else "stop")
    elif code == "answer":
        _take_held(walk, prompt.held)
    elif code == "end":
        choose_wait(walk, "end")
    elif code == "go_on":
        walk.prompt = changed(prompt, mode="open", tries=0)
        go_on_waiting(walk)
    else:
        walk.prompt = changed(prompt, tries=0)
        set_mode(walk, "open")


def _take_held(walk: Walk, held: str) -> None:
    assert walk.prompt is not None
    walk.prompt = changed(walk.prompt, mode="open", held="")
    if isinstance(walk.state.ask, FreeText) and held:
        answer(walk, held)
    else:
        not_understood(walk)


# -- the rest -----------------------------------------------------------------------------------------
#: Sent things that are no file: nothing was recorded or photographed.
_WITHOUT_WORDS = ("sticker", "emoji", "location", "contact")


def attached(walk: Walk, event: Attached) -> None:
    """A sticker, photo or file where words are due: said kindly, and the question stays open."""
    section = "cannot_read_sticker" if event.kind in _WITHOUT_WORDS else "cannot_read_file"
    walk.say_of_itself(section)
    if walk.prompt is not None and not isinstance(walk.state.ask, Wait):
        reask(walk)
    elif walk.prompt is None and walk.frames:
        walk.reopen()


def timer_fired(walk: Walk, event: TimerFired) -> None:
    """A timer: it does nothing if the conversation has moved on."""
    prompt = walk.prompt
    if prompt is None or event.token != prompt.token:
        return
    if event.purpose == "wait" and prompt.mode == "open" and isinstance(walk.state.ask, Wait):
        wait_over(walk)
    elif event.purpose == "nag" and not prompt.nagged:
        walk.prompt = changed(prompt, nagged=True)
        show(walk, walk.text("nag_1", words="coach"))


def opened(walk: Walk, event: Opened) -> None:
    """A dialog is opened: what stands and does not keep gives way."""
    dialog = walk.library.dialogs.get(event.dialog)
    if dialog is None or not walk.may_meet(dialog):
        walk.emit(fx.Ended(event.dialog, event.touchpoint, "passed_over"))
        return
    if (dialog.keeps or event.by != "touchpoint") and _resume_standing(walk, event.dialog):
        return
    walk.lapse_unkept()
    walk.push(dialog, event.by, touchpoint=event.touchpoint, slots=event.slots)
    walk.run()


def _resume_standing(walk: Walk, dialog: str) -> bool:
    index = next((i for i, f in enumerate(walk.frames) if f.dialog == dialog and f.opened != "call"), None)
    if index is None:
        return False
    raise_talk(walk, index)
    if walk.prompt is not None:
        walk.park()
    _hold_practice(walk)
    walk.reopen("still_here" if _begun(walk) else "")
    return True


def _hold_practice(walk: Walk) -> None:
    """A practice that the coach brings back waits for the patient: nobody may be there to follow it."""
    parked = walk.top.parked
    if parked is not None and isinstance(walk.state.ask, Wait):
        walk.replace_top(parked=changed(parked, mode="paused"))


def _begun(walk: Walk) -> bool:
    """Was anything answered in the talk on top? One that only stands at its first question opens as if anew."""
    return any(frame.passed for frame in walk.frames[walk.root() :])


def concerned(walk: Walk, event: Concerned) -> None:
    """A danger in the patient's words: the follow-up goes on top; what was open waits below."""
    dialog = walk.library.dialogs.get(event.dialog)
    if dialog is None:
        return
    for kind, after in reversed(event.then):
        safety_below(walk, walk.library.dialogs.get(after), {**event.slots, "kind": kind})
    if walk.prompt is not None and walk.frames[walk.root()].dialog == event.dialog:
        reask(walk)
    else:
        safety_on_top(walk, dialog, event.slots)


def closed(walk: Walk, event: Closed) -> None:
    """Everything ends at once, without a word."""
    if walk.prompt is not None:
        walk.close_prompt("lapsed")
    while walk.frames:
        walk.drop_group(event.reason)
    walk.emit(fx.Disarm("wait"))
    walk.emit(fx.Disarm("nag"))
