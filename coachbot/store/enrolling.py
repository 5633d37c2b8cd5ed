"""Invitations, enrolments by their code, devices of the web chat and the links that let them in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, delete, null, or_, select, update

from coachbot.service import codec
from coachbot.service.ports import EnrolmentBrief, Invitation, InvitationPlan
from coachbot.store import tables
from coachbot.store.columns import day_or_none
from coachbot.store.sealing import seal, unseal
from coachbot.store.staffing import StaffingPart
from coachbot.store.statements import Statement, insert_all, upsert

_INVITATION = tables.table(tables.Invitation)
_ENROLMENT = tables.table(tables.Enrolment)
_DEVICE = tables.table(tables.Device)
_LINK = tables.table(tables.Link)

_ADD_INVITATION = insert_all(_INVITATION)
_USE_INVITATION = Statement(
    update(_INVITATION)
    .values(used_real=bindparam("now"), patient=bindparam("owner"))
    .where(
        _INVITATION.c.code_hash == bindparam("hashed"),
        or_(_INVITATION.c.used_real.is_(null()), _INVITATION.c.patient == bindparam("owner")),
        _INVITATION.c.expires_real > bindparam("now"),
    )
)
_INVITATION_OF = Statement(
    select(
        _INVITATION.c.programme, _INVITATION.c.arm, _INVITATION.c.site, _INVITATION.c.note,
        _INVITATION.c.used_real,
    ).where(_INVITATION.c.code_hash == bindparam("hashed"))
)  # fmt: skip
_PLAN = tables.table(tables.InvitationPlan)
_ADD_PLAN = insert_all(_PLAN)
_PLAN_OF = Statement(select(_PLAN.c.body).where(_PLAN.c.code_hash == bindparam("hashed")))
_CLAIM_PLAN = Statement(
    update(_PLAN).values(patient=bindparam("owner")).where(_PLAN.c.code_hash == bindparam("hashed")), "owner", "hashed"
)
_REFERENCES = Statement(select(_INVITATION.c.note).distinct())
_BRIEFS = Statement(
    select(
        _ENROLMENT.c.patient, _ENROLMENT.c.code, _ENROLMENT.c.programme, _ENROLMENT.c.arm, _ENROLMENT.c.state,
        _ENROLMENT.c.anchor,
    ).order_by(_ENROLMENT.c.id)
)  # fmt: skip
_BY_CODE = Statement(select(_ENROLMENT.c.patient).where(_ENROLMENT.c.code == bindparam("wanted")))
_PUT_DEVICE = upsert(_DEVICE, "secret_hash")
_DEVICE_OF = Statement(select(_DEVICE.c.patient).where(_DEVICE.c.secret_hash == bindparam("hashed")))
_ADD_LINK = insert_all(_LINK)
_LINK_OF = Statement(
    select(_LINK.c.patient)
    .where(_LINK.c.token_hash == bindparam("hashed"), _LINK.c.expires_real > bindparam("now"))
    .with_for_update()
)
_DROP_LINKS = Statement(
    delete(_LINK).where((_LINK.c.token_hash == bindparam("hashed")) | (_LINK.c.expires_real <= bindparam("now")))
)


class EnrollingPart(StaffingPart):
    """How people and devices come in."""

    # -- invitations and enrolments --------------------------------------------------------------------
    def add_invitation(self, code_hash: str, invitation: Invitation, expires_real: float) -> None:
        """A code that opens a place, once. Only its hash is kept."""
        self._write_one(
            _ADD_INVITATION,
            (
                code_hash, invitation.programme, invitation.arm, invitation.site, invitation.note,
                expires_real, invitation.used_at, None,
            ),
        )  # fmt: skip

    def take_invitation(self, code_hash: str, patient: str, *, now_real: float) -> Invitation | None:
        """Use a code up; None if it is unknown or too old; with `used_at` set if somebody else had used it.

        A turn that raised after it took the code takes it again.
        """
        taken = self._run(_USE_INVITATION, hashed=code_hash, owner=patient, now=now_real)
        row = self._first(_INVITATION_OF, hashed=code_hash)
        if row is None:
            return None
        programme, arm, site, note, used_real = row
        if not taken and used_real is None:
            return None
        return Invitation(programme, arm, site, note, used_at=None if taken else used_real)

    def knows_invitation(self, code_hash: str) -> bool:
        """Whether there ever was such a code, used up or not."""
        return self._first(_INVITATION_OF, hashed=code_hash) is not None

    def add_plan(self, code_hash: str, plan: InvitationPlan) -> None:
        """What is set beforehand for whoever comes in by a code."""
        body = seal(self._staff_cipher(), _plan_place(code_hash), codec.dump(asdict(plan)))
        self._write_one(_ADD_PLAN, (code_hash, None, body))

    def plan_of(self, code_hash: str, patient: str) -> InvitationPlan | None:
        """What was set for a code, which this patient has used; None for nothing."""
        row = self._first(_PLAN_OF, hashed=code_hash)
        if row is None:
            return None
        self._run(_CLAIM_PLAN, owner=patient, hashed=code_hash)
        plain = codec.load(unseal(self._staff_cipher(), _plan_place(code_hash), row[0]))
        return InvitationPlan(tuple(plain["tags"]), tuple(plain["staff"]), plain["language"], plain["zone"])

    def references(self) -> Collection[str]:
        """The notes of all invitations: what the clinic calls them."""
        return {str(row[0]) for row in self._rows(_REFERENCES)}

    def enrolments(self) -> Sequence[EnrolmentBrief]:
        """All enrolments, without anything personal."""
        return [
            EnrolmentBrief(patient, code or "", programme, arm, state, day_or_none(anchor))
            for patient, code, programme, arm, state, anchor in self._rows(_BRIEFS)
        ]

    def patient_of_code(self, code: str) -> str | None:
        """The patient whom staff know by this code."""
        row = self._first(_BY_CODE, wanted=code)
        return None if row is None else str(row[0])

    # -- devices ---------------------------------------------------------------------------------------
    def add_device(self, secret_hash: str, patient: str, *, at_real: float) -> None:
        """A browser that is let in from now on."""
        self._keep([patient])
        self._write_one(_PUT_DEVICE, (secret_hash, patient, at_real))

    def device(self, secret_hash: str) -> str | None:
        """The patient of a browser."""
        row = self._first(_DEVICE_OF, hashed=secret_hash)
        return None if row is None else str(row[0])

    def add_link(self, token_hash: str, patient: str, *, expires_real: float) -> None:
        """A link that lets one more device in, once."""
        self._keep([patient])
        self._write_one(_ADD_LINK, (token_hash, patient, expires_real))

    def take_link(self, token_hash: str, *, now_real: float) -> str | None:
        """Use a link up; None if it is unknown, used or too old. Links too old go with it."""
        row = self._first(_LINK_OF, hashed=token_hash, now=now_real)
        self._run(_DROP_LINKS, hashed=token_hash, now=now_real)
        return None if row is None else str(row[0])


def _plan_place(code_hash: str) -> bytes:
    return f"invitation_plan|body|{code_hash}".encode()
