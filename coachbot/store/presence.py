"""The processes of an installation, as they told of themselves, and who holds which lease."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from coachbot.service.presence import Seen, read
from coachbot.store import tables
from coachbot.store.leasing import LeasingPart
from coachbot.store.statements import Statement

_PROCESS = tables.table(tables.Process)
_LEASE = tables.table(tables.Lease)
_SAW = Statement(
    lambda insert: (
        new := insert(_PROCESS).values({c.name: bindparam(f"new_{c.name}") for c in _PROCESS.c})
    ).on_conflict_do_update(
        index_elements=["name"],
        set_={name: new.excluded[name] for name in ("kind", "seen_real", "work")},
    ),
    "new_name",
    "new_kind",
    "new_seen_real",
    "new_work",
)
_FORGET = Statement(delete(_PROCESS).where(_PROCESS.c.seen_real < bindparam("before")))
_DROP = Statement(delete(_PROCESS).where(_PROCESS.c.name == bindparam("mine")))
_SEEN = Statement(
    select(_PROCESS.c.name, _PROCESS.c.kind, _PROCESS.c.seen_real, _PROCESS.c.work).order_by(_PROCESS.c.name)
)
_HELD = Statement(select(_LEASE.c.name, _LEASE.c.holder, _LEASE.c.until_real).order_by(_LEASE.c.name))


class PresencePart(LeasingPart):
    """Who is there. Measured by the database's clock, like the leases."""

    def saw_process(self, name: str, kind: str, work: str, *, forget_after_s: float) -> None:
        """A process is there now, and has done this; whoever was not seen for so long is forgotten."""
        now = self.database_real()
        self._write_one(_SAW, (name, kind, now, work))
        self._run(_FORGET, before=now - forget_after_s)

    def drop_process(self, name: str) -> None:
        """A process has ended."""
        self._run(_DROP, mine=name)

    def processes(self) -> Sequence[Seen]:
        """Every process that was seen."""
        rows = self._rows(_SEEN)
        now = self.database_real() if rows else 0.0
        return [Seen(str(name), str(kind), max(0.0, now - float(seen)), read(work)) for name, kind, seen, work in rows]

    def leases(self) -> Sequence[tuple[str, str, float]]:
        """Every lease: its name, who has it, and for how many seconds more; less than none if it has ended."""
        rows = self._rows(_HELD)
        now = self.database_real() if rows else 0.0
        return [(str(name), str(holder), float(until) - now) for name, holder, until in rows]
