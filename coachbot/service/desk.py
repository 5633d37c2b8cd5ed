"""What a channel may ask of the service: store an update, read a talk, know its devices. No SQL, no engine."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from coachbot.service.ids import hashed, plain_code
from coachbot.service.notices.wording import TOKEN as STAFF_TOKEN
from coachbot.service.ports import LAST_ID, Clock, Line, Store
from coachbot.service.records import MediaRow, Update

LINK_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at a device that the channel knows."""

    patient: str
    chat: str


class Desk:
    """The channels' side of the service. Methods block briefly; call them from a thread pool in async code."""

    def __init__(
        self, store: Store, clock: Clock, receive: Callable[[Update], Future[bool]], account: int, channel: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._receive = receive
        self.account = account
        self.channel = channel

    def receive(self, update: Update) -> Future[bool]:
        """Store an update; the future is done once it is committed (False: it was known already)."""
        return self._receive(update)

    # -- devices -----------------------------------------------------------------------------------------
    def new_device(self, chat: str) -> str:
        """Bind a new device to the patient at `chat`; the secret goes into an HttpOnly cookie, once."""
        secret = secrets.token_urlsafe(32)
        with self._store.writing() as tx:
            patient = tx.find_address(self.account, chat)
            if patient is None:
                raise LookupError("no patient at this chat")
            tx.add_device(hashed(secret), patient, at_real=self._clock.real())
        return secret

    def caller(self, secret: str) -> Caller | None:
        """Who holds this device secret; None for a stranger."""
        with self._store.reading() as tx:
            patient = tx.device(hashed(secret))
            if patient is None:
                return None
            record = tx.load([patient]).get(patient)
        return Caller(patient, record.address.chat) if record else None

    def new_link(self, patient: str) -> str:
        """A one-time token that lets one more device in, for half an hour."""
        token = secrets.token_urlsafe(24)
        with self._store.writing() as tx:
            tx.add_link(hashed(token), patient, expires_real=self._clock.real() + LINK_MINUTES * 60)
        return token

    def use_link(self, token: str) -> str | None:
        """Use a one-time token up; the secret of the new device, or None if it is not valid."""
        with self._store.writing() as tx:
            patient = tx.take_link(hashed(token), now_real=self._clock.real())
            if patient is None:
                return None
            secret = secrets.token_urlsafe(32)
            tx.add_device(hashed(secret), patient, at_real=self._clock.real())
        return secret

    def is_enrolled(self, chat: str) -> bool:
        """Whether somebody who came in with a code is at this chat, or a member whose own chat it is."""
        with self._store.reading() as tx:
            if tx.chats_of_staff(self.account, [chat]):
                return True
            patient = tx.find_address(self.account, chat)
            record = tx.load([patient]).get(patient) if patient else None
        return record is not None and record.enrolment is not None

    def is_staffs(self, chat: str) -> bool:
        """Whether this chat is a member's own."""
        with self._store.reading() as tx:
            return bool(tx.chats_of_staff(self.account, [chat]))

    def is_invitation(self, text: str) -> bool:
        """Whether a text is the code of an invitation, used up or not."""
        with self._store.reading() as tx:
            return tx.knows_invitation(hashed(plain_code(text)))

    def has_asked(self, chat: str, token: str) -> bool:
        """Whether a question of the coach's in this chat has this token; or a notice, in a member's own."""
        with self._store.reading() as tx:
            if token == STAFF_TOKEN:
                return bool(tx.chats_of_staff(self.account, [chat]))
            patient = tx.find_address(self.account, chat)
            return patient is not None and bool(tx.fate(patient, token))

    # -- remembering -------------------------------------------------------------------------------------
    def remembered(self, name: str) -> str | None:
        """What the channel asked to remember; nothing personal."""
        with self._store.reading() as tx:
            return tx.setting(name)

    def remember(self, name: str, value: str) -> None:
        """Keep something of the channel's own, such as the messenger's name of a file it has been sent."""
        with self._store.writing() as tx:
            tx.put_setting(name, value)

    # -- reading -----------------------------------------------------------------------------------------
    def lines(
        self, patient: str, *, after: int = 0, before: int = LAST_ID, limit: int = 500, newest: bool = False
    ) -> Sequence[Line]:
        """The talk as it happened, in order, between two ids: the first `limit` lines, or the newest."""
        with self._store.reading() as tx:
            return tx.lines(patient, after=after, before=before, limit=limit, newest=newest)

    def media(self, patient: str, row: int) -> MediaRow | None:
        """A picture or file of this patient's own."""
        with self._store.reading() as tx:
            return tx.media(patient, row)
