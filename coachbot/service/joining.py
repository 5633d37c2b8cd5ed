"""Joining: several texts of one turn as one message, for messengers that take few of them."""

from __future__ import annotations

from dataclasses import replace

from coachbot.service.fitting import measure_of
from coachbot.service.ports import Capabilities
from coachbot.service.records import OutboxRow

#: What stands between two texts that were joined.
SEAM = "\n\n"
#: Rows whose words stand alone: a person's, and those of help in danger.
_ALONE = ("by", "safety")


def joined(before: OutboxRow, after: OutboxRow, can: Capabilities) -> tuple[OutboxRow, ...]:
    """Two rows of a turn that follow each other as one if that is possible, else both.

    A question stays the end of its message. `parts` keeps the lengths of the texts, in characters.
    """
    if not (_joins(before) and _joins(after)) or before.token or not _alike(before, after):
        return before, after
    first, second = str(before.body["text"]), str(after.body["text"])
    text = first + SEAM + second
    if measure_of(can)(text) > can.text:
        return before, after
    parts = [*before.body.get("parts", [len(first)]), len(second)]
    body = {**before.body, **after.body, "text": text, "parts": parts}
    return (replace(after, body=body, quiet=before.quiet and after.quiet),)


def _joins(row: OutboxRow) -> bool:
    return row.body.get("kind") == "text" and not any(name in row.body for name in _ALONE)


def _alike(one: OutboxRow, other: OutboxRow) -> bool:
    return (one.address, one.lane, one.expires_at, one.on_doubt) == (
        other.address, other.lane, other.expires_at, other.on_doubt
    )  # fmt: skip
