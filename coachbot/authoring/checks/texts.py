"""Texts as templates: they can be read, name what exists, and show nothing that may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jinja2 import nodes

from coachbot.authoring import facts
from coachbot.authoring.asks import slot_name
from coachbot.authoring.checks.context import Context
from coachbot.authoring.checks.words import in_words
from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.instruments import SHARED as INSTRUMENT
from coachbot.authoring.places import Sure, places_in, text_risks
from coachbot.authoring.safety import STATIC
from coachbot.rendering import FILTERS, TESTS, TEXT_NODES, FormulaError, Section, has_formulas, parse_text

_OF_COACH = frozenset(facts.OF_COACH)


def check_texts(context: Context) -> Iterator[Fault]:
    """Faults in the Jinja2 of all words."""
    broken = {in_words(name) for name in context.reading.broken}
    by_words: dict[str, list[Draft]] = {}
    for draft in context.drafts():
        by_words.setdefault(draft.source_words, []).append(draft)
    for language, shelf in context.reading.shelves.items():
        for path, sections in shelf.items():
            if path == STATIC or path in broken:
                continue
            file = f"content/{language}/{path}.md"
            for section in sections.values():
                yield from _section(context, file, path, section, by_words.get(path, []))


def _section(context: Context, file: str, path: str, section: Section, drafts: list[Draft]) -> Iterator[Fault]:
    for text, line, part in _parts(section):
        if not has_formulas(text):
            continue
        try:
            tree = parse_text(text)
        except FormulaError as error:
            yield fault(file, line, "WORDS_006", str(error))
            continue
        extra = _extra(path, part)
        within = list(tree.find_all(nodes.Node))
        yield from _constructs(file, line, within)
        own = {target.name for loop in within if isinstance(loop, nodes.For) for target in _targets(loop)}
        unknown = _unknown(context, tree, drafts, extra | own)
        for (place, at), cure in unknown.items():
            yield fault(file, line + at - 1, "WORDS_007", f"'{place}' does not exist", cure)
        told = {place for place, _ in unknown}
        sure = _sure(context, section, drafts, part)
        for place, at in dict.fromkeys(text_risks(tree.body, sure)):
            if place in told or path == INSTRUMENT or facts.OF_COACH.get(place, False):
                continue
            yield fault(file, line + at - 1, "WORDS_008", f"'{place}' may be missing here", _cure(place))


def _cure(place: str) -> str:
    return f"Write {{% if {place} is not missing %}}...{{% endif %}} around it."


def _parts(section: Section) -> Iterator[tuple[str, int, str]]:
    for place, text in enumerate(section.texts):
        line = section.text_lines[place] if place < len(section.text_lines) else section.line
        yield text, line, "text"
    for place, (_, label) in enumerate(section.labels):
        yield label, section.label_lines[place] if place < len(section.label_lines) else section.line, "label"
    for text in section.again:
        yield text, section.line, "again"
    for text in section.example:
        yield text, section.line, "example"


def _extra(path: str, part: str) -> frozenset[str]:
    if path == "coach" or part in ("again", "example"):
        return _OF_COACH
    return frozenset({"item"}) if path == INSTRUMENT else frozenset()


def _sure(context: Context, section: Section, drafts: list[Draft], part: str) -> Sure:
    """What is sure wherever this section is shown."""
    found: Sure | None = None
    for draft in drafts:
        walked = context.flow.walked[draft.id]
        for name, state in draft.states.items():
            if (state.section or name) == section.name and name in walked.entering:
                sure = walked.entering[name]
                if part == "label" and slot_name(state.ask):
                    sure = sure - {slot_name(state.ask)}
                found = sure if found is None else found & sure
    return facts.ALWAYS_THERE if found is None else found


def _constructs(file: str, line: int, within: Iterable[nodes.Node]) -> Iterator[Fault]:
    for node in within:
        at = line + (getattr(node, "lineno", None) or 1) - 1
        if type(node) not in TEXT_NODES:
            yield fault(file, at, "WORDS_016", f"'{type(node).__name__.lower()}' is not possible in a text")
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield fault(
                file, at, "WORDS_016", f"the filter '{node.name}' is not known", f"There are: {', '.join(FILTERS)}."
            )
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            yield fault(
                file, at, "WORDS_016", f"'is {node.name}' is not known", "Use 'is missing' or 'is not missing'."
            )
        elif isinstance(node, nodes.For) and not isinstance(node.iter, nodes.Name | nodes.Getattr):
            yield fault(file, at, "WORDS_016", "a loop runs over a slot or a fact only")


def _unknown(
    context: Context, tree: nodes.Template, drafts: list[Draft], extra: frozenset[str]
) -> dict[tuple[str, int], str]:
    """What a text names that does not exist, with its line in the text and the cure. `extra`: what it may name too."""
    found = {}
    known = extra.union(context.wider, *map(context.names, drafts))
    for place, at in dict.fromkeys(places_in(tree)):
        if place.partition(".")[0] in extra:
            continue
        cure = context.unknown(place, known)
        if cure is not None:
            found[place, at] = cure
    return found


def _targets(loop: nodes.For) -> Iterator[nodes.Name]:
    yield from ([loop.target] if isinstance(loop.target, nodes.Name) else loop.target.find_all(nodes.Name))
