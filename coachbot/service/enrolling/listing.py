"""A list of people to invite, as a spreadsheet writes it: read whole, every fault by its line. Pure.

docs/enrolling.md has the columns. Nothing of a line is used if any line has a fault.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from io import StringIO

LARGEST, MOST = 1_000_000, 2_000
NEEDED = ("reference", "programme", "arm")
COLUMNS = (*NEEDED, "therapist", "tags", "language", "zone", "valid_until")
_SEPARATORS = (";", "\t", ",")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_TAG = re.compile(r"[\w-]{1,30}")
_MOST_TAGS = 12
_LONGEST_CELL = 200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: How a cell begins that a spreadsheet takes for a formula.
_FORMULA = ("=", "+", "-", "@", "|", "%", "\t", "\r")
LONGEST_DAYS, DEFAULT_DAYS = 365, 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where. Line 0: the file as a whole."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "the file"
        return f"{place}{', ' + self.column if self.column else ''}: {self.what}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One invitation that is asked for."""

    line: int
    #: The clinic's own name for it, which names nobody.
    reference: str
    programme: str
    arm: str
    valid_until: date
    #: Account names, as written.
    therapists: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a list is held against."""

    #: Programmes that can be entered, with their arms.
    arms: Mapping[str, Collection[str]]
    languages: Collection[str]
    zones: Collection[str]
    #: Folded name to name, of those to whom this person may give patients.
    therapists: Mapping[str, str]
    #: References that were used before.
    used: Collection[str]
    today: date


def read_list(content: bytes, known: Known) -> tuple[tuple[Wanted, ...], tuple[Fault, ...]]:
    """The invitations of a list, or everything that is wrong with it: one of the two is empty."""
    reader = _Reader(known)
    wanted = tuple(reader.read(content))
    return ((), tuple(reader.faults)) if reader.faults else (wanted, ())


class _Reader:
    def __init__(self, known: Known) -> None:
        self._known = known
        self.faults: list[Fault] = []
        self._seen: dict[str, int] = {}
        self._line = 0

    def _fault(self, column: str, what: str, line: int | None = None) -> None:
        self.faults.append(Fault(self._line if line is None else line, column, what))

    # -- the file --------------------------------------------------------------------------------------
    def read(self, content: bytes) -> Iterator[Wanted]:
        text = self._text(content)
        lines = self._lines(text) if text is not None else []
        if not lines:
            if text is not None and not self.faults:
                self._fault("", f"it is empty; the first line names the columns: {', '.join(COLUMNS)}", 0)
            return
        self._line, header = lines[0]
        names = self._header(header)
        if names is None:
            return
        if len(lines) == 1:
            self._fault("", "there is nobody below the names of the columns", 0)
        for self._line, cells in lines[1:]:
            if (one := self._row(names, cells)) is not None:
                yield one

    def _text(self, content: bytes) -> str | None:
        if len(content) > LARGEST:
            self._fault("", f"it is larger than {LARGEST:,} bytes; send it in parts", 0)
            return None
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content:
            self._fault("", "it is no UTF-8 text; save it as 'CSV UTF-8'", 0)
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self._fault("", "it is no UTF-8 text; save it as 'CSV UTF-8'", line)
            return None

    def _lines(self, text: str) -> list[tuple[int, list[str]]]:
        """Lines with anything in them, by their number."""
        first = next((line for line in text.splitlines() if line.strip()), "")
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
        found: list[tuple[int, list[str]]] = []
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    found.append((reader.line_num, cells))
                if len(found) > MOST + 1:
                    self._fault("", f"there are more than {MOST} lines; send them in parts", 0)
                    return []
        except csv.Error as error:
            self._fault("", f"a quotation mark is out of place ({error})", reader.line_num)
            return []
        return found

    def _header(self, cells: Sequence[str]) -> list[str] | None:
        names = ["_".join(cell.strip().lower().split()) for cell in cells]
        for name in sorted(set(names)):
            if name not in COLUMNS:
                near = get_close_matches(name, COLUMNS, n=1)
                meant = f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(COLUMNS)}"
                self._fault("", f"'{name[:40]}' is no column{meant}")
            elif names.count(name) > 1:
                self._fault("", f"the column '{name}' stands there twice")
        for name in NEEDED:
            if name not in names:
                self._fault("", f"the column '{name}' is missing")
        return None if self.faults else names

    # -- a line ----------------------------------------------------------------------------------------
    def _row(self, names: Sequence[str], cells: Sequence[str]) -> Wanted | None:
        before = len(self.faults)
        if len(cells) != len(names):
            self._fault("", f"there are {len(cells)} cells and {len(names)} columns")
            return None
        given = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
        for name, cell in zip(names, cells, strict=True):
            self._cell(name, cell)
        if len(self.faults) > before:
            return None
        one = Wanted(
            self._line,
            self._reference(given["reference"]),
            self._one_of("programme", given["programme"], self._known.arms),
            self._arm(given["programme"], given["arm"]),
            self._day(given.get("valid_until", "")),
            self._therapists(given.get("therapist", "")),
            self._tags(given.get("tags", "")),
            self._may_be("language", given.get("language", ""), self._known.languages),
            self._may_be("zone", given.get("zone", ""), self._known.zones),
        )
        return one if len(self.faults) == before else None

    def _cell(self, name: str, cell: str) -> None:
        """No cell may be one that a spreadsheet runs, wherever the list is opened next."""
        if cell.startswith(_FORMULA) or cell.strip().startswith(_FORMULA):
            self._fault(name, f"'{cell.strip()[:20]}' begins like a spreadsheet's formula; write it without that sign")
        elif any(not letter.isprintable() for letter in cell):
            self._fault(name, "there is a line break or an unprintable letter in it")
        elif len(cell) > _LONGEST_CELL:
            self._fault(name, f"it is longer than {_LONGEST_CELL} letters")

    def _reference(self, cell: str) -> str:
        if not _REFERENCE.fullmatch(cell):
            self._fault("reference", "write 1 to 40 letters, digits, dots or dashes, and nobody's name, such as K-0017")
        elif cell.casefold() in self._seen:
            self._fault("reference", f"'{cell}' stands in line {self._seen[cell.casefold()]} already")
        elif cell.casefold() in self._known.used:
            self._fault("reference", f"'{cell}' was invited before; take another one, or take the line out")
        self._seen.setdefault(cell.casefold(), self._line)
        return cell

    def _one_of(self, column: str, cell: str, known: Collection[str]) -> str:
        if cell not in known:
            near = get_close_matches(cell, known, n=1)
            meant = f"; did you mean '{near[0]}'?" if near else ""
            shown = f"there is {', '.join(sorted(known))}" if len(known) < 20 else "write one such as Europe/Berlin"
            self._fault(column, f"there is no {column} '{cell[:40]}'{meant or '; ' + shown}")
        return cell

    def _may_be(self, column: str, cell: str, known: Collection[str]) -> str:
        return self._one_of(column, cell, known) if cell else ""

    def _arm(self, programme: str, cell: str) -> str:
        arms = self._known.arms.get(programme)
        return self._one_of("arm", cell, arms) if arms is not None else cell

    def _day(self, cell: str) -> date:
        latest = self._known.today + timedelta(days=LONGEST_DAYS)
        if not cell:
            return self._known.today + timedelta(days=DEFAULT_DAYS)
        try:
            day = date.fromisoformat(cell) if _DAY.fullmatch(cell) else None
        except ValueError:
            day = None
        if day is None:
            self._fault("valid_until", f"'{cell[:20]}' is no day; write it like {latest.isoformat()}")
            return latest
        if not self._known.today < day <= latest:
            self._fault("valid_until", f"{day} is not between tomorrow and {latest}")
        return day

    def _therapists(self, cell: str) -> tuple[str, ...]:
        names = [" ".join(name.split()) for name in cell.split("|") if name.strip()]
        for name in names:
            if name.casefold() not in self._known.therapists:
                self._fault("therapist", f"you can't give a patient to '{name[:40]}'; there is no such open account")
        return tuple(self._known.therapists.get(name.casefold(), name) for name in names)

    def _tags(self, cell: str) -> tuple[str, ...]:
        tags = tuple(dict.fromkeys(cell.replace(",", " ").lower().split()))
        if len(tags) > _MOST_TAGS or not all(map(_TAG.fullmatch, tags)):
            self._fault("tags", f"write at most {_MOST_TAGS} tags of letters, digits and dashes, with spaces between")
        return tags
