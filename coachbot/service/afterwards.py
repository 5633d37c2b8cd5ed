"""What is heavy and comes after the commit: drawing, exporting, erasing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from coachbot.service import doctor_page, exporting, progress
from coachbot.service.draft import AFTERWARDS, Draft
from coachbot.service.ports import Store, Transaction
from coachbot.service.records import Afterwards, Changes, MediaRow, PatientRecord
from coachbot.service.speaking import Delivery, queue, say_section
from coachbot.service.world import World
from coachbot.service.writer import Writer

log = logging.getLogger("coachbot.afterwards")


class AfterwardsWork:
    """Does the heavy work of committed turns."""

    def __init__(self, world: World, store: Store, writer: Writer, forget: Callable[[str], None]) -> None:
        self._world = world
        self._store = store
        self._writer = writer
        #: Tells the channels that a patient is gone.
        self._forget = forget

    def do(self, work: Sequence[Afterwards]) -> None:
        """Do each piece; a fault in one is logged and leaves the others alone."""
        for piece in work:
            try:
                getattr(self, f"_{piece.kind}")(piece.patient)
            except Exception:
                log.exception("%s for %s failed", piece.kind, piece.patient)

    # -- progress ----------------------------------------------------------------------------------------
    def _progress(self, patient: str) -> None:
        with self._store.reading() as tx:
            record = tx.load([patient])[patient]
            diary, responses = tx.diary(patient), tx.responses(patient)
        picture = progress.draw(self._world, record, diary, responses)
        alt = progress.describe(self._world, record, diary)
        self._send(record, "progress", self._file(record, "progress.png", "image/png", picture), alt=alt)

    def _file(self, record: PatientRecord, name: str, media_type: str, content: bytes) -> MediaRow:
        return MediaRow(self._world.ids.next(), record.id, name, media_type, content, self._world.clock.now())

    def _send(self, record: PatientRecord, kind: str, *files: MediaRow, alt: str = "") -> None:
        """Send what was made, all in one commit. `alt` tells in words what a picture shows."""

        def write(tx: Transaction, draft: Draft) -> None:
            for media in files:
                tx.add_media(media)
                queue(draft, _body(media, alt), Delivery())

        self._write(record.id, kind, write)

    # -- export ------------------------------------------------------------------------------------------
    def _export(self, patient: str) -> None:
        with self._store.reading() as tx:
            data = exporting.collect(self._world, tx, patient)
        record = data.record
        page = exporting.page(self._world, data)
        self._send(
            record,
            "export",
            self._file(record, "my-data.json", "application/json", exporting.as_json(data)),
            self._file(record, "my-data.html", "text/html", page),
        )

    def _doctor_page(self, patient: str) -> None:
        with self._store.reading() as tx:
            record, diary, responses = tx.load([patient])[patient], tx.diary(patient), tx.responses(patient)
        page = doctor_page.page(self._world, record, diary, responses)
        self._send(record, "doctor_page", self._file(record, "for-my-doctor.html", "text/html", page))

    # -- erasure -----------------------------------------------------------------------------------------
    def _erase(self, patient: str) -> None:
        with self._store.reading() as tx:
            waits = any(a.kind in self._world.rules for a in tx.alerts(patient, open_only=True))
        if waits:
            self._write(patient, "erase", _wait_for_alert)
            return
        counts = self._writer.submit(lambda: self._erase_rows(patient)).result()
        self._forget(patient)
        log.info("erased %s: %s rows", patient, sum(counts.values()))

    def _erase_rows(self, patient: str) -> Mapping[str, int]:
        with self._store.writing() as tx:
            return tx.erase(patient) if _is_wanted(tx, patient, "erase") else {}

    # -- writing -----------------------------------------------------------------------------------------
    def _write(self, patient: str, kind: str, work: Callable[[Transaction, Draft], None]) -> None:
        self._writer.submit(lambda: self._write_rows(patient, kind, work)).result()

    def _write_rows(self, patient: str, kind: str, work: Callable[[Transaction, Draft], None]) -> None:
        """Write the outcome, and that it is done, in one commit: it comes once, however often it was begun."""
        changes = Changes()
        with self._store.writing() as tx:
            record = tx.load([patient]).get(patient)
            if record is None or not _is_wanted(tx, patient, kind):
                return
            draft = Draft(self._world, record, self._world.clock.now(), self._world.ids.next())
            work(tx, draft)
            for purpose in _timers(tx, patient, kind):
                draft.disarm(purpose)
            draft.merge(changes)
            tx.save(changes)


def _timers(tx: Transaction, patient: str, kind: str) -> list[str]:
    """The timers of every request for this: done once, it is done for all of them."""
    wanted = [AFTERWARDS, kind]
    return [timer.purpose for timer in tx.timers_of(patient) if timer.purpose.split(":")[:2] == wanted]


def _is_wanted(tx: Transaction, patient: str, kind: str) -> bool:
    """Whether this is still to be done; its timers go away with it."""
    return bool(_timers(tx, patient, kind))


def _body(media: MediaRow, alt: str) -> dict[str, str]:
    kind = "picture" if media.media_type.startswith("image/") else "file"
    return {"kind": kind, "media": str(media.id), "name": media.name, "alt": alt}


def _wait_for_alert(tx: Transaction, draft: Draft) -> None:
    """Erasure waits until somebody has seen the open alert: a person in danger does not vanish unread."""
    say_section(draft, "erase_waits", Delivery())
    draft.change_progress(erase_wanted=True)
