"""The list of texts for staff is what the code asks for: no key and no field more or less."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import get_args

from coachbot.authoring.staff_texts import TEXTS
from coachbot.service.broadcasts.rules import Reason
from tests.conftest import ROOT

#: Keys put together from parts, where they are asked for.
_COMPOSED = {
    *(f"held_{reason}" for reason in get_args(Reason)),
    *(f"what_{priority}" for priority in ("top", "high", "medium")),
    "alert_first", "alert_first_open", "alert_raised", "alert_next", "alert_everybody",
    "waiting", "scheduled", "suppressed", "waits",
}  # fmt: skip


def asked() -> Iterator[tuple[str, frozenset[str]]]:
    """Key and fields of every `say("key", field=...)` in the service."""
    for path in sorted((ROOT / "coachbot" / "service").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("say", "_say") and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), frozenset(word.arg or "" for word in node.keywords)


def test_every_text_that_is_asked_for_is_in_the_list_with_its_fields() -> None:
    found = dict(asked())
    assert len(found) > 25
    assert {key: TEXTS.get(key) for key in found} == found


def test_no_text_is_in_the_list_that_nobody_asks_for() -> None:
    assert set(TEXTS) == set(dict(asked())) | _COMPOSED
