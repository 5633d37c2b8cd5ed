"""From the text of a `*.screenplay` file to a `Screenplay`; every fault is reported at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from coachbot.testing import phrasing
from coachbot.testing.expectations import read_expectation
from coachbot.testing.heading import Heading, is_heading
from coachbot.testing.moments import read_moment, read_span
from coachbot.testing.script import (
    Answers,
    At,
    Breaks,
    Expects,
    Fills,
    Line,
    Lives,
    Restarts,
    Role,
    Screenplay,
    ScreenplayFault,
    StaffActs,
    Step,
    WaitsReal,
)

SUFFIX = ".screenplay"
_HEADING = re.compile(r"==\s*(.+?)\s*=*")
_COACH = re.compile(r"coach\s*(?:\((?P<marks>[^)]*)\))?\s*(?:to\s+(?P<who>[^:]+?))?\s*(?:\((?P<more>[^)]*)\))?", re.I)
_OLD = re.compile(r"(?P<who>[^:]+?)\s+presses\s+old\s+(?P<labels>\[.+\])", re.I)
_ABOUT = re.compile(r"(?P<key>answer|page|expect|staff|live)(?:\s+(?:for\s+)?(?P<who>[^:]+))?", re.I)
_TEMPLATE = re.compile(r"template\s+(\S+)\s+(\S+)", re.I)
_STAFF = re.compile(
    r"(?P<act>confirm|end rest|withdraw|take over|hand back|resume|(?P<what>acknowledge|clear|rule out|allow|pause)"
    r"(?:\s+(?P<about>\w+)(?:\s+days)?)?)(?:\s+by\s+(?P<by>.+))?",
    re.I,
)
_STAFF_WRITES = re.compile(r"writes\s+(?P<text>.+)", re.I)
_STAFF_BROADCASTS = re.compile(
    r"broadcasts(?:\s+at\s+(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d))?(?:\s+for\s+(?P<hours>\d+)\s+hours?)?:?\s+(?P<text>.+)",
    re.I,
)
_LIVE = re.compile(r"(?P<until>until\s+.+?|.+?\s+pass)(?:\s*,\s*answering\s+(?P<rule>.+))?", re.I)
#: What `live: ..., answering ...` may name.
POLICIES = ("all", "nothing", "evenings", "mornings", "sessions", "assessments")


def read_screenplay(path: Path) -> Screenplay:
    """Read a file. Raises `ScreenplayFault` with all its faults."""
    try:
        return parse_screenplay(path.read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise ScreenplayFault(f"{path}: cannot be read ({error})") from None


def parse_screenplay(text: str, path: Path) -> Screenplay:
    """Read the text of a screenplay. `path` is where it stands, for messages and its pack."""
    reading = _Reading(path)
    for number, line in _logical_lines(text):
        reading.take(number, line)
    return reading.finish()


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines that say something, with their numbers; an indented line goes on from the one before."""
    lines: list[tuple[int, str]] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        if written[0] in " \t" and lines and not lines[-1][1].startswith("#"):
            first, so_far = lines[-1]
            lines[-1] = (first, f"{so_far} {written.strip()}")
        else:
            lines.append((number, written.strip()))
    return lines


@dataclass(slots=True)
class _Reading:
    """A file while it is read: what was found so far, and what is wrong with it."""

    path: Path
    title: str = ""
    heading: Heading = field(default_factory=Heading)
    lines: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    started: bool = False
    roles: tuple[Role, ...] = ()

    def take(self, number: int, text: str) -> None:
        if text.startswith("#"):
            self.title = self.title or text.lstrip("# ").strip()
            return
        try:
            self._take(number, text)
        except ValueError as error:
            self.faults.append(f"{self.path}:{number}: {error}\n    {text}")

    def _take(self, number: int, text: str) -> None:
        if not self.started and is_heading(text):
            self.heading.take(text)
            return
        if not self.started:
            self._start()
        who, step = self._step(text)
        self.lines.append(Line(number, text, step, who))

    def _start(self) -> None:
        self.started = True
        self.roles = self.heading.roles()
        if not self.roles:
            raise ValueError("no patient is on stage yet; begin with `patient: Mei, zone Asia/Shanghai, arm combined`")

    def finish(self) -> Screenplay:
        if not self.faults and not self.lines:
            self.faults.append(f"{self.path}: nothing happens in it; write a time such as `== Sat 2026-03-07 10:00`")
        if not self.faults:
            self._check_start()
        if self.faults:
            raise ScreenplayFault("\n".join(self.faults))
        pack, site = self.heading.pack, self.heading.site
        return Screenplay(
            path=self.path,
            title=self.title or self.path.stem,
            roles=self.roles,
            lines=tuple(self.lines),
            seed=self.heading.seed,
            pack=self.path.parent / pack if pack else None,
            site=self.path.parent / site if site else None,
            channel=self.heading.channel,
            slow=self.heading.slow,
        )

    def _check_start(self) -> None:
        first = next((line for line in self.lines if not isinstance(line.step, Breaks)), self.lines[0])
        if not (isinstance(first.step, At) and first.step.moment.is_absolute):
            self.faults.append(
                f"{self.path}:{first.number}: the first line must say the day; write `== Sat 2026-03-07 10:00`\n"
                f"    {first.source}"
            )

    # -- one line --------------------------------------------------------------------------------------
    def _step(self, text: str) -> tuple[str, Step]:
        if heading := _HEADING.fullmatch(text):
            return "", At(read_moment(heading[1]))
        if old := _OLD.fullmatch(text):
            return self._who(old["who"]), phrasing.read_presses(old["labels"], old=True)
        if text.lower() == "restart":
            return "", Restarts()
        key, colon, body = text.partition(":")
        if not colon:
            raise ValueError("this line says neither who speaks nor what happens; write `coach: ...` or `patient: ...`")
        return self._spoken(key.strip(), body.strip())

    def _spoken(self, key: str, body: str) -> tuple[str, Step]:
        if coach := _COACH.fullmatch(key):
            marks = f"{coach['marks'] or ''} {coach['more'] or ''}".replace(",", " ").split()
            return self._who(coach["who"]), phrasing.read_coach(body, marks)
        if key.lower() in _SINGLE:
            return "", _SINGLE[key.lower()](body)
        if (about := _ABOUT.fullmatch(key)) and self._is_role(about["who"]):
            return self._who(about["who"]), _ABOUT_SOMEBODY[about["key"].lower()](body)
        return self._who(key), phrasing.read_patient(body)

    def _is_role(self, name: str | None) -> bool:
        return not name or name.lower() == "patient" or any(r.name.lower() == name.lower() for r in self.roles)

    def _who(self, name: str | None) -> str:
        """The role's name; empty for the one last named."""
        if not name or name.strip().lower() == "patient":
            return ""
        found = next((role.name for role in self.roles if role.name.lower() == name.strip().lower()), None)
        if found is None:
            known = ", ".join(role.name for role in self.roles)
            raise ValueError(f"'{name.strip()}' is neither a kind of line nor on stage ({known})")
        return found


