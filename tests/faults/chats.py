"""One chat: what arrived at the phone, held against the rows of the ledger."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coachbot.testing.botapi import Sent
from tests.faults.ledger import Row


@dataclass(slots=True)
class Chat:
    """What was found in one chat."""

    repeats: list[Sent] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def compared(chat: int, messages: Sequence[Sent], rows: Sequence[Row], kills: Sequence[float] | None = None) -> Chat:
    """Hold a chat against its rows: what arrived is what the ledger says, in its order; what came twice was in doubt.

    With the moments of the `kills`, none of them may have repeated more than one message.
    """
    makers: dict[str, Row] = {}
    for row in rows:
        if row.state == "sent" and row.remote_id:
            makers.setdefault(row.remote_id, row)
    found = Chat(repeats=[one for one in messages if str(one.id) not in makers])
    known = {str(one.id) for one in messages}
    found.violations += [
        f"chat {chat}: row {row.id} was sent as {row.remote_id}, which never came"
        for row in makers.values() if row.remote_id not in known
    ]  # fmt: skip
    order = [makers[str(one.id)].id for one in messages if str(one.id) in makers]
    if order != sorted(order):
        found.violations.append(f"chat {chat}: messages came out of order")
    found.violations += _unexplained(chat, messages, makers, rows)
    each = Counter(bisect(kills, one.at) for one in found.repeats) if kills is not None else {}
    found.violations += [f"chat {chat}: kill {kill} repeated {n} messages" for kill, n in each.items() if n > 1]
    return found


def _unexplained(chat: int, messages: Sequence[Sent], makers: dict[str, Row], rows: Sequence[Row]) -> Iterator[str]:
    """A message that no row has as its own must be the first copy of a row in doubt, or of one given up in doubt."""
    given_up = sum(row.state == "failed" and row.in_doubt for row in rows)
    for place, one in enumerate(messages):
        if str(one.id) in makers:
            continue
        after = next((later for later in messages[place + 1 :] if str(later.id) in makers), None)
        row = makers.get(str(after.id)) if after else None
        if after is not None and row is not None and row.in_doubt and _same(one, after):
            continue
        given_up -= 1
        if given_up < 0:
            yield f"chat {chat}: message {one.id} ({one.text[:40]!r}) is in no row's name"


def _same(one: Sent, other: Sent) -> bool:
    """Whether two calls were alike, whatever was edited since."""
    return all(one.fields.get(name) == other.fields.get(name) for name in ("text", "caption", "reply_markup"))
