"""How staff come in: accounts, passwords with one-time codes, visits that rotate and end by themselves.

All times here are real seconds, never patients' time: a moved demo clock must not keep a door open.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from coachbot.errors import StaffError
from coachbot.service.ids import IdSource, hashed
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.ports import Vault
from coachbot.service.staff.records import ROLES, Role, StaffRow, VisitRow
from coachbot.service.writer import SOON, Writer

T = TypeVar("T")

ISSUER = "coachbot"
SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1_000
_LONGEST_NAME = 60
#: Wrong tries in a row after which an account is shut, and for how long.
MOST_TRIES = 5
LOCKED_S = 15 * 60.0
#: A visit ends after so long without a request, and in any case after a working day.
IDLE_S = 30 * 60.0
LONGEST_S = 12 * 3600.0
#: A token is changed for a new one after this; the one before is still taken for a moment (requests under way).
ROTATE_S = 10 * 60.0
_GRACE_S = 60.0
#: How exactly the last request is remembered; each remembering is a write.
_SEEN_S = 60.0
BEGIN, ENTER, RENEW = "begin", "enter", "renew"
_BEGIN_S = 3 * 24 * 3600.0
ENTER_S = 10 * 60.0
#: So long a secret that was shown can be taken into use.
RENEW_S = 15 * 60.0
_NOT_PROVED = (
    "that did not work: check the present password and the code (each code works once, so after signing in wait for "
    "the next one); after five wrong tries the account rests for 15 minutes"
)
_NOT_THE_CODE = "this is not the code that the app shows now; wait for the next one"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a new account needs, shown once and stored nowhere."""

    staff: StaffRow
    #: For the authenticator app.
    secret: str
    uri: str
    #: Token of the link at which the password is chosen.
    ticket: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """A new secret for one's own one-time codes, shown once; it counts when a code of it comes back."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody signed in, for one request."""

    staff: StaffRow
    visit: VisitRow
    #: A fresh token for the cookie; empty while the one they hold is good.
    token: str = ""


