"""From what a patient typed to what it means for the open question.

The order: an exact choice of the open question, a whole-message interrupt, a typed value, a skip, a guess.
So in a back-pain coach "back" and "pain" are answers before they are commands. The caller reads every text
for danger before it comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from coachbot.engine.answers import choices, dates, fuzzy, numbers, several, times, yes_no
from coachbot.engine.answers.folding import LONGEST, clean, fold, holds, plain, spellings, trimmed
from coachbot.engine.answers.interrupts import interrupt_of, may_mean_stop
from coachbot.engine.answers.options import Option, named, options_of
from coachbot.engine.answers.personal import is_number_to_call, name_in, number_in, refuses, says_nothing
from coachbot.engine.answers.phrases import Phrases, without_consent
from coachbot.engine.answers.readings import (
    Answer,
    AskBack,
    Halfway,
    Interrupt,
    NothingToKeep,
    OutOfRange,
    Reading,
    Skip,
    Unclear,
)
from coachbot.engine.asks import Ask, Choice, Day, FreeText, Number, Scale, Several, TimeOfDay, Wait, YesNo

#: Texts up to this length are read once and remembered, without who wrote them. Nobody's story is this short.
_SHORT = 16

__all__ = [
    "Answer",
    "AskBack",
    "Halfway",
    "Interrupt",
    "NothingToKeep",
    "OutOfRange",
    "Reading",
    "Skip",
    "Unclear",
    "read",
]


def read(
    ask: Ask,
    text: str,
    *,
    labels: Mapping[str, str],
    phrases: Phrases,
    today: date,
    chosen: tuple[str, ...] = (),
) -> Reading:
    """What `text` means for `ask`.

    `labels` are the words the patient sees, by code; `today` is the patient's local day; `chosen` are the
    codes already ticked in a `Several`, to which a typed list is added. Never raises; takes bounded time.
    """
    if isinstance(ask, FreeText):
        return _read_text(ask, text, phrases)
    if len(text) <= _SHORT:
        return _read_short(ask, text, tuple(labels.items()), phrases, today, chosen)
    return _read(ask, text, labels, phrases, today, chosen)


@lru_cache(maxsize=20_000)
def _read_short(
    ask: Ask, text: str, labels: tuple[tuple[str, str], ...], phrases: Phrases, today: date, chosen: tuple[str, ...]
) -> Reading:
    """The same question gets the same few answers from many people: "3", "yes", "20 min"."""
    return _read(ask, text, dict(labels), phrases, today, chosen)


def _read(
    ask: Ask, text: str, labels: Mapping[str, str], phrases: Phrases, today: date, chosen: tuple[str, ...]
) -> Reading:
    if not text.strip():
        return Unclear("empty")
    if len(text.strip()) > LONGEST:
        return Unclear("too_long")
    if isinstance(ask, YesNo | Choice) and ask.report:
        phrases = without_consent(phrases)
    said = _Said(fold(text), plain(text), labels, phrases, today, chosen)
    if not said.key:
        return Unclear("empty")
    return _exact(ask, said) or _interrupt(said) or _typed(ask, said) or _last(ask, said)


@dataclass(frozen=True, slots=True)
class _Said:
    """A message in its two comparable forms, with all that reading it needs."""

    folded: str
    key: str
    labels: Mapping[str, str]
    phrases: Phrases
    today: date
    chosen: tuple[str, ...]

    def options(self, of: tuple[str, ...]) -> tuple[Option, ...]:
        return options_of(of, self.labels)

    def is_one_of(self, words: frozenset[str]) -> bool:
        """True if the whole message is one of the phrases, politeness aside."""
        return any(one in words or trimmed(one, self.phrases.polite) in words for one in spellings(self.key))


def _read_text(ask: FreeText, text: str, phrases: Phrases) -> Reading:
    """Own words: everything is an answer but a lone command or a wish to skip.

    "Enough now" may be what somebody would say to a friend. What reads as a wish to stop altogether ("leave me
    alone") is asked back once, so that nobody who wants to leave is taken for a writer.
    """
    words, shortened = clean(text, ask.longest)
    if not words:
        return Unclear("empty")
    if len(words) <= LONGEST:
        key = plain(words)
        code = interrupt_of(key, phrases)
        if code and _is_lone_command(key, phrases):
            return Interrupt(code)
        if key in phrases.skip or trimmed(key, phrases.polite) in phrases.skip:
            return Unclear("required") if ask.required else Skip()
        if phrases.interrupts.get(key) == "stop" and " " in key:
            return AskBack("confirm_stop")
    if ask.means == "name":
        return Answer(name_in(words, phrases), shortened)
    if ask.means == "phone":
        return _read_phone(words, phrases, shortened)
    if ask.means == "kept" and len(words) <= LONGEST and says_nothing(words, phrases):
        return NothingToKeep()
    return Answer(words, shortened)


def _read_phone(words: str, phrases: Phrases, shortened: bool) -> Reading:
    if is_number_to_call(words):
        return Answer(number_in(words), shortened)
    return Skip() if refuses(words, phrases) else Unclear("no_phone")


def _is_lone_command(key: str, phrases: Phrases) -> bool:
    """A command where own words are asked for; a language that lists none has them all."""
    return not phrases.commands_in_text or key in phrases.commands_in_text


def _exact(ask: Ask, said: _Said) -> Reading | None:
    """An exact choice of the open question."""
    match ask:
        case Choice():
            return choices.exact_choice(said.options(ask.of), said.key, said.folded, said.phrases, ask.exact)
        case Several():
            options = said.options(ask.of)
            code = named(options, said.key) or named(options, trimmed(said.key, said.phrases.polite))
            return several.counted(ask, {code, *said.chosen}) if code else None
        case YesNo():
            shown = tuple(code for code in said.labels if code in ("yes", "no")) or ("yes", "no")
            reading = choices.exact_choice(said.options(shown), said.key, said.folded, said.phrases)
            return None if isinstance(reading, OutOfRange) else reading
        case Wait():
            code = named(said.options(tuple(said.labels)), said.key)
            return Answer(code) if code else None
        case Scale() if ask.exact:
            return _exact_scale(ask, said)
        case _:
            return _labelled(ask, said)


def _exact_scale(ask: Scale, said: _Said) -> Reading | None:
    return _labelled(ask, said) or numbers.read_exact_scale(ask, said.folded, said.phrases)


def _labelled(ask: Ask, said: _Said) -> Reading | None:
    """The label of a number, scale, time or day ("No pain" for 0), read as if its code were typed.

    A label that is itself a number is left to the reading of numbers: only that one sees a minus sign.
    """
    shown = said.options(tuple(said.labels))
    counted = isinstance(ask, Number | Scale)
    code = next((one.code for one in shown if one.label == said.key and not (counted and one.label.isdecimal())), None)
    return _value(ask, fold(code), said) if code else None


def _interrupt(said: _Said) -> Interrupt | None:
    code = interrupt_of(said.key, said.phrases)
    return Interrupt(code) if code else None


def _typed(ask: Ask, said: _Said) -> Reading | None:
    """A value that is certain as typed."""
    match ask:
        case Choice() if not ask.exact:
            return choices.meant_choice(said.options(ask.of), said.key, said.phrases)
        case Several():
            return several.read_whole(ask, said.key, said.phrases, said.chosen)
        case YesNo():
            part = choices.part_choice(said.options(tuple(said.labels)), said.key, said.phrases)
            whole = yes_no.read_whole(said.key, said.phrases)
            return (part or whole) if ask.report else (whole or part)  # "I guess so" is no yes to "are you safe?"
        case Wait():
            code = said.phrases.waiting.get(trimmed(said.key, said.phrases.polite))
            return Answer(code) if code else None
        case Scale() if ask.exact:
            return None
        case Number() | Scale():
            return numbers.whole_word(ask, said.key, said.phrases)
        case _:
            return None


def _last(ask: Ask, said: _Said) -> Reading:
    """A skip, a value inside a sentence, a possible stop, a guess, in this order."""
    phrases = said.phrases
    if said.is_one_of(phrases.skip) or said.is_one_of(phrases.dont_know):
        return Unclear("required") if not isinstance(ask, Wait) and ask.required else Skip()
    stops = may_mean_stop(said.key, phrases)
    if stops and not isinstance(ask, Number | Scale | TimeOfDay | Day):
        return AskBack("confirm_stop")
    reading = _value(ask, said.folded, said)
    if isinstance(reading, Answer | OutOfRange | Halfway):
        return reading
    if stops:
        return AskBack("confirm_stop")
    return (None if _is_exact(ask) else _near_interrupt(said)) or reading


def _value(ask: Ask, folded: str, said: _Said) -> Reading:
    """The value inside a sentence, or a guess; `Unclear` if there is none."""
    phrases = said.phrases
    match ask:
        case Choice():
            return _guess(ask, folded, said)
        case Several():
            return several.read_list(ask, said.options(ask.of), folded, phrases, said.chosen)
        case YesNo():
            return yes_no.read_sentence(said.key, folded, phrases) or yes_no.guess(said.key, phrases)
        case Number():
            return numbers.read_number(ask, folded, phrases)
        case Scale():
            exact = numbers.read_exact_scale(ask, folded, phrases)
            return exact or (Unclear("no_match") if ask.exact else numbers.read_scale(ask, folded, phrases))
        case TimeOfDay():
            return times.read_time(ask, folded, phrases)
        case Day():
            return dates.read_day(folded, phrases, said.today)
        case _:
            return Unclear("waiting")


def _guess(ask: Choice, folded: str, said: _Said) -> Reading:
    if ask.exact:
        return Unclear("no_match")
    return choices.guessed_choice(said.options(ask.of), said.key, folded, said.phrases)


def _is_exact(ask: Ask) -> bool:
    return isinstance(ask, Choice | Several | Scale) and ask.exact


def _near_interrupt(said: _Said) -> Interrupt | None:
    """A misspelt interrupt of long words ("theripist"), where nothing else was understood."""
    if holds(said.key, said.phrases.negations):
        return None
    known = ((code, phrase) for phrase, code in said.phrases.interrupts.items())
    code = fuzzy.clear_winner(trimmed(said.key, said.phrases.polite), known)
    return Interrupt(code) if code else None
