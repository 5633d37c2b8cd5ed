"""Finding and reading the files of a pack. What can't be read is a fault; nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coachbot.authoring.faults import Fault, fault
from coachbot.authoring.words_reader import read_words
from coachbot.authoring.yaml_reader import Document, read_yaml
from coachbot.rendering import Section

#: Folders under content/ that hold data, not a language.
DATA_FOLDERS = (
    "education", "exercises", "instruments", "practices", "programmes", "safety", "screening", "pictures",
)  # fmt: skip


@dataclass(slots=True)
class Files:
    """The files of one pack, read as YAML and words, with everything wrong in them so far."""

    root: Path
    faults: list[Fault] = field(default_factory=list)
    #: Every file read so far, as text, by its name in the pack.
    sources: dict[str, str] = field(default_factory=dict)

    def yaml(self, folder: str) -> Iterator[tuple[str, Document]]:
        """Every YAML file under a folder: its path in the folder without the ending, and its data."""
        base = self.root / folder
        for path in sorted(base.rglob("*.yaml")):
            document = self.document(path)
            if document is not None:
                yield path.relative_to(base).with_suffix("").as_posix(), document

    def document(self, path: Path) -> Document | None:
        """One YAML file; None if it can't be read."""
        source = self._text(path)
        if source is None:
            return None
        before = len(self.faults)
        document, faults = read_yaml(self.name(path), source)
        self.faults.extend(faults)
        return document if document.data is not None or len(self.faults) == before else None

    def languages(self) -> tuple[str, ...]:
        """The folders under content/ that hold words."""
        base = self.root / "content"
        if not base.is_dir():
            return ()
        return tuple(sorted(one.name for one in base.iterdir() if one.is_dir() and one.name not in DATA_FOLDERS))

    def words(self, language: str) -> dict[str, dict[str, Section]]:
        """All words files of a language by their path without the ending."""
        base = self.root / "content" / language
        shelf = {}
        for path in sorted(base.rglob("*.md")):
            source = self._text(path)
            if source is not None:
                sections, faults = read_words(self.name(path), source)
                self.faults.extend(faults)
                shelf[path.relative_to(base).with_suffix("").as_posix()] = sections
        return shelf

    def name(self, path: Path) -> str:
        """A file's name inside the pack, as messages give it."""
        return path.relative_to(self.root).as_posix()

    def _text(self, path: Path) -> str | None:
        name = self.name(path)
        try:
            text = self.sources[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self.faults.append(fault(name, 1, "YAML_009", "this is not UTF-8 text"))
            return None
        return text
