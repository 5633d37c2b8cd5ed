"""A failing screenplay: the line, what was expected, what came, and where the patient stood."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from coachbot.testing.channel import Message
from coachbot.testing.checks import place_of, slots_of
from coachbot.testing.moments import told
from coachbot.testing.script import Line, Screenplay
from coachbot.testing.stage import Person, Stage

_LAST = 6
_WIDTH = 110


class ScreenplayFailure(AssertionError):
    """A screenplay that did not come true. Its text is the whole report."""

    def __init__(self, report: str, *, line: int = 0, lacks: str = "", held: int = 0) -> None:
        super().__init__(report)
        #: What the channel could not carry before it failed; empty for nothing.
        self.lacks = lacks
        #: Most messages that waited at one time for the patient's next word.
        self.held = held
        #: The line in the file at which it failed.
        self.line = line


def failure(
    screenplay: Screenplay, line: Line, stage: Stage, person: Person, *, expected: str, came: str, lesson: str = ""
) -> ScreenplayFailure:
    """The report of one failure."""
    parts = [
        f"{screenplay.path}:{line.number}: {screenplay.title}",
        f"  {line.source}",
        _named("expected", expected),
        _named("came", came or "nothing"),
    ]
    parts += [_named("because", lesson)] if lesson else []
    report = "\n".join([*parts, "", *standing(stage, person)])
    return ScreenplayFailure(report, line=line.number, lacks=stage.front.lacks, held=stage.front.held)


def _named(name: str, text: str) -> str:
    first, *rest = text.splitlines() or [""]
    lines = textwrap.wrap(first, _WIDTH) or [""]
    lines += [piece for line in rest for piece in (textwrap.wrap(line, _WIDTH, drop_whitespace=False) or [""])]
    return "\n".join(f"{name if n == 0 else '':>10}  {text}" for n, text in enumerate(lines))


def shown(message: Message) -> str:
    """A message on one line, with its buttons."""
    text = " ".join(message.text.split())
    return "   ".join([text, *(f"[{label}]" for _, label in message.labels)])


def shown_all(messages: Sequence[Message]) -> str:
    """Several messages, a line each."""
    return "\n".join(shown(message) for message in messages)


def standing(stage: Stage, person: Person) -> list[str]:
    """Where the patient stood, and what was said last."""
    record = stage.record(person)
    lines = [f"  {person.role.name}, {told(stage.local(person))}"]
    if record is None:
        lines.append("  the coach does not know this patient")
    else:
        talk = record.conversation
        stack = " > ".join(f"{frame.dialog}:{frame.state}" for frame in talk.frames) or "nothing open"
        prompt = talk.prompt
        question = (
            f"{prompt.dialog}/{prompt.state}" + (f" ({prompt.mode})" if prompt.mode != "open" else "")
            if prompt
            else "none"
        )
        slots = ", ".join(f"{name}={value!r}" for name, value in slots_of(record).items() if value is not None)
        timers = ", ".join(f"{t.purpose} {told(stage.local(person, t.due_at))}" for t in stage.timers(person))
        enrolment = record.enrolment.state if record.enrolment else "none"
        lines += [
            _named("state", f"{place_of(record)}   enrolment {enrolment}"),
            _named("stack", stack), _named("question", question), _named("slots", slots or "none"),
            _named("timers", timers or "none"),
        ]  # fmt: skip
    lines += ["  said last"]
    lines += [_named(stage.local(person, m.at).strftime("%a %H:%M"), shown(m)) for m in person.messages[-_LAST:]]
    return lines
