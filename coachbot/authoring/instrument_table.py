"""What there is to know of a pack's instruments at a glance: the table of docs/instruments.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coachbot.instruments import Instrument, Item

HEADINGS = ("id", "measure", "items", "answers", "recall", "wording", "unconfirmed", "licence", "who grants it")


def table(instruments: Mapping[str, Instrument]) -> str:
    """A Markdown table, one instrument a row, by id."""
    lines = [_row(HEADINGS), _row("---" for _ in HEADINGS)]
    lines += [_row(_cells(instruments[name])) for name in sorted(instruments)]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(one: Instrument) -> tuple[str, ...]:
    return (
        f"`{one.id}`",
        one.title,
        _count(one.items),
        ", ".join(dict.fromkeys(_answers(item) for item in one.items)),
        ", ".join(dict.fromkeys(item.recall.replace("_", " ") for item in one.items)),
        one.wording if one.official is None else f"official, {one.official.version}",
        ", ".join(_unconfirmed(one)) or "none",
        one.licence.terms,
        one.licence.granted_by,
    )


def _answers(item: Item) -> str:
    if item.kind == "text":
        return "own words"
    if item.kind == "several":
        return "several of a list"
    return f"{item.low} to {item.high}" + (f" {item.unit}" if item.unit else "")


def _count(items: tuple[Item, ...]) -> str:
    aside = sum(not item.scored for item in items)
    return f"{len(items)}, {aside} of them unscored" if aside else str(len(items))


def _unconfirmed(one: Instrument) -> list[str]:
    """The kinds of figures that nobody has looked up at their source yet."""
    scores = one.scores
    sources = {
        "missing items": [score.missing.source for score in scores],
        "bands": [band.source for score in scores for band in score.bands],
        "value set": [score.value_set.source for score in scores if score.value_set],
        "change": [change.source for change in one.change],
        "safety": [rule.source for rule in one.safety],
        "licence": [one.licence.source],
    }
    return [kind for kind, found in sources.items() if not all(source.confirmed for source in found)]
