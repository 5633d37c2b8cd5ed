"""Reading yes or no."""

from __future__ import annotations

from coachbot.engine.answers.folding import head_of, holds, spellings, trimmed
from coachbot.engine.answers.fuzzy import clear_winner
from coachbot.engine.answers.phrases import Phrases
from coachbot.engine.answers.readings import Answer, Reading, Unclear

_PAUSES = ",.;:!-("


def read_whole(key: str, phrases: Phrases) -> Answer | None:
    """A message that is nothing but a yes or a no."""
    for one in spellings(key):
        for code, words in (("yes", phrases.yes | phrases.agree), ("no", phrases.no)):
            if one in words or trimmed(one, phrases.polite) in words:
                return Answer(code)
    return None


def read_sentence(key: str, folded: str, phrases: Phrases) -> Reading | None:
    """A message that begins with a clear yes or no and does not take it back."""
    key = trimmed(key, phrases.polite)
    yes, no = head_of(key, phrases.yes_opens), head_of(key, phrases.no_opens)
    rest = key[len(yes or no) :].strip()
    if not (yes or no):
        return None
    if len(yes) > len(no):
        return Answer("yes") if _confirms(rest, phrases) else Unclear("both")
    if holds(rest, phrases.yes_opens | phrases.contrasts):
        return Unclear("both")
    return Answer("no") if " " in no or _is_apart(no, rest, folded, phrases) else None


def guess(key: str, phrases: Phrases) -> Reading:
    """A misspelt yes or no of five letters or more ("definately")."""
    candidates = [("yes", one) for one in phrases.yes | phrases.agree] + [("no", one) for one in phrases.no]
    code = clear_winner(trimmed(key, phrases.polite), candidates)
    if code and not (code == "yes" and holds(key, phrases.negations)):
        return Answer(code)
    return Unclear("negation" if holds(key, phrases.negations) else "no_match")


def _confirms(rest: str, phrases: Phrases) -> bool:
    """True if what follows a yes leaves it a yes."""
    if rest in phrases.yes or rest in phrases.agree:
        return True
    return not holds(rest, phrases.negations | phrases.no | phrases.contrasts)


def _is_apart(head: str, rest: str, folded: str, phrases: Phrases) -> bool:
    """True if the no stands on its own: "no, it hurt", "no I forgot", but not "no pain"."""
    at = folded.find(head) + len(head)
    after = folded[at : at + 2].strip()
    return after[:1] in tuple(_PAUSES) or bool(head_of(rest, phrases.fillers | phrases.negations))
