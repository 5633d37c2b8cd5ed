"""By which ways somebody of the staff is told: their own chat, e-mail, a webhook."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from coachbot.errors import StaffError
from coachbot.service.ids import IdSource, hashed
from coachbot.service.notices.records import Way, WayKind
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.writer import SOON, Writer

T = TypeVar("T")

#: The one-time code by which a chat becomes somebody's own, and how it begins. It fits behind a Telegram link.
CHAT = "chat"
PREFIX = "staff-"
CHAT_S = 3600.0
_MOST_WAYS = 5
_MAILBOX = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[^\s@<>,;:\"\\]{1,190}")
_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Hooked:
    """A new webhook, and its secret, shown once."""

    way: Way
    secret: str


class Ways:
    """Choosing ways. Every method commits before it returns, through the one writer."""

    def __init__(self, store: Store, clock: Clock, writer: Writer, ids: IdSource, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._ids = ids
        self._audit = audit

    def of(self, staff: int = 0, client: int = 0) -> Sequence[Way]:
        """The ways of somebody, or of a clinic's system."""
        with self._store.reading() as tx:
            return [way for way in tx.ways() if (way.staff, way.client) == (staff, client)]

    def chat_code(self, staff: int, by: int) -> str:
        """A code that, written to the coach within an hour, makes that chat this member's own. Earlier codes end."""
        code = PREFIX + secrets.token_hex(16)

        def write(tx: Transaction) -> str:
            self._open_account(tx, staff)
            tx.drop_tickets(staff, CHAT)
            tx.add_ticket(hashed(code), staff, CHAT, self._clock.real() + CHAT_S)
            self._audit.note(tx, by, "way.chat_code", detail=str(staff))
            return code

        return self._write(write)

    def add_email(self, staff: int, address: str, by: int) -> Way:
        """Be told by e-mail. Raises StaffError for what is no address."""
        address = address.strip()
        if not _MAILBOX.fullmatch(address):
            raise StaffError(f"'{address[:60]}' is no e-mail address; write one such as lin@clinic.example")
        return self._add("email", staff, 0, address, "", by)

    def add_webhook(self, address: str, by: int, *, staff: int = 0, client: int = 0) -> Hooked:
        """Have a system called. Raises StaffError for an address that is neither https nor on this machine."""
        secret = secrets.token_urlsafe(32)
        return Hooked(self._add("webhook", staff, client, _hook(address), secret, by), secret)

    def _add(self, kind: WayKind, staff: int, client: int, address: str, secret: str, by: int) -> Way:
        way = Way(self._ids.next(), staff, kind, self._clock.now(), address, secret, client)

        def write(tx: Transaction) -> Way:
            if staff:
                self._open_account(tx, staff)
            held = [one for one in tx.ways() if (one.staff, one.client) == (staff, client)]
            if any((one.kind, one.address) == (kind, address) for one in held):
                raise StaffError("this way is there already")
            if len(held) >= _MOST_WAYS:
                raise StaffError(f"more than {_MOST_WAYS} ways help nobody; take one away first")
            tx.put_way(way)
            self._audit.note(tx, by, "way.add", detail=f"{way.id} {kind} of {staff or client}")
            return way

        return self._write(write)

    def drop(self, number: int, by: int, *, staff: int = 0, client: int = 0) -> None:
        """Be told this way no more. Raises StaffError for a way that is not theirs."""

        def write(tx: Transaction) -> None:
            way = tx.way(number)
            if way is None or (way.staff, way.client) != (staff, client):
                raise StaffError("there is no such way")
            tx.drop_way(number)
            self._audit.note(tx, by, "way.drop", detail=f"{number} {way.kind}")

        self._write(write)

    def _open_account(self, tx: Transaction, staff: int) -> None:
        row = tx.staff_by_id(staff)
        if row is None or not row.active:
            raise StaffError("there is no such open account; `coachbot staff list` shows all")

    def _write(self, work: Callable[[Transaction], T]) -> T:
        def write() -> T:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON).result()


def _hook(address: str) -> str:
    """An address that may be called."""
    try:
        url = urlsplit(address.strip())
        port_is_one = url.port is None or url.port > 0
    except ValueError:
        port_is_one = False
    if not port_is_one or not url.hostname or url.username or len(address) > _LONGEST_URL or not address.isascii():
        raise StaffError(f"'{address[:60]}' is no address of a webhook; write one such as https://clinic.example/hook")
    if url.scheme == "https" or (url.scheme == "http" and _is_here(url.hostname)):
        return url._replace(fragment="").geturl()
    raise StaffError("a webhook is called by https, or by http on this machine alone")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
