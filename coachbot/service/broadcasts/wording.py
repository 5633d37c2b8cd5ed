"""The texts of a broadcast, looked at before anything is sent: can they be read, and may everybody read them?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from coachbot.authoring import facts
from coachbot.authoring.pack import Pack
from coachbot.authoring.places import place_of, places_in, text_risks
from coachbot.programme.concepts import ALLOCATION, ConceptFound, forbidden_in, languages_of, mixed_words
from coachbot.programme.model import Programme
from coachbot.rendering import FILTERS, LONGEST, TESTS, TEXT_NODES, FormulaError, has_formulas, parse_text
from coachbot.service.broadcasts.audience import Audience
from coachbot.service.broadcasts.naming import nameable

#: Longest text, in characters: what fits one message of every messenger, more or less.
LONGEST_TEXT = min(LONGEST, 4_000)
#: Facts that differ between arms: a text to more than one arm must not show or weigh them.
_ARM_TELLS = re.compile(
    r"programme\.(arm|tells_allocation|offers_other)|(diary|attended)\.sct\w*|programme|diary|attended|answered"
)
_LOOP = re.compile(r"\{%[-+]?\s*for\b")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{\{|\{%|\{#", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong with a text, and where: line and character, counted from 1."""

    language: str
    line: int
    character: int
    what: str

    def __str__(self) -> str:
        return f"{self.language}, line {self.line}, character {self.character}: {self.what}"


def faults_in(texts: Mapping[str, str], pack: Pack, *, treats: bool) -> tuple[TextFault, ...]:
    """Everything that would keep a text from being shown, or that its author must not name."""
    return tuple(
        fault for language, text in sorted(texts.items()) for fault in _faults(language, text, pack, treats=treats)
    )


def _faults(language: str, text: str, pack: Pack, *, treats: bool) -> Iterator[TextFault]:
    if language not in pack.words.languages:
        yield TextFault(language, 1, 1, f"the pack has no such language; it has {', '.join(pack.words.languages)}")
    if not text.strip():
        yield TextFault(language, 1, 1, "the text is empty")
    if len(text) > LONGEST_TEXT:
        yield at_place(language, text, LONGEST_TEXT, f"the text is longer than {LONGEST_TEXT:,} characters")
    if "![" in text:
        yield at_place(language, text, text.index("!["), "a broadcast is text alone; it shows no picture")
    if has_formulas(text):
        yield from _formulas(language, text, pack)
        yield from _names(language, text, pack, nameable(treats=treats))


def at_place(language: str, text: str, place: int, what: str) -> TextFault:
    """A fault at a character of a text, counted from 0."""
    before = text[:place]
    return TextFault(language, before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1, what)


def tags_of(text: str) -> Iterator[tuple[int, str]]:
    """What Jinja2 has to do in a text, piece by piece: where its words begin, and a text that does that alone."""
    for found in _TAG.finditer(text):
        tag = found.group()
        start = found.start() + len(tag) - len(tag[2:].lstrip(" -+"))
        if tag.startswith("{{"):
            yield start, tag
            continue
        word, _, condition = tag.strip("{%-+ }").partition(" ")
        if word in ("if", "elif"):
            yield start, f"{{% if {condition} %}}{{% endif %}}"


def _formulas(language: str, text: str, pack: Pack) -> Iterator[TextFault]:
    try:
        tree = parse_text(text)
    except FormulaError as error:
        yield at_place(language, text, _broken_at(text), _without_line(str(error)))
        return
    own = {name.name for loop in tree.find_all(nodes.For) for name in _targets(loop)}
    for node in tree.find_all(nodes.Node):
        if (what := _construct(node)) is not None:
            line = getattr(node, "lineno", None) or 1
            yield at_place(language, text, _near(text, line, str(getattr(node, "name", ""))), what)
    for place, line in dict.fromkeys(places_in(tree)):
        if place.partition(".")[0] not in own and (what := _unknown(place, pack)) is not None:
            yield at_place(language, text, _near(text, line, place), what)
    for place, line in dict.fromkeys(text_risks(tree.body, facts.ALWAYS_THERE)):
        if place.partition(".")[0] not in own and _unknown(place, pack) is None:
            what = f"'{place}' may be missing; write {{% if {place} is not missing %}}...{{% endif %}} around it"
            yield at_place(language, text, _near(text, line, place), what)


