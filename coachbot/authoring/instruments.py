"""Instruments: `content/instruments/gad7.yaml` becomes `instrument/gad7`, with one state per item or page.

All its questions replace each other in one message where the channel can edit. How far one is ("4 of 9")
comes from `content/<language>/instrument.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.yaml_reader import Document, Path
from coachbot.engine.asks import Ask, Choice, FreeText, Number, Scale, Several
from coachbot.engine.model import Branch, Slot, State
from coachbot.formulas import compile_expression
from coachbot.instruments import Fault as InstrumentWrong
from coachbot.instruments import Instrument, InstrumentFault, Item, SafetyRule, dangers, instrument_from
from coachbot.rendering import Section, render

#: The words that all instruments share.
SHARED = "instrument"
#: The section with which a page begins a questionnaire: its `intro`, without what concerns the talk alone.
ABOUT = "about"
#: The engine's name for a skipped answer among a state's dangers.
_SKIPPED = "missing"


def instrument_and_draft(document: Document, name: str, faults: list[Fault]) -> tuple[Instrument, Draft] | None:
    """An instrument and its draft; None if its data is wrong, which is noted."""
    if not isinstance(document.data, dict):
        faults.append(fault(document.file, 1, "YAML_005", "this is not an instrument"))
        return None
    try:
        instrument = instrument_from(document.data)
    except InstrumentFault as wrong:
        faults.extend(
            fault(document.file, document.line(*_path(one.path)), _code(one), _at(one.path, one.message), one.cure)
            for one in wrong.faults
        )
        return None
    if instrument.id != name:
        faults.append(fault(document.file, 1, "DIALOG_001", f"this is '{name}'", f"Write instrument: {name}."))
    return instrument, _draft(document, name, instrument)


def _code(wrong: InstrumentWrong) -> str:
    return "INSTRUMENT_003" if wrong.about == "safety" else "INSTRUMENT_001"


def _path(written: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in written.split(".")) if written else ()


def _at(path: str, message: str) -> str:
    return f"{path}: {message}" if path else message


# -- the machine ------------------------------------------------------------------------------------------
def _draft(document: Document, name: str, instrument: Instrument) -> Draft:
    asked = list(_asked(instrument))
    ways = [*(_way_to(instrument, code) for code, _, _ in asked), "done"]
    states = {"intro": State("intro", says=True, branches=(Branch(ways[0]),), section="intro")}
    for (code, ask, risky), way, after in zip(asked, ways, ways[1:], strict=False):
        if way != code:
            states[way] = _passing(instrument.item(code), way, after)
        states[code] = State(
            code, ask=ask, branches=(Branch(after),), in_place=f"instrument/{name}", dangers=risky, section=code
        )
    states["done"] = State("done", says=True, end="done", section="done")
    return Draft(
        id=f"instrument/{name}",
        document=document,
        summary=instrument.title,
        start="intro",
        states=states,
        declared={item.code: Slot(item.code, "text", "programme") for item in instrument.items if item.asked_once},
        arms=instrument.arms,
        words=f"instrument/{name}",
        source_words=f"instruments/{name}",
        origin="instrument",
        sections=_sections(instrument),
        lines=_lines(document, instrument),
    )


def _way_to(instrument: Instrument, code: str) -> str:
    """The state that leads to an item: itself, or one that passes the item over for some patients."""
    item = next((one for one in instrument.items if one.code == code), None)
    return f"way_to_{code}" if item is not None and (item.asked_once or item.about) else code


def _passing(item: Item, way: str, after: str) -> State:
    """A text that is kept is asked for once; what is about a text is not asked without it."""
    source = f"{item.about} is missing" if item.about else f"{item.code} is not missing"
    return State(way, branches=(Branch(after, guard=compile_expression(source), source=source), Branch(item.code)))


def pages(instrument: Instrument) -> tuple[tuple[Item, ...], ...]:
    """The items shown together, for `ticks`; one by one otherwise."""
    size = instrument.per_page or 1 if instrument.layout == "ticks" else 1
    items = instrument.items
    return tuple(items[at : at + size] for at in range(0, len(items), size))


def _asked(instrument: Instrument) -> Iterator[tuple[str, Ask, Mapping[str, str]]]:
    """State, question and risky answers, in order."""
    for number, page in enumerate(pages(instrument), 1):
        if instrument.layout == "ticks":
            code = f"page_{number}"
            codes = tuple(item.code for item in page)
            risky = {item.code: kind for item in page if (kind := _kind(instrument, item, 1))}
            yield code, Several(code, codes, 0, len(codes), exact=True), risky
        else:
            yield page[0].code, _ask(page[0]), _dangers(instrument, page[0])


def _ask(item: Item) -> Ask:
    if item.kind == "text":
        return FreeText(item.code, item.longest)
    if item.kind == "number":
        return Number(item.code, item.low, item.high, item.unit, whole=False)
    if item.kind == "several":
        return Several(item.code, item.of, 0, len(item.of), exact=True)
    if item.anchors:
        return Choice(item.code, tuple(anchor.code for anchor in item.anchors), exact=True)
    return Scale(item.code, item.low, item.high, exact=True)


def _dangers(instrument: Instrument, item: Item) -> dict[str, str]:
    if item.kind != "value":
        return {}
    values = {anchor.code: anchor.value for anchor in item.anchors} or {
        str(value): value for value in range(item.low, item.high + 1)
    }
    found = {code: _kind(instrument, item, value) for code, value in values.items()}
    found[_SKIPPED] = _kind(instrument, item, None)
    return {code: kind for code, kind in found.items() if kind}


def _kind(instrument: Instrument, item: Item, value: int | None) -> str:
    """The safety kind of an answer, such as `item_phq9_p9_top`, by its gravest rule; empty if harmless."""
    rules = dangers(instrument, item.code, value)
    return _kind_of(instrument, rules[0]) if rules else ""


def _kind_of(instrument: Instrument, rule: SafetyRule) -> str:
    return f"item_{instrument.id}_{rule.item}_{rule.priority}"


def item_kinds(instrument: Instrument) -> dict[str, tuple[str, str]]:
    """Every safety kind of an instrument's answers, with the code of its item and its priority."""
    return {_kind_of(instrument, rule): (rule.item, rule.priority) for rule in instrument.safety}


