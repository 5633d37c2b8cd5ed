"""Invitations, the clinician's confirmation, and what staff decide about an enrolment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from coachbot.engine.answers.personal import is_number_to_call
from coachbot.engine.events import Closed
from coachbot.errors import EnrolmentError
from coachbot.service import handing, prescribing, safety
from coachbot.service.abroad import ELSEWHERE
from coachbot.service.countries import is_country
from coachbot.service.draft import Draft
from coachbot.service.facts import local_now
from coachbot.service.ids import hashed, new_code, plain_code
from coachbot.service.ports import Invitation, Store, Transaction
from coachbot.service.records import AlertRow, Changes, PatientRecord
from coachbot.service.speaking import Delivery, say_section
from coachbot.service.stepping import apply
from coachbot.service.turns import Turns
from coachbot.service.world import World

INVITATION_DAYS = 60
_LONGEST_PHONE, _LONGEST_CONTACT = 40, 120


class Enrolments:
    """What staff do with enrolments. Every method commits before it returns."""

    def __init__(self, world: World, store: Store, turns: Turns, site: int) -> None:
        self._world = world
        self._store = store
        self._turns = turns
        self._site = site

    def invite(self, programme: str, arm: str, note: str = "") -> str:
        """A new single-use code (80 bits). Raises EnrolmentError for an unknown programme or arm."""
        self._refuse_unknown(programme, arm)
        code = new_code()
        expires = self._world.clock.real() + timedelta(days=INVITATION_DAYS).total_seconds()
        with self._store.writing() as tx:
            tx.add_invitation(hashed(plain_code(code)), Invitation(programme, arm, self._site, note), expires)
        return code

    def _refuse_unknown(self, programme: str, arm: str) -> None:
        found = self._world.pack.programmes.get(programme)
        if found is None:
            known = ", ".join(sorted(self._world.pack.programmes))
            raise EnrolmentError(f"programme '{programme}' is not in the pack; there is: {known}")
        if found.schedule_only:
            raise EnrolmentError(f"programme '{programme}' is a schedule only; nobody can be invited to it yet")
        arms = [a.code for a in found.arms]
        if arm not in arms:
            raise EnrolmentError(f"programme '{programme}' has no arm '{arm}'; it has: {', '.join(arms)}")

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
            self._refuse_unread(tx, draft, code)
            if enrolment.progress.safety_hold:
                raise EnrolmentError(f"enrolment {code}: the rest has not been ended (coachbot enrolment end-rest)")
            draft.change_enrolment(state="active", anchor=draft.local.date())
            draft.replan()
            say_section(draft, "confirmed", Delivery(lane=1, touchpoint="news"), by=by)
            for alert in tx.alerts(draft.record.id, open_only=True):
                if alert.kind == "waits_for_confirmation":
                    draft.alerts.append(replace(alert, acknowledged_at=draft.now, acknowledged_by=by))

        self._change(code, start)

    def end_rest(self, code: str, by: str) -> None:
        """A clinician ends the rest after a safety event: exercise and education go on."""

        def end(tx: Transaction, draft: Draft) -> None:
            self._refuse_unread(tx, draft, code)
            rested = draft.progress.safety_hold
            draft.change_progress(safety_hold=False, alert_news={})
            draft.replan()
            if rested and draft.enrolment is not None and draft.enrolment.state not in ("withdrawn", "finished"):
                say_section(draft, "rest_ended", Delivery(lane=1, touchpoint="news"), by=by)

        self._change(code, end)

    def _refuse_unread(self, tx: Transaction, draft: Draft, code: str) -> None:
        """Nothing goes on over the head of an alert about danger that nobody has acknowledged."""
        for alert in tx.alerts(draft.record.id, open_only=True):
            if alert.acknowledged_at is None and alert.kind in draft.world.rules:
                raise EnrolmentError(
                    f"enrolment {code}: alert {alert.id} ({alert.kind}) is not acknowledged; see to it first, then "
                    f"`coachbot alerts --acknowledge {alert.id}`"
                )

    def clear(self, code: str, condition: str, by: str) -> None:
        """A clinician has looked: a condition that was told in a talk rules nothing out any more.

        What the screening found stays as it is. Raises EnrolmentError for a condition that nobody told.
        """

        def allow(tx: Transaction, draft: Draft) -> None:
            told = draft.progress.conditions
            if condition not in told:
                raise EnrolmentError(
                    f"enrolment {code}: '{condition}' was not told; there is: {', '.join(told) or 'nothing'}"
                )
            draft.change_progress(conditions=tuple(one for one in told if one != condition))
            say_section(draft, "condition_cleared", Delivery(lane=1, touchpoint="news"), by=by)

        self._change(code, allow)

    def rule_out(self, code: str, exercise: str, by: str) -> None:
        """A clinician takes an exercise out: it is offered nowhere from now on. The patient is told."""

        def take(tx: Transaction, draft: Draft) -> None:
            if exercise in self._ruled_out(draft):
                raise EnrolmentError(f"'{exercise}' is ruled out for {code} already")
            let_in = tuple(one for one in draft.progress.let_in if one != exercise)
            draft.change_progress(taken_out=(*draft.progress.taken_out, exercise), let_in=let_in)
            self._say_of_exercise(draft, "exercise_taken_out", exercise, by)

        self._known_exercise(exercise)
        self._change(code, take)

    def allow(self, code: str, exercise: str, by: str) -> None:
        """A clinician lets an exercise in, whatever the screening said. The patient is told."""

        def let(tx: Transaction, draft: Draft) -> None:
            if exercise not in self._ruled_out(draft):
                raise EnrolmentError(f"'{exercise}' is not ruled out for {code}")
            taken_out = tuple(one for one in draft.progress.taken_out if one != exercise)
            screened = self._world.exercises.told_out(
                str(draft.progress.screening.get("reasons") or ""), draft.progress.conditions
            )
            let_in = (*draft.progress.let_in, exercise) if exercise in screened else draft.progress.let_in
            draft.change_progress(taken_out=taken_out, let_in=let_in)
            self._say_of_exercise(draft, "exercise_let_in", exercise, by)

        self._known_exercise(exercise)
        self._change(code, let)

    def swap(self, code: str, old: str, new: str, by: str) -> None:
        """A clinician puts an exercise in the place of another of the patient's three. The patient is told."""

        def put(tx: Transaction, draft: Draft) -> None:
            prescribing.swap(draft, old, new, self._ruled_out(draft))
            self._say_of_exercise(draft, "exercise_swapped", new, by, instead_of=old)

        self._known_exercise(new)
        self._change(code, put)

    def _known_exercise(self, exercise: str) -> None:
        known = self._world.pack.exercises
        if exercise not in known:
            raise EnrolmentError(f"there is no exercise '{exercise}'; there are {', '.join(sorted(known))}")

    def _ruled_out(self, draft: Draft) -> tuple[str, ...]:
        progress = draft.progress
        reasons = str(progress.screening.get("reasons") or "")
        book = self._world.exercises
        found: tuple[str, ...] = book.facts(reasons, progress.conditions, progress.taken_out, progress.let_in)[
            "ruled_out"
        ]
        return found

    def _say_of_exercise(self, draft: Draft, section: str, exercise: str, by: str, instead_of: str = "") -> None:
        """Told, without a sound, to whoever is in the programme; not to somebody whose exercises rest."""
        enrolment = draft.enrolment
        if enrolment is None or enrolment.state != "active" or draft.progress.safety_hold:
            return
        named = self._world.pack.exercise_names(draft.record.profile.language)
        names = {"exercise": named.get(exercise, exercise)}
        if instead_of:
            names["instead_of"] = named.get(instead_of, instead_of)
        say_section(draft, section, Delivery(lane=1, quiet=True, touchpoint="news"), by=by, **names)

    def pause(self, code: str, days: int | None, by: str) -> None:
        """Staff set a pause for the patient, of so many days or (None) until somebody ends it. Assessments go on."""

        def rest(tx: Transaction, draft: Draft) -> None:
            today = draft.local.date()
            until = (today + timedelta(days=days)).isoformat() if days else None
            tx.recall_from(draft.record.id, reason="paused", now=draft.now)
            draft.change_progress(paused_from=today.isoformat(), paused_until=until)
            draft.replan()
            say_section(draft, "paused_by_clinic", Delivery(lane=1, quiet=True, touchpoint="news"), by=by)

        self._change(code, rest)

    def resume(self, code: str, by: str) -> None:
        """Staff end a pause, be it their own or the patient's."""

        def go_on(tx: Transaction, draft: Draft) -> None:
            if draft.progress.paused_from is None:
                raise EnrolmentError(f"enrolment {code} is not paused")
            draft.change_progress(paused_from=None, paused_until=None)
            draft.replan()
            say_section(draft, "resumed_by_clinic", Delivery(lane=1, quiet=True, touchpoint="news"), by=by)

        self._change(code, go_on)

    def set_zone(self, code: str, zone: str) -> str:
        """The patient's time zone, as told by phone; the days are planned anew. Returns the clock there (`HH:MM`).

        Raises EnrolmentError for what is no IANA zone.
        """
        if zone not in available_timezones():
            near = ", ".join(get_close_matches(zone, available_timezones(), n=3, cutoff=0.5)) or "Europe/Berlin"
            raise EnrolmentError(f"'{zone}' is no time zone; write one such as {near}")

        def move(tx: Transaction, draft: Draft) -> None:
            draft.change_profile(zone=zone, country="")
            safety.tell_of_country(draft)
            draft.replan()

        self._change(code, move)
        return self._world.clock.now().astimezone(ZoneInfo(zone)).strftime("%H:%M")

    def set_country(self, code: str, country: str) -> bool:
        """The country the patient is in, whose crisis numbers they get until they tell another place; empty: that of
        their zone. Returns whether the site has numbers for it. Raises EnrolmentError for what is no ISO code."""
        return self._world.whereabouts(self._change(code, _moved_to(country)).profile) != ELSEWHERE

    def set_country_of(self, patient: str, country: str) -> None:
        """The same for a patient by their pseudonym. Without numbers for it an alert is opened."""
        self._change_patient(patient, _moved_to(country))

    def set_numbers(self, patient: str, phone: str, contact: str) -> None:
        """Where a person can be rung, and whom to call for them, as the clinic knows it; empty takes a number away.

        Raises EnrolmentError for a telephone number that nobody could ring.
        """
        phone, contact = " ".join(phone.split()), " ".join(contact.split())
        if phone and not is_number_to_call(phone):
            raise EnrolmentError(f"'{phone[:_LONGEST_PHONE]}' is no telephone number that somebody could dial")
        if len(phone) > _LONGEST_PHONE or len(contact) > _LONGEST_CONTACT:
            raise EnrolmentError(f"a number has at most {_LONGEST_PHONE} characters, a contact {_LONGEST_CONTACT}")
        self._change_patient(patient, lambda tx, draft: draft.change_profile(phone=phone, contact=contact))

    def tag(self, code: str, tags: tuple[str, ...]) -> None:
        """The words by which staff sort their patients; the patient never reads them."""
        self._change(code, lambda tx, draft: draft.change_progress(tags=tags))

    def attend(self, code: str, session: str) -> None:
        """The patient was at a session of their arm outside the chat; it is offered no more, and the days are planned
        anew. Raises EnrolmentError for a session that is not theirs, or attended already."""

        def note(tx: Transaction, draft: Draft) -> None:
            enrolment = draft.enrolment
            if enrolment is None or enrolment.state != "active":
                raise EnrolmentError(f"enrolment {code} is not active")
            arms = self._world.pack.programmes[enrolment.programme].arms
            theirs = next(arm.sessions for arm in arms if arm.code == enrolment.arm)
            if session not in theirs:
                raise EnrolmentError(f"'{session}' is no session of this patient's; there are {', '.join(theirs)}")
            if session in draft.progress.attended:
                raise EnrolmentError(f"{session} was attended already")
            draft.change_progress(attended=(*draft.progress.attended, session))
            draft.replan()

        self._change(code, note)

    def take_over(self, patient: str, staff: int, name: str) -> None:
        """A person takes over the talk; what asked for one stays open until their first word."""
        self._change_patient(patient, lambda tx, draft: handing.take_over(draft, staff, name))

    def write(self, patient: str, staff: int, name: str, text: str) -> None:
        """A person who has taken over writes to the patient; what asked for one is thereby seen."""

        def say(tx: Transaction, draft: Draft) -> None:
            handing.write(draft, staff, name, text)
            handing.answered(tx, draft, name)

        self._change_patient(patient, say)

    def hand_back(self, patient: str) -> None:
        """The person has finished; the coach comes back at the open question."""
        self._change_patient(patient, lambda tx, draft: handing.hand_back(draft, apply))

    def withdraw(self, code: str) -> None:
        """Staff end an enrolment, at the patient's word."""

        def leave(tx: Transaction, draft: Draft) -> None:
            tx.recall_from(draft.record.id, reason="withdrawn", now=draft.now)
            draft.change_enrolment(state="withdrawn")
            apply(draft, Closed("withdrawn"), Delivery())
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
            local, news = local_now(draft.record.profile, now), draft.progress.alert_news
            if news.get("alert") == str(alert_id):
                read = {"read_by": by, "read_at": local.strftime("%H:%M"), "read_on": local.date().isoformat()}
                draft.change_progress(alert_news={**news, **read})
            if draft.progress.erase_wanted:
                draft.later("erase")

        self._change_patient(found.patient, note)
        return seen

    # -- how ---------------------------------------------------------------------------------------------
    def _change(self, code: str, work: Callable[[Transaction, Draft], None]) -> PatientRecord:
        with self._store.reading() as tx:
            patient = tx.patient_of_code(code)
        if patient is None:
            raise EnrolmentError(f"no enrolment has the code '{code}'; `coachbot enrolment list` shows all")
        return self._change_patient(patient, work)

    def _change_patient(self, patient: str, work: Callable[[Transaction, Draft], None]) -> PatientRecord:
        changes = Changes()
        with self._store.writing() as tx:
            record: PatientRecord = tx.load([patient])[patient]
            draft = Draft(self._world, record, self._world.clock.now(), self._world.ids.next())
            work(tx, draft)
            draft.merge(changes)
            tx.save(changes)
        self._turns.do_afterwards(changes.afterwards)
        return draft.record


def _moved_to(country: str) -> Callable[[Transaction, Draft], None]:
    if country and not is_country(country):
        raise EnrolmentError(f"'{country}' is no ISO code of a country, such as DK")

    def move(tx: Transaction, draft: Draft) -> None:
        draft.change_profile(country=country)
        safety.tell_of_country(draft)

    return move
