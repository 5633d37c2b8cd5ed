"""The gate of the inbox: what comes from a member's own chat is no turn of a patient's, and goes another way.

A chat becomes a member's own by a one-time code. Whoever came in as a patient at that chat stays a patient: nobody's
talk with the coach is taken over by a code that somebody else gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from coachbot.service.ids import IdSource, hashed
from coachbot.service.notices.records import Notice, StaffUpdate, Way
from coachbot.service.notices.wording import Wording
from coachbot.service.ports import Clock, Transaction
from coachbot.service.records import Update
from coachbot.service.staff.ways import CHAT, PREFIX

Place = tuple[int, str]


class Gate:
    """Sorts updates in the transaction that stores them."""

    def __init__(self, clock: Clock, ids: IdSource, wording: Wording, shows: Callable[[str], bool]) -> None:
        self._clock = clock
        self._ids = ids
        self._wording = wording
        #: Whether staff can be told in a chat of this channel; where not, a code stays good for another.
        self._shows = shows

    def sort(self, tx: Transaction, updates: Sequence[Update]) -> dict[int, bool]:
        """By their place in the list, the updates that are staff's and stored as such: whether each was new."""
        ways = _ways_at(tx, updates)
        found: dict[int, bool] = {}
        for place, update in enumerate(updates):
            way = ways.get((update.account, update.chat))
            if way is None and update.kind in ("start", "text") and update.text.strip().startswith(PREFIX):
                way = self._linked(tx, update)
                if way is not None:
                    ways[update.account, update.chat] = way
                    found[place] = True
                    continue
            if way is not None:
                found[place] = self._keep(tx, update, way)
        return found

    def _keep(self, tx: Transaction, update: Update, way: int) -> bool:
        body = {"kind": update.kind, "text": update.text, "token": update.token, "code": update.code}
        row = StaffUpdate(self._ids.next(), way, update.account, update.update_id, body)
        return tx.add_staff_updates([row])[0]

    def _linked(self, tx: Transaction, update: Update) -> int | None:
        """Make the chat a member's own; None if the code is not good, the chat is a patient's, or nobody of the staff
        could read there."""
        if not self._shows(update.channel):
            return None
        code = update.text.strip()
        staff = tx.ticket(hashed(code), CHAT, now_real=self._clock.real())
        row = tx.staff_by_id(staff) if staff is not None else None
        if row is None or not row.active or _is_patients(tx, update):
            return None
        way = Way(
            self._ids.next(), row.id, "chat", self._clock.now(), update.chat, account=update.account,
            channel=update.channel,
        )  # fmt: skip
        tx.put_way(way)
        tx.drop_tickets(row.id, CHAT)
        real = self._clock.real()
        tx.add_audit(at=real, staff=row.id, action="way.chat", subject="", detail=f"{way.id} {update.channel}")
        body = {"text": self._wording.say("linked", name=row.name)}
        tx.add_notices([Notice(self._ids.next(), way.id, f"talk:{way.id}", "linked", body, real)])
        return way.id


def _ways_at(tx: Transaction, updates: Sequence[Update]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for account in {update.account for update in updates}:
        chats = {update.chat for update in updates if update.account == account}
        known: Mapping[str, int] = tx.chats_of_staff(account, chats)
        found |= {(account, chat): way for chat, way in known.items()}
    return found


def _is_patients(tx: Transaction, update: Update) -> bool:
    patient = tx.find_address(update.account, update.chat)
    record = tx.load([patient]).get(patient) if patient else None
    return record is not None and record.enrolment is not None