# -- kinds of lines -----------------------------------------------------------------------------------
def _read_answers(body: str) -> Step:
    words = body.split()
    kind = " ".join(words).lower()
    if kind in ("practice", "anything"):
        return Answers(kind)
    if kind in ("until done", "everything"):
        return Answers("done")
    name, equals, values = body.partition("=")
    if words and words[0].lower() == "instrument" and equals and len(name.split()) == 2:
        return Answers("instrument", name.split()[1], " ".join(values.split()))
    raise ValueError("write `answer: instrument gad7 = 1 1 0 2 1 0 1`, `practice`, `anything` or `until done`")


def _read_page(body: str) -> Fills:
    name, equals, values = body.partition("=")
    if body.strip().lower() == "finish":
        return Fills()
    if equals and name.strip() and values.strip():
        return Fills(name.strip(), " ".join(values.split()))
    raise ValueError("write `page: gad7 = 1 1 0 2 1 0 1`, `page: gad7 = 1 1 ...` or `page: finish`")


def _read_expects(body: str) -> Expects:
    check, words = read_expectation(body)
    return Expects(check, words)


def _template(body: str, *, mend: bool) -> Breaks:
    found = _TEMPLATE.fullmatch(body)
    if found is None:
        raise ValueError("write `template`, the words and the section, such as `template cse/checkin did_you`")
    return Breaks(found[1], found[2], mend)


def _read_staff(body: str) -> StaffActs:
    if words := _STAFF_WRITES.fullmatch(body):
        return StaffActs("writes", words["text"])
    if words := _STAFF_BROADCASTS.fullmatch(body):
        return StaffActs("broadcasts", words["text"], at=words["at"] or "", hours=words["hours"] or "24")
    found = _STAFF.fullmatch(body)
    if found is None:
        raise ValueError(
            "staff can `confirm`, `acknowledge crisis`, `end rest`, `clear pregnancy`, `withdraw`, `take over`, "
            "`hand back`, `rule out bridge`, `allow bridge`, `pause 7 days` or `resume`, each also `by Lin`; and "
            "`writes some words`, `broadcasts some words`, `broadcasts at 2026-03-12 10:00 for 3 hours: some words`"
        )
    return StaffActs((found["what"] or found["act"]).lower(), found["about"] or "", found["by"] or "Lin")


def _read_live(body: str) -> Lives:
    found = _LIVE.fullmatch(body)
    if found is None:
        raise ValueError("write `live: until 2026-06-20, answering all`")
    rule = (found["rule"] or "all").replace(",", " ").replace(" and ", " ").lower().split()
    unknown = [word for word in rule if word not in POLICIES]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is not a way of answering; there is: {', '.join(POLICIES)}")
    until = found["until"]
    if until.lower().startswith("until"):
        return Lives(read_moment(until[5:]), tuple(rule))
    return Lives(read_moment("+" + until[: -len("pass")].strip()), tuple(rule))


_SINGLE: dict[str, Callable[[str], Step]] = {
    "break": lambda body: _template(body, mend=False),
    "mend": lambda body: _template(body, mend=True),
    "wait": lambda body: WaitsReal(read_span(body).total_seconds()),
    "let": _read_live,
}
_ABOUT_SOMEBODY: dict[str, Callable[[str], Step]] = {
    "answer": _read_answers,
    "page": _read_page,
    "expect": _read_expects,
    "staff": _read_staff,
    "live": _read_live,
}
