"""Light Markdown as the HTML that Telegram shows."""

from __future__ import annotations

import html as escaping
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAGS = {
    "strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>", "s_open": "<s>",
    "s_close": "</s>", "blockquote_open": "<blockquote>", "blockquote_close": "</blockquote>\n\n",
    "heading_open": "<b>", "heading_close": "</b>\n\n", "hr": "———\n\n", "softbreak": "\n", "hardbreak": "\n",
    "bullet_list_close": "\n", "ordered_list_close": "\n",
}  # fmt: skip
_SHOWN_LINKS = ("http://", "https://", "tg://", "mailto:")


def html(markdown: str) -> str:
    """The text as Telegram's HTML. Whatever stands in it, Telegram can read it."""
    return _Writer().write(_parser().parse(markdown))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


class _Writer:
    """Writes tokens one by one."""

    def __init__(self) -> None:
        self._text: list[str] = []
        #: The numbers of the ordered lists that are open; None for a list with dots.
        self._lists: list[int | None] = []
        self._link = ""

    def write(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            self._write(token)
        return "".join(self._text).strip()

    def _write(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            for child in token.children or ():
                self._write(child)
        elif kind in ("text", "html_inline", "html_block"):
            self._say(token.content)
        elif kind in ("code_inline", "fence", "code_block"):
            tag = "code" if kind == "code_inline" else "pre"
            self._text.append(f"<{tag}>{escaping.escape(token.content.rstrip(), quote=False)}</{tag}>")
        elif kind == "image":
            self._say(token.content)
        elif kind in ("link_open", "link_close"):
            self._link_end(token, kind == "link_open")
        elif kind == "paragraph_close":
            self._text.append("\n" if token.hidden or self._lists else "\n\n")
        else:
            self._list(token)
            self._text.append(_TAGS.get(kind, ""))

    def _say(self, text: str) -> None:
        self._text.append(escaping.escape(text, quote=False))

    def _link_end(self, token: Token, opens: bool) -> None:
        if opens:
            self._link = str(token.attrGet("href") or "")
            if self._link.startswith(_SHOWN_LINKS):
                self._text.append(f'<a href="{escaping.escape(self._link)}">')
        elif self._link.startswith(_SHOWN_LINKS):
            self._text.append("</a>")
        else:
            self._say(f" ({self._link.removeprefix('tel:')})")

    def _list(self, token: Token) -> None:
        if token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            self._lists.append(int(token.attrGet("start") or 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            number = self._lists[-1]
            self._text.append("  " * (len(self._lists) - 1) + ("• " if number is None else f"{number}. "))
            if number is not None:
                self._lists[-1] = number + 1
