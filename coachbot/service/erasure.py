"""Erasure by staff, and its proof: what is gone, and what could not be reached."""

from __future__ import annotations

from collections.abc import Sequence

from coachbot.errors import EnrolmentError
from coachbot.service.ports import Store
from coachbot.service.world import World


def erase_by_code(store: Store, world: World, code: str) -> Sequence[str]:
    """Erase the patient of an enrolment; the lines of the proof. Raises EnrolmentError while an alert is open."""
    with store.reading() as tx:
        patient = tx.patient_of_code(code)
        if patient is None:
            raise EnrolmentError(f"no enrolment has the code '{code}'; `coachbot enrolment list` shows all")
        waits = [a for a in tx.alerts(patient, open_only=True) if a.kind in world.rules]
        record = tx.load([patient])[patient]
    if waits:
        raise EnrolmentError(f"alert {waits[0].id} is still open; acknowledge it first (`coachbot alerts`)")
    with store.writing() as tx:
        counts = tx.erase(patient)
    return proof(patient, counts, record.address.channel, store.leftovers)


def proof(patient: str, counts: object, channel: str, leftovers: Sequence[str] = ()) -> list[str]:
    """What the erasure did, table by table, and what it cannot reach; `leftovers` are the database's own lines."""
    rows = dict(counts) if isinstance(counts, dict) else {}
    lines = [f"{patient}: erased"]
    lines += [f"  {table}: {count} rows deleted" for table, count in sorted(rows.items()) if count]
    lines.append("  key: destroyed; sealed copies in older backups of the database can't be opened any more,")
    lines.append("  as long as the backup of the wrapped keys is renewed as docs/operating.md says")
    if channel in ("telegram", "wechat"):
        lines.append(f"  not reached: copies of the talk on the servers of {channel} and on the patient's devices")
    else:
        lines.append("  not reached: what the patient's own devices have shown or saved")
    return [*lines, *leftovers]
