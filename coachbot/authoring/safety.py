"""The safety files: rules (kinds of danger and what follows them), the lexicon and the static texts by language.

They are kept as plain data for the service's safety reading, which must depend on no dialog and no template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from coachbot.authoring.danger_rules import check_rules, check_worsening, parts
from coachbot.authoring.faults import fault
from coachbot.authoring.fields import Fields
from coachbot.authoring.files import Files
from coachbot.authoring.instruments import item_kinds
from coachbot.instruments import Instrument
from coachbot.rendering import Section
from coachbot.safety import Likeness, likeness_from

#: The words file with the texts that are shown before any dialog.
STATIC = "safety/static"


@dataclass(frozen=True, slots=True)
class Safety:
    """What happens when danger is read."""

    #: content/safety/rules.yaml as it stands.
    rules: Mapping[str, Any] = field(default_factory=dict)
    #: content/<language>/safety/lexicon.yaml by language.
    lexicons: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: What was learned from content/<language>/safety/lines/, by language.
    likeness: Mapping[str, Likeness] = field(default_factory=dict)
    #: The first wording of each section of content/<language>/safety/static.md, by language and kind.
    static: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Safety kind (also of instruments' items, such as `item_phq9_p9_top`) to the dialog that follows.
    dialogs: Mapping[str, str] = field(default_factory=dict)
    #: Safety kind of an instrument's item to the danger it is, and its priority.
    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Where each of those dialogs is named: file and line.
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, ...]:
        """The kinds of danger, the gravest first."""
        return tuple(self.rules.get("kinds") or ())

    @property
    def worded(self) -> tuple[str, ...]:
        """Those of them that the lexicons have words for."""
        return tuple(kind for kind in self.order if kind not in (*self.flagged("learned"), *self.flagged("scored")))

    @property
    def learned(self) -> tuple[str, ...]:
        """Those that are found by likeness alone."""
        return self.flagged("learned")

    def flagged(self, key: str) -> tuple[str, ...]:
        """The kinds whose rule has this flag."""
        kinds = self.rules.get("kinds") or {}
        return tuple(kind for kind, rule in kinds.items() if isinstance(rule, dict) and rule.get(key))


def read_safety(
    files: Files,
    instruments: Mapping[str, Instrument],
    shelves: Mapping[str, Mapping[str, Mapping[str, Section]]],
    *,
    runs: bool,
) -> Safety:
    """The safety files of a pack; a pack without them has no safety kinds. `runs`: a coach is run on it."""
    rules, dialogs, places, items = _rules(files, instruments, whole=runs)
    lexicons, likeness = {}, {}
    for language in shelves:
        learned = _likeness(files, files.root / "content" / language / "safety")
        if learned is not None:
            likeness[language] = learned
        path = files.root / "content" / language / "safety" / "lexicon.yaml"
        document = files.document(path) if path.is_file() else None
        if document is not None and isinstance(document.data, dict):
            lexicons[language] = document.data
    static = {
        language: {name: section.texts[0] for name, section in shelf.get(STATIC, {}).items() if section.texts}
        for language, shelf in shelves.items()
    }
    return Safety(rules, lexicons, likeness, static, dialogs, items, places)


def lines_digest(folder: Path) -> str:
    """Changes whenever one of the lines does that a likeness.json is learned from."""
    files = sorted(folder.glob("*.yaml"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _likeness(files: Files, folder: Path) -> Likeness | None:
    path, lines = folder / "likeness.json", folder / "lines"
    if not path.is_file():
        if lines.is_dir():
            _unlearned(files, path, "nothing was learned from the lines of danger beside it")
        return None
    try:
        data = orjson.loads(path.read_bytes())
        learned = likeness_from(data)
    except ValueError as error:
        _unlearned(files, path, f"this is {error}")
        return None
    if data.get("lines") != lines_digest(lines):
        _unlearned(files, path, "the lines of danger have changed since this was learned from them")
    return learned


def _unlearned(files: Files, path: Path, message: str) -> None:
    files.faults.append(fault(files.name(path), 1, "SAFETY_005", message))


def _rules(
    files: Files, instruments: Mapping[str, Instrument], *, whole: bool
) -> tuple[Mapping[str, Any], dict[str, str], dict[str, tuple[str, int]], dict[str, tuple[str, str]]]:
    path = files.root / "content" / "safety" / "rules.yaml"
    document = files.document(path) if path.is_file() else None
    if document is None:
        return {}, {}, {}, {}
    rules = parts(Fields(document, files.faults))
    check_rules(rules, whole=whole)
    check_worsening(rules, instruments)
    dialogs, places = {}, {}
    for kind, rule in rules.kinds.items():
        dialogs[kind] = rule.text("dialog")
        places[kind] = (document.file, rule.line("dialog"))
    items = _items(rules.items, instruments, dialogs, places)
    if rules.paused is not None:
        dialogs["while_paused"] = rules.paused.text("dialog")
        places["while_paused"] = (document.file, rules.paused.line("dialog"))
    return rules.top.data, dialogs, places, items


def _items(
    items: Sequence[Fields],
    instruments: Mapping[str, Instrument],
    dialogs: dict[str, str],
    places: dict[str, tuple[str, int]],
) -> dict[str, tuple[str, str]]:
    """The kinds of an instrument's answers lead where the rule of the item leads. Returns the danger each is, and its
    priority."""
    dangers: dict[str, tuple[str, str]] = {}
    for item in items:
        name, code, kind = item.text("instrument"), item.text("item"), item.text("kind")
        if kind not in dialogs:
            item.fault("SAFETY_002", f"'{kind}' is not a kind of these rules", at=("kind",))
            continue
        if name not in instruments:
            item.fault("SAFETY_002", f"'{name}' is not an instrument", at=("instrument",))
            continue
        if code not in {one.code for one in instruments[name].items}:
            item.fault("SAFETY_002", f"'{code}' is not an item of {name}", at=("item",))
        for found, (of, priority) in item_kinds(instruments[name]).items():
            if of == code:
                dialogs[found], dangers[found] = dialogs[kind], (kind, priority)
                places[found] = (item.document.file, item.line("kind"))
    return dangers
