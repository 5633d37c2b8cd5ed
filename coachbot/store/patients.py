"""Patients, their addresses and keys; and `load`, which brings all that turns need in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, func, select

from coachbot.engine.model import Conversation
from coachbot.errors import StoreError
from coachbot.service import codec
from coachbot.service.records import Address, Enrolment, PatientRecord, Profile, Progress, Tally
from coachbot.store import locks, settings, tables
from coachbot.store.columns import day_or_none, json_bytes, moment_or_none
from coachbot.store.keyfile import chat_hash
from coachbot.store.part import Part
from coachbot.store.sealing import KEY_BYTES, SealedColumn
from coachbot.store.statements import LONGEST, ListStatement, Statement, insert_all

PROFILE = SealedColumn("patient", "profile")
CHAT = SealedColumn("address", "chat")
CONVERSATION = SealedColumn("conversation", "body")
ENROLMENT = SealedColumn("enrolment", "body")

_P = tables.table(tables.Patient)
_K = tables.table(tables.PatientKey)
_C = tables.table(tables.Conversation)
_E = tables.table(tables.Enrolment)
_A = tables.table(tables.Address)
_ACCOUNT = tables.table(tables.Account)
_SITE = tables.table(tables.Site)
_NEWEST = _A.alias("newest")

_LOAD = ListStatement(
    lambda names: (
        select(
            _P.c.id, _P.c.site, _P.c.profile, _K.c.wrapped, _K.c.version,
            _A.c.id, _A.c.account, _A.c.channel, _A.c.chat,
            _C.c.body, _C.c.last_heard_at,
            _E.c.id, _E.c.programme, _E.c.arm, _E.c.state, _E.c.anchor, _E.c.code, _E.c.body,
        )
        .select_from(_P)
        .join(_K, _K.c.patient == _P.c.id)
        .join(
            _A,
            _A.c.id == select(func.max(_NEWEST.c.id)).where(_NEWEST.c.patient == _P.c.id).scalar_subquery(),
        )
        .outerjoin(_C, _C.c.patient == _P.c.id)
        .outerjoin(_E, _E.c.patient == _P.c.id)
        .where(_P.c.id.in_(names), _P.c.erased_real.is_(None))
    )
)  # fmt: skip
_ADDRESSES = ListStatement(
    lambda ids: select(_A.c.id, _A.c.patient, _A.c.account, _A.c.channel, _A.c.chat).where(_A.c.id.in_(ids))
)
_FIND = Statement(
    select(_A.c.patient).where(_A.c.account == bindparam("account"), _A.c.chat_hash == bindparam("hashed"))
)
#: The first value of the list is the account, the others are hashes.
_FIND_MANY = ListStatement(
    lambda values: select(_A.c.chat_hash, _A.c.patient).where(_A.c.account == values[0], _A.c.chat_hash.in_(values[1:]))
)
_FIND_SITE = Statement(select(_SITE.c.id).where(_SITE.c.code == bindparam("named")))
_SITE_EXISTS = Statement(select(_SITE.c.id).where(_SITE.c.id == bindparam("row")))
_ADD_SITE = Statement(lambda insert: insert(_SITE).values(code=bindparam("code")).on_conflict_do_nothing(), "code")
_FIND_ACCOUNT = Statement(
    select(_ACCOUNT.c.id).where(_ACCOUNT.c.channel == bindparam("messenger"), _ACCOUNT.c.code == bindparam("named"))
)
_ADD_ACCOUNT = Statement(
    lambda insert: (
        insert(_ACCOUNT)
        .values({name: bindparam(name) for name in ("channel", "code", "site")})
        .on_conflict_do_nothing()
    ),
    "channel",
    "code",
    "site",
)
_ADD_PATIENT = insert_all(_P)
_ADD_KEY = insert_all(_K)
_ADD_ADDRESS = insert_all(_A)


class PatientsPart(Part):
    """Patients of a transaction."""

    def load(self, patients: Sequence[str]) -> Mapping[str, PatientRecord]:
        """Everything that turns of these patients need; unknown and erased ones are left out, and (with a line
        in the log) those whose sealed values do not open."""
        patients = list(dict.fromkeys(patients))
        self._lock(patients)
        rows = self._listed(_LOAD, patients)
        return {record.id: record for record in self._opening(rows, self._record)}

    def find_address(self, account: int, chat: str) -> str | None:
        """The patient at this chat."""
        row = self._first(_FIND, account=account, hashed=chat_hash(self._keys.lookup, account, chat))
        return None if row is None else str(row[0])

    def find_addresses(self, account: int, chats: Iterable[str]) -> Mapping[str, str]:
        """The patients at these chats, by chat; chats of nobody are left out."""
        hashes = {chat_hash(self._keys.lookup, account, chat): chat for chat in chats}
        found: dict[str, str] = {}
        rest = iter(hashes)
        while piece := list(islice(rest, LONGEST - 1)):
            for hashed, patient in self._listed(_FIND_MANY, [account, *piece]):
                found[hashes[hashed]] = str(patient)
        return self._not_erased_meanwhile(found)

    def _not_erased_meanwhile(self, found: dict[str, str]) -> dict[str, str]:
        if not self._shares:
            return found
        self._hold_by(locks.TO_ADD, found.values(), self._held)
        return {chat: patient for chat, patient in found.items() if patient in self._held}

    def addresses(self, ids: Iterable[int]) -> Mapping[int, Address]:
        """Where outbox rows go: addresses by their id; those of erased patients are gone."""
        rows = list(self._listed(_ADDRESSES, dict.fromkeys(ids)))
        ciphers = self._ciphers(row[1] for row in rows)
        return {
            number: Address(number, account, channel, CHAT.open(ciphers[patient], patient, number, chat).decode())
            for number, patient, account, channel, chat in rows
        }

    def add_patient(self, patient: str, *, site: int, address: Address, profile: Profile) -> None:
        """A new patient with a key of their own."""
        self._check_site(site)
        cipher = self._new_cipher(patient)
        sealed = PROFILE.seal(cipher, patient, patient, json_bytes(codec.dump_fields(profile)))
        self._write_one(_ADD_PATIENT, (patient, site, sealed, self._real(), None))
        self.add_address(patient, address)

    def add_address(self, patient: str, address: Address) -> None:
        """One more place where the patient is reached; the newest is where the coach writes."""
        chat = CHAT.seal(self._cipher(patient), patient, address.id, address.chat.encode())
        hashed = chat_hash(self._keys.lookup, address.account, address.chat)
        self._keep([patient])
        self._write_one(_ADD_ADDRESS, (address.id, patient, address.account, address.channel, chat, hashed))

    def site(self, code: str) -> int:
        """The id of a site, made if it is new."""
        found = self._first(_FIND_SITE, named=code)
        if found is None:
            self._write_one(_ADD_SITE, (code,))
            found = self._rows(_FIND_SITE, named=code)[0]
        return int(found[0])

    def account(self, channel: str, code: str, site: int) -> int:
        """The id of an account, made if it is new."""
        found = self._first(_FIND_ACCOUNT, messenger=channel, named=code)
        if found is None:
            self._check_site(site)
            self._write_one(_ADD_ACCOUNT, (channel, code, site))
            found = self._rows(_FIND_ACCOUNT, messenger=channel, named=code)[0]
        return int(found[0])

    def _check_site(self, site: int) -> None:
        if self._first(_SITE_EXISTS, row=site) is None:
            raise StoreError(f"site {site} is not in the database; make it with site(code)")

    def _new_cipher(self, patient: str) -> AESGCM:
        if "|" in patient:
            raise StoreError(f"'{patient}' cannot be the name of a patient: it holds '|'")
        key = AESGCM.generate_key(KEY_BYTES * 8)
        version = settings.wrapping_version(self._connection)
        self._write_one(_ADD_KEY, (patient, self._keys.master.wrap(key, patient, version), version))
        cipher = AESGCM(key)
        self._keys.ciphers.put(patient, cipher)
        return cipher

    def _record(self, row: Any) -> PatientRecord:
        (
            patient, site, profile, wrapped, version, address, account, channel, chat, talk, heard, *enrolled,
        ) = row  # fmt: skip

        def opened(column: SealedColumn, row: int | str, sealed: bytes, read: Callable[[bytes], Any]) -> Any:
            """A value that seldom changes, or that was sealed just now: remembered, or opened and read."""
            value = self._keys.opened.found(column, patient, row, sealed)
            if value is None:
                cipher = self._keys.cipher(patient, wrapped, version)
                value = read(column.open(cipher, patient, row, sealed))
                self._keys.opened.put(column, patient, row, sealed, value)
            return value

        return PatientRecord(
            id=patient,
            site=site,
            profile=opened(PROFILE, patient, profile, profile_of),
            conversation=(
                opened(CONVERSATION, patient, talk, partial(_talk, patient)) if talk else Conversation(patient)
            ),
            address=Address(address, account, channel, opened(CHAT, address, chat, bytes.decode)),
            enrolment=enrolment_of(enrolled, opened, patient) if enrolled[0] is not None else None,
            last_heard=moment_or_none(heard),
        )


def _talk(patient: str, plain: bytes) -> Conversation:
    return codec.load_conversation(patient, codec.load(plain))


def profile_of(plain: bytes) -> Profile:
    """A profile as it was sealed."""
    return codec.load_fields(Profile, codec.load(plain))


def _counts(plain: bytes) -> tuple[Tally, Progress]:
    body = codec.load(plain)
    return codec.load_fields(Tally, body["tally"]), codec.load_fields(Progress, body["progress"])


def enrolment_of(row: Sequence[Any], opened: Callable[..., Any], patient: str) -> Enrolment:
    """An enrolment from its columns; `opened` opens the sealed one."""
    number, programme, arm, state, anchor, code, sealed = row
    tally, progress = opened(ENROLMENT, patient, sealed, _counts)
    return Enrolment(number, programme, arm, state, day_or_none(anchor), tally, progress, code or "")
