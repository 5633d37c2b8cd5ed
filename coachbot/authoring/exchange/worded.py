"""An instrument as its files have it: the definition as plain data, and its words in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coachbot.authoring.faults import PackFaults
from coachbot.authoring.words_reader import read_words
from coachbot.authoring.yaml_reader import read_yaml
from coachbot.errors import CoachbotError
from coachbot.instruments import Instrument, instrument_from


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the words: a text, and the labels of its answers by code."""

    text: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """An instrument with its words in one language."""

    #: The definition as the YAML file has it.
    data: Mapping[str, Any]
    language: str
    #: By section: `intro`, `done`, `anchors`, `page`, a code of an item, `<code>_again`.
    words: Mapping[str, Part]

    @property
    def instrument(self) -> Instrument:
        """The instrument. Raises InstrumentFault with all that is wrong."""
        return instrument_from(self.data)


def files_of(root: Path, name: str, language: str) -> tuple[Path, Path]:
    """Where the definition and the words of an instrument stand in a pack."""
    content = root / "content"
    return content / "instruments" / f"{name}.yaml", content / language / "instruments" / f"{name}.md"


def load(root: Path, name: str, language: str) -> Worded:
    """An instrument of a pack. Raises CoachbotError if it is not there, PackFaults if it can't be read."""
    definition, words = files_of(root, name, language)
    if not definition.is_file():
        known = ", ".join(sorted(one.stem for one in definition.parent.glob("*.yaml")))
        raise CoachbotError(f"there is no instrument '{name}'; there are {known}")
    if not words.is_file():
        raise CoachbotError(f"'{name}' has no words in '{language}': there is no file {words}")
    return Worded(read_definition(definition), language, read_parts(words))


def read_definition(path: Path) -> dict[str, Any]:
    """The data of an instrument file. Raises PackFaults."""
    document, faults = read_yaml(path.name, path.read_text("utf-8-sig"))
    if faults or not isinstance(document.data, dict):
        raise PackFaults(faults)
    return dict(document.data)


def read_parts(path: Path) -> dict[str, Part]:
    """The words of an instrument file. Raises PackFaults."""
    sections, faults = read_words(path.name, path.read_text("utf-8-sig"))
    if faults:
        raise PackFaults(faults)
    return {name: Part((one.texts or ("",))[0].strip(), one.labels) for name, one in sections.items()}


def words_text(words: Mapping[str, Part]) -> str:
    """A words file of these sections, in their order."""
    return "\n".join(_section(name, part) for name, part in words.items())


def _section(name: str, part: Part) -> str:
    lines = [f"## {name}"]
    if part.text:
        lines.append(part.text)
    lines += [f"- {code}: {label}" for code, label in part.labels]
    return "\n".join(lines) + "\n"
