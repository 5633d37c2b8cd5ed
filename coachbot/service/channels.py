"""The contract of a channel: what `coachbot run` asks of one, whoever wrote it. docs/channels.md teaches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from coachbot.service.desk import Desk
    from coachbot.service.ports import Channel
    from coachbot.settings import Settings


@dataclass(frozen=True, slots=True)
class Counter:
    """The service as a channel finds it: a desk for each of its accounts, and its own words."""

    #: The desk of an account, by the code that the channel gives it.
    desk: Callable[[str], Desk]
    #: Language to the words of `content/<language>/<channel>.yaml`; empty if the pack has none.
    words: Mapping[str, Mapping[str, str]]
    #: The pack's folder, with dialogs/ and content/.
    pack: Path
    default_language: str = "en"
    #: Whether this process speaks with the messenger for an account; where several share the work, one does.
    holds: Callable[[int], bool] = lambda account: True


#: How an account of a channel is doing: it works, it has not begun, the messenger does not answer for now, the
#: messenger refuses its token or secret, or its receiving has ended by a fault.
OK, STARTING, UNREACHABLE, REFUSED, STOPPED = "ok", "starting", "unreachable", "refused", "stopped"


def _no_accounts() -> Mapping[str, str]:
    """A channel without accounts of its own."""
    return {}


async def _nothing() -> None:
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A channel at work, as the engine process runs it."""

    #: Receives until it is cancelled. It may end by itself (a revoked token); other channels go on.
    run: Callable[[], Awaitable[None]] = _nothing
    #: An ASGI app for what comes in over HTTP, and where it is mounted; None if there is none.
    app: Any = None
    path: str = ""
    #: Called first when the process is to end: hang up on whoever keeps a connection open.
    hang_up: Callable[[], None] = lambda: None
    #: How each account is doing, by the name that the operator gave it: one of the words above.
    state: Callable[[], Mapping[str, str]] = _no_accounts
    #: Called last.
    close: Callable[[], Awaitable[None]] = _nothing


@runtime_checkable
class Askable(Protocol):
    """A channel whose messenger can be asked whether it takes our word. For `coachbot doctor --online`."""

    async def ask(self) -> Mapping[str, str]:
        """Ask for each account; by its name how it is doing, in the words above."""


class ChannelKind(Protocol):
    """One messenger, as the registry lists it."""

    name: str

    def open(self, settings: Settings) -> Channel | None:
        """The sending side; None if it is not configured. SettingsError if it is configured wrongly."""

    def serve(self, channel: Any, counter: Counter) -> Serving:
        """The receiving side of a channel that `open` gave."""
