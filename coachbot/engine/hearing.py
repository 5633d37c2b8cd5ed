"""What becomes of a text: an answer to the open question, an interrupt, or a word out of the blue."""

from __future__ import annotations

from datetime import date

from coachbot.engine.answering import answer, skip
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
from coachbot.engine.asking import codes_of, in_safety, not_understood, offered, reask, set_mode, show, which_of_two
from coachbot.engine.asks import Ask, Choice, Day, FreeText, Wait
from coachbot.engine.changing import changed
from coachbot.engine.events import Said
from coachbot.engine.interrupting import interrupt, open_interrupt
from coachbot.engine.meeting import is_not_kept, meet, meet_after, meet_instead
from coachbot.engine.modes import choose_mode, reask_paused
from coachbot.engine.waiting import choose_wait, wait_over
from coachbot.engine.walk import Walk

#: Readings in which there is nothing that could tell of a hard moment.
_NO_WORDS = ("empty", "required")


def said(walk: Walk, event: Said) -> None:
    """A text: an answer to the open question, an interrupt, or a word out of the blue."""
    if walk.prompt is None:
        _said_at_rest(walk, event.text)
    elif walk.prompt.mode != "open" and _answered_mode(walk, event.text):
        return
    elif isinstance(walk.state.ask, Wait):
        _said_while_waiting(walk, event)
    else:
        _said_to_prompt(walk, event.text)


def _said_at_rest(walk: Walk, text: str) -> None:
    code = interrupt_in(text, walk.library.phrases_for(walk.language))
    if code is not None and code in walk.library.interrupts:
        interrupt(walk, code)
    elif meet(walk, text):
        return
    elif walk.frames:
        walk.reopen()
    else:
        walk.say_of_itself("nothing_open")
        open_interrupt(walk, "menu")


def _said_to_prompt(walk: Walk, text: str) -> None:
    ask, prompt = walk.asked, walk.prompt
    assert ask is not None
    assert prompt is not None
    reading = read(
        ask,
        text,
        labels=dict(prompt.labels),
        phrases=walk.library.phrases_for(walk.language),
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
        case Unclear(reason="no_phone") if prompt.tries:  # asked for once more, and then not again
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
    phrases = walk.library.phrases_for(walk.language)
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


def _said_while_waiting(walk: Walk, event: Said) -> None:
    text, ask, prompt = event.text, walk.state.ask, walk.prompt
    assert ask is not None
    assert prompt is not None
    phrases = walk.library.phrases_for(walk.language)
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
            if meet(walk, text):
                return
            if event.knocks:
                wait_over(walk)
            else:
                walk.say_of_itself("wait_heard")


def _interrupt_waiting(walk: Walk, code: str) -> None:
    if code == "stop":
        choose_wait(walk, "end")
    elif code == "pause":
        choose_wait(walk, "pause")
    else:
        interrupt(walk, code)
