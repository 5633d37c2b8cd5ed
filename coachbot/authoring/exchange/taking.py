"""Installing an instrument's wording from a file: what would change, and writing it, all or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from coachbot.authoring.exchange.fhir_in import Incoming, Matches, definition_in, read_questionnaire, release_of
from coachbot.authoring.exchange.validating import can_validate, faults_of
from coachbot.authoring.exchange.worded import (
    Part,
    Worded,
    files_of,
    read_definition,
    read_parts,
    words_text,
)
from coachbot.authoring.pack import check_pack
from coachbot.errors import CoachbotError
from coachbot.instruments import Instrument, InstrumentFault, instrument_from


@dataclass(frozen=True, slots=True)
class Told:
    """What the site says of a file where the file does not, or where the site knows better. Empty: as the file says."""

    name: str = ""
    language: str = ""
    source: str = ""
    version: str = ""
    licence: str = ""
    matches: Matches = field(default_factory=Matches)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file would make of an instrument. It can be taken only without faults."""

    name: str
    new: Worded | None
    faults: tuple[str, ...]
    #: Lines to be read before it is taken.
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def propose(file: Path, root: Path, told: Told) -> Proposal:
    """Read a file beside the pack. Raises CoachbotError if it can't be read at all."""
    if not file.is_file():
        raise CoachbotError(f"there is no file {file}")
    if file.suffix in (".yaml", ".yml"):
        return _from_yaml(file, root, told)
    try:
        resource = json.loads(file.read_text("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise CoachbotError(f"{file} is not JSON: {wrong}. Give a FHIR Questionnaire, or our YAML") from None
    if not isinstance(resource, dict):
        raise CoachbotError(f"{file} holds no resource. Give a FHIR Questionnaire, or our YAML")
    return _from_fhir(resource, root, told)


# -- FHIR ---------------------------------------------------------------------------------------------
def _from_fhir(resource: dict[str, Any], root: Path, told: Told) -> Proposal:
    release = release_of(resource)
    carried = definition_in(resource)
    name = told.name or (str(carried.get("instrument")) if carried else str(resource.get("name") or ""))
    data = _known(root, name) or carried
    notes = [f"read as FHIR {'R4B (or R4, which is the same here)' if release == 'R4B' else release}"]
    if not can_validate():
        notes.append("not held against FHIR itself: the extra `fhir` is not installed")
    if data is None:
        return Proposal(name, None, (f"{name}: the pack has no such instrument. Name the one it is with --as.",))
    if resource.get("resourceType") != "Questionnaire":
        wrong = f"resourceType: this is '{resource.get('resourceType')}'. Give a file with one Questionnaire."
        return Proposal(name, None, (wrong,), notes=tuple(notes))
    faults = faults_of(resource, release)  # what FHIR itself forbids does not hide what else is wrong
    instrument = instrument_from(data)
    found = read_questionnaire(resource, instrument, told.matches)
    faults += found.faults
    if carried is not None:
        faults += _other_rules(data, carried)
    language = told.language or found.language
    if not language:
        faults.append("language: the file does not say it. Give --language.")
    words = {**_words_known(root, name, language or "en"), **found.words}
    faults += _unsaid(words, language)
    new = _renewed(data, found, told, language, words, faults)
    return _proposal(root, new, faults, notes + found.notes)


def _known(root: Path, name: str) -> dict[str, Any] | None:
    path = files_of(root, name, "en")[0]
    return read_definition(path) if name.isidentifier() and path.is_file() else None


def _words_known(root: Path, name: str, language: str) -> dict[str, Part]:
    path = files_of(root, name, language)[1]
    return read_parts(path) if path.is_file() else {}


def _unsaid(words: Mapping[str, Part], language: str) -> Iterator[str]:
    """What the coach says around the questions: no published file has it."""
    for name in ("intro", "done"):
        if name not in words:
            yield f"{name}: nobody says it in '{language}'. Write a words file with ## intro and ## done first."


#: What makes a score or a danger of an answer: a wording that comes in never changes it.
_RULES = ("items", "anchors", "range", "scores", "change", "safety", "layout", "recall", "arms", "after")


def _other_rules(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for key in _RULES:
        if ours.get(key) != theirs.get(key):
            yield f"{key}: the file says otherwise than the pack. Import wording only; change rules in the YAML file."


def _renewed(
    data: Mapping[str, Any],
    found: Incoming,
    told: Told,
    language: str,
    words: Mapping[str, Part],
    faults: list[str],
) -> Worded:
    renewed = dict(data)
    if found.wording == "official":
        renewed |= {"wording": "official", "official": _origin(data, found, told, language, faults)}
    codes = [str(item["code"]) for item in data["items"]]
    if sorted(found.order) == sorted(codes) and found.order != codes:
        by_code = {item["code"]: item for item in data["items"]}
        renewed["items"] = [by_code[code] for code in found.order]
    return Worded(renewed, language, _ordered(renewed, words))


def _origin(data: Mapping[str, Any], found: Incoming, told: Told, language: str, faults: list[str]) -> dict[str, Any]:
    """Where the wording comes from. Languages that were installed before stay."""
    origin: dict[str, Any] = {}
    for key in ("source", "version", "licence"):
        origin[key] = getattr(told, key) or getattr(found, key)
        if not origin[key]:
            faults.append(f"{key}: the file does not say it. Give --{key}.")
    before = (data.get("official") or {}).get("languages") or []
    origin["languages"] = sorted({*before, language})
    return origin


def _ordered(data: Mapping[str, Any], words: Mapping[str, Part]) -> dict[str, Part]:
    """Sections in the order in which they are met."""
    items = [name for item in data["items"] for name in (item["code"], f"{item['code']}_again")]
    return {name: words[name] for name in ("intro", "in_chat", "page", "anchors", *items, "done") if name in words}


# -- our own YAML -------------------------------------------------------------------------------------
def _from_yaml(file: Path, root: Path, told: Told) -> Proposal:
    data = read_definition(file)
    name = told.name or str(data.get("instrument") or "")
    beside = file.with_suffix(".md")
    faults = [] if beside.is_file() else [f"{beside.name}: the words are missing. Put them beside {file.name}."]
    try:
        instrument = instrument_from(data)
    except InstrumentFault as wrong:
        faults += [f"{one.path}: {one.message} {one.cure}" for one in wrong.faults]
        return Proposal(name, None, tuple(faults))
    if name != instrument.id:
        faults.append(f"instrument: the file is '{instrument.id}', not '{name}'. Correct one of them.")
    language = told.language or "en"
    known = _known(root, name)
    if known is not None:
        faults += _weaker(instrument_from(known), instrument)
    words = read_parts(beside) if beside.is_file() else {}
    return _proposal(root, Worded(data, language, words), faults, [])


def _weaker(ours: Instrument, theirs: Instrument) -> Iterator[str]:
    """A danger that the pack watches for is not lost by an import."""
    watched = {(rule.item, rule.kind, rule.at_least, rule.priority) for rule in theirs.safety}
    for rule in ours.safety:
        if (rule.item, rule.kind, rule.at_least, rule.priority) not in watched:
            cure = "Add it, or change the pack's own file by hand, with a clinician's sign-off."
            yield f"safety: the file lacks our rule on '{rule.item}' ({rule.kind}, {rule.priority}). {cure}"


# -- what would change, and doing it ------------------------------------------------------------------
def _proposal(root: Path, new: Worded, faults: list[str], notes: list[str]) -> Proposal:
    name = str(new.data["instrument"])
    if not faults:
        faults = _in_the_pack(root, new)
    return Proposal(name, new, tuple(faults), tuple(_differences(root, name, new)), tuple(notes))


def _differences(root: Path, name: str, new: Worded) -> Iterator[str]:
    old = _known(root, name) or {}
    for key in sorted({*old, *new.data}):
        if old.get(key) != new.data.get(key):
            if key == "items" and old.get(key):
                yield f"order: {', '.join(str(item['code']) for item in new.data['items'])}"
            else:
                yield f"{key}: {_short(old.get(key))} -> {_short(new.data.get(key))}"
    said = _words_known(root, name, new.language)
    for section in dict.fromkeys((*said, *new.words)):
        before, after = said.get(section, Part()), new.words.get(section, Part())
        if before.text != after.text:
            yield f"{new.language} {section}: {_short(before.text)} -> {_short(after.text)}"
        if before.labels != after.labels:
            yield f"{new.language} {section} answers: {_short(dict(before.labels))} -> {_short(dict(after.labels))}"


def _short(value: Any) -> str:
    text = "nothing" if value in (None, "", {}) else " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:157]}..."


def _in_the_pack(root: Path, new: Worded) -> list[str]:
    """What `coachbot check` would say of the pack with the instrument in it."""
    with tempfile.TemporaryDirectory(prefix="coachbot-import-") as folder:
        trial = Path(folder)
        for part in ("dialogs", "content"):
            if (root / part).is_dir():
                shutil.copytree(root / part, trial / part)
        _write(trial, new)
        before = {str(one) for one in check_pack(root)}
        after = [one for one in check_pack(trial) if one.severity == "error"]
        return [str(one) for one in after if str(one) not in before]


def take(root: Path, proposal: Proposal) -> tuple[Path, Path]:
    """Write the definition and the words into the pack. Raises CoachbotError while there are faults."""
    if proposal.faults or proposal.new is None:
        raise CoachbotError(f"{proposal.name}: not taken, it has {len(proposal.faults)} fault(s)")
    return _write(root, proposal.new)


class _Plain(yaml.SafeDumper):
    """Writes out what stands in two places: packs have no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_HEAD = "# Written by `coachbot instruments import`.\n"


def _write(root: Path, new: Worded) -> tuple[Path, Path]:
    definition, words = files_of(root, str(new.data["instrument"]), new.language)
    text = yaml.dump(dict(new.data), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    _put({definition: _HEAD + text, words: words_text(new.words)})
    return definition, words


def _put(texts: Mapping[Path, str]) -> None:
    """All files are written beside their places before the first takes its own."""
    ready = []
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, "utf-8")
        ready.append((beside, path))
    for beside, path in ready:
        os.replace(beside, path)
