"""`coachbot check` and the channels that are configured: runs of messages that one of them does not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.commands.checking import channel_faults
from coachbot.service.channels import Counter, Serving
from coachbot.service.ports import Capabilities, Channel
from coachbot.service.records import Address, OutboxRow
from coachbot.settings import Settings, load_settings
from tests.authoring.bad_packs import HELLO_WORDS, WORDS, lay

LONG = WORDS.replace("Hello.", "Hello.\n---\nAgain.\n---\nOnce more.")


class Narrow:
    """A channel with a service window, and its kind."""

    name = "pigeon"

    def __init__(self, *, configured: bool = True, burst: int = 2, joins: bool = False) -> None:
        self.capabilities = Capabilities(window_hours=48.0, burst=burst, joins=joins)
        self._configured = configured

    def open(self, settings: Settings) -> Channel | None:
        return self if self._configured else None

    def serve(self, channel: object, counter: Counter) -> Serving:
        return Serving()

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        return ""


def faults(root: Path, kind: Narrow) -> list[str]:
    return channel_faults(load_settings(), root, {kind.name: kind})


def test_more_messages_than_a_configured_channel_takes_are_a_fault_at_their_place(tmp_path: Path) -> None:
    (line,) = faults(lay(tmp_path, {HELLO_WORDS: LONG}), Narrow())
    assert line.startswith("dialogs/a/hello.yaml:4 SITE_002 'a/hello': up to 4 messages in a row from 'hi'")
    assert "pigeon takes 2: write `more:` in content/en/pigeon.yaml" in line


def test_a_line_that_asks_for_a_word_is_what_the_author_gives_instead(tmp_path: Path) -> None:
    root = lay(tmp_path, {HELLO_WORDS: LONG, "content/en/pigeon.yaml": 'more: "Write me any word."\n'})
    assert faults(root, Narrow()) == []


@pytest.mark.parametrize("kind", [Narrow(configured=False), Narrow(burst=4), Narrow(joins=True)])
def test_what_a_channel_takes_or_joins_is_no_fault_and_neither_is_one_that_is_not_configured(
    kind: Narrow, tmp_path: Path
) -> None:
    assert faults(lay(tmp_path, {HELLO_WORDS: LONG}), kind) == []
