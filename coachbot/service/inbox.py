"""The inbox: an update is safely stored before anybody acknowledges it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from operator import attrgetter

from coachbot.service.ids import IdSource, new_patient_id
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.records import Address, InboxRow, Profile, Update
from coachbot.service.staff.gate import Gate

log = logging.getLogger("coachbot.inbox")

#: What of an update is sealed, where it is given.
_BODY = ("kind", "text", "token", "code", "attachment", "reply_to", "answer")
_body_of = attrgetter(*_BODY)


class Inbox:
    """Stores updates; one that was stored before is not stored again."""

    def __init__(
        self, store: Store, clock: Clock, ids: IdSource, site: int, language: str, gate: Gate | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._site = site
        self._language = language
        #: Knows the chats of staff; without it everybody is a patient.
        self._gate = gate

    def store(self, updates: Sequence[Update]) -> Sequence[bool]:
        """Store a group in one commit; False for each that was known (same account and update id)."""
        with self._store.writing() as tx:
            staffs = self._gate.sort(tx, updates) if self._gate else {}
            patients = [update for place, update in enumerate(updates) if place not in staffs]
            known = _known(tx, patients)
            fresh = iter(tx.add_inbox([self._row(tx, update, known) for update in patients]))
            return [staffs[place] if place in staffs else next(fresh) for place in range(len(updates))]

    def store_all(self, waiting: list[tuple[Update, Future[bool]]]) -> None:
        """Store a group and tell each waiting channel how it went."""
        try:
            fresh = self._store_surely([update for update, _ in waiting])
        except Exception as error:
            for _, future in waiting:
                future.set_exception(error)
            return
        for (_, future), is_new in zip(waiting, fresh, strict=True):
            future.set_result(is_new)

    def _store_surely(self, updates: Sequence[Update]) -> Sequence[bool]:
        """Once more, if it fails: the connection broke (what was stored after all is known by its update id), or
        another process let the same newcomer in at the same moment."""
        try:
            return self.store(updates)
        except Exception as error:
            log.warning("updates could not be stored (%s); trying once more", type(error).__name__)
            return self.store(updates)

    def _row(self, tx: Transaction, update: Update, known: dict[tuple[int, str], str]) -> InboxRow:
        patient = update.patient or self._patient(tx, update, known)
        body = {name: value for name, value in zip(_BODY, _body_of(update), strict=True) if value}
        return InboxRow(self._ids.next(), patient, update.account, update.update_id, self._clock.now(), body)

    def _patient(self, tx: Transaction, update: Update, known: dict[tuple[int, str], str]) -> str:
        place = (update.account, update.chat)
        patient = known.get(place)
        if patient is None:
            patient = new_patient_id()
            address = Address(self._ids.next(), update.account, update.channel, update.chat)
            tx.add_patient(patient, site=self._site, address=address, profile=Profile(language=self._language))
        known[place] = patient
        return patient


def _known(tx: Transaction, updates: Sequence[Update]) -> dict[tuple[int, str], str]:
    """Who writes at each place (account and chat), for those who wrote before."""
    known: dict[tuple[int, str], str] = {}
    for account in {update.account for update in updates if not update.patient}:
        chats = {update.chat for update in updates if update.account == account}
        known |= {(account, chat): patient for chat, patient in tx.find_addresses(account, chats).items()}
    return known
