"""Rows of a patient that are kept for a time only, by kind: counted, and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal_column, select, update

from coachbot.store import tables
from coachbot.store.part import Part
from coachbot.store.patients import CHAT
from coachbot.store.statements import Statement, at_most, word

_ADDRESS = tables.table(tables.Address)
_INBOX = tables.table(tables.Inbox)
_OUTBOX = tables.table(tables.Outbox)
_P = tables.table(tables.Patient)
_E = tables.table(tables.Enrolment)
#: In the place of a chat's hash: no chat has it, and there is one for each address.
_GONE = "gone|"
#: Kind to its tables, and what of them goes; what is still under way stays.
_TABLES: Mapping[str, Mapping[type[tables.Base], ColumnElement[bool] | None]] = {
    "talk": {tables.Inbox: _INBOX.c.state != word("waiting"), tables.Turn: None, tables.Trace: None, tables.Plan: None},
    "messages": {tables.Outbox: and_(_OUTBOX.c.state != word("due"), _OUTBOX.c.state != word("claimed"))},
    "media": {tables.Media: None},
    "contact": {tables.Device: None, tables.Link: None},
}


def _of(model: type[tables.Base], rest: ColumnElement[bool] | None) -> ColumnElement[bool]:
    mine = tables.table(model).c.patient == bindparam("owner")
    return mine if rest is None else and_(mine, rest)


def _count(model: type[tables.Base], rest: ColumnElement[bool] | None) -> Statement:
    return Statement(select(func.count()).select_from(tables.table(model)).where(_of(model, rest)))


_COUNT = {
    kind: {tables.table(model).name: _count(model, rest) for model, rest in found.items()}
    for kind, found in _TABLES.items()
}
_DROP = {
    kind: [Statement(delete(tables.table(model)).where(_of(model, rest))) for model, rest in found.items()]
    for kind, found in _TABLES.items()
}
_PLACES_OF = Statement(
    select(_ADDRESS.c.id).where(
        _ADDRESS.c.patient == bindparam("owner"), _ADDRESS.c.chat_hash != literal_column(f"'{_GONE}' || id")
    )
)
_LEAVE = Statement(
    update(_ADDRESS)
    .values(chat=bindparam("nowhere"), chat_hash=bindparam("hashed"))
    .where(_ADDRESS.c.id == bindparam("row")),
    "nowhere",
    "hashed",
    "row",
)
_STRANGERS = Statement(
    at_most(
        select(_P.c.id)
        .outerjoin(_E, _E.c.patient == _P.c.id)
        .where(
            _P.c.id > bindparam("after"),
            _P.c.created_real < bindparam("before"),
            _P.c.erased_real.is_(None),
            _E.c.id.is_(None),
        )
        .order_by(_P.c.id)
    )
)


class RetainingPart(Part):
    """`coachbot.service.retention.RetentionTransaction`."""

    def kept(self, patient: str, kind: str) -> Mapping[str, int]:
        """How many rows a patient has of a kind, by table; tables without any are left out."""
        counts = {name: int(self._rows(one, owner=patient)[0][0]) for name, one in _COUNT[kind].items()}
        if kind == "contact":
            counts["address"] = len(self._rows(_PLACES_OF, owner=patient))
        return {name: count for name, count in counts.items() if count}

    def drop(self, patient: str, kind: str) -> None:
        """Remove these rows; where the patient was reached, nobody is found any more."""
        for statement in _DROP[kind]:
            self._run(statement, owner=patient)
        if kind == "contact":
            cipher = self._cipher(patient)
            rows = [row for (row,) in self._rows(_PLACES_OF, owner=patient)]
            self._write(_LEAVE, [(CHAT.seal(cipher, patient, row, b""), f"{_GONE}{row}", row) for row in rows])
        self.removed = True

    def strangers(self, before_real: float, after: str, limit: int) -> Sequence[str]:
        """Patients without an enrolment whose first word is older, by their pseudonyms."""
        return [patient for (patient,) in self._rows(_STRANGERS, after=after, before=before_real, many=limit)]
