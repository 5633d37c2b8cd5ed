"""A choice of which a patient sees only some codes: by a list that the facts or slots hold."""

from __future__ import annotations

import pytest

from coachbot.engine.asks import Choice
from coachbot.rendering import compile_expression

OF = ("bridge", "clam", "plank", "enough")


@pytest.mark.parametrize(
    ("ask", "offered"),
    [
        (Choice("pick", OF), OF),
        (Choice("pick", OF, without=compile_expression("out")), ("bridge", "enough")),
        (Choice("pick", OF, only=compile_expression("mine")), ("clam",)),
        (Choice("pick", OF, only=compile_expression("mine"), also=("enough",)), ("clam", "enough")),
        (Choice("pick", OF, only=compile_expression("mine"), also=("enough",), without=compile_expression("out")),
         ("enough",)),
    ],
)  # fmt: skip
def test_a_choice_offers_what_its_lists_leave_in_its_own_order(ask: Choice, offered: tuple[str, ...]) -> None:
    assert ask.offered({"out": ("plank", "clam"), "mine": ["clam", "sofa"]}) == offered
