"""Light Markdown as Telegram's HTML, which always closes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.channels.telegram.markup import html
from coachbot.testing.botapi.fields import without_tags


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("Write **help** any *time*.", "Write <b>help</b> any <i>time</i>."),
        ("One.\n\nTwo.\nThree.", "One.\n\nTwo.\nThree."),
        ("- a\n- b", "• a\n• b"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("pain < 3 & > 1", "pain &lt; 3 &amp; &gt; 1"),
        ("[the page](https://example.org/a?b=1&c=2)", '<a href="https://example.org/a?b=1&amp;c=2">the page</a>'),
        ("[call](tel:112)", "call (112)"),
        ("<b>not mine</b>", "&lt;b&gt;not mine&lt;/b&gt;"),
        ("# Title", "<b>Title</b>"),
        ("`code`", "<code>code</code>"),
    ],
)
def test_marks(markdown: str, shown: str) -> None:
    assert html(markdown) == shown


@given(st.text(alphabet="ab*_`[]()<>&#-1. \n~!", max_size=60))
def test_telegram_can_always_read_it(markdown: str) -> None:
    without_tags(html(markdown))
