"""Rotation of the master key: patients' keys are wrapped anew; nothing that was sealed is touched."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select, update

from coachbot.store import settings, tables
from coachbot.store.part import Part
from coachbot.store.statements import Statement, at_most

_KEY = tables.table(tables.PatientKey)
_PATIENT = tables.table(tables.Patient)
_OLD_KEYS = Statement(
    at_most(
        select(_KEY.c.patient, _KEY.c.wrapped, _KEY.c.version)
        .join_from(_KEY, _PATIENT, _PATIENT.c.id == _KEY.c.patient)
        .where(_KEY.c.version < bindparam("newest"), _PATIENT.c.erased_real.is_(None))
    )
)
_BY_VERSION = Statement(
    select(_KEY.c.version, func.count())
    .join_from(_KEY, _PATIENT, _PATIENT.c.id == _KEY.c.patient)
    .where(_PATIENT.c.erased_real.is_(None))
    .group_by(_KEY.c.version)
    .order_by(_KEY.c.version)
)
_REWRAP = Statement(
    update(_KEY)
    .values(wrapped=bindparam("new"), version=bindparam("newest"))
    .where(_KEY.c.patient == bindparam("owner")),
    "new",
    "newest",
    "owner",
)


class RotatingPart(Part):
    """Rotation inside a transaction."""

    def replace_canary(self, version: int) -> None:
        """From now on this version of the master key wraps."""
        settings.plant_canary(self._connection, self._keys.master, key=self._keys.lookup, version=version)

    def keys_by_version(self) -> Mapping[int, int]:
        """How many patients' keys each version of the master key wraps; destroyed ones do not count."""
        return {int(version): int(count) for version, count in self._rows(_BY_VERSION)}

    def wrapping_version(self) -> int:
        """The version that wraps new keys."""
        return settings.wrapping_version(self._connection)

    def rewrap(self, many: int) -> int:
        """Wrap some patients' keys by the newest master key; 0 when none is left."""
        newest = settings.wrapping_version(self._connection)
        master = self._keys.master
        rows = self._rows(_OLD_KEYS, newest=newest, many=many)
        fresh = [
            (master.wrap(master.unwrap(wrapped, patient, version), patient, newest), newest, patient)
            for patient, wrapped, version in rows
        ]
        self._write(_REWRAP, fresh)
        return len(fresh)
