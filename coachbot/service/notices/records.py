"""What the service knows of ways and notices, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from coachbot.engine.model import EMPTY

WayKind = Literal["chat", "email", "webhook"]
NoticeState = Literal["due", "claimed", "sent", "failed", "needless"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which somebody is told. It prints without its address and its secret."""

    id: int
    #: The member; 0 where it belongs to a clinic's system, which `client` names then.
    staff: int
    kind: WayKind
    #: Patients' time from which on things are told this way.
    since: datetime
    #: The messenger's name of the chat, the mailbox, or the URL.
    address: str = ""
    #: What a webhook is signed with.
    secret: str = ""
    client: int = 0
    #: Of a chat alone.
    account: int = 0
    channel: str = ""
    #: What is being written in the chat: a broadcast that is not finished yet.
    talk: Mapping[str, Any] = EMPTY

    def __repr__(self) -> str:
        return f"Way({self.id}, {self.kind})"


@dataclass(frozen=True, slots=True)
class Notice:
    """One telling of one thing by one way: exactly one call."""

    id: int
    way: int
    #: `alert:7`, `broadcast:7`, `talk:7`.
    subject: str
    #: What of it is told; one subject, stage and way has one notice, ever.
    stage: str
    #: `text`, `title`, `choices` for people, `event` for systems.
    body: Mapping[str, Any]
    #: Real seconds.
    due: float
    patient: str = ""
    alert: int = 0
    state: NoticeState = "due"
    attempts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlertHead:
    """Of an alert what can be read without its patient's key."""

    id: int
    patient: str
    priority: str
    opened_at: datetime
    acknowledge_by: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert that somebody has acknowledged, and of which the others have not been told yet."""

    alert: int
    patient: str
    by: str
    #: The moment, as it is stored: a danger that was raised afterwards can be seen once more.
    at: int


@dataclass(frozen=True, slots=True)
class StaffUpdate:
    """What came in from a member's own chat, and waits to be read."""

    id: int
    way: int
    account: int
    update_id: str
    #: `kind`, `text`, `token`, `code`, as in an `Update`.
    body: Mapping[str, Any]
