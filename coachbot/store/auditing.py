"""The audit: append-only, each line sealed together with the line before it.

The seal is an HMAC under a key that only the key file opens, so that nobody with the database alone can
write a line anew. The last line's number and seal stand apart as a setting: a cut tail shows too.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select

from coachbot.service.ports import LAST_ID
from coachbot.service.staff.records import AuditFault, AuditRow
from coachbot.store import tables
from coachbot.store.locks import AUDIT
from coachbot.store.settings import SettingsPart
from coachbot.store.statements import Statement, at_most, insert_all

_AUDIT = tables.table(tables.Audit)
_ADD = insert_all(_AUDIT)
_LAST = Statement(at_most(select(_AUDIT.c.id, _AUDIT.c.seal).order_by(_AUDIT.c.id.desc())))
_LINES = Statement(at_most(select(*_AUDIT.c).where(_AUDIT.c.id < bindparam("before")).order_by(_AUDIT.c.id.desc())))
_LINES_ON = Statement(
    at_most(
        select(*_AUDIT.c)
        .where(_AUDIT.c.subject == bindparam("whom"), _AUDIT.c.id < bindparam("before"))
        .order_by(_AUDIT.c.id.desc())
    )
)
_FROM_THE_FIRST = Statement(at_most(select(*_AUDIT.c).where(_AUDIT.c.id > bindparam("after")).order_by(_AUDIT.c.id)))
_HEAD = "audit_head"
_AT_ONCE = 5_000


class AuditingPart(SettingsPart):
    """The audit of a transaction."""

    def add_audit(self, *, at: float, staff: int, action: str, subject: str, detail: str) -> AuditRow:
        """Append a line."""
        self._alone(AUDIT)
        last = self._first(_LAST, many=1)
        number, before = (int(last[0]) + 1, str(last[1])) if last else (1, "")
        told = (number, at, staff, action, subject, detail)
        seal = self._sealed(before, told)
        self._write_one(_ADD, (*told, seal))
        self.put_setting(_HEAD, f"{number}:{seal}")
        return AuditRow(*told, seal)

    def audit(self, *, subject: str = "", before: int = 0, limit: int = 100) -> Sequence[AuditRow]:
        """Lines, the newest first."""
        values = {"before": before or LAST_ID, "many": limit}
        rows = self._rows(_LINES_ON, whom=subject, **values) if subject else self._rows(_LINES, **values)
        return [AuditRow(*row) for row in rows]

    def audit_faults(self) -> tuple[int, Sequence[AuditFault]]:
        """How many lines there are, and where the chain does not hold."""
        faults: list[AuditFault] = []
        number, before = 0, ""
        while rows := self._rows(_FROM_THE_FIRST, after=number, many=_AT_ONCE):
            for row in rows:
                *told, seal = row
                if told[0] != number + 1:
                    faults.append(AuditFault(number + 1, f"lines {number + 1} to {told[0] - 1} are missing"))
                elif not hmac.compare_digest(self._sealed(before, tuple(told)), seal):
                    faults.append(AuditFault(told[0], "the line was changed after it was written"))
                number, before = told[0], seal
        head = self.setting(_HEAD) or "0:"
        if head != f"{number}:{before}":
            faults.append(AuditFault(number, f"the last line should be {head.partition(':')[0]}: the end was cut off"))
        return number, faults

    def _sealed(self, before: str, told: tuple[Any, ...]) -> str:
        key = hmac.new(self._keys.lookup, b"audit", sha256).digest()
        return hmac.new(key, json.dumps([before, *told], ensure_ascii=False).encode(), sha256).hexdigest()
