"""Leases, by which one process of several does what only one may do; and what processes tell each other.

A lease is a row with an end. It is measured by the database's clock, so that machines need not agree on the time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, delete, or_, select

from coachbot.store import tables
from coachbot.store.part import Part
from coachbot.store.statements import Statement

#: The channel on which PostgreSQL passes on whose talk has a new line.
LINES = "coachbot_lines"

_LEASE = tables.table(tables.Lease)
_PATIENT = tables.table(tables.Patient)
_HOLD = Statement(
    lambda insert: (
        new := insert(_LEASE).values({c.name: bindparam(f"new_{c.name}") for c in _LEASE.c})
    ).on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": new.excluded.holder, "until_real": new.excluded.until_real},
        where=or_(_LEASE.c.holder == new.excluded.holder, _LEASE.c.until_real < bindparam("now")),
    ),
    "new_name",
    "new_holder",
    "new_until_real",
    "now",
)
_GIVE_UP = Statement(delete(_LEASE).where(_LEASE.c.holder == bindparam("mine")))
_ACCOUNTS = Statement(select(tables.table(tables.Account).c.id))
_ERASED = Statement(
    select(_PATIENT.c.id, _PATIENT.c.erased_real)
    .where(_PATIENT.c.erased_real >= bindparam("since"))
    .order_by(_PATIENT.c.erased_real)
)
_TELL = "SELECT pg_notify(%s, patient) FROM outbox WHERE id = ANY(%s)"
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"


class LeasingPart(Part):
    """`coachbot.service.sharing.SharedTransaction`, but for the shards."""

    def hold_lease(self, name: str, holder: str, lasts_s: float) -> bool:
        """Take a lease that nobody holds, or hold it longer; False while it is another's."""
        now = self.database_real()
        return self._write_one(_HOLD, (name, holder, now + lasts_s, now)) == 1

    def give_up_leases(self, holder: str) -> None:
        """Somebody else may have them at once."""
        self._run(_GIVE_UP, mine=holder)

    def account_ids(self) -> Sequence[int]:
        """Every account there is."""
        return [int(row[0]) for row in self._rows(_ACCOUNTS)]

    def announce(self, rows: Collection[int]) -> None:
        """Once this commits, processes that show talks are told whose these outbox rows are."""
        if self._shares and rows:
            self._cursor.execute(_TELL, (LINES, list(rows)))

    def erased_since(self, real: float) -> Sequence[tuple[str, float]]:
        """Who was erased since a moment, and when, in real seconds."""
        return [(str(patient), float(at)) for patient, at in self._rows(_ERASED, since=real)]

    def database_real(self) -> float:
        """Real seconds by the clock that all processes of this database share."""
        if self._dialect.name != "postgresql":
            return self._real()
        return float(self._cursor.execute(_CLOCK).fetchone()[0])
