"""Tables as CSV and Parquet. A text that a spreadsheet would run as a formula is made harmless."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from coachbot.errors import CoachbotError
from coachbot.service.research import Cell, Table

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


def harmless(cell: Cell) -> Cell:
    """A text as a spreadsheet shows it and never runs it, its lines ended by line feeds; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    """Lines of comma separated values, UTF-8, each ended by a line feed; an empty cell is a missing value."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(list(columns))
    for row in rows:
        writer.writerow([_shown(cell) for cell in row])
    return out.getvalue()


def _shown(cell: Cell) -> Any:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell == int(cell):
        return int(cell)
    return harmless(cell)


def table_csv(table: Table) -> str:
    """One table as CSV."""
    return csv_text((column.name for column in table.columns), table.rows)


def write_parquet(table: Table, file: Path) -> None:
    """One table as Parquet, its columns typed and with their meanings. Needs the extra `parquet`."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise CoachbotError("Parquet needs the extra: pip install 'coachbot[parquet]'") from None
    types = {"text": pyarrow.string(), "whole": pyarrow.int64(), "number": pyarrow.float64(), "flag": pyarrow.bool_()}
    fields = [
        pyarrow.field(column.name, types[column.type], metadata={"meaning": column.meaning}) for column in table.columns
    ]
    columns = [
        pyarrow.array([_typed(row[place], column.type) for row in table.rows], types[column.type])
        for place, column in enumerate(table.columns)
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields)), file)


def _typed(cell: Cell, kind: str) -> Cell:
    if cell is None:
        return None
    return int(cell) if kind == "whole" else float(cell) if kind == "number" else cell
