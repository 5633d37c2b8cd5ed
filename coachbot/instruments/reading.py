"""From the mapping of an instrument's YAML file to an `Instrument`, with every fault at once.

First the shape is read (`node` notes what is missing or of the wrong kind), then the parts are held
against each other (`checks`), and when both are clean the worked examples are scored (`vectors`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from coachbot.instruments.checks import faults_in
from coachbot.instruments.faults import Fault, InstrumentFault
from coachbot.instruments.model import (
    After,
    Anchor,
    Band,
    Instrument,
    Item,
    ItemKind,
    ItemSafety,
    Licence,
    MissingRule,
    Official,
    SafetyRule,
    Score,
    SmallestChange,
    ValueSet,
    Vector,
)
from coachbot.instruments.node import Node
from coachbot.instruments.vectors import vector_faults

#: Keys at the top of an instrument file, in the order they are usually written.
KEYS = (
    "instrument", "title", "loinc", "loinc_answers", "recall", "minutes", "layout", "per_page", "range",
    "anchors", "items", "scores", "change", "safety", "licence", "wording", "official", "vectors", "arms", "after",
)  # fmt: skip
CASES = ("floor", "ceiling", "mixed", "reversed", "missing")
AFTER: tuple[After, ...] = get_args(After)
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
ITEM_SAFETY: tuple[ItemSafety, ...] = get_args(ItemSafety)
#: What an item of each kind may say besides what every item says.
_KIND_KEYS: Mapping[str, tuple[str, ...]] = {
    "value": ("scored", "anchors", "about"),
    "text": ("longest", "asked_once"),
    "number": ("range", "unit"),
    "several": ("of",),
}
_LONGEST = 1000


def instrument_from(data: Mapping[str, object]) -> Instrument:
    """The instrument that the data describe. Raises one InstrumentFault with all that is wrong."""
    notes: list[Fault] = []
    instrument = _instrument(Node(data, "", notes))
    notes.extend(fault for fault in faults_in(instrument) if not _noted(fault, notes))
    if not notes:
        notes.extend(vector_faults(instrument))
    if notes:
        raise InstrumentFault(instrument.id, notes)
    return instrument


def _noted(fault: Fault, notes: list[Fault]) -> bool:
    """Whether the place of a fault, or something inside it, is noted already: it would only echo."""
    return any(note.path == fault.path or note.path.startswith(f"{fault.path}.") for note in notes)


def _instrument(root: Node) -> Instrument:
    root.only(*KEYS)
    recall = root.text("recall")
    items = _items(root, recall)
    return Instrument(
        id=root.text("instrument"),
        title=root.text("title"),
        loinc=root.text_or_none("loinc"),
        loinc_answers=root.text_or_none("loinc_answers"),
        minutes=root.whole("minutes"),
        recall=recall,
        layout=root.word("layout", ("likert", "scale", "ticks")),
        per_page=root.whole("per_page") if "per_page" in root.data else None,
        anchors=_anchors(root),
        items=items,
        scores=tuple(_score(node, items) for node in root.nodes("scores", required=_is_scored(items))),
        change=tuple(_smallest_change(node) for node in root.nodes("change")),
        safety=tuple(_safety(node) for node in root.nodes("safety")),
        licence=_licence(root.node("licence")),
        wording=root.word("wording", ("own", "official")),
        official=_official(root.node_or_none("official")),
        vectors=tuple(_vector(node, items) for node in root.nodes("vectors")),
        arms=root.texts("arms"),
        after=root.word("after", AFTER) if "after" in root.data else "any_time",
    )


def _is_scored(items: tuple[Item, ...]) -> bool:
    return not items or any(item.scored for item in items)


def _anchors(node: Node) -> tuple[Anchor, ...]:
    return tuple(_anchor(one) for one in node.nodes("anchors"))


def _anchor(node: Node) -> Anchor:
    node.only("code", "value")
    return Anchor(node.text("code"), node.whole("value"))


def _items(root: Node, recall: str) -> tuple[Item, ...]:
    quiet = Node(root.data, root.path, [])  # the shared anchors are noted once, where they stand
    shared = _anchors(quiet)
    span = _range(root)
    return tuple(_item(node, shared, span, recall) for node in root.nodes("items", required=True))


def _range(root: Node) -> tuple[int, int]:
    """What an item without anchors can be answered with: 0 or 1 for ticks, else the file's `range`."""
    if root.data.get("layout") != "scale":
        return (0, 1)
    node = root.node("range")
    node.only("low", "high")
    return (node.whole("low"), node.whole("high"))


def _item(node: Node, shared: tuple[Anchor, ...], span: tuple[int, int], recall: str) -> Item:
    kind: ItemKind = node.word("kind", ITEM_KINDS) if "kind" in node.data else "value"
    node.only("code", "loinc", "recall", "kind", "safety", *_KIND_KEYS[kind])
    anchors = (_anchors(node) or shared) if kind == "value" else ()
    values = [anchor.value for anchor in anchors]
    low, high = (min(values), max(values)) if values else _span(node, kind, span)
    return Item(
        code=node.text("code"),
        loinc=node.text_or_none("loinc"),
        low=low,
        high=high,
        scored=node.flag("scored", True) if kind == "value" else False,
        anchors=anchors,
        recall=node.text_or_none("recall") or recall,
        safety=_item_safety(node),
        kind=kind,
        longest=node.whole("longest", _LONGEST) if kind == "text" else 0,
        asked_once=node.flag("asked_once", False),
        about=node.text_or_none("about"),
        unit=node.text_or_none("unit"),
        of=node.texts("of"),
    )


