"""To whom: filter words as people write them, and whether a patient fits.

    programme=sct_cse arm=combined week=3-6 language=en,de exercise_days<3 score:rmdq>=10 tag=walkers

All words must hold. Nothing at all, or `everybody`, means everybody in the programme.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from coachbot.authoring.pack import Pack
from coachbot.errors import StaffError
from coachbot.service.broadcasts.records import Head
from coachbot.service.facts import week_from, week_of
from coachbot.service.records import Enrolment, Profile

WORDS = ("programme", "arm", "week", "language", "exercise_days", "score", "tag")
EVERYBODY = "everybody"
#: Days that `exercise_days` looks back over.
ADHERENCE_DAYS = 7
_WORD = re.compile(r"(?P<name>[a-z_]+)(?::(?P<of>\w+))?(?P<op><=|>=|=|<|>)(?P<value>\S+)")
_WEEKS = re.compile(r"(\d{1,3})(-(\d{1,3})?)?")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bound:
    """A number compared with another: `< 3`."""

    op: str
    value: float

    def holds(self, there: float) -> bool:
        """Whether this number fits."""
        return _OPERATORS[self.op](there, self.value)


@dataclass(frozen=True, slots=True)
class Audience:
    """A filter, read. Empty parts let everybody through."""

    programmes: frozenset[str] = frozenset()
    arms: frozenset[str] = frozenset()
    weeks: tuple[int, int | None] | None = None
    languages: frozenset[str] = frozenset()
    exercise_days: tuple[Bound, ...] = ()
    scores: tuple[tuple[str, Bound], ...] = ()
    tags: frozenset[str] = frozenset()

    def may_fit(self, head: Head) -> bool:
        """What can be told without opening anything: nobody is left out who fits."""
        if head.state != "active" or (self.programmes and head.programme not in self.programmes):
            return False
        return not self.arms or head.arm in self.arms

    @property
    def reads(self) -> bool:
        """Whether it asks for something that lies sealed."""
        return bool(self.languages or self.exercise_days or self.scores or self.tags)

    def told_by(self, head: Head, days: tuple[date, date]) -> bool | None:
        """Whether a patient fits, by what stands openly; None where that does not tell. `days` are the first and the
        last local day that it can be anywhere now."""
        if head.anchor is None or not self.may_fit(head):
            return False
        if self.weeks is not None:
            anchor = date.fromisoformat(head.anchor)
            fitting = {self._in_weeks(week_from(anchor, day)) for day in days}
            if fitting == {False}:
                return False
            if len(fitting) > 1:
                return None
        return None if self.reads else True

    def fits(self, profile: Profile, enrolment: Enrolment, day: date) -> bool:
        """Whether a patient fits on their local day, the scores left out."""
        if enrolment.state != "active" or (self.programmes and enrolment.programme not in self.programmes):
            return False
        return (
            (not self.arms or enrolment.arm in self.arms)
            and (not self.languages or profile.language in self.languages)
            and self._in_weeks(week_of(enrolment, day))
            and self.tags <= set(enrolment.progress.tags)
            and all(bound.holds(practised_lately(enrolment, day)) for bound in self.exercise_days)
        )

    def _in_weeks(self, week: int) -> bool:
        if self.weeks is None:
            return True
        first, last = self.weeks
        return week >= first and (last is None or week <= last)

    def scores_fit(self, totals: Mapping[str, float]) -> bool:
        """Whether the latest totals of the instruments fit; one never answered does not."""
        return all(name in totals and bound.holds(totals[name]) for name, bound in self.scores)


def practised_lately(enrolment: Enrolment, day: date) -> int:
    """On how many of the last days, today among them, exercises were done."""
    first = day - timedelta(days=ADHERENCE_DAYS - 1)
    return sum(first <= date.fromisoformat(one) <= day for one in set(enrolment.tally.practised))


# -- reading ------------------------------------------------------------------------------------------
def read_audience(written: str, pack: Pack) -> Audience:
    """A filter as written. Raises StaffError with the word that is wrong, where it stands, and what there is."""
    parts: dict[str, object] = {}
    scores: list[tuple[str, Bound]] = []
    days: list[Bound] = []
    for found in re.finditer(r"\S+", written):
        text, place = found.group(), found.start() + 1
        if text == EVERYBODY:
            continue
        word = _WORD.fullmatch(text)
        if word is None or word["name"] not in WORDS:
            raise _unknown(text, place)
        name, value = word["name"], word["value"]
        if name == "score":
            scores.append((_known(word["of"] or "", pack.instruments, "instrument", place), _bound(word, place)))
        elif word["of"]:
            raise StaffError(f"character {place}: '{text}': only score takes a name after a colon")
        elif name == "exercise_days":
            days.append(_bound(word, place))
        elif word["op"] != "=":
            raise StaffError(f"character {place}: '{text}': write {name}={value}")
        elif name in parts:
            raise StaffError(f"character {place}: '{name}' stands there twice; write {name}=one,other")
        else:
            parts[name] = _READ[name](value, pack, place)
    return Audience(
        programmes=_set(parts, "programme"), arms=_set(parts, "arm"), languages=_set(parts, "language"),
        tags=_set(parts, "tag"), weeks=parts.get("week"), exercise_days=tuple(days), scores=tuple(scores),  # type: ignore[arg-type]
    )  # fmt: skip


def _set(parts: Mapping[str, object], name: str) -> frozenset[str]:
    found = parts.get(name, frozenset())
    assert isinstance(found, frozenset)
    return found


def _unknown(text: str, place: int) -> StaffError:
    name = re.split(r"[:<>=]", text)[0]
    close = get_close_matches(name, WORDS, 1, 0.5)
    hint = f"; did you mean '{close[0]}'?" if close and close[0] != name else ""
    return StaffError(
        f"character {place}: '{text}' is not a filter{hint} There are programme=, arm=, week=3-6, language=, "
        "exercise_days<3 (of the last 7), score:rmdq>=10, tag=; or everybody"
    )


def _known(value: str, there: Collection[str], what: str, place: int) -> str:
    if value in there:
        return value
    close = get_close_matches(value, list(there), 1, 0.5)
    hint = f"; did you mean '{close[0]}'?" if close else f"; there is {', '.join(sorted(there))}"
    raise StaffError(f"character {place}: there is no {what} '{value}'{hint}")


def _bound(word: re.Match[str], place: int) -> Bound:
    try:
        return Bound(word["op"], float(word["value"]))
    except ValueError:
        raise StaffError(f"character {place}: '{word['value']}' is not a number") from None


def _weeks(value: str, pack: Pack, place: int) -> tuple[int, int | None]:
    found = _WEEKS.fullmatch(value)
    if found is None:
        raise StaffError(f"character {place}: '{value}' is no week; write week=3, week=3-6 or week=3-")
    first = int(found[1])
    last = int(found[3]) if found[3] else None if found[2] else first
    if last is not None and last < first:
        raise StaffError(f"character {place}: week {last} comes before week {first}")
    return first, last


def _programmes(value: str, pack: Pack, place: int) -> frozenset[str]:
    return frozenset(_known(one, pack.programmes, "programme", place) for one in value.split(","))


def _arms(value: str, pack: Pack, place: int) -> frozenset[str]:
    arms = {arm.code for programme in pack.programmes.values() for arm in programme.arms}
    return frozenset(_known(one, arms, "arm", place) for one in value.split(","))


def _languages(value: str, pack: Pack, place: int) -> frozenset[str]:
    return frozenset(_known(one, pack.words.languages, "language", place) for one in value.split(","))


def _tags(value: str, pack: Pack, place: int) -> frozenset[str]:
    return frozenset(value.split(","))


_READ: Mapping[str, Callable[[str, Pack, int], object]] = {
    "programme": _programmes, "arm": _arms, "week": _weeks, "language": _languages, "tag": _tags
}  # fmt: skip
