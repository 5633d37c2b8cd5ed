"""The auditor: what the fake Telegram saw, held against what the database says. Every difference is a violation."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from coachbot.authoring.plain import read_plain
from coachbot.testing.botapi import FakeTelegram
from tests.faults.chats import compared
from tests.faults.crashes import NAMED, RANDOM, Kill, counted
from tests.faults.ledger import Ledger, Row
from tests.faults.town import Town


class Crashed(Protocol):
    """What is audited: a coach whose processes were killed while people talked with it."""

    telegram: FakeTelegram
    town: Town
    kills: list[Kill]

    def ledger(self) -> Ledger:
        """Its database."""


_FINAL = ("sent", "failed", "expired", "suppressed")


@dataclass(slots=True)
class Report:
    """What the auditor found."""

    kills: Sequence[Kill] = ()
    figures: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def __add__(self, other: Report) -> Report:
        """What was found in two towns."""
        figures = Counter(self.figures)
        figures.update(other.figures)
        return Report([*self.kills, *other.kills], dict(figures), [*self.violations, *other.violations])

    def counts(self) -> dict[str, int]:
        """Kills by point, then everything counted."""
        points = counted(self.kills)
        return {
            **{f"killed {point.replace('_', ' ')}": points[point] for point in (*NAMED, RANDOM)},
            **self.figures,
            "violations": len(self.violations),
        }

    def table(self) -> str:
        """The counts as a Markdown table."""
        return table({"number": self})


def table(reports: Mapping[str, Report]) -> str:
    """The counts of several runs beside each other, as a Markdown table."""
    columns = [report.counts() for report in reports.values()]
    rows = [[name, *(str(one[name]) for one in columns)] for name in columns[0]]
    head = [["what", *reports], ["---"] * (1 + len(reports))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (*head, *rows))


def audit(crashes: Crashed) -> Report:
    """Every promise of docs/reliability.md, one after the other."""
    ledger = crashes.ledger()
    rows = ledger.outbox()
    report = Report(crashes.kills)
    for check in (_inbox, _turns, _ledger, _timers, _alerts, _pictures, _consents, _file):
        report.violations += check(crashes, ledger, rows, report.figures)
    report.violations += _messages(crashes, rows, report.figures)
    return report


# -- in -----------------------------------------------------------------------------------------------
def _acknowledged(crashes: Crashed, account: int) -> list[str]:
    """What the inbox has to call each update that was acknowledged."""
    return [_name(update, account) for update in crashes.telegram.acknowledged]


def _name(update: dict[str, Any], account: int) -> str:
    if "callback_query" not in update:
        return f"u{update['update_id']}"
    return "p" + hashlib.sha256(f"{account}|{update['callback_query']['id']}".encode()).hexdigest()[:24]


def _account(ledger: Ledger) -> int:
    return ledger.number("SELECT id FROM account WHERE channel = 'telegram'")


def _inbox(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Every acknowledged update stands in the inbox, once, and nothing else does."""
    given = Counter(_acknowledged(crashes, _account(ledger)))
    stored = Counter(row[0] for row in ledger.ask("SELECT update_id FROM inbox WHERE update_id NOT LIKE 'gone-%'"))
    figures["updates acknowledged"] = sum(given.values())
    figures["updates lost"] = len(given - stored)
    figures["updates stored twice"] = sum(number - 1 for number in stored.values())
    yield from (f"update {name} was acknowledged and is not in the inbox" for name in given - stored)
    yield from (f"inbox row {name} stands there {number} times" for name, number in stored.items() if number > 1)
    yield from (f"inbox row {name} was never handed over" for name in stored - given)
    if crashes.telegram.waiting():
        yield f"{crashes.telegram.waiting()} updates were never fetched"


