"""Reading an answer to a choice of one."""

from __future__ import annotations

from coachbot.engine.answers.folding import head_of, holds, spellings, trimmed
from coachbot.engine.answers.fuzzy import guess
from coachbot.engine.answers.lexing import Mark
from coachbot.engine.answers.options import Option, counts_positions, named, picked, position
from coachbot.engine.answers.phrases import Phrases, Words
from coachbot.engine.answers.readings import Answer, OutOfRange, Reading, Unclear
from coachbot.engine.answers.yes_no import read_sentence


def exact_choice(
    options: tuple[Option, ...], key: str, folded: str, phrases: Phrases, exact: bool = False
) -> Reading | None:
    """A choice named by its label, code or number; None if it is none of these."""
    code = named(options, key) or named(options, trimmed(key, phrases.polite))
    if code is not None:
        return Answer(code)
    code = _numbered(options, key, exact)
    if code is not None:
        return Answer(code)
    mark = position(folded, phrases)
    if mark is None:
        return None
    code = picked(options, mark, exact)
    if code is not None:
        return Answer(code)
    if mark.kind == "O" or counts_positions(options):
        return OutOfRange(mark.number, 1, len(options))
    return None


def _numbered(options: tuple[Option, ...], key: str, exact: bool) -> str | None:
    """A label with its own number beside it: "2. Part of it"."""
    first, _, label = key.partition(" ")
    before, _, last = key.rpartition(" ")
    for number, name in ((first, label), (last, before)):
        code = named(options, name) if len(number) < 3 and number.isdecimal() else None
        if code and picked(options, Mark("N", number, number=float(number)), exact) == code:
            return code
    return None


def meant_choice(options: tuple[Option, ...], key: str, phrases: Phrases) -> Answer | None:
    """A choice named in other words, without guessing: a weekday, yes or no, the beginning of a label."""
    for one in dict.fromkeys((*spellings(key), *spellings(trimmed(key, phrases.polite)))):
        code = named(options, one) or _synonym(options, one, phrases) or _leaning(options, one, phrases)
        code = code or _beginning(options, one, phrases)
        if code is not None:
            return Answer(code)
    return part_choice(options, key, phrases)


def part_choice(options: tuple[Option, ...], key: str, phrases: Phrases) -> Answer | None:
    """The one option of whose label the text is a part: "none of these" for "No, none of these".

    All ways of saying that one does not know are one: "no idea" and "I guess so" are a part of "No, or not sure".
    """
    key = trimmed(key, phrases.polite)
    unsure = phrases.dont_know | phrases.hedges
    same = unsure if key in unsure else {key}
    found = [one.code for one in options if any(trimmed(part, phrases.or_words) in same for part in one.parts)]
    return Answer(found[0]) if len(found) == 1 else None


def guessed_choice(options: tuple[Option, ...], key: str, folded: str, phrases: Phrases) -> Reading:
    """The last resort: a slip of the thumb, a label inside a short sentence, a sentence that opens like an answer."""
    codes = guess(options, key, phrases) or _opened(options, key, folded, phrases) or _begun(options, key, phrases)
    if len(codes) == 1:
        return Answer(codes[0])
    if codes:
        return Unclear("two_matches")
    return Unclear("negation" if holds(key, phrases.negations) else "no_match")


def _synonym(options: tuple[Option, ...], key: str, phrases: Phrases) -> str | None:
    """A day, a part of the day or an answer with a usual name, where the codes are such."""
    codes = {option.code for option in options}
    meant = codes.intersection(phrases.meanings.get(key, ()))
    if len(meant) == 1:
        return meant.pop()
    day = phrases.weekdays.get(key)
    if day in codes:
        return day
    parts = ((code, part.words) for code, part in phrases.day_parts.items() if code in codes)
    return next((code for code, words in parts if key in words), None)


def _leaning(options: tuple[Option, ...], key: str, phrases: Phrases) -> str | None:
    """The one option that says yes (or no) as the text does: "nope" for "Not today"."""
    for report, consent, codes in (
        (phrases.yes, phrases.agree, phrases.yes | phrases.agree),
        (phrases.no, phrases.no, phrases.no_opens),
    ):
        head = head_of(key, report | consent)
        if not head:
            continue
        rest, heads = key[len(head) :], report | consent
        bare = [one.code for one in options if not rest and _is_bare(one, heads, codes, phrases.polite)]
        opening = [one.code for one in options if head in report and _opens(one, rest, heads)]
        leaning = dict.fromkeys((*bare, *opening))
        if len(leaning) == 1:
            return next(iter(leaning))
    return None


def _is_bare(option: Option, heads: Words, codes: Words, polite: Words) -> bool:
    """True if the option is a bare yes, by its label or by its code. A code that is more ("not_safe") is no bare no."""
    return trimmed(option.label, polite) in heads or trimmed(option.key, polite) in codes


def _opens(option: Option, rest: str, heads: Words) -> bool:
    """True if the option opens with a yes ("Yes, all of it"), as the text does that reports one ("yes I did")."""
    if option.opening not in heads:
        return False
    return not rest or option.label[len(option.opening) :] == rest or rest.strip() in heads


def _opened(options: tuple[Option, ...], key: str, folded: str, phrases: Phrases) -> tuple[str, ...]:
    """The option that is a bare yes (or no), if the text opens with one: "yes, in bed", "no, I fell asleep"."""
    reading = read_sentence(key, folded, phrases)
    if not isinstance(reading, Answer):
        return ()
    words = phrases.yes if reading.value == "yes" else phrases.no
    found = tuple(one.code for one in options if one.label in words)
    return found if len(found) == 1 else ()


def _begun(options: tuple[Option, ...], key: str, phrases: Phrases) -> tuple[str, ...]:
    """The option that is meant by how the sentence begins, and any other that the rest of it names.

    "Too tired tonight" is one of them, "too tired but did half" are two: it is asked again.
    """
    key, codes = trimmed(key, phrases.polite), {option.code for option in options}
    head = head_of(key, phrases.openings)
    begun = codes.intersection(phrases.openings.get(head, ()))
    if not begun:
        return ()
    rest = key[len(head) :]
    told = {
        code
        for table in (phrases.openings, phrases.meanings)
        for phrase, meant in table.items()
        if holds(rest, (phrase,))
        for code in codes.intersection(meant)
    }
    return tuple(begun | told)


def _beginning(options: tuple[Option, ...], key: str, phrases: Phrases) -> str | None:
    """The one option whose label begins with the text."""
    if (len(key) < 3 and key.isascii()) or key in phrases.fillers:
        return None
    begun = [one.code for one in options if one.label.startswith(f"{key} ")]
    return begun[0] if len(begun) == 1 else None
