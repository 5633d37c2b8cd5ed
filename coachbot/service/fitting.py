"""Fitting: one message, written once, becomes the best that a channel can do.

It happens before the commit, because a row of the outbox is exactly one call: what is too long is split here, and
buttons that a channel lacks become a numbered list, whose numbers the coach reads as answers anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from coachbot.service.listing import lines_of
from coachbot.service.markup import plain
from coachbot.service.ports import Capabilities

Body: TypeAlias = Mapping[str, Any]
#: The words of `content/<language>/channel.yaml`.
Words: TypeAlias = Mapping[str, str]
Measure: TypeAlias = Callable[[str], int]

#: Keys of a question: they belong to the last piece of a message that is split.
_ASKING = ("token", "choices", "listed", "ask", "chosen", "group")
#: Where a long text is cut, the best place first.
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?。！？])\s*(?=\S)"), re.compile(r"\s+"))


def fitted(body: Body, can: Capabilities, words: Callable[[], Words]) -> tuple[Body, ...]:
    """The messages that a body becomes on a channel, in order; mostly the body itself."""
    kind = body.get("kind")
    if kind not in ("text", "close") and kind not in can.media:
        body = {**_without(body, "picture", "media"), "kind": "text", "text": _told(body, words()), "told": kind}
    if body.get("choices") and not _has_buttons(body, can):
        body = _listed(body, words())
        if body["kind"] != "text" and not can.caption:
            return _beside(body, can)
    elif body.get("chosen") and not can.ticks:
        body = {**body, "choices": _ticked(body, words())}
    if body.get("kind") != "text":
        return (body,)
    if not can.markup:
        body = {**body, "text": plain(str(body["text"]))}
    return _pieces(body, can.text, measure_of(can))


def units(text: str) -> int:
    """The length of a text as most messengers count it: in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def measure_of(can: Capabilities) -> Measure:
    """How a messenger counts the length of a text."""
    return _bytes if can.counts_bytes else units


def _bytes(text: str) -> int:
    return len(text.encode())


def _without(body: Body, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in keys}


def _told(body: Body, words: Words) -> str:
    name = str(body.get("name") or body.get("picture") or "")
    return words[str(body["kind"])].format(alt=body.get("alt") or name, name=name)


# -- buttons ------------------------------------------------------------------------------------------
def _ticked(body: Body, words: Words) -> list[list[str]]:
    chosen = set(body["chosen"])
    return [[code, words["ticked"].format(label=label) if code in chosen else label] for code, label in body["choices"]]


def _has_buttons(body: Body, can: Capabilities) -> bool:
    choices = body["choices"]
    return len(choices) <= can.buttons and max([len(label) for _, label in choices]) <= can.label


def _listed(body: Body, words: Words) -> Body:
    text = str(body.get("text") or body.get("alt") or "")
    told = "\n\n".join(filter(None, (text, list_under(body, body["choices"], words))))
    # A picture keeps its place; the list goes under it.
    place = "text" if body.get("kind") == "text" else "alt"
    return {**_without(body, "choices"), "listed": body["choices"], place: told}


def _beside(body: Body, can: Capabilities) -> tuple[Body, ...]:
    """A picture under which nothing can stand, and its list as a text of its own."""
    text = {**{key: value for key, value in body.items() if key in _ASKING}, "kind": "text", "text": body["alt"]}
    return (_without(body, *_ASKING), *_pieces(text, can.text, measure_of(can)))


def list_under(body: Body, choices: Sequence[Sequence[str]], words: Words) -> str:
    """The list that stands in the place of a question's buttons."""
    hint: Mapping[str, Any] = body.get("ask") or {}
    kind = str(hint.get("kind") or "")
    labels = [str(label) for code, label in choices]
    if kind == "scale":
        return words["scale"].format(**hint)
    if kind == "wait":
        return words["controls"].format(labels=", ".join(labels))
    chosen = set(body.get("chosen") or ())
    found = lines_of(choices, kind)
    lines = [
        words["chosen" if code in chosen else "choice"].format(number=sign, label=label) for sign, code, label in found
    ]
    how = "several" if kind == "several" else "one"
    by_letter = bool(found) and found[0][0].isalpha()
    return "\n".join([*lines, "", words[f"{how}_by_letter" if by_letter else how]])


# -- long texts ---------------------------------------------------------------------------------------
def _pieces(body: Body, longest: int, measure: Measure) -> tuple[Body, ...]:
    text = str(body["text"])
    if len(text) <= longest // 4 or measure(text) <= longest:
        return (body,)
    *before, last = split(text, longest, measure)
    rest = _without(body, *_ASKING)
    return (*({**rest, "text": piece} for piece in before), {**body, "text": last})


def split(text: str, longest: int, measure: Measure = units) -> list[str]:
    """A text in pieces of at most `longest` units: cut between paragraphs, else lines, sentences, words."""
    return list(_split(text.strip(), longest, 0, measure))


def _split(text: str, longest: int, cut: int, measure: Measure) -> Iterator[str]:
    if measure(text) <= longest:
        if text:
            yield text
        return
    if cut == len(_CUTS):
        at = _fitting_letters(text, longest, measure)
        yield text[:at]
        yield from _split(text[at:], longest, cut, measure)
        return
    piece, end = "", 0
    for start, stop in _spans(text, _CUTS[cut]):
        if piece and measure(text[end:stop].strip()) > longest:
            yield from _split(piece, longest, cut + 1, measure)
            end = start
        piece = text[end:stop].strip()
    yield from _split(piece, longest, cut + 1, measure)


def _fitting_letters(text: str, longest: int, measure: Measure) -> int:
    used = 0
    for at, letter in enumerate(text):
        used += measure(letter)
        if used > longest:
            return max(at, 1)
    return len(text)


def _spans(text: str, cut: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for found in cut.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)
