"""Languages: a language that has some of the words should have all of them."""

from __future__ import annotations

from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.reading import DEFAULT_LANGUAGE


def check_languages(context: Context) -> Iterator[Fault]:
    """What a translation lacks or has too few labels for, file by file."""
    shelves = context.reading.shelves
    first = shelves.get(DEFAULT_LANGUAGE, {})
    for language, shelf in shelves.items():
        if language == DEFAULT_LANGUAGE:
            continue
        for path, sections in first.items():
            file = f"content/{language}/{path}.md"
            if path not in shelf:
                yield fault(file, 1, "WORDS_014", f"there are no words of '{path}' in {language}")
                continue
            for name in sections:
                if name and name not in shelf[path]:
                    yield fault(file, 1, "WORDS_014", f"'## {name}' is not translated")
        if language not in context.reading.phrases:
            yield fault(f"content/{language}/phrases.yaml", 1, "WORDS_014", f"there are no phrases in {language}")
