"""Systems that may use the interface: made, listed, closed; and who a token is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from coachbot.errors import StaffError
from coachbot.service.clinic.records import SCOPES, Client, Scope
from coachbot.service.ids import IdSource, hashed
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.writer import SOON, Writer

T = TypeVar("T")
_LONGEST_NAME = 60
PREFIX = "coachbot_"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A new client, and its token, shown once."""

    client: Client
    token: str


class Clients:
    """The clinic's systems. Every method commits before it returns, through the one writer."""

    def __init__(self, store: Store, clock: Clock, writer: Writer, ids: IdSource, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._ids = ids
        self._audit = audit

    def all(self) -> Sequence[Client]:
        """Every client, also closed ones."""
        with self._store.reading() as tx:
            return tx.clients()

    def of(self, token: str) -> Client | None:
        """Whose token this is; None for a stranger, and for one that was closed."""
        with self._store.reading() as tx:
            client = tx.client_of(hashed(token))
        return client if client is not None and client.active else None

    def add(self, name: str, scopes: Sequence[str]) -> Admitted:
        """A new client. Raises StaffError for a name that is taken and a scope that there is not."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= _LONGEST_NAME:
            raise StaffError(f"a name has between 1 and {_LONGEST_NAME} letters")
        token = PREFIX + secrets.token_urlsafe(32)
        client = Client(self._ids.next(), name, hashed(token), _scopes(scopes), added=self._clock.real())

        def write(tx: Transaction) -> Admitted:
            if any(one.name.casefold() == name.casefold() for one in tx.clients()):
                raise StaffError(f"there is a token for '{name}' already; close it first, or take another name")
            tx.put_client(client)
            self._audit.note(tx, 0, "api.token", detail=f"{client.id} {' '.join(client.scopes)}")
            return Admitted(client, token)

        return self._write(write)

    def close(self, name: str) -> None:
        """The token opens nothing any more, and its webhooks are called no more. Its name is free again."""

        def write(tx: Transaction) -> None:
            found = next((one for one in tx.clients() if one.name.casefold() == name.casefold() and one.active), None)
            if found is None:
                raise StaffError(f"there is no open token '{name}'; `coachbot api-token list` shows all")
            tx.put_client(replace(found, active=False, name=f"{found.name} (closed {found.id})"))
            for way in tx.ways():
                if way.client == found.id:
                    tx.drop_way(way.id)
            self._audit.note(tx, 0, "api.token.close", detail=str(found.id))

        self._write(write)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        def write() -> T:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON).result()


def _scopes(given: Sequence[str]) -> tuple[Scope, ...]:
    unknown = sorted(set(given) - set(SCOPES))
    if unknown or not given:
        raise StaffError(f"'{', '.join(unknown)}' is no scope; there are {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in given)
