"""A clinic's sixty made-up patients at different weeks: what the demo's console shows.

    python -m coachbot.testing.cohort FOLDER 2026-03-11T10:00:00+00:00

Twelve live through all their weeks in the real service, one after the other, each in a folder of their own; the others
(`coachbot.testing.crowd`) through their last days, several in one folder. A line is printed for each that is done: the
folder and the pseudonym. In between it rests as long as it worked, so that it never takes a whole processor.
"""

from __future__ import annotations

import sys
import time as time_module
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from coachbot.programme.localtime import moment
from coachbot.testing import crowd
from coachbot.testing import persona as personas
from coachbot.testing.persona import Persona
from coachbot.testing.transcript import Living, Noting

#: Ids of another process than the demo's own.
_WORKER = 7
_LONGEST_REST_S = 3.0


@dataclass(frozen=True, slots=True)
class Member:
    """One made-up patient of the clinic."""

    name: str
    persona: str
    arm: str
    #: Days since day 0; -1: screened, and nobody has confirmed yet.
    days: int
    zone: str = "Europe/Berlin"
    #: What they write by themselves: days before the end, time, text.
    says: Sequence[tuple[int, str, str]] = ()
    #: Days without a word at the end.
    away: int = 0
    #: Shares of talks left unanswered, by touchpoint.
    silent: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, Sequence[Any]] = field(default_factory=dict)


#: Those who need somebody come first, so that the console has something to show soon.
COHORT = (
    Member("Edda Brandt", "steady", "exercise", -1),
    Member("Noor Haddad", "steady", "combined", 10, says=[(1, "18:10", "my therapist")],
           answers={"words": ["Could Lin ring me about the new insoles? I'm not sure they help."]}),
    Member("Maya Collins", "distressed", "exercise", 12, "Europe/London",
           says=[(1, "19:40", "i don't want to live any more")]),
    Member("Tomasz Nowak", "busy", "combined", 17, away=5),
    Member("Marta Lehmann", "steady", "exercise", 19),
    Member("Jonas Weber", "doubting", "combined", 5),
    Member("Hye-jin Park", "busy", "exercise", 24),
    Member("Sof\u00eda Romero", "steady", "combined", 33),
    Member("Karl Otto Brenner", "doubting", "exercise", 41, silent={"assessment": 1.0, "assessment_reminder": 1.0}),
    Member("Imani Okoye", "steady", "exercise", 54),
    Member("Ren\u00e9 Dubois", "busy", "combined", 75),
    Member("Lotte Visser", "steady", "combined", 114),
)  # fmt: skip


def play(member: Member, folder: Path, until: datetime, number: int) -> str:
    """Live through one member's weeks up to `until`; the patient's pseudonym."""
    persona = _persona(member)
    begin = until.date() - timedelta(days=max(member.days, 0) + 1)
    with Noting(moment(begin, time(9, 0), persona.zone), number, folder=folder) as stage:
        stage.coach.world.ids.work_as(_WORKER)
        living = Living(stage, member.arm, persona, Random(number), begin)
        living.person.chat = f"cohort-{number}"
        living.come_in()
        if member.days >= 0:
            living.live_until(until)
        else:
            stage.travel_to(until)
        return living.person.patient


def _persona(member: Member) -> Persona:
    base = personas.load(member.persona)
    says = [{"day": member.days - before, "at": at, "text": text} for before, at, text in member.says]
    away = [*base.away, *([[member.days - member.away, member.days + 1]] if member.away else [])]
    past = [act for act in base.staff if act["day"] < member.days - 2]
    return replace(
        base,
        name=member.name,
        zone=member.zone,
        says=[*(s for s in base.says if s["day"] < member.days - 2), *says],
        away=away,
        silent={**base.silent, **member.silent},
        answers={**base.answers, **member.answers},
        staff=past,
    )


def lines(folder: Path, until: datetime, done: int) -> Iterator[str]:
    """Play those who are still to come; `folder patient` for each."""
    for number, member in enumerate(COHORT):
        if number >= done:
            place = _made(folder / str(number))
            yield f"{number} {play(member, place, until, number + 1)}"
    everybody = crowd.figures()
    for first in range(0, len(everybody), crowd.TOGETHER):
        number = len(COHORT) + first
        some = everybody[first : first + crowd.TOGETHER]
        if number + len(some) > done:
            patients = crowd.live(some, _made(folder / str(number)), until, number, _WORKER)
            yield from (f"{number} {patient}" for patient in patients[max(done - number, 0) :])


def _made(place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    return place


def _rest(since: float) -> float:
    """Rest as long as was worked; the moment from which the next work counts."""
    time_module.sleep(min(max(time_module.monotonic() - since, 0.0), _LONGEST_REST_S))
    return time_module.monotonic()


if __name__ == "__main__":
    began = time_module.monotonic()
    for line in lines(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else 0):
        print(line, flush=True)
        began = _rest(began)
