"""Logs of a process: one handler for every logger, lines rendered by structlog, nothing personal in any of them.

Modules log by the standard library (`logging.getLogger("coachbot...")`), so that a host program can take the lines
over as it is used to. `configure` is for processes of our own: `coachbot run` and `demo`. A line names patients by
their pseudonyms. An exception is told by its types and places, never by its text, which may quote a patient.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TextIO

from coachbot.errors import StoreError
from coachbot.settings import Settings

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter

#: Fields that a call may add by `extra=`; all others are left out.
FIELDS = ("patient", "channel", "account", "purpose")
#: Addresses and fields whose next part lets somebody in, and tokens wherever they stand.
_SECRETS = (
    re.compile(r"(/(?:c|l|begin|enter|link|telegram)/)[^\s/?\"']+"),
    re.compile(r"((?:access_token|secret|token|signature|msg_signature|openid)=)[^\s&\"']+"),
    re.compile(r"()(?:bot)?\d{3,20}:[A-Za-z0-9_-]{20,}"),
    re.compile(r"()\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}\b"),
)
#: Loggers of others that tell more than an operator wants to read.
_CHATTY = ("apscheduler", "alembic", "uvicorn.access", "httpcore", "asyncio", "multipart", "python_multipart")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of this process to a stream (standard error), in the form that the settings ask for.

    Loggers of other packages speak from WARNING on; with DEBUG from INFO on.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(is_plain(settings, stream)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    debug = settings.log_level == "DEBUG"
    root.setLevel(logging.INFO if debug else max(logging.WARNING, logging.getLevelName(settings.log_level)))
    logging.getLogger("coachbot").setLevel(settings.log_level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def is_plain(settings: Settings, stream: TextIO) -> bool:
    """Whether lines are for the eye: as set, else on a terminal."""
    return settings.log == "plain" or (not settings.log and stream.isatty())


def formatter(plain: bool) -> ProcessorFormatter:
    """What makes a line of a record."""
    import structlog

    last = structlog.dev.ConsoleRenderer(colors=False, sort_keys=False) if plain else _json()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        processors=[_with_trace, structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_secrets, last],
    )


def _json() -> Any:
    import structlog

    return structlog.processors.JSONRenderer(ensure_ascii=False)


# -- processors ---------------------------------------------------------------------------------------
def _with_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes `trace`: types and places, without values."""
    held = event.pop("exc_info", None)
    error = held[1] if isinstance(held, tuple) else held
    if isinstance(error, BaseException):
        event["trace"] = list(places(error))
    return event


def places(error: BaseException) -> Iterator[str]:
    """Where an exception came from, its causes first: `file:line function` per frame, then what it was."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
    yield _told(error)


def _told(error: BaseException) -> str:
    """The type, and the text only of those whose text is about the machine."""
    name = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    about_the_machine = isinstance(error, StoreError) or type(error).__module__ == "sqlite3"
    return f"{name}: {error}" if about_the_machine else name


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The last net below: no line of ours holds a secret, but other packages name the addresses that they call."""
    return {name: _hidden(value) if isinstance(value, str) else value for name, value in event.items()}


def _hidden(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(r"\1<hidden>", text)
    return text