def _lines(document: Document, instrument: Instrument) -> dict[str, int]:
    lines = {item.code: document.line("items", place) for place, item in enumerate(instrument.items)}
    return lines | {f"way_to_{code}": line for code, line in lines.items()}


def _sections(instrument: Instrument) -> frozenset[str]:
    codes = {item.code for item in instrument.items}
    again = {f"{rule.item}_again" for rule in instrument.safety if rule.about_skipping}
    shared = {"page"} if instrument.layout == "ticks" else set()
    return frozenset({"intro", "in_chat", "done", "anchors", *codes, *again, *shared})


# -- the words --------------------------------------------------------------------------------------------
def instrument_words(
    instrument: Instrument, own: Mapping[str, Section], shared: Mapping[str, Section]
) -> dict[str, Section]:
    """The words of an instrument's dialog: items with their anchors and how far one is."""
    progress = shared.get("progress")
    grouped = pages(instrument)
    words = {name: own[name] for name in ("intro", "done") if name in own}
    if "intro" in own:
        words |= {ABOUT: replace(own["intro"], name=ABOUT), "intro": _in_chat(own["intro"], own.get("in_chat"))}
    for number, page in enumerate(grouped, 1):
        how_far = _progress(progress, number, len(grouped))
        made = _page(number, page, own) if instrument.layout == "ticks" else _item(page[0], own)
        if made is not None:
            words[made.name] = _with(made, how_far)
    return words


def _in_chat(intro: Section, more: Section | None) -> Section:
    """How the talk begins it: with what only somebody who writes needs to know."""
    if more is None or not more.texts:
        return intro
    return replace(intro, texts=tuple(f"{text}\n\n{more.texts[0]}" for text in intro.texts))


def _progress(template: Section | None, number: int, of: int) -> str:
    if template is None or of < 2 or not template.texts:
        return ""
    return render(template.texts[0], {"item": {"number": number, "of": of}}).strip()


def _with(section: Section, how_far: str) -> Section:
    if not how_far:
        return section
    return replace(section, texts=tuple(f"{text}\n\n{how_far}" for text in section.texts))


def _item(item: Item, own: Mapping[str, Section]) -> Section | None:
    section, again = own.get(item.code), own.get(f"{item.code}_again")
    if section is None:
        return None
    if item.anchors and not section.labels and "anchors" in own:
        codes = {anchor.code for anchor in item.anchors}
        labels = tuple(one for one in own["anchors"].labels if one[0] in codes)
        section = replace(section, labels=labels, label_lines=own["anchors"].label_lines)
    return replace(section, again=again.texts) if again is not None else section


def _page(number: int, page: tuple[Item, ...], own: Mapping[str, Section]) -> Section | None:
    head = own.get("page")
    if head is None:
        return None
    statements = tuple(
        (item.code, " ".join(own[item.code].texts[0].split()))
        for item in page
        if item.code in own and own[item.code].texts
    )
    lines = tuple(own[code].line for code, _ in statements)
    return replace(
        head,
        name=f"page_{number}",
        labels=(*statements, *head.labels),
        label_lines=(*lines, *head.label_lines),
    )
