"""What a process wrote, synchronised and sent, in order, as strace tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = "pwrite64,fdatasync,fsync,ftruncate,unlink,sendto,recvfrom"
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_FILE = re.compile(r"\d+<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes that were given to a file. They are on the disk once it was synchronised, and perhaps before."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that was cut, or (at -1) deleted."""

    file: str
    length: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Whatever was written to a file is on the disk now."""

    file: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes that left by a connection."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes that came in by a connection."""

    data: bytes


Event = Wrote | Cut | Synced | Sent | Heard


def command(output: Path) -> tuple[str, ...]:
    """strace, before the command that it runs."""
    return ("strace", "-f", "-y", "-xx", "-s", "200000", "-o", str(output), "-e", f"trace={CALLS}")


def events(output: Path) -> list[Event]:
    """Everything that happened. A write counts from its beginning, a synchronisation from its end."""
    return list(_events(output.read_text("ascii").splitlines()))


def _events(lines: Sequence[str]) -> Iterator[Event]:
    begun: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        process, resumed, call, rest = found.groups()
        unfinished = rest.endswith("<unfinished ...>")
        if resumed:
            yield from _ended(resumed, begun.pop(process, "") + rest)
        else:
            yield from _begun(call, rest)
            if unfinished:
                begun[process] = rest.removesuffix("<unfinished ...>")
            else:
                yield from _ended(call, rest)


def _begun(call: str, rest: str) -> Iterator[Event]:
    if call == "pwrite64":
        offset = re.match(r".*\", \d+, (\d+)", rest)
        assert offset is not None, rest[-80:]
        yield Wrote(_file(rest), int(offset[1]), _data(rest))
    elif call == "sendto":
        yield Sent(_data(rest))
    elif call == "ftruncate":
        length = re.match(r".*>, (\d+)", rest)
        assert length is not None, rest[-80:]
        yield Cut(_file(rest), int(length[1]))
    elif call == "unlink":
        yield Cut(_data(rest).decode(), -1)


def _ended(call: str, rest: str) -> Iterator[Event]:
    if call in ("fdatasync", "fsync") and rest.endswith("= 0"):
        yield Synced(_file(rest))
    elif call == "recvfrom" and _TEXT.search(rest):
        yield Heard(_data(rest))


def _file(rest: str) -> str:
    found = _FILE.search(rest)
    return _bytes(found[1]).decode() if found else ""


def _data(rest: str) -> bytes:
    found = _TEXT.search(rest)
    return _bytes(found[1]) if found else b""


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()
