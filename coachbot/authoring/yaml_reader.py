"""Reading YAML with YAML 1.2's meaning, strictly, and with the line of everything kept.

libyaml composes (the pure composer of PyYAML stands in where it is lacking). `yes`, `no`, `on` and `off` are
words; only `true`, `false` and `null` and numbers have a meaning of their own. A key twice, an anchor, an
alias or a tag is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from coachbot.authoring.faults import Fault, fault

_STR, _SEQ, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_INT = re.compile(r"[-+]?[0-9]+$")
_HEX = re.compile(r"0(x[0-9a-fA-F]+|o[0-7]+)$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_KINDS = {yaml.ScalarNode: _STR, yaml.SequenceNode: _SEQ, yaml.MappingNode: _MAP}

#: Where something stands in a file: keys and list places from the top.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, and the line of every key and list item in it."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    source: str = ""

    def line(self, *path: str | int) -> int:
        """The line of a place, or of the nearest place around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Plain:
    """Resolves nothing: what a scalar means is decided here, and any other tag was written by hand."""

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        return _KINDS[kind]

    def descend_resolver(self, *_: Any) -> None: ...

    def ascend_resolver(self, *_: Any) -> None: ...


def _composer() -> Callable[[str], Any]:
    if yaml.__with_libyaml__:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        class Fast(_Plain, CParser):
            """libyaml's composer."""

        return Fast

    class Pure(_Plain, yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer):
        """The same in Python: about ten times slower."""

        def __init__(self, stream: str) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)

    return Pure


_COMPOSER = _composer()


def read_yaml(file: str, source: str) -> tuple[Document, tuple[Fault, ...]]:
    """The data of a file with its lines, and what is wrong with it as YAML. `file` is for messages."""
    document = Document(file, None, {}, source)
    reading = _Reading(file, document.lines)
    try:
        node = _COMPOSER(source).get_single_node()
    except yaml.MarkedYAMLError as error:
        return document, (_unreadable(file, error),)
    except yaml.YAMLError as error:
        return document, (fault(file, 1, "YAML_001", str(error).splitlines()[0]),)
    if ("&" in source or "!" in source) and (found := _anchored(file, source)):
        reading.faults.append(found)
    data = reading.value(node, ()) if node is not None else None
    return Document(file, data, document.lines, source), tuple(reading.faults)


def _unreadable(file: str, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    return fault(file, mark.line + 1 if mark else 1, "YAML_001", f"this is not YAML: {error.problem}.")


def _anchored(file: str, source: str) -> Fault | None:
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    events: Iterator[Any] = yaml.parse(source, Loader=loader)
    for event in events:
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
            return fault(file, line, "YAML_003", f"'&{event.anchor}' is an anchor.")
        if getattr(event, "tag", None):
            return fault(file, line, "YAML_004", f"'{event.tag}' is a tag.")
    return None


class _Reading:
    """Turns nodes into plain data; remembers lines and faults on the way."""

    def __init__(self, file: str, lines: dict[Path, int]) -> None:
        self.file = file
        self.lines = lines
        self.faults: list[Fault] = []
        self._open: set[int] = set()

    def value(self, node: Any, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            return None  # an alias inside its own anchor; the anchor is a fault already
        self._open.add(id(node))
        value = self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._list(node, path)
        self._open.discard(id(node))
        return value

    def _list(self, node: Any, path: Path) -> list[Any]:
        return [self.value(one, (*path, place)) for place, one in enumerate(node.value)]

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(fault(self.file, line, "YAML_008", "a key has to be a word."))
                continue
            key = key_node.value
            if key in data:
                self.faults.append(fault(self.file, line, "YAML_002", f"'{key}' stands here twice."))
                continue
            self.lines[(*path, key)] = line
            data[key] = self.value(value_node, (*path, key))
        return data


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first.isdigit() or first in "+-.":
        return _number(text)
    return text


def _number(text: str) -> Any:
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return int(text, 0) if _HEX.match(text) else text
