"""Invitations, the clinician's confirmation, and what staff decide about an enrolment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from coachbot.engine.events import Closed
from coachbot.errors import EnrolmentError
from coachbot.service.draft import Draft
from coachbot.service.facts import local_now
from coachbot.service.ids import hashed, new_code, plain_code
from coachbot.service.ports import Invitation, Store, Transaction
from coachbot.service.records import AlertRow, Changes, PatientRecord
from coachbot.service.speaking import Delivery, say_section
from coachbot.service.turns import Turns
from coachbot.service.world import World

INVITATION_DAYS = 60


class Enrolments:
    """What staff do with enrolments. Every method commits before it returns."""

    def __init__(self, world: World, store: Store, turns: Turns, site: int) -> None:
        self._world = world
        self._store = store
        self._turns = turns
        self._site = site

    def invite(self, programme: str, arm: str, note: str = "") -> str:
        """A new single-use code (80 bits). Raises EnrolmentError for an unknown programme or arm."""
        found = self._world.pack.programmes.get(programme)
        if found is None:
            known = ", ".join(sorted(self._world.pack.programmes))
            raise EnrolmentError(f"programme '{programme}' is not in the pack; there is: {known}")
        arms = [a.code for a in found.arms]
        if arm not in arms:
            raise EnrolmentError(f"programme '{programme}' has no arm '{arm}'; it has: {', '.join(arms)}")
        code = new_code()
        expires = self._world.clock.real() + timedelta(days=INVITATION_DAYS).total_seconds()
        with self._store.writing() as tx:
            tx.add_invitation(
                hashed(plain_code(code)), Invitation(programme, arm, self._site, note), expires
            )
        return code

    def confirm(self, code: str, by: str) -> None:
        """The clinician's "examined, fit": day 0 is the patient's local today, and the programme begins."""

        def start(tx: Transaction, draft: Draft) -> None:
            enrolment = draft.enrolment
            if enrolment is None or enrolment.state != "screening":
                state = enrolment.state if enrolment else "not enrolled"
                raise EnrolmentError(f"enrolment {code} is {state}; only one in screening can be confirmed")
            if not enrolment.progress.screening:
                raise EnrolmentError(f"enrolment {code}: the screening questions are not answered yet")
            if enrolment.progress.screening.get("outcome") == "not_now":
                reasons = enrolment.progress.screening.get("reasons")
                raise EnrolmentError(
                    f"enrolment {code} was screened out ({reasons}); the programme's rules don't admit this patient"
                )
            draft.change_enrolment(state="active", anchor=draft.local.date())
            draft.replan()
            say_section(draft, "confirmed", Delivery(lane=1), by=by)
            for alert in tx.alerts(draft.record.id, open_only=True):
                if alert.kind == "waits_for_confirmation":
                    draft.alerts.append(replace(alert, acknowledged_at=draft.now, acknowledged_by=by))

        self._change(code, start)

    def end_rest(self, code: str, by: str) -> None:
        """A clinician ends the rest after a safety event: exercise and education go on."""

        def end(tx: Transaction, draft: Draft) -> None:
            draft.change_progress(safety_hold=False, alert_news={})
            draft.replan()

        self._change(code, end)

    def withdraw(self, code: str) -> None:
        """Staff end an enrolment, at the patient's word."""

        def leave(tx: Transaction, draft: Draft) -> None:
            draft.change_enrolment(state="withdrawn")
            self._turns.apply(draft, Closed("withdrawn"), Delivery())
            draft.replan()

        self._change(code, leave)

    def acknowledge(self, alert_id: int, by: str) -> AlertRow:
        """Somebody has seen an alert. An erasure that waited for it can go on."""
        with self._store.reading() as tx:
            found = next((a for a in tx.alerts() if a.id == alert_id), None)
        if found is None:
            raise EnrolmentError(f"there is no alert {alert_id}; `coachbot alerts` lists them")
        now = self._world.clock.now()
        seen = replace(found, acknowledged_at=now, acknowledged_by=by)

        def note(tx: Transaction, draft: Draft) -> None:
            draft.alerts.append(seen)
            draft.disarm(f"escalate:{alert_id}")
            at = local_now(draft.record.profile, now).strftime("%H:%M")
            if draft.progress.alert_news:
                news = {**draft.progress.alert_news, "read_by": by, "read_at": at}
                draft.change_progress(alert_news=news)
            if draft.progress.erase_wanted:
                draft.later("erase")

        self._change_patient(found.patient, note)
        return seen

    # -- how ---------------------------------------------------------------------------------------------
    def _change(self, code: str, work: Callable[[Transaction, Draft], None]) -> None:
        with self._store.reading() as tx:
            patient = tx.patient_of_code(code)
        if patient is None:
            raise EnrolmentError(f"no enrolment has the code '{code}'; `coachbot enrolment list` shows all")
        self._change_patient(patient, work)

    def _change_patient(self, patient: str, work: Callable[[Transaction, Draft], None]) -> None:
        changes = Changes()
        with self._store.writing() as tx:
            record: PatientRecord = tx.load([patient])[patient]
            draft = Draft(self._world, record, self._world.clock.now(), self._world.ids.next())
            work(tx, draft)
            draft.merge(changes)
            tx.save(changes)
        self._turns.do_afterwards(changes.afterwards)
