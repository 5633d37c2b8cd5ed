"""Inviting many at once: the whole list, or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from coachbot.service.enrolling.listing import Fault, Known, Wanted, read_list
from coachbot.service.ids import hashed, new_code, plain_code
from coachbot.service.ports import Invitation, InvitationPlan, Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import StaffRow
from coachbot.service.world import World
from coachbot.service.writer import SOON, Writer


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation, with its code: shown once and stored nowhere."""

    reference: str
    code: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a list would make, or has made; or everything that is wrong with it."""

    wanted: tuple[Wanted, ...] = ()
    faults: tuple[Fault, ...] = ()
    #: Empty after a mere try.
    invited: tuple[Invited, ...] = ()


class InvitationLists:
    """The desk. `by` is whoever brings the list; None for somebody at the machine's own keyboard, who may all."""

    def __init__(self, world: World, store: Store, writer: Writer, audit: Audit, site: int) -> None:
        self._world = world
        self._store = store
        self._writer = writer
        self._audit = audit
        self._site = site

    def try_out(self, content: bytes, by: StaffRow | None) -> Outcome:
        """What a list would make. Nothing is made."""
        with self._store.reading() as tx:
            return Outcome(*read_list(content, self._known(tx, by)))

    def invite(self, content: bytes, by: StaffRow | None, *, client: int = 0) -> Outcome:
        """Make every invitation of a list, in one commit; none if anything is wrong with it. `client`: the clinic's
        system that brings it."""

        def make() -> Outcome:
            with self._store.writing() as tx:
                wanted, faults = read_list(content, self._known(tx, by))
                if faults:
                    return Outcome(wanted, faults)
                people = {row.name: row.id for row in tx.staff()}
                invited = tuple(self._make(tx, one, people) for one in wanted)
                self._audit.note(tx, by.id if by else client, "invite.list", detail=f"{len(invited)} invitations")
                return Outcome(wanted, (), invited)

        return self._writer.submit(make, SOON).result()

    def _make(self, tx: Transaction, one: Wanted, people: Mapping[str, int]) -> Invited:
        code = new_code()
        name, ends = hashed(plain_code(code)), one.valid_until + timedelta(days=1)
        midnight = datetime(ends.year, ends.month, ends.day, tzinfo=self._world.duty.zone)
        left = midnight.astimezone(UTC) - self._world.clock.now()
        invitation = Invitation(one.programme, one.arm, self._site, one.reference)
        tx.add_invitation(name, invitation, self._world.clock.real() + left.total_seconds())
        plan = InvitationPlan(one.tags, tuple(people[who] for who in one.therapists), one.language, one.zone)
        if plan != InvitationPlan():
            tx.add_plan(name, plan)
        return Invited(one.reference, code, one.valid_until)

    def _known(self, tx: Transaction, by: StaffRow | None) -> Known:
        pack = self._world.pack
        return Known(
            arms={
                name: [arm.code for arm in programme.arms]
                for name, programme in pack.programmes.items() if not programme.schedule_only
            },
            languages=pack.words.languages,
            zones=available_timezones(),
            therapists={row.name.casefold(): row.name for row in _givable(tx.staff(), by)},
            used={note.casefold() for note in tx.references() if note},
            today=self._world.clock.now().astimezone(self._world.duty.zone).date(),
        )  # fmt: skip


def _givable(staff: Sequence[StaffRow], by: StaffRow | None) -> list[StaffRow]:
    """To whom somebody may give patients: an admin to everybody who treats, a therapist to themselves."""
    treating = [row for row in staff if row.active and row.may("treat")]
    return treating if by is None or by.role == "admin" else [row for row in treating if row.id == by.id]
