"""The small XML of WeChat's messages, read safely: no document type, no entity of anybody's own, nothing deep."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

#: Far more than WeChat sends: elements in one message, and how deep they lie.
_MOST_ELEMENTS = 200
_DEEPEST = 5


class XmlError(Exception):
    """Not the XML of a message. Quotes nothing of it."""


def read_flat(body: bytes) -> dict[str, str]:
    """The fields under the root: element to text. What lies deeper is known by its own name, the first one wins."""
    reader = _Reader()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = reader.opens
    parser.EndElementHandler = reader.closes
    parser.CharacterDataHandler = reader.says
    parser.StartDoctypeDeclHandler = reader.refuses
    parser.EntityDeclHandler = reader.refuses
    parser.ProcessingInstructionHandler = reader.refuses
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise XmlError("malformed XML") from None
    return reader.found


class _Reader:
    """What the parser calls."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self._count = 0

    def opens(self, name: str, attributes: Any) -> None:
        self._count += 1
        self._open.append(name)
        if self._count > _MOST_ELEMENTS or len(self._open) > _DEEPEST:
            raise XmlError("too many elements")
        self._parts: list[str] = []

    def says(self, text: str) -> None:
        self._parts.append(text)

    def closes(self, name: str) -> None:
        self._open.pop()
        if self._open:
            self.found.setdefault(name, "".join(self._parts))
        self._parts = []

    def refuses(self, *anything: Any) -> None:
        raise XmlError("a document type or an entity of its own")


def write_flat(fields: dict[str, str]) -> bytes:
    """Fields as WeChat writes them, each text in a CDATA section."""
    lines = [f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>" for name, text in fields.items()]
    return f"<xml>{''.join(lines)}</xml>".encode()
