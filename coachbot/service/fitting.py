"""Fitting: one message, written once, becomes the best that a channel can do.

It happens before the commit, because a row of the outbox is exactly one call: what is too long is split here, and
buttons that a channel lacks become a numbered list, whose numbers the coach reads as answers anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from coachbot.service.markup import plain
from coachbot.service.ports import Capabilities

Body: TypeAlias = Mapping[str, Any]
#: The words of `content/<language>/channel.yaml`.
Words: TypeAlias = Mapping[str, str]

#: Keys of a question: they belong to the last piece of a message that is split.
_ASKING = ("token", "choices", "ask", "chosen", "group")
#: The finishing buttons of a list: the line below the list says how to finish instead.
_FINISHING = ("done", "none")
#: Where a long text is cut, the best place first.
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?。！？])\s*(?=\S)"), re.compile(r"\s+"))


def fitted(body: Body, can: Capabilities, words: Callable[[], Words]) -> tuple[Body, ...]:
    """The messages that a body becomes on a channel, in order; mostly the body itself."""
    kind = body.get("kind")
    if kind not in ("text", "close") and kind not in can.media:
        body = {**_without(body, "picture", "media"), "kind": "text", "text": _told(body, words())}
    if body.get("choices") and not _has_buttons(body, can):
        body = _listed(body, words())
    elif body.get("chosen") and not can.ticks:
        body = {**body, "choices": _ticked(body, words())}
    if body.get("kind") != "text":
        return (body,)
    if not can.markup:
        body = {**body, "text": plain(str(body["text"]))}
    return _pieces(body, can.text)


def units(text: str) -> int:
    """The length of a text as messengers count it: in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


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
    return len(choices) <= can.buttons and all(len(label) <= can.label for _, label in choices)


def _listed(body: Body, words: Words) -> Body:
    text = str(body.get("text") or body.get("alt") or "")
    if body.get("kind") != "text":  # a picture keeps its place; the list goes under it
        return {**_without(body, "choices"), "alt": "\n\n".join(filter(None, (text, _list(body, words))))}
    return {**_without(body, "choices"), "text": "\n\n".join(filter(None, (text, _list(body, words))))}


def _list(body: Body, words: Words) -> str:
    hint: Mapping[str, Any] = body.get("ask") or {}
    kind = str(hint.get("kind") or "")
    labels = [str(label) for code, label in body["choices"]]
    if kind == "scale":
        return words["scale"].format(**hint)
    if kind == "wait":
        return words["controls"].format(labels=", ".join(labels))
    chosen = set(body.get("chosen") or ())
    shown = [(code, label) for code, label in body["choices"] if kind != "several" or code not in _FINISHING]
    lines = [
        words["chosen" if code in chosen else "choice"].format(number=number, label=label)
        for number, (code, label) in enumerate(shown, 1)
    ]
    return "\n".join([*lines, "", words["several" if kind == "several" else "one"]])


# -- long texts ---------------------------------------------------------------------------------------
def _pieces(body: Body, longest: int) -> tuple[Body, ...]:
    text = str(body["text"])
    if len(text) <= longest // 2 or units(text) <= longest:
        return (body,)
    *before, last = split(text, longest)
    rest = _without(body, *_ASKING)
    return (*({**rest, "text": piece} for piece in before), {**body, "text": last})


def split(text: str, longest: int) -> list[str]:
    """A text in pieces of at most `longest` units: cut between paragraphs, else lines, sentences, words."""
    return list(_split(text.strip(), longest, 0))


def _split(text: str, longest: int, cut: int) -> Iterator[str]:
    if units(text) <= longest:
        if text:
            yield text
        return
    if cut == len(_CUTS):
        at = _fitting_letters(text, longest)
        yield text[:at]
        yield from _split(text[at:], longest, cut)
        return
    piece, end = "", 0
    for start, stop in _spans(text, _CUTS[cut]):
        if piece and units(text[end:stop].strip()) > longest:
            yield from _split(piece, longest, cut + 1)
            end = start
        piece = text[end:stop].strip()
    yield from _split(piece, longest, cut + 1)


def _fitting_letters(text: str, longest: int) -> int:
    used = 0
    for at, letter in enumerate(text):
        used += units(letter)
        if used > longest:
            return max(at, 1)
    return len(text)


def _spans(text: str, cut: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for found in cut.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)
