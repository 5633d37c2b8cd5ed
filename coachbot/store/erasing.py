"""Erasure: a patient's rows go, and the key that could read a forgotten copy is destroyed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, null, update

from coachbot.store import tables
from coachbot.store.locks import TO_ERASE
from coachbot.store.part import Part
from coachbot.store.sealing import WRAPPED_BYTES
from coachbot.store.statements import Statement

_PATIENT = tables.table(tables.Patient)
_KEY = tables.table(tables.PatientKey)


def _delete_from(model: type[tables.Base]) -> Statement:
    rows = tables.table(model)
    return Statement(delete(rows).where(rows.c.patient == bindparam("owner")))


_EMPTY = {tables.table(model).name: _delete_from(model) for model in tables.PERSONAL}
_DESTROY_KEY = Statement(update(_KEY).values(wrapped=bindparam("zeros")).where(_KEY.c.patient == bindparam("owner")))
_TOMBSTONE = Statement(
    update(_PATIENT)
    .values(site=null(), profile=null(), created_real=null(), erased_real=bindparam("now"))
    .where(_PATIENT.c.id == bindparam("owner"), _PATIENT.c.erased_real.is_(null()))
)


class ErasingPart(Part):
    """The end of a patient's data."""

    def erase(self, patient: str) -> Mapping[str, int]:
        """Delete every row of the patient and destroy the key; rows deleted per table.

        What is left is a tombstone: the pseudonym and the real time of erasure. The key is overwritten where
        it lies. What this cannot reach: copies at the messenger and in backups made before.
        """
        if self._shares:
            self._rows(TO_ERASE, owner=patient)
        counts = {name: self._run(statement, owner=patient) for name, statement in _EMPTY.items()}
        counts["patient"] = self._run(_TOMBSTONE, owner=patient, now=self._real())
        if counts["patient"]:
            self._run(_DESTROY_KEY, zeros=bytes(WRAPPED_BYTES), owner=patient)
            self.erased.append(patient)
        return counts