def _item_safety(node: Node) -> ItemSafety:
    """Whether an answer can be a danger has to be thought about, item by item: nothing stands in for it."""
    if "safety" in node.data:
        return node.word("safety", ITEM_SAFETY)
    message = "nothing says whether an answer can be a danger."
    node.notes.append(Fault(node.path, message, f"Write safety: and one of {', '.join(ITEM_SAFETY)}.", "safety"))
    return "none"


def _span(node: Node, kind: ItemKind, span: tuple[int, int]) -> tuple[int, int]:
    if kind == "value":
        return span
    if kind != "number":
        return (0, 0)
    limits = node.node("range")
    limits.only("low", "high")
    return (limits.whole("low"), limits.whole("high"))


def _score(node: Node, items: tuple[Item, ...]) -> Score:
    node.only("code", "loinc", "items", "method", "reverse", "low", "high", "higher_is", "missing", "bands",
              "value_set")  # fmt: skip
    every = tuple(item.code for item in items if item.scored)
    return Score(
        code=node.text("code"),
        loinc=node.text_or_none("loinc"),
        items=every if node.data.get("items") == "all" else node.texts("items"),
        method=node.word("method", ("sum", "mean", "value", "index")),
        reverse=node.texts("reverse"),
        low=node.number("low"),
        high=node.number("high"),
        missing=_missing(node.node("missing")),
        bands=_bands(node.node_or_none("bands")),
        higher_is=node.word("higher_is", ("worse", "better")),
        value_set=_value_set(node.node_or_none("value_set")),
    )


def _value_set(node: Node | None) -> ValueSet | None:
    if node is None:
        return None
    node.only("source", "confirmed", "of")
    of = node.node("of")
    return ValueSet(MappingProxyType({item: of.numbers(item) for item in of.data}), node.source())


def _missing(node: Node) -> MissingRule:
    node.only("allow", "source", "confirmed")
    return MissingRule(node.whole("allow"), node.source())


def _bands(node: Node | None) -> tuple[Band, ...]:
    if node is None:
        return ()
    node.only("source", "confirmed", "of")
    source = node.source()
    bands = []
    for one in node.nodes("of", required=True):
        one.only("code", "low", "high")
        bands.append(Band(one.number("low"), one.number("high"), one.text("code"), source))
    return tuple(bands)


def _smallest_change(node: Node) -> SmallestChange:
    node.only("score", "points", "low_start", "low_percent", "source", "confirmed")
    return SmallestChange(
        score=node.text("score"),
        points=node.number("points"),
        low_start=node.number_or_none("low_start"),
        low_percent=node.number_or_none("low_percent"),
        source=node.source(),
    )


def _safety(node: Node) -> SafetyRule:
    node.only("item", "kind", "priority", "at_least", "skipped", "ask_again", "source", "confirmed")
    if ("at_least" in node.data) == node.flag("skipped", False):
        node.fault("at_least", "a rule is about a value or about skipping.", "Write one of the two.")
    return SafetyRule(
        item=node.text("item"),
        kind=node.text("kind"),
        priority=node.word("priority", ("top", "high", "medium", "low")),
        at_least=node.whole("at_least") if "at_least" in node.data else None,
        ask_again=node.whole("ask_again", 0),
        source=node.source(),
    )


def _licence(node: Node) -> Licence:
    node.only("terms", "granted_by", "source", "confirmed")
    return Licence(node.text("terms"), node.text("granted_by"), node.source())


def _official(node: Node | None) -> Official | None:
    if node is None:
        return None
    node.only("source", "version", "licence", "languages")
    return Official(node.text("source"), node.text("version"), node.text("licence"), node.texts("languages"))


def _vector(node: Node, items: tuple[Item, ...]) -> Vector:
    node.only("case", "answers", "scores", "bands")
    bands = node.node_or_none("bands")
    return Vector(
        case=node.word("case", CASES),
        answers=_answers(node.node("answers"), items),
        scores=_expected(node.node("scores")),
        bands=MappingProxyType({code: bands.text(code) for code in bands.data} if bands else {}),
    )


def _answers(node: Node, items: tuple[Item, ...]) -> Mapping[str, int | None]:
    """The answers of an example; `every: 1` stands for all scored items, null for a skipped one."""
    answers: dict[str, int | None] = {}
    if "every" in node.data:
        every = node.whole("every")
        answers = {item.code: every for item in items if item.scored}
    for code in node.data:
        if code != "every":
            answers[code] = None if node.data[code] is None else node.whole(code)
    return MappingProxyType(answers)


def _expected(node: Node) -> Mapping[str, float | None]:
    return MappingProxyType({code: None if node.data[code] is None else node.number(code) for code in node.data})