class Doors:
    """Accounts and visits. Methods block briefly; call them from a thread pool in async code."""

    def __init__(self, store: Store, clock: Clock, writer: Writer, ids: IdSource, vault: Vault, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._ids = ids
        self._vault = vault
        self._audit = audit

    # -- accounts --------------------------------------------------------------------------------------
    def everybody(self) -> Sequence[StaffRow]:
        """All accounts, also closed ones."""
        with self._store.reading() as tx:
            return tx.staff()

    def add(self, name: str, role: str, by: int = 0) -> Welcome:
        """A new account, and what its owner needs to come in for the first time."""
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME:
            raise StaffError(f"a name has between 1 and {_LONGEST_NAME} letters")
        role_ = _role(role)

        def write(tx: Transaction) -> Welcome:
            if tx.staff_by_login(name) is not None:
                raise StaffError(f"there is an account '{name}' already; `coachbot staff list` shows all")
            row = StaffRow(self._ids.next(), name, role_, totp=self._vault.new_secret(), added=self._clock.real())
            tx.put_staff(row)
            self._audit.note(tx, by, "staff.add", detail=f"{row.id} as {role_}")
            return self._welcome(tx, row)

        return self._write(write)

    def begin_again(self, staff: int, by: int = 0) -> Welcome:
        """A lost password or phone: a new secret, a new link; what was before is over."""

        def write(tx: Transaction) -> Welcome:
            row = replace(self._known(tx, staff), password="", totp=self._vault.new_secret(), totp_step=0, failed=0,
                          locked_until=0.0)  # fmt: skip
            tx.put_staff(row)
            tx.drop_visits(staff)
            for purpose in (BEGIN, RENEW):
                tx.drop_tickets(staff, purpose)
            for way in tx.ways():
                if way.staff == staff and way.kind == "chat":  # the phone that was lost may hold it
                    tx.drop_way(way.id)
            self._audit.note(tx, by, "staff.begin_again", detail=str(staff))
            return self._welcome(tx, row)

        return self._write(write)

    def change(self, staff: int, *, role: str = "", active: bool | None = None, by: int = 0) -> StaffRow:
        """Another role, or the account closed or opened. Open visits end. The last admin stays."""

        def write(tx: Transaction) -> StaffRow:
            row = self._known(tx, staff)
            open_ = row.active if active is None else active
            changed = replace(row, role=_role(role) if role else row.role, active=open_)
            tx.put_staff(changed)
            if not any(one.role == "admin" and one.active for one in tx.staff()):
                raise StaffError("this is the last active admin; make another one first")
            tx.drop_visits(staff)
            self._audit.note(tx, by, "staff.change", detail=f"{staff} {changed.role} {'open' if open_ else 'closed'}")
            return changed

        return self._write(write)

    def _welcome(self, tx: Transaction, row: StaffRow) -> Welcome:
        ticket = self._ticket(tx, row.id, BEGIN, _BEGIN_S)
        return Welcome(row, row.totp, self._vault.uri(row.totp, row.name, ISSUER), ticket)

    def _ticket(self, tx: Transaction, staff: int, purpose: str, lives_s: float) -> str:
        token = secrets.token_urlsafe(24)
        tx.add_ticket(hashed(token), staff, purpose, self._clock.real() + lives_s)
        return token

    def _known(self, tx: Transaction, staff: int) -> StaffRow:
        row = tx.staff_by_id(staff)
        if row is None:
            raise StaffError("there is no such account; `coachbot staff list` shows all")
        return row

    # -- the first time --------------------------------------------------------------------------------
    def invited(self, ticket: str) -> StaffRow | None:
        """Whose link this is; looking does not use it up."""
        with self._store.reading() as tx:
            staff = tx.ticket(hashed(ticket), BEGIN, now_real=self._clock.real())
            return None if staff is None else tx.staff_by_id(staff)

    def choose_password(self, ticket: str, password: str, code: str) -> StaffRow:
        """Use the link up. The one-time code proves that the authenticator app holds the secret."""
        sealed = self._vault.sealed(_good(password))

        def write(tx: Transaction) -> StaffRow:
            staff = tx.ticket(hashed(ticket), BEGIN, now_real=self._clock.real())
            row = tx.staff_by_id(staff) if staff is not None else None
            if row is None or not row.active:
                raise StaffError("this link was used, or is too old; ask an admin for a new one")
            step = self._vault.step_of(row.totp, code, self._clock.real())
            if step is None or step <= row.totp_step:
                raise StaffError(_NOT_THE_CODE)
            changed = replace(row, password=sealed, totp_step=step)
            tx.put_staff(changed)
            tx.drop_tickets(row.id, BEGIN)
            self._audit.note(tx, row.id, "staff.password")
            return changed

        return self._write(write)

    # -- one's own account -----------------------------------------------------------------------------
    def change_password(self, guest: Guest, present: str, password: str, code: str) -> str:
        """Another password. Every visit of theirs ends; a token for a new one in this browser."""
        sealed = self._vault.sealed(_good(password))
        if password == present:
            raise StaffError("this is the password that you have; choose another one")

        def change(tx: Transaction, row: StaffRow) -> str:
            tx.put_staff(replace(row, password=sealed))
            return self._afresh(tx, row.id, "staff.password")

        return self._proving(guest.staff.id, present, code, "staff.password", change)

    def renew_codes(self, guest: Guest, present: str, code: str) -> Renewal:
        """A new secret for the authenticator app, as for a new phone. Until a code of it came back the old one counts.

        Nothing of it is stored but its hash: it comes back with its first code.
        """
        secret = self._vault.new_secret()

        def offer(tx: Transaction, row: StaffRow) -> Renewal:
            tx.drop_tickets(row.id, RENEW)
            tx.add_ticket(hashed(secret), row.id, RENEW, self._clock.real() + RENEW_S)
            return Renewal(secret, self._vault.uri(secret, row.name, ISSUER))

        return self._proving(guest.staff.id, present, code, "staff.codes", offer)

    def renewal(self, guest: Guest, secret: str) -> Renewal:
        """What was offered, once more: after a mistyped code."""
        with self._store.reading() as tx:
            if tx.ticket(hashed(secret), RENEW, now_real=self._clock.real()) != guest.staff.id:
                raise StaffError("this secret is too old; begin again")
        return Renewal(secret, self._vault.uri(secret, guest.staff.name, ISSUER))

    def take_codes(self, guest: Guest, secret: str, code: str) -> str:
        """From now on codes come from the new secret. Every visit ends; a token for a new one in this browser."""

        def write(tx: Transaction) -> str:
            staff, now = guest.staff.id, self._clock.real()
            if tx.ticket(hashed(secret), RENEW, now_real=now) != staff:
                raise StaffError("this secret is too old; begin again")
            step = self._vault.step_of(secret, code, now)
            if step is None:
                raise StaffError(_NOT_THE_CODE)
            tx.put_staff(replace(self._known(tx, staff), totp=secret, totp_step=step))
            return self._afresh(tx, staff, "staff.codes")

        return self._write(write)

    def _proving(self, staff: int, present: str, code: str, act: str, work: Callable[[Transaction, StaffRow], T]) -> T:
        """Do it if they are who is signed in: by password and code, counted like a try to come in."""
        with self._store.reading() as tx:
            password = self._known(tx, staff).password
        right = self._vault.fits(password, present[:_LONGEST_PASSWORD])

        def write(tx: Transaction) -> T | None:
            row = self._proved(tx, staff, password, right, code, act)
            return None if row is None else work(tx, row)

        done = self._write(write)
        if done is None:  # raised only now: the count of wrong tries stands
            raise StaffError(_NOT_PROVED)
        return done

    def _afresh(self, tx: Transaction, staff: int, act: str) -> str:
        """Whoever else was in by what is over now is out, and no link of before works."""
        tx.drop_visits(staff)
        for purpose in (BEGIN, ENTER, RENEW):
            tx.drop_tickets(staff, purpose)
        self._audit.note(tx, staff, act)
        return self._open_visit(tx, staff)

    # -- in and out ------------------------------------------------------------------------------------
    def sign_in(self, name: str, password: str, code: str) -> str | None:
        """A token for the cookie, or None: wrong name, password or code, closed, or shut for a while.

        Which of these it was, nobody learns.
        """
        with self._store.reading() as tx:
            row = tx.staff_by_login(name)
        right = self._vault.fits(row.password if row else "", password[:_LONGEST_PASSWORD])
        if row is None:
            return None
        return self._write(lambda tx: self._admit(tx, row.id, row.password, right, code))

    def _admit(self, tx: Transaction, staff: int, password: str, right: bool, code: str) -> str | None:
        if self._proved(tx, staff, password, right, code, "sign_in") is None:
            return None
        self._audit.note(tx, staff, "sign_in")
        return self._open_visit(tx, staff)

    def _proved(self, tx: Transaction, staff: int, password: str, right: bool, code: str, act: str) -> StaffRow | None:
        """The account, its code used up, if password and code are right; a wrong try is counted, for whatever act."""
        row, now = self._known(tx, staff), self._clock.real()
        if not row.active or now < row.locked_until or row.password != password:
            self._audit.note(tx, row.id, f"{act}.refused", detail="closed" if not row.active else "shut")
            return None
        step = self._vault.step_of(row.totp, code, now) if right and row.password else None
        if step is None or step <= row.totp_step:
            self._count_failure(tx, row, now, act)
            return None
        proved = replace(row, failed=0, locked_until=0.0, totp_step=step)
        tx.put_staff(proved)
        return proved

    def _count_failure(self, tx: Transaction, row: StaffRow, now: float, act: str) -> None:
        shut = row.failed + 1 >= MOST_TRIES
        changed = replace(row, failed=0 if shut else row.failed + 1, locked_until=now + LOCKED_S if shut else 0.0)
        tx.put_staff(changed)
        self._audit.note(tx, row.id, f"{act}.failed", detail="shut for 15 minutes" if shut else "")

    def _open_visit(self, tx: Transaction, staff: int) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.real()
        tx.add_visit(VisitRow(self._ids.next(), staff, hashed(token), secrets.token_urlsafe(24), now, now, now))
        return token

    def entry(self, staff: int) -> str:
        """A one-time link straight in, for the demo alone."""
        return self._write(lambda tx: self._ticket(tx, staff, ENTER, ENTER_S))

    def enter(self, ticket: str) -> str | None:
        """Use such a link up; a token for the cookie, or None."""

        def write(tx: Transaction) -> str | None:
            staff = tx.ticket(hashed(ticket), ENTER, now_real=self._clock.real())
            if staff is None or not self._known(tx, staff).active:
                return None
            tx.drop_tickets(staff, ENTER)
            self._audit.note(tx, staff, "sign_in", detail="by a link of the demo")
            return self._open_visit(tx, staff)

        return self._write(write)

    def sign_out(self, guest: Guest) -> None:
        """The visit ends."""

        def write(tx: Transaction) -> None:
            tx.drop_visits(guest.staff.id, visit=guest.visit.id)
            self._audit.note(tx, guest.staff.id, "sign_out")

        self._write(write)

    # -- each request ----------------------------------------------------------------------------------
    def guest(self, token: str) -> Guest | None:
        """Who holds this token; None for a stranger, or when the visit is over."""
        held, now = hashed(token), self._clock.real()
        with self._store.reading() as tx:
            visit = tx.visit(held)
            staff = tx.staff_by_id(visit.staff) if visit else None
        if visit is None or staff is None or not staff.active or _over(visit, held, now):
            return None
        if held == visit.token_hash and now - visit.rotated >= ROTATE_S:
            return self._rotated(staff, visit, now)
        if now - visit.seen >= _SEEN_S:
            self._write(lambda tx: _seen(tx, visit, now))
        return Guest(staff, visit)

    def _rotated(self, staff: StaffRow, visit: VisitRow, now: float) -> Guest:
        def write(tx: Transaction) -> Guest:
            newest = tx.visit(visit.token_hash)
            if newest is None or newest.rotated != visit.rotated:  # another request was quicker
                return Guest(staff, newest or visit)
            token = secrets.token_urlsafe(32)
            fresh = replace(visit, token_hash=hashed(token), before_hash=visit.token_hash, seen=now, rotated=now)
            tx.put_visit(fresh)
            return Guest(staff, fresh, token)

        return self._write(write)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        def write() -> T:
            with self._store.writing() as tx:
                return work(tx)

        return self._writer.submit(write, SOON).result()


def _over(visit: VisitRow, held: str, now: float) -> bool:
    stale = held == visit.before_hash and now - visit.rotated > _GRACE_S
    return stale or now - visit.seen > IDLE_S or now - visit.began > LONGEST_S


def _seen(tx: Transaction, visit: VisitRow, now: float) -> None:
    newest = tx.visit(visit.token_hash)
    if newest is not None:
        tx.put_visit(replace(newest, seen=now))


def _role(name: str) -> Role:
    for role in ROLES:
        if role == name:
            return role
    raise StaffError(f"there is no role '{name}'; there are {', '.join(ROLES)}")


def _good(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < SHORTEST_PASSWORD // 2:
        raise StaffError(f"a password has at least {SHORTEST_PASSWORD} characters, not the same few again and again")
    if len(password) > _LONGEST_PASSWORD:
        raise StaffError(f"a password has at most {_LONGEST_PASSWORD} characters")
    return password
