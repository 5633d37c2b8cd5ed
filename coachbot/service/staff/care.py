"""What staff do for one patient. Each act stands in the audit before it is done; a refused one stands there too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from coachbot.errors import CoachbotError, StaffError
from coachbot.service.enrolments import Enrolments
from coachbot.service.ids import IdSource
from coachbot.service.ports import Clock, Store, Transaction
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.records import NoteRow, StaffRow
from coachbot.service.writer import SOON, Writer

_LONGEST_NOTE = 4_000
_LONGEST_PAUSE = 60
_MOST_TAGS = 12
_TAG = re.compile(r"[\w-]{1,30}")

Fields = Mapping[str, str]


class Care:
    """Acts on patients. Every method commits before it returns, through the one writer."""

    def __init__(
        self, store: Store, clock: Clock, writer: Writer, ids: IdSource, enrolments: Enrolments, audit: Audit
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._ids = ids
        self._enrolments = enrolments
        self._audit = audit
        self._acts: Mapping[str, Callable[[StaffRow, str, Fields], None]] = {
            "acknowledge": self._acknowledge,
            "confirm": self._confirm,
            "end-rest": self._end_rest,
            "pause": self._pause,
            "resume": self._resume,
            "withdraw": self._withdraw,
            "rule-out": self._rule_out,
            "allow": self._allow,
            "swap": self._swap,
            "note": self._note,
            "care": self._care,
            "tags": self._tags,
            "numbers": self._numbers,
            "country": self._country,
            "attend": self._attend,
            "take-over": self._take_over,
            "write": self._write_words,
            "hand-back": self._hand_back,
        }

    @property
    def acts(self) -> tuple[str, ...]:
        """The names of all acts."""
        return tuple(self._acts)

    def do(self, act: str, staff: StaffRow, patient: str, fields: Fields) -> None:
        """One act. Raises CoachbotError with a sentence for whoever asked for it."""
        self._audit.saw(staff.id, f"patient.{act}", patient, _told(fields))
        try:
            self._writer.submit(lambda: self._acts[act](staff, patient, fields), SOON).result()
        except CoachbotError as error:
            self._audit.saw(staff.id, f"patient.{act}.refused", patient, type(error).__name__)
            raise

    # -- acts ------------------------------------------------------------------------------------------
    def _acknowledge(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        numbers = [_number({"alert": one}, "alert") for one in fields.get("alert", "").split() or [""]]
        with self._store.reading() as tx:
            known = {alert.id: alert for alert in tx.alerts(patient)}
        if not known.keys() >= set(numbers):
            raise StaffError("this alert is not this patient's")
        for number in numbers:
            if known[number].acknowledged_at is None:
                self._enrolments.acknowledge(number, staff.name)
        first = {known[number].acknowledged_by for number in numbers} - {staff.name}
        if all(known[number].acknowledged_at is not None for number in numbers) and first:
            raise StaffError(f"{', '.join(sorted(first))} has seen it already and was first; speak with them")

    def _confirm(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.confirm(self._code(patient), staff.name)

    def _end_rest(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.end_rest(self._code(patient), staff.name)

    def _pause(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        days = _number(fields, "days") if fields.get("days") else None
        if days is not None and not 1 <= days <= _LONGEST_PAUSE:
            raise StaffError(f"a pause has between 1 and {_LONGEST_PAUSE} days")
        self._enrolments.pause(self._code(patient), days, staff.name)

    def _resume(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.resume(self._code(patient), staff.name)

    def _withdraw(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        if fields.get("sure") != "yes":
            raise StaffError("tick that the patient asked for it: this ends the enrolment")
        self._enrolments.withdraw(self._code(patient))

    def _rule_out(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.rule_out(self._code(patient), fields.get("exercise", ""), staff.name)

    def _allow(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.allow(self._code(patient), fields.get("exercise", ""), staff.name)

    def _swap(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """Another exercise in the place of one of the patient's three; both are named, so that a changed plan shows."""
        old, new = fields.get("instead_of", ""), fields.get("exercise", "")
        self._enrolments.swap(self._code(patient), old, new, staff.name)

    def _note(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        text = fields.get("text", "").strip()
        if not text or len(text) > _LONGEST_NOTE:
            raise StaffError(f"a note has between 1 and {_LONGEST_NOTE} characters")
        row = NoteRow(self._ids.next(), patient, staff.id, self._clock.now().timestamp(), text)
        self._change(lambda tx: tx.add_note(row))

    def _care(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """An admin says to whom a patient belongs; a therapist takes on a patient of nobody, or lets their own go."""
        wanted = [int(one) for one in fields.get("staff", "").split(",") if one.isdigit()]

        def write(tx: Transaction) -> None:
            known = {one.id for one in tx.staff() if one.active and one.may("treat")}
            if not known.issuperset(wanted):
                raise StaffError("a patient can belong to active therapists and admins only")
            held = set(tx.carers(patient))
            if staff.role != "admin" and held ^ set(wanted) != {staff.id}:
                raise StaffError("only an admin can change to whom else a patient belongs")
            tx.put_care(patient, wanted)

        self._change(write)

    def _tags(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """Words by which broadcasts find patients: small letters, digits and dashes, with spaces in between."""
        tags = tuple(dict.fromkeys(fields.get("tags", "").replace(",", " ").lower().split()))
        wrong = next((one for one in tags if not _TAG.fullmatch(one)), None)
        if wrong is not None or len(tags) > _MOST_TAGS:
            raise StaffError(f"at most {_MOST_TAGS} tags of letters, digits and dashes; '{(wrong or '')[:40]}' is none")
        self._enrolments.tag(self._code(patient), tags)

    def _country(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """In which country somebody is, whose crisis numbers they then read; empty: that of their zone."""
        self._enrolments.set_country_of(patient, fields.get("country", ""))

    def _numbers(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """Where to ring, from the clinic's own file: for a patient who told no number, or has another one."""
        self._enrolments.set_numbers(patient, fields.get("phone", ""), fields.get("contact", ""))

    def _attend(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        """The patient was at a session in a group of the clinic."""
        self._enrolments.attend(self._code(patient), fields.get("session", ""))

    def _take_over(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.take_over(patient, staff.id, staff.name)

    def _write_words(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.write(patient, staff.id, staff.name, fields.get("text", ""))

    def _hand_back(self, staff: StaffRow, patient: str, fields: Fields) -> None:
        self._enrolments.hand_back(patient)

    # -- how -------------------------------------------------------------------------------------------
    def _change(self, work: Callable[[Transaction], None]) -> None:
        with self._store.writing() as tx:
            work(tx)

    def _code(self, patient: str) -> str:
        with self._store.reading() as tx:
            record = tx.load([patient]).get(patient)
        if record is None or record.enrolment is None:
            raise StaffError("this patient is not enrolled (any more)")
        return record.enrolment.code


#: Fields that name no words of anybody; all others stay out of the audit.
_TELLING = ("alert", "days", "exercise", "instead_of", "staff", "session")


def _told(fields: Fields) -> str:
    return " ".join(f"{name}={fields[name][:100]}" for name in _TELLING if fields.get(name))


def _number(fields: Fields, name: str) -> int:
    value = fields.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > 19:
        raise StaffError(f"'{name}' is not a number")
    return int(value)


def therapists(everybody: Sequence[StaffRow]) -> list[StaffRow]:
    """Who can be given a patient."""
    return [one for one in everybody if one.active and one.may("treat")]
