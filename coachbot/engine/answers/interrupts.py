"""Words that stand above every dialog: stop, pause, help, menu and their kin."""

from __future__ import annotations

from coachbot.engine.answers.folding import holds, plain, spellings, trimmed
from coachbot.engine.answers.phrases import Phrases

#: A text with a stop word asks "shall I stop?" only if it has at most so many words.
SHORT = 4


def interrupt_in(text: str, phrases: Phrases) -> str | None:
    """The interrupt's code if the whole message is one, politeness, case, punctuation and emoji aside."""
    return interrupt_of(plain(text), phrases)


def interrupt_of(key: str, phrases: Phrases) -> str | None:
    """As `interrupt_in`, for a text already in its plain form."""
    for one in spellings(key):
        code = phrases.interrupts.get(one) or phrases.interrupts.get(trimmed(one, phrases.polite))
        if code:
            return code
    return None


def may_mean_stop(key: str, phrases: Phrases) -> bool:
    """True for a short text with a stop word in it and without negation."""
    if len(key.split(" ")) > SHORT or holds(key, phrases.negations):
        return False
    return any(holds(one, phrases.stop_words) for one in spellings(key))
