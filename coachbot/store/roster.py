"""What the staff's lists hold in memory: every patient's standing, by the revision at which it was opened."""

from __future__ import annotations

from threading import Lock

from coachbot.service.staff.records import RosterRow


class RosterCache:
    """Opened rows of all patients: about 2 kB each. Erased patients never come back in."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[int | None, RosterRow]] = {}
        self._erased: set[str] = set()
        self._lock = Lock()

    def revision(self, patient: str) -> int | None:
        """At which revision a patient was opened; -1 for one who was not."""
        held = self._held.get(patient)
        return -1 if held is None or held[0] is None else held[0]

    def row(self, patient: str) -> RosterRow | None:
        """What was opened."""
        held = self._held.get(patient)
        return held[1] if held else None

    def put(self, patient: str, revision: int | None, row: RosterRow) -> None:
        """Hold a row."""
        with self._lock:
            if patient not in self._erased:
                self._held[patient] = (revision, row)

    def forget(self, patient: str) -> None:
        """The patient was erased: drop the row for good."""
        with self._lock:
            self._held.pop(patient, None)
            self._erased.add(patient)
