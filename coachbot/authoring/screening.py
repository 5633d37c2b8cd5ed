"""Screening: `content/screening/sct_cse.yaml` becomes `screening/sct_cse`.

It asks every question, reckons the outcome (the strongest wins: not_now, review, fit) and its reasons, says
the outcome's words and gives both slots to the caller. A skipped question counts as `review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coachbot.authoring.asks import answers_of, ask_from
from coachbot.authoring.dialogs import formula
from coachbot.authoring.draft import Draft
from coachbot.authoring.faults import Fault, did_you_mean
from coachbot.authoring.fields import Fields
from coachbot.authoring.yaml_reader import Document
from coachbot.engine.asks import Ask, Number, Scale, Several
from coachbot.engine.model import Action, Branch, Scope, Slot, State
from coachbot.rendering import Formula, compile_expression

KEYS = ("screening", "summary", "source", "clinical_sign_off", "questions")
QUESTION_KEYS = (
    "code", "kind", "ask", "when_met", "outside", "only_if", "urgent", "source", "confirmed", "clinical_sign_off",
    "rules_out",
)  # fmt: skip
#: From the weakest to the strongest.
OUTCOMES = ("fit", "review", "not_now")
_RECKON = "reckon"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a screening, and what its answers mean."""

    code: str
    kind: str
    ask: Ask
    #: Outcome per answer code.
    met: Mapping[str, str] = field(default_factory=dict)
    #: Lowest and highest number that is fit, and the outcome outside of them.
    low: float | None = None
    high: float | None = None
    outside: str = ""
    only_if: Formula | None = None
    #: Safety kind that a met answer opens at once; empty if none.
    urgent: str = ""
    line: int = 1

    def finding(self, scope: Scope) -> tuple[str, tuple[str, ...]]:
        """The outcome of the answer in the scope, and its reasons as codes."""
        if self.only_if is not None and not self.only_if(scope):
            return "fit", ()
        value = scope.get(self.code)
        if value is None:
            return "review", (f"{self.code}.skipped",)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        if isinstance(value, tuple | list):
            met = tuple(one for one in value if one in self.met)
            return _strongest(self.met[one] for one in met), tuple(f"{self.code}.{one}" for one in met)
        outcome = self.met.get(str(value), "fit")
        return outcome, () if outcome == "fit" else (self.code,)

    def _number(self, value: float) -> tuple[str, tuple[str, ...]]:
        low = self.low is not None and value < self.low
        high = self.high is not None and value > self.high
        return (self.outside, (self.code,)) if low or high else ("fit", ())


def screening_from(document: Document, name: str, faults: list[Fault]) -> Draft:
    """The draft of a screening."""
    top = Fields(document, faults)
    top.only(*KEYS)
    if top.text("screening") not in ("", name):
        top.fault("DIALOG_001", f"this is '{name}'", f"Write screening: {name}.", at=("screening",))
    made = (_question(item) for item in top.each("questions", required=True))
    questions = tuple(one for one in made if one is not None)
    states = _states(questions)
    return Draft(
        id=f"screening/{name}",
        document=document,
        summary=top.text("summary", "Who can take part."),
        start="intro",
        states=states,
        declared={slot: Slot(slot, "text") for slot in ("outcome", "reasons")},
        gives=("outcome", "reasons"),
        keeps=True,
        words=f"screening/{name}",
        source_words=f"screening/{name}",
        origin="screening",
        lines={one.code: one.line for one in questions},
    )


# -- questions --------------------------------------------------------------------------------------------
def _question(item: Fields) -> Question | None:
    item.only(*QUESTION_KEYS)
    code = item.code("code")
    ask = _named_ask(item, code)
    if not code or ask is None:
        return None
    met = _met(item, ask)
    _rules_out(item, met)
    low, high, outside = _outside(item)
    if not met and not outside:
        item.fault("SCREENING_001", f"'{code}' never changes the outcome")
    if isinstance(ask, Number | Scale) and met:
        item.fault("SCREENING_001", "a number has no codes", "Use outside: {low, high, outcome}.", at=("when_met",))
    only_if = formula(item, "only_if", item.data["only_if"]) if "only_if" in item else None
    return Question(
        code, item.text("kind", ""), ask, met, low, high, outside, only_if, item.text("urgent", ""), item.line("code")
    )


