"""The ground of every measurement: a durable coach with patients in the evening check-in, ready to be asked."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from random import Random

from coachbot.authoring.pack import Pack, load_pack
from coachbot.bootstrap import Coach, assemble, spare_the_collector
from coachbot.engine.events import Opened
from coachbot.engine.model import Conversation
from coachbot.service.clock import StandingClock
from coachbot.service.draft import Draft
from coachbot.service.ids import new_patient_id
from coachbot.service.ports import Capabilities, Channel
from coachbot.service.records import (
    Address,
    Changes,
    Enrolment,
    OutboxRow,
    PatientRecord,
    Profile,
    Progress,
    Update,
)
from coachbot.service.speaking import Delivery
from coachbot.service.stepping import apply
from coachbot.settings import load_settings
from coachbot.store import open_store

ROOT = Path(__file__).parent.parent
#: Minutes and pain as people type them.
_MINUTES = (
    "about 20", "20", "20 min", "15", "ca 30", "half an hour", "25 minutes", "10", "40 min", "twenty", "30", "35",
    "around 15", "20mins", "12", "maybe 25", "a quarter of an hour", "45", "18", "thirty", "15-20", "22 min", "1 h 5",
    "an hour",
)  # fmt: skip
_PAIN = ("3/10", "3", "2", "about 3", "three", "4 out of 10", "1", "2/10", "a 3", "0", "5", "like a 4", "4")
#: How patients answer the four questions of `cse/checkin`: a choice pressed, a number typed, two scales of which one
#: is pressed. Most people press; who types is read word by word, each in their own way.
ANSWERS = (("[all]",), _MINUTES, ("[4]",), _PAIN)
#: The same, all typed, for when the buttons' tokens can't be known beforehand.
TYPED = (("Yes, all of it", "yes all", "all of it", "all"), _MINUTES, ("4", "4/10", "four", "3"), _PAIN)
NOW = datetime(2026, 3, 9, 18, 0, tzinfo=UTC)


class Silent:
    """A messenger that takes everything and shows nothing."""

    name = "bench"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        return str(row.id)


@dataclass(slots=True)
class Ground:
    """A coach over a real file, and its patients."""

    coach: Coach
    folder: Path
    account: int
    patients: list[str]
    numbers: Iterator[int]

    def tokens(self, first: int, last: int) -> dict[int, str]:
        """The tokens of the open questions: what the buttons on the patients' screens hold."""
        with self.coach.store.reading() as tx:
            records = tx.load(self.patients[first:last])
        prompts = {place: records[self.patients[place]].conversation.prompt for place in range(first, last)}
        return {place: prompt.token if prompt else "" for place, prompt in prompts.items()}

    def update(self, patient: int, answers: tuple[str, ...], token: str = "") -> Update:
        """The next thing that a patient does, one of `answers`: `[code]` presses a button, anything else is typed."""
        answer = answers[patient % len(answers)]
        name = f"u{next(self.numbers)}"
        if answer.startswith("["):
            return Update(self.account, "bench", f"chat{patient}", name, "press", token=token, code=answer[1:-1])
        return Update(self.account, "bench", f"chat{patient}", name, "text", text=answer)

    def open_checkins(self, first: int, last: int) -> None:
        """Ask the patients from `first` up to `last` how it went today; not part of any measurement."""
        with self.coach.store.writing() as tx:
            changes = Changes()
            records = tx.load(self.patients[first:last])
            for record in records.values():
                draft = Draft(self.coach.world, record, NOW, self.coach.world.ids.next())
                apply(draft, Opened("cse/checkin", "touchpoint"), Delivery(lane=1))
                draft.merge(changes)
            tx.save(changes)


@contextmanager
def ground(
    patients: int,
    pack: Pack | None = None,
    database: str = "",
    *,
    channel: Channel | None = None,
    clock: StandingClock | None = None,
    keys: Path | None = None,
) -> Iterator[Ground]:
    """A durable coach (synchronous=FULL) with this many active patients, in a folder that goes away, or in the
    database of a URL; `keys` is the key file of a database that was made before."""
    with tempfile.TemporaryDirectory(prefix="coachbot-bench-") as name:
        folder = Path(name)
        if keys is not None:
            shutil.copy(keys, folder / keys.name)
        settings = load_settings(data=folder, database=database)
        store = open_store(settings.database_url, keys_path=settings.keys_path, synchronous="FULL")
        channels: dict[str, Channel] = {"bench": channel or Silent()}
        clock, pack = clock or StandingClock(NOW), pack or load_pack(ROOT)
        coach = assemble(settings, store, clock, channels, pack=pack, rng=Random(7))
        desk = coach.desk("bench")
        gc.collect()
        spare_the_collector()  # as the engine process does
        yield Ground(coach, folder, desk.account, enrol(coach, desk.account, patients), count())
        store.close()


def enrol(coach: Coach, account: int, number: int, first_chat: int | None = None) -> list[str]:
    """So many active patients; their chats are numbers from `first_chat`, or `chat0`, `chat1` and so on."""
    names = []
    for first in range(0, number, 500):
        with coach.store.writing() as tx:
            changes = Changes()
            for place in range(first, min(first + 500, number)):
                record = patient_at(coach, account, place, _chat(place, first_chat))
                names.append(record.id)
                tx.add_patient(record.id, site=coach.site, address=record.address, profile=record.profile)
                changes.conversations[record.id] = record
                changes.enrolments[record.id] = record
            tx.save(changes)
    return names


def _chat(place: int, first_chat: int | None) -> str:
    return f"chat{place}" if first_chat is None else str(first_chat + place)


def patient_at(coach: Coach, account: int, place: int, chat: str) -> PatientRecord:
    """An active patient in this chat, not stored yet."""
    patient = new_patient_id()
    enrolment = Enrolment(
        coach.world.ids.next(), "sct_cse", "combined" if place % 2 else "exercise", "active", date(2026, 3, 1),
        progress=Progress(attended=("cse_1",), assessments=("baseline",)), code=f"c{place}",
    )  # fmt: skip
    return PatientRecord(
        patient,
        coach.site,
        Profile(name=f"Patient {place}", zone="Europe/Berlin"),
        Conversation(patient, always_slots={"relapse_sign": "stiff in the morning"}),
        Address(coach.world.ids.next(), account, "bench", chat),
        enrolment,
        last_heard=NOW,
    )
