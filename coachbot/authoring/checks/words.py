"""Words: every state that speaks has them, every choice has a label, and nothing is left over or too long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coachbot.authoring.asks import answers_of
from coachbot.authoring.checks.context import Context
from coachbot.authoring.draft import Draft
from coachbot.authoring.exercises import SHARED as EXERCISE
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.instruments import SHARED as INSTRUMENT
from coachbot.authoring.reading import DEFAULT_LANGUAGE
from coachbot.authoring.safety import STATIC
from coachbot.engine.asking import WAITING, WAITING_RECORDED
from coachbot.engine.asks import Ask, Choice, Several, Wait, YesNo
from coachbot.rendering import Section, mark, split

LONG, TOO_LONG, LABEL = 600, 1000, 40
#: Words that belong to no dialog: the coach's own, those shared by kinds, and what programmes are called.
FREE = frozenset({"coach", EXERCISE, INSTRUMENT, STATIC, "programme", "site"})
_FREE_FOLDERS = ("programmes/",)
#: Labels that any question of the kind may word for itself.
_EXTRA = ("skip",)
#: Dialogs made from content/ are named in the singular, their words' folders in the plural.
_BROKEN_FOLDERS = re.compile(r"^(practice|exercise|instrument)/")
_TAG = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)


def check_words(context: Context) -> Iterator[Fault]:
    """Faults in the words of all languages."""
    reading = context.reading
    for draft in context.drafts():
        for language, shelf in reading.shelves.items():
            if draft.source_words in shelf:
                yield from _sections(context, draft, language)
            elif language == DEFAULT_LANGUAGE and any(_speaks(draft, name) for name in draft.states):
                path = context.words_file(draft, language)
                yield fault(draft.file, 1, "WORDS_001", f"{path} is missing", "Write it, with a ## per state.")
    yield from _leftovers(context)
    for language, shelf in reading.shelves.items():
        for path, sections in shelf.items():
            for section in sections.values():
                yield from _lengths(f"content/{language}/{path}.md", section)


def _speaks(draft: Draft, state: str) -> bool:
    return draft.states[state].says or draft.states[state].ask is not None


# -- sections -------------------------------------------------------------------------------------------------
def _sections(context: Context, draft: Draft, language: str) -> Iterator[Fault]:
    file = context.words_file(draft, language)
    made = context.reading.words.sections(language, draft.words)
    for name, state in draft.states.items():
        if not _speaks(draft, name):
            continue
        section = made.get(state.section or name)
        if section is None or not section.texts:
            if language == DEFAULT_LANGUAGE:
                line = section.line if section else 1
                title = f"'## {state.section or name}'"
                yield fault(file, line, "WORDS_002", f"{title} has no text", f"Write {title} and its text.")
            continue
        yield from _labels(file, section, name, state.ask, draft)
    yield from _unused(draft, language, file, context)


def _unused(draft: Draft, language: str, file: str, context: Context) -> Iterator[Fault]:
    if draft.id.endswith(("_short", "_quiet")) and draft.origin == "practice":
        return
    known = draft.sections or {name for name in draft.states if _speaks(draft, name)}
    for name, section in context.reading.shelves[language][draft.source_words].items():
        if name and name not in known:
            cure = did_you_mean(name, known)
            yield fault(file, section.line, "WORDS_003", f"'## {name}' is no state that speaks", cure)


def _labels(file: str, section: Section, state: str, ask: Ask | None, draft: Draft) -> Iterator[Fault]:
    written = [code for code, _ in section.labels]
    wanted = _wanted(ask)
    optional = {*_EXTRA, *_optional(ask)}
    for code in wanted:
        if code not in written and not (isinstance(ask, YesNo) and not written):
            message = f"'{code}' of '{state}' has no label"
            yield fault(file, section.line, "WORDS_004", message, f"Write '- {code}: ...' in '## {section.name}'.")
    for place, code in enumerate(written):
        if code not in wanted and code not in optional:
            cure = did_you_mean(code, wanted)
            yield fault(file, _label_line(section, place), "WORDS_005", f"'{code}' is not a choice of '{state}'", cure)
    ticks = draft.origin == "instrument" and isinstance(ask, Several)
    for place, (code, label) in enumerate(section.labels):
        if not label:
            yield fault(file, _label_line(section, place), "WORDS_004", f"'{code}' of '{state}' has no label")
        elif len(label) > LABEL and not ticks and "{" not in label:
            message = f"the label of '{code}' has {len(label)} characters"
            yield fault(file, _label_line(section, place), "WORDS_013", message)


def _wanted(ask: Ask | None) -> tuple[str, ...]:
    match ask:
        case Choice() | Several() | YesNo():
            return tuple(ask.of) if not isinstance(ask, YesNo) else answers_of(ask)
        case _:
            return ()


def _optional(ask: Ask | None) -> tuple[str, ...]:
    match ask:
        case Several():
            return ("done", "none")
        case Wait():
            return tuple(dict.fromkeys((*WAITING, *WAITING_RECORDED)))
        case _:
            return answers_of(ask)


def _label_line(section: Section, place: int) -> int:
    return section.label_lines[place] if place < len(section.label_lines) else section.line


def in_words(dialog: str) -> str:
    """The path of the words of a dialog, from its name."""
    return _BROKEN_FOLDERS.sub(r"\1s/", dialog)


# -- files and lengths ------------------------------------------------------------------------------------------
def _leftovers(context: Context) -> Iterator[Fault]:
    used = {draft.source_words for draft in context.drafts()} | FREE
    broken = {in_words(name) for name in context.reading.broken}
    for language, shelf in context.reading.shelves.items():
        for path in shelf:
            if path not in used and path not in broken and not path.startswith(_FREE_FOLDERS):
                file = f"content/{language}/{path}.md"
                cure = did_you_mean(path, used) or "Write its machine, or remove it."
                yield fault(file, 1, "WORDS_015", f"'{path}' belongs to no dialog", cure)


def _lengths(file: str, section: Section) -> Iterator[Fault]:
    for place, text in enumerate(section.texts):
        longest = max((len(_TAG.sub("", bubble.markdown)) for bubble in split(mark(text))), default=0)
        if longest <= LONG:
            continue
        line = section.text_lines[place] if place < len(section.text_lines) else section.line
        code = "WORDS_009" if longest > TOO_LONG else "WORDS_010"
        yield fault(file, line, code, f"a message of '{section.name}' has {longest} characters")