def _named_ask(item: Fields, code: str) -> Ask | None:
    """The question; its slot has the question's code, so that nobody writes it twice."""
    written = item.data.get("ask")
    if not isinstance(written, dict) or len(written) != 1:
        item.wrong("ask", "a question such as {yes_no: {required: true}}", written)
        return None
    kind, details = next(iter(written.items()))
    named = {kind: {**(details if isinstance(details, dict) else {}), "name": code}}
    return ask_from(Fields(item.document, item.faults, item.path, {"ask": named}))


def _met(item: Fields, ask: Ask) -> dict[str, str]:
    group = item.fields("when_met")
    codes = tuple(ask.of) if isinstance(ask, Several) else answers_of(ask)
    for code in group.data:
        if code not in codes:
            group.fault("DIALOG_008", f"'{code}' is not an answer", did_you_mean(code, codes), at=(code,))
    return {code: _outcome(group, code) for code in group.data}


def _rules_out(item: Fields, met: Mapping[str, str]) -> None:
    """Answers that stand for a `not_for` of exercises; only an answer in `when_met` is kept as a reason."""
    group = item.fields("rules_out") if "rules_out" in item else None
    for answer in group.data if group is not None else ():
        assert group is not None
        if answer not in met:
            group.fault("DIALOG_008", f"'{answer}' does not stand in when_met", did_you_mean(answer, met), at=(answer,))
        group.code(answer)


def conditions(screening: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Reason, as the enrolment keeps it, to the `not_for` codes of exercises that it stands for.

    A question left out stands for all that its answers could have said.
    """
    found: dict[str, frozenset[str]] = {}
    for question in screening.get("questions", ()):
        codes = question.get("rules_out") or {}
        several = "several" in question.get("ask", {})
        for answer, code in codes.items():
            reason = f"{question['code']}.{answer}" if several else str(question["code"])
            found[reason] = found.get(reason, frozenset()) | {str(code)}
        if codes:
            found[f"{question['code']}.skipped"] = frozenset(map(str, codes.values()))
    return found


def _outside(item: Fields) -> tuple[float | None, float | None, str]:
    if "outside" not in item:
        return None, None, ""
    group = item.fields("outside")
    group.only("low", "high", "outcome")
    return group.number("low"), group.number("high"), _outcome(group, "outcome")


def _outcome(group: Fields, key: str) -> str:
    written = group.text(key)
    if written and written not in OUTCOMES:
        cure = did_you_mean(written, OUTCOMES)
        group.fault("YAML_008", f"'{written}' is not an outcome", cure, at=(key,))
        return "review"
    return written or "review"


# -- the machine ------------------------------------------------------------------------------------------
def _states(questions: tuple[Question, ...]) -> dict[str, State]:
    entries = [f"{one.code}_if" if one.only_if else one.code for one in questions]
    states = {"intro": State("intro", says=True, branches=(Branch((*entries, _RECKON)[0]),), section="intro")}
    for question, after in zip(questions, (*entries[1:], _RECKON), strict=True):
        if question.only_if is not None:
            ways = (Branch(question.code, guard=question.only_if, source=question.only_if.source), Branch(after))
            states[f"{question.code}_if"] = State(f"{question.code}_if", branches=ways)
        states[question.code] = State(
            question.code, ask=question.ask, branches=(Branch(after),), dangers=_urgent(question), section=question.code
        )
    states[_RECKON] = _reckon(questions)
    return states | {one: State(one, says=True, end="done", section=one) for one in OUTCOMES}


def _urgent(question: Question) -> dict[str, str]:
    return dict.fromkeys(question.met, question.urgent) if question.urgent else {}


def _reckon(questions: tuple[Question, ...]) -> State:
    def outcome(scope: Scope) -> str:
        told = ("review",) if _told(scope) else ()
        return _strongest((*told, *(one.finding(scope)[0] for one in questions)))

    def reasons(scope: Scope) -> str:
        found = (reason for one in questions for reason in one.finding(scope)[1])
        return " ".join((*found, *(f"danger.{kind}" for kind in _told(scope))))

    ways = [_when(one) for one in reversed(OUTCOMES[1:])]
    return State(
        _RECKON,
        do=(Action("set", (("outcome", outcome), ("reasons", reasons))),),
        branches=(*ways, Branch("fit")),
    )


def _told(scope: Scope) -> tuple[str, ...]:
    """Kinds of danger told in passing, in own words: harmless answers afterwards don't make them untold."""
    return tuple((scope.get("safety") or {}).get("told") or ())


def _when(outcome: str) -> Branch:
    guard = compile_expression(f"outcome == '{outcome}'")
    return Branch(outcome, guard=guard, source=guard.source)


def _strongest(outcomes: Any) -> str:
    return max(outcomes, key=OUTCOMES.index, default="fit")
