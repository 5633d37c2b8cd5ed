"""Pages as HTML: templates, and light Markdown in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from coachbot.engine.asks import Choice, FreeText, Number, Scale, Several
from coachbot.service.ids import hashed
from coachbot.service.pages import Over, Question, View

TEMPLATES = Path(__file__).parent / "templates"
#: More numbers than this are typed, not chosen.
_MOST_NUMBERS = 11
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_SOFT = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_PHONE = re.compile(r"\+?\d[\d ()/-]*\d")

Words = Mapping[str, str]


class Shown:
    """Renders templates; compiled once."""

    def __init__(self, words: Mapping[str, Words], default: str) -> None:
        self._words = words
        self._default = default
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._environment.filters.update(light=light, tel=_tel, kind=kind_of, answer=_answer, tojson=_json)

    def words(self, language: str) -> Words:
        """The page's words in a language, or in the default one."""
        return {**self._words[self._default], **self._words.get(language, {})}

    def view(self, view: View, *, current: str, is_open: bool) -> str:
        """A page with its questions; `current` is the step shown first, `is_open` marks what is not answered in it."""
        words = self.words(view.language)
        return self._page(
            "page.html", language=view.language, words=words, view=view, current=current, is_open=is_open,
            place=hashed(view.assessment)[:8], site=view.site,
        )  # fmt: skip

    def over(self, over: Over) -> str:
        """What a link says that opens nothing any more."""
        words = self.words(over.language)
        return self._page(
            "over.html", language=over.language, words=words, why=over.why, help=over.help, site=over.site
        )

    def plain(self, why: str) -> str:
        """A page that is about nobody: `preview`, `broken`."""
        return self._page(
            "over.html", language=self._default, words=self.words(self._default), why=why, help=(), site={}
        )

    def _page(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)


def light(text: str) -> Markup:
    """Light Markdown as paragraphs, safe to show."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(_inline(block)) for block in blocks)


def _inline(block: str) -> Markup:
    shown = str(escape(block.strip()))
    shown = _SOFT.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", shown))
    return Markup(shown.replace("\n", "<br>"))


def _tel(told: str) -> str:
    """The first number to ring in a text; empty if there is none."""
    found = _PHONE.search(str(told))
    return re.sub(r"[^\d+]", "", found[0]) if found else ""


def kind_of(question: Question) -> str:
    """How a question is answered on the page."""
    match question.ask:
        case Scale(low=low, high=high):
            return "numbers" if high - low < _MOST_NUMBERS else "number"
        case Choice():
            return "choice"
        case Several():
            return "several"
        case Number():
            return "number"
        case FreeText():
            return "words"
        case _:
            return ""


def _answer(question: Question) -> str:
    """An answer in words; empty if it was left out."""
    labels = dict(question.options)
    value = question.value
    if isinstance(value, tuple):
        return ", ".join(labels.get(one, one) for one in value)
    return "" if value is None else labels.get(str(value), str(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)