def _turns(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Every inbox row has exactly one turn."""
    figures["turns"] = ledger.number("SELECT count(*) FROM turn")
    counts = ledger.ask(
        "SELECT i.id, i.state, count(t.id) FROM inbox i LEFT JOIN turn t ON t.inbox = i.id GROUP BY i.id"
    )
    figures["updates without their turn"] = sum(number == 0 for _, _, number in counts)
    figures["updates with two turns"] = sum(number > 1 for _, _, number in counts)
    yield from (f"inbox row {row} is {state}" for row, state, _ in counts if state != "done")
    yield from (f"inbox row {row} has {number} turns" for row, _, number in counts if number != 1)


# -- out ----------------------------------------------------------------------------------------------
def _ledger(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Every row of the outbox has ended, or is due later."""
    now = time.time() * 1e6
    figures["messages in the ledger"] = len(rows)
    for row in rows:
        if row.state not in _FINAL and not (row.state == "due" and row.due_at > now):
            yield f"outbox row {row.id} is {row.state} ({row.reason})"
        if row.state == "failed" and not row.in_doubt:
            yield f"outbox row {row.id} has failed: {row.reason}"


def _messages(crashes: Crashed, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Chat by chat: what arrived is what the ledger says, in its order; what came twice was in doubt."""
    figures |= {"messages received": 0, "rows in doubt": sum(row.in_doubt for row in rows), "messages repeated": 0}
    by_chat: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_chat[row.chat].append(row)
    for talker in crashes.town.talkers:
        person = talker.person
        found = compared(person.chat, person.messages, by_chat[person.chat], [kill.at for kill in crashes.kills])
        figures["messages received"] += len(person.messages)
        figures["messages repeated"] += len(found.repeats)
        yield from found.violations


# -- effects ------------------------------------------------------------------------------------------
def _timers(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Every timer of the test has fired once; everybody who takes part has the next day planned."""
    fired = Counter(
        (patient, cause) for patient, cause in ledger.ask("SELECT patient, cause FROM turn WHERE inbox = 0")
    )
    own = [fired[one] for one in crashes.town.timers]
    figures["timers set by the test"] = len(own)
    figures["timers lost"] = own.count(0)
    figures["timers fired twice"] = sum(number > 1 for number in own)
    yield from (f"timer {one} fired {fired[one]} times" for one in crashes.town.timers if fired[one] != 1)
    unplanned = ledger.ask(
        "SELECT patient FROM enrolment WHERE state = 'active' AND patient NOT IN "
        "(SELECT patient FROM timer WHERE purpose = 'plan')"
    )
    yield from (f"patient {row[0]} has no next day" for row in unplanned)


def _alerts(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """For whoever told of a danger one alert stands, with its clock, and there was help."""
    told = {f"u{number}" for number in crashes.town.dangers}
    turns = [
        (name, patient, turn, at)
        for name, patient, turn, at in ledger.ask(
            "SELECT i.update_id, i.patient, t.id, t.at FROM inbox i JOIN turn t ON t.inbox = i.id"
        )
        if name in told
    ]
    alerts = ledger.alerts({patient for _, patient, _, _ in turns})
    clocks = {row[0] for row in ledger.ask("SELECT purpose FROM timer WHERE purpose LIKE 'escalate:%'")}
    figures["dangers told"] = len(turns)
    figures["alerts lost"] = 0
    for name, patient, turn, at in turns:
        mine = [one for one in alerts[patient] if _stands(one, at)]
        figures["alerts lost"] += not mine
        if len(mine) != 1:
            yield f"update {name} told of a danger, and {len(mine)} alerts stand"
        yield from (
            f"alert {one.id} has no clock"
            for one in mine if one.escalated_at is None and f"escalate:{one.id}" not in clocks
        )  # fmt: skip
        if ledger.number("SELECT count(*) FROM outbox WHERE turn = ?", turn) == 0:
            yield f"update {name} told of a danger and got no help"


def _stands(alert: Any, at: int) -> bool:
    """Whether an alert of a crisis was opened in a turn, or so shortly before it that staff are not told again."""
    return alert.kind == "crisis" and -2e-6 <= at / 1e6 - alert.opened_at.timestamp() < _cooldown_s()


@cache
def _cooldown_s() -> float:
    rules = read_plain(Path(__file__).parents[2] / "content" / "safety" / "rules.yaml")
    return float(rules["kinds"]["crisis"]["cooldown_minutes"]) * 60


def _pictures(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Whoever asked for a picture got one after the last time of asking, and never more than were asked for."""
    asked: dict[str, list[int]] = defaultdict(list)
    wanted = {f"u{number}" for number in crashes.town.pictures}
    for name, patient, turn in ledger.ask(
        "SELECT i.update_id, i.patient, t.id FROM inbox i JOIN turn t ON t.inbox = i.id ORDER BY i.id"
    ):
        if name in wanted:
            asked[patient].append(turn)
    drawn = {
        patient: [row.id for row in rows if row.patient == patient and row.name == "progress.png"] for patient in asked
    }
    figures["pictures asked for"] = sum(map(len, asked.values()))
    figures["pictures drawn"] = sum(map(len, drawn.values()))
    for patient, turns in asked.items():
        if not drawn[patient] or drawn[patient][-1] < turns[-1]:
            yield f"patient {patient} asked for a picture in turn {turns[-1]} and got none after it"
        if len(drawn[patient]) > len(turns):
            yield f"patient {patient} asked {len(turns)} times for a picture and got {len(drawn[patient])}"


def _consents(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """Nobody has consented twice to one text, and nobody is enrolled twice."""
    figures["patients enrolled"] = ledger.number("SELECT count(*) FROM enrolment")
    if figures["patients enrolled"] != len(crashes.town.talkers):
        yield f"{figures['patients enrolled']} are enrolled of {len(crashes.town.talkers)}"


def _file(crashes: Crashed, ledger: Ledger, rows: Sequence[Row], figures: dict[str, int]) -> Iterator[str]:
    """The database is whole."""
    yield from ledger.faults()