def _names(language: str, text: str, pack: Pack, known: frozenset[str]) -> Iterator[TextFault]:
    """What is no single value that a broadcast may name. Of a text that can't be read, nothing."""
    for loop in _LOOP.finditer(text):
        yield at_place(language, text, loop.start(), "a broadcast has no loops: it names single values")
    try:
        tree = parse_text(text)
    except FormulaError:
        return
    for what in _unfit(tree, pack, known):
        yield at_place(language, text, _tag_with(text, pack, known, what), what)


def _tag_with(text: str, pack: Pack, known: frozenset[str], what: str) -> int:
    """Where the first piece stands that alone has this fault."""
    for start, piece in tags_of(text):
        if _reads(piece) and what in _unfit(parse_text(piece), pack, known):
            return start
    return 0


def _unfit(tree: nodes.Template, pack: Pack, known: frozenset[str]) -> list[str]:
    found = [
        f"'{place}' is nothing that a broadcast of yours may name; there are {', '.join(sorted(known))}"
        for place in dict.fromkeys(place for place, _ in places_in(tree))
        if place not in known and _unknown(place, pack) is None
    ]
    if any(isinstance(one, nodes.Getitem) or _of_no_fact(one) for one in tree.find_all(nodes.Expr)):
        found.append("a part of a value can't be named; write a name, such as patient.name")
    return found


def _of_no_fact(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getattr) and not place_of(node)


def _targets(loop: nodes.For) -> Iterator[nodes.Name]:
    yield from ([loop.target] if isinstance(loop.target, nodes.Name) else loop.target.find_all(nodes.Name))


def _construct(node: nodes.Node) -> str | None:
    if type(node) not in TEXT_NODES:
        return f"'{type(node).__name__.lower()}' is not possible in a text"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"the filter '{node.name}' is not known; there are {', '.join(FILTERS)}"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"'is {node.name}' is not known; use 'is missing' or 'is not missing'"
    return None


def _unknown(place: str, pack: Pack) -> str | None:
    """What to say of a place that does not exist."""
    top, _, key = place.partition(".")
    if top in facts.SINGLE or top == "attended":
        return None
    keys = pack.instruments if top == facts.ANSWERED else facts.FACTS.get(top)
    if keys is None:
        return f"'{place}' does not exist; there are {', '.join(sorted(facts.TOPS))}"
    if key and key.partition(".")[0] not in keys:
        return f"'{place}' does not exist; of '{top}' there are {', '.join(sorted(keys))}"
    return None


def _near(text: str, line: int, name: str) -> int:
    """Where a name stands, looked for from its line on."""
    start = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    found = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)").search(text, start) if name else None
    return found.start() if found else start


def _broken_at(text: str) -> int:
    """The first tag that can't be read: the shortest beginning of the text that is at fault for more than being cut."""
    for found in _TAG.finditer(text):
        if found.group() in ("{{", "{%", "{#"):
            return found.start()
        if found.group().startswith("{{") and not _reads(found.group()):
            return found.start()
    opened: list[int] = []
    for found in re.finditer(r"\{%-?\s*(\w*).*?%\}", text, re.DOTALL):
        word = found[1]
        if word in ("if", "for"):
            if not _reads(f"{found.group()}{{% end{word} %}}"):
                return found.start()
            opened.append(found.start())
        elif word in ("endif", "endfor"):
            if not opened:
                return found.start()
            opened.pop()
        elif word not in ("else", "elif"):
            return found.start()
    return opened[-1] if opened else 0


def _reads(piece: str) -> bool:
    try:
        parse_text(piece)
    except FormulaError:
        return False
    return True


def _without_line(message: str) -> str:
    return re.sub(r"^line \d+ of the text can't be read: ", "it can't be read: ", message)


