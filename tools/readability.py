"""Print how easy the patients' texts are to read: Flesch-Kincaid grades over the files of a language.

The grade is that of a US school year, so 6 is read with ease at about twelve. It counts syllables by
rule of thumb and is meant for English; a wording with few words gives a rough figure only.

    python tools/readability.py                     all of content/en, a row per file, hardest first
    python tools/readability.py content/en/cse      one folder
    python tools/readability.py --above 8           only what reads harder than grade 8; exit code 1 if any
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "content" / "en"

COMMENT_OR_TAG = re.compile(r"<!--.*?-->|\{#.*?#\}|\{%.*?%\}", re.DOTALL)
SLOT = re.compile(r"\{\{.*?\}\}", re.DOTALL)
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
LIST_MARK = re.compile(r"^\s*(?:[-*]|\d+\.)\s+(?:[a-z0-9_]+: )?", re.MULTILINE)
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
SENTENCE_END = re.compile(r"[.!?]+[\"'”’)*_]*(?=\s|$)|\n+")
VOWELS = re.compile(r"[aeiouy]+")
SILENT_END = re.compile(r"(?:[^laeiouy]|[aeiouy]l)e$|[^aeiouytd]ed$|[^aeiouyscxzg]es$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was counted in one text."""

    #: Where it stands, as shown in the table.
    name: str
    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade in US school years; 0 for a text without words."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def plain(markdown: str) -> str:
    """The words a patient reads: no headings, Jinja, codes and marks. A slot reads as a short word."""
    text = COMMENT_OR_TAG.sub("", markdown)
    text = SLOT.sub("it", text)
    text = HEADING.sub("", text)
    text = LINK.sub(r"\1", PICTURE.sub("", text))
    return LIST_MARK.sub("", text).replace("*", "").replace("`", "")


def syllables(word: str) -> int:
    """Syllables of an English word by rule of thumb: groups of vowels, less a silent ending; at least 1."""
    lower = word.lower().replace("'", "").replace("’", "")
    count = len(VOWELS.findall(lower))
    if count > 1 and SILENT_END.search(lower):
        count -= 1
    return max(count, 1)


def sentences(text: str) -> int:
    """How many pieces with words in them the text falls into, at sentence ends and line ends; at least 1."""
    return max(sum(1 for piece in SENTENCE_END.split(text) if WORD.search(piece)), 1)


def read(name: str, markdown: str) -> Reading:
    """Count one Markdown text."""
    text = plain(markdown)
    words = WORD.findall(text)
    return Reading(name, len(words), sentences(text), sum(map(syllables, words)))


def readings(folder: Path) -> Iterator[Reading]:
    """One reading per Markdown file below the folder (or for the one file given)."""
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.md"))
    for file in files:
        name = file.name if folder.is_file() else file.relative_to(folder).as_posix()
        yield read(name, file.read_text(encoding="utf-8"))


def total(all_readings: Iterable[Reading]) -> Reading:
    """Everything taken together as one text."""
    found = list(all_readings)
    return Reading(
        "all together",
        sum(r.words for r in found),
        max(sum(r.sentences for r in found), 1),
        sum(r.syllables for r in found),
    )


def table(rows: Iterable[Reading]) -> str:
    """A plain table, one row per reading: grade, words, words per sentence, name."""
    lines = [f"{'grade':>5}  {'words':>6}  {'per sentence':>12}  text"]
    for row in rows:
        lines.append(f"{row.grade:5.1f}  {row.words:6d}  {row.words / row.sentences:12.1f}  {row.name}")
    return "\n".join(lines)


def arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Flesch-Kincaid grades of the patients' texts.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER, help="folder or file")
    parser.add_argument("--above", type=float, help="show only texts above this grade; exit code 1 if any")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Print the table. Exit code 1 if --above found something, 2 if there is nothing to read."""
    options = arguments(argv)
    found = sorted(readings(options.folder), key=lambda r: r.grade, reverse=True)
    if not found:
        print(f"No Markdown files below {options.folder}. Name a folder with texts.", file=sys.stderr)
        return 2
    shown = found if options.above is None else [r for r in found if r.grade > options.above]
    print(table([*shown, total(found)]))
    return 1 if options.above is not None and shown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
