"""Light Markdown, as messages are written, for channels that cannot show it."""

from __future__ import annotations

import re

_RULES = (
    (re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\((?:mailto:|tel:)?([^)\s]+)[^)]*\)"), r"\1 (\2)"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"^#{1,6}\s+", re.MULTILINE), ""),
    (re.compile(r"^(\s*)[*+-]\s+", re.MULTILINE), r"\1• "),
    (re.compile(r"^>\s?", re.MULTILINE), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>-])"), r"\1"),
)


def plain(markdown: str) -> str:
    """The text without its marks; a link shows its address in brackets."""
    for pattern, replacement in _RULES:
        markdown = pattern.sub(replacement, markdown)
    return markdown
