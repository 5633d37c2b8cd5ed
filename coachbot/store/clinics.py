"""Clinic systems and step counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from coachbot.service import codec
from coachbot.service.clinic.records import SCOPES, Client, StepRow, Steps
from coachbot.store import tables
from coachbot.store.columns import day, micros, moment
from coachbot.store.part import Part
from coachbot.store.sealing import SealedColumn
from coachbot.store.statements import Statement, insert_new, upsert

STEPS = SealedColumn("step_count", "body")

_TOKEN = tables.table(tables.ApiToken)
_STEP = tables.table(tables.StepCount)
_CLIENTS = Statement(select(*_TOKEN.c).order_by(_TOKEN.c.id))
_CLIENT_OF = Statement(select(*_TOKEN.c).where(_TOKEN.c.token_hash == bindparam("hashed")))
_PUT_CLIENT = upsert(_TOKEN, "id")
_ADD_STEPS = insert_new(_STEP)
_STEPS_OF = Statement(
    select(*_STEP.c)
    .where(_STEP.c.patient == bindparam("owner"), _STEP.c.day >= bindparam("first"))
    .order_by(_STEP.c.day, _STEP.c.id)
)


class ClinicsPart(Part):
    """Clinic systems of a transaction."""

    def clients(self) -> Sequence[Client]:
        """Every client, also closed ones."""
        return [_client(row) for row in self._rows(_CLIENTS)]

    def client_of(self, token_hash: str) -> Client | None:
        """The client with this token."""
        row = self._first(_CLIENT_OF, hashed=token_hash)
        return None if row is None else _client(row)

    def put_client(self, row: Client) -> None:
        """A new client, or one as it now stands."""
        self._write_one(
            _PUT_CLIENT, (row.id, row.name, row.token_hash, " ".join(row.scopes), int(row.active), row.added)
        )  # fmt: skip

    def add_steps(self, rows: Sequence[StepRow]) -> int:
        """Keep step counts; one that was sent before is not kept again. How many were new."""
        return sum(self._write_one(_ADD_STEPS, self._step_values(row)) for row in rows)

    def steps_of(self, patient: str, first: date) -> Sequence[StepRow]:
        """The step counts of a patient from a day on, oldest first."""
        return [self._steps(row) for row in self._rows(_STEPS_OF, owner=patient, first=first.isoformat())]

    def _step_values(self, row: StepRow) -> tuple[Any, ...]:
        told = {"count": row.steps.count, "begins": micros(row.steps.begins), "ends": micros(row.steps.ends)}
        body = STEPS.seal(self._cipher(row.patient), row.patient, row.id, codec.dump(told))
        return (row.id, row.patient, row.steps.source, row.day.isoformat(), body)

    def _steps(self, row: Any) -> StepRow:
        number, patient, source, on, sealed = row
        told = codec.load(STEPS.open(self._cipher(patient), patient, number, sealed))
        steps = Steps(told["count"], moment(told["begins"]), moment(told["ends"]), source)
        return StepRow(number, patient, day(on), steps)


def _client(row: Any) -> Client:
    number, name, token_hash, scopes, active, added = row
    return Client(number, name, token_hash, tuple(one for one in SCOPES if one in scopes.split()), bool(active), added)