# -- blinding -----------------------------------------------------------------------------------------
def blinding_faults(texts: Mapping[str, str], audience: Audience, pack: Pack) -> tuple[TextFault, ...]:
    """What an arm of the audience must not read: each place, with the concept that it gives away."""
    read = {one: text for one, text in sorted(texts.items()) if not audience.languages or one in audience.languages}
    by_words = [
        fault
        for programme in programmes_of(audience, pack)
        for language, text in read.items()
        for fault in _blinding(programme, language, text, audience)
    ]
    hidden = [
        at_place(language, text, place, f"blinding: '{word}' mixes letters of several alphabets; write it in one")
        for language, text in read.items() for place, word in mixed_words(text)
    ]  # fmt: skip
    by_facts = [fault for language, text in read.items() for fault in _told_by_facts(language, text, audience, pack)]
    return (*dict.fromkeys(by_words), *hidden, *by_facts)


def programmes_of(audience: Audience, pack: Pack) -> Iterator[Programme]:
    """The programmes whose patients an audience may hold."""
    for name, programme in sorted(pack.programmes.items()):
        if not programme.schedule_only and (not audience.programmes or name in audience.programmes):
            yield programme


def _blinding(programme: Programme, language: str, text: str, audience: Audience) -> Iterator[TextFault]:
    for arm in programme.arms:
        if audience.arms and arm.code not in audience.arms:
            continue
        closed = [one.code for one in programme.concepts if arm.code not in one.only_arms]
        if (closed or programme.allocation) and language not in languages_of(programme):
            what = f"nobody has written down which words '{arm.code}' must not meet in '{language}'; choose another arm"
            yield TextFault(language, 1, 1, f"blinding: {what}")
        hits = forbidden_in(programme, arm.code, language, text)
        for hit in hits:
            yield at_place(language, text, hit.start, f"blinding: {what_it_tells(hit, arm.code)}")
        for hit in () if hits else forbidden_in(programme, arm.code, language, _put_together(text)):
            yield at_place(language, text, _first_tag(text), f"blinding: put together, {what_it_tells(hit, arm.code)}")


def what_it_tells(hit: ConceptFound, arm: str) -> str:
    """Why an arm must not read this, and what to do."""
    if hit.concept == ALLOCATION:
        return f"'{hit.words}' tells which group somebody is in, or that there are others; say it otherwise"
    what = f"'{hit.words}' belongs to '{hit.concept}', which arm '{arm}' must not meet"
    return f"{what}; send it to the other arm alone, or say it otherwise"


def _put_together(text: str) -> str:
    """Everything that a text can say by itself, in one: words cut into pieces are whole again."""
    if not has_formulas(text):
        return ""
    try:
        tree = parse_text(text)
    except FormulaError:
        return ""
    pieces = (
        one.data if isinstance(one, nodes.TemplateData) else str(getattr(one, "value", ""))
        for one in tree.find_all((nodes.TemplateData, nodes.Const))
    )
    return "".join(pieces)


def _first_tag(text: str) -> int:
    return next((start for start, _ in tags_of(text)), 0)


def _told_by_facts(language: str, text: str, audience: Audience, pack: Pack) -> Iterator[TextFault]:
    """Facts in a text by which a reader of more than one arm could tell their own."""
    if len(audience.arms) == 1 or not has_formulas(text):
        return
    try:
        tree = parse_text(text)
    except FormulaError:
        return
    for place, line in dict.fromkeys(places_in(tree)):
        top, _, key = place.partition(".")
        if _ARM_TELLS.fullmatch(place) or (top == facts.ANSWERED and key not in _of_every_arm(pack)):
            what = f"blinding: '{place}' differs between the arms; send it to one arm alone, or leave it out"
            yield at_place(language, text, _near(text, line, place), what)


def unblinding_filter(audience: Audience, pack: Pack) -> str | None:
    """Why this filter would tell a blinded person who is in which arm; None if it does not."""
    if audience.arms:
        return "'arm' would show who is in which arm, and you are blinded; leave it out, or ask somebody who treats"
    if audience.tags:
        return "'tag' is written by those who know the arm, and you are blinded; leave it out"
    for name, _ in audience.scores:
        if name not in _of_every_arm(pack):
            return f"'score:{name}' is answered in one arm alone, and you are blinded; leave it out"
    return None


def _of_every_arm(pack: Pack) -> frozenset[str]:
    """Instruments that stand in the assessments of a programme, which are the same for every arm."""
    return frozenset(
        name for programme in pack.programmes.values() for one in programme.assessments for name in one.instruments
    )
