"""Typed access to plain data with paths: every getter returns something usable and notes what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.yaml_reader import Document, Path

_CODE = re.compile(r"[a-z][a-z0-9_]*$")
#: Words that Jinja2 reads as its own; as codes they would break guards in a silent way.
JINJA_WORDS = frozenset((
    "true", "false", "none", "and", "or", "not", "is", "in", "if", "else", "elif", "endif", "for", "endfor", "set",
    "endset", "block", "endblock", "extends", "include", "import", "macro", "endmacro", "filter", "endfilter", "loop",
    "self", "super",
))  # fmt: skip


class Fields:
    """A map somewhere in a document."""

    __slots__ = ("data", "document", "faults", "path")

    def __init__(
        self, document: Document, faults: list[Fault], path: Path = (), data: dict[str, Any] | None = None
    ) -> None:
        self.document = document
        self.faults = faults
        self.path = path
        whole = document.data if isinstance(document.data, dict) else {}
        self.data: dict[str, Any] = whole if data is None else data

    # -- places --------------------------------------------------------------------------------------
    def line(self, *path: str | int) -> int:
        """The line of a key of this map."""
        return self.document.line(*self.path, *path)

    def fault(self, code: str, message: str, cure: str = "", *, at: Path = ()) -> None:
        """Note a fault at this map or at one of its keys."""
        self.faults.append(fault(self.document.file, self.line(*at), code, message, cure))

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def only(self, *keys: str) -> None:
        """Note every key that is not one of these."""
        for key in self.data:
            if key not in keys:
                self.fault("YAML_006", f"'{key}' is not known here", did_you_mean(key, keys), at=(key,))

    def wrong(self, key: str | int, wanted: str, got: Any) -> None:
        """Note that a value is not what it should be."""
        if got is None and not (isinstance(key, str) and key in self.data):
            self.fault("YAML_007", f"'{key}' is missing", f"Write {key}: and {wanted}.")
        else:
            self.fault("YAML_008", f"{_said(got)} is not {wanted}", at=(key,))

    # -- values --------------------------------------------------------------------------------------
    def text(self, key: str, default: str | None = None) -> str:
        """A text; required without a default. Numbers count as texts."""
        got = self.data.get(key)
        if isinstance(got, str) and got.strip():
            return got.strip()
        if isinstance(got, int | float) and not isinstance(got, bool):
            return str(got)
        if key not in self.data and default is not None:
            return default
        self.wrong(key, "a text", got)
        return default or ""

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        got = self.data.get(key, default)
        if isinstance(got, bool):
            return got
        self.wrong(key, "true or false", got)
        return default

    def number(self, key: str, default: float | None = None) -> float | None:
        """A number, or the default."""
        got = self.data.get(key, default)
        if got is None and key not in self.data:
            return None
        if isinstance(got, int | float) and not isinstance(got, bool):
            return got
        self.wrong(key, "a number", got)
        return default

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; required without a default."""
        got = self.data.get(key, default)
        if isinstance(got, int) and not isinstance(got, bool):
            return got
        self.wrong(key, "a whole number", got)
        return default or 0

    def code(self, key: str) -> str:
        """A required code."""
        got = self.data.get(key)
        if got is None:
            self.wrong(key, "a code", got)
            return ""
        return self.checked_code(got, (key,))

    def codes(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of codes."""
        got = self.data.get(key)
        if got is None and not required:
            return ()
        if not isinstance(got, list) or (required and not got):
            self.wrong(key, "a list of codes such as [all, part]", got)
            return ()
        codes = tuple(self.checked_code(one, (key, place)) for place, one in enumerate(got))
        if twice := next((code for code in codes if codes.count(code) > 1), ""):
            self.fault("DIALOG_007", f"'{twice}' stands twice in {key}", "Keep one of them.", at=(key,))
        return codes

    def checked_code(self, got: Any, at: Path) -> str:
        """A value as a code; what is no code is noted."""
        code = str(got).lower() if isinstance(got, bool) else str(got)
        if code in JINJA_WORDS:
            self.fault("DIALOG_007", f"'{code}' is a word of Jinja and can't be a code", at=at)
        elif not isinstance(got, str) or not _CODE.match(code):
            self.fault("DIALOG_007", f"{_said(got)} is not a code", at=at)
        return code

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if left out."""
        got = self.data.get(key, [])
        if isinstance(got, list) and all(isinstance(one, str) for one in got):
            return tuple(got)
        self.wrong(key, "a list of texts", got)
        return ()

    # -- maps and lists ------------------------------------------------------------------------------
    def fields(self, key: str, required: bool = False) -> Fields:
        """The map at a key; an empty one stands in for what is not a map."""
        got = self.data.get(key)
        if isinstance(got, dict):
            return Fields(self.document, self.faults, (*self.path, key), got)
        if got is not None or required or key in self.data:
            self.wrong(key, "a map of keys", got)
        return Fields(self.document, self.faults, (*self.path, key), {})

    def each(self, key: str, required: bool = False) -> Iterable[Fields]:
        """The maps of a list."""
        got = self.data.get(key)
        if got is None and not required:
            return ()
        if not isinstance(got, list) or (required and not got):
            self.wrong(key, "a list", got)
            return ()
        return tuple(self._item(key, place, one) for place, one in enumerate(got))

    def _item(self, key: str, place: int, one: Any) -> Fields:
        path = (*self.path, key, place)
        if isinstance(one, dict):
            return Fields(self.document, self.faults, path, one)
        self.fault("YAML_008", f"{_said(one)} is not a map of keys", at=(key, place))
        return Fields(self.document, self.faults, path, {})


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"'{value}'"
