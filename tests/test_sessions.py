"""The four sessions on the usual way, as long as promised and with practice in them; and the weeks after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from coachbot.authoring.pack import Pack
from coachbot.engine import effects as fx
from coachbot.engine.asks import Choice, FreeText, Scale, Several, Wait
from coachbot.engine.events import Event, Opened, Pressed, Said, TimerFired
from coachbot.engine.model import Conversation, Value
from coachbot.engine.step import step

NOW = datetime(2026, 3, 9, 10, tzinfo=UTC)
WORDS_PER_MINUTE = 200
PRACTICES = (
    "affectionate_breathing", "body_scan", "compassion_break", "friend", "kindness_phrases", "letter",
    "noticing_stress", "soothing_touch",
)  # fmt: skip
#: What is answered where the first choice is not the usual one.
USUAL = {"phrases_offer": "full", "practice_offer": "friend", "keep": "same", "letter_how": "here"}
NUMBERS = {60: "one minute", 120: "two minutes", 180: "three minutes", 240: "four minutes"}


def facts(week: int, attended: int = 4, **today: Any) -> dict[str, Any]:
    """A patient of the combined arm in this week, after so many sessions."""
    sessions = {f"{kind}_{n}": n <= attended for kind in ("sct", "cse") for n in range(1, 5)}
    phase = "course" if week <= 4 else "maintenance"
    return {
        "patient": {"name": "Mei", "language": "en", "evening": "19:00", "practice_days": ("mon",)},
        "programme": {"arm": "combined", "week": week, "phase": phase},
        "today": {"part": "morning", "weekday": "mon", "practice_day": True, "session_day": False, **today},
        "diary": {"sct": 3, "sct_week": 0, "cse_week": 1},
        "attended": sessions,
        "site": {"therapist": "Lin", "reads_when": "on weekdays", "crisis_line": "1", "emergency": "2"},
    }


@dataclass
class Walked:
    """One patient in a dialog, and everything that came of it."""

    pack: Pack
    at: Conversation
    effects: list[fx.Effect] = field(default_factory=list)
    turns: int = 0
    rng: Random = field(default_factory=lambda: Random(1))

    def do(self, event: Event) -> None:
        out = step(self.pack.library, self.at, event, now=NOW, rng=self.rng)
        self.at, self.effects = out.conversation, [*self.effects, *out.effects]

    def answer(self) -> None:
        """The usual answer to the open question."""
        prompt = self.at.prompt
        assert prompt is not None
        ask = self.pack.library.dialogs[prompt.dialog].states[prompt.state].ask
        self.turns += not isinstance(ask, Wait)
        self.do(_answer(ask, prompt.token))
        if isinstance(ask, Several):
            self.do(Pressed(prompt.token, "done"))
        assert self.at.prompt is None or self.at.prompt.token != prompt.token, f"no answer fits {prompt.state}"

    @property
    def said(self) -> list[fx.Text]:
        return [one.text for one in self.effects if isinstance(one, fx.Say | fx.Show)]

    def texts(self) -> list[str]:
        return ["\n".join(b.markdown for b in self.pack.words.bubbles("en", text)) for text in self.said]

    @property
    def minutes(self) -> float:
        """Silence of the practices, and the time to read it all."""
        timers = [one for one in self.effects if isinstance(one, fx.Arm) and one.purpose == "wait"]
        silence = sum(one.after.total_seconds() for one in timers)
        return silence / 60 + sum(len(text.split()) for text in self.texts()) / WORDS_PER_MINUTE


def _answer(ask: Any, token: str) -> Event:
    match ask:
        case Wait():
            return TimerFired("wait", token)
        case Choice():
            return Pressed(token, USUAL.get(ask.name, ask.of[0]))
        case Several():
            return Pressed(token, ask.of[0])
        case Scale():
            return Pressed(token, "4")
        case FreeText():
            return Said("A few words of my own.")
    raise AssertionError(ask)


def opened(pack: Pack, dialog: str, scope: dict[str, Any], slots: dict[str, Value] | None = None) -> Walked:
    walked = Walked(pack, Conversation("p", facts=scope, programme_slots=slots or {}))
    walked.do(Opened(dialog))
    return walked


def session(pack: Pack, number: int) -> Walked:
    before: dict[str, Value] = {f"own_words_{n}": "Come and sit down." for n in range(1, number)}
    before |= {"sct_when": "evening", "sct_after": "the news"} if number > 1 else {}
    walked = opened(pack, f"sct/session_{number}", facts(number, number - 1), before)
    while walked.at.prompt is not None:
        walked.answer()
    return walked


# -- the sessions ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_session_has_15_to_25_turns_and_takes_10_to_20_minutes(pack: Pack, number: int) -> None:
    walked = session(pack, number)
    assert [one.result for one in walked.effects if isinstance(one, fx.Ended)] == ["done"]
    print(f"session {number}: {walked.turns} turns, {walked.minutes:.1f} minutes")
    assert 15 <= walked.turns <= 25
    assert 10 <= walked.minutes <= 20


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_session_has_two_practices_and_measures_before_and_after(pack: Pack, number: int) -> None:
    walked = session(pack, number)
    practices = {text.words for text in walked.said if text.words.startswith("practices/")}
    sections = [text.section for text in walked.said]
    assert len(practices) >= 2
    assert sections.index("tension_before") < sections.index("tension_after")
    assert walked.at.programme_slots["sct_what"] in PRACTICES


@pytest.mark.parametrize(("number", "earlier"), [(2, (1,)), (3, (2,)), (4, (1, 2, 3))])
def test_a_later_session_takes_up_what_was_written(pack: Pack, number: int, earlier: tuple[int, ...]) -> None:
    before: dict[str, Value] = {f"own_words_{n}": f"My words number {n}." for n in earlier}
    walked = opened(pack, f"sct/session_{number}", facts(number, number - 1), before)
    while walked.at.prompt is not None:
        walked.answer()
    said = "\n".join(walked.texts())
    assert all(f"“My words number {n}.”" in said for n in earlier)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_short_way_of_a_session_asks_for_nothing_to_be_typed(pack: Pack, number: int) -> None:
    walked = opened(pack, f"sct/session_{number}", facts(number, number - 1))
    asked = []
    while (prompt := walked.at.prompt) is not None:
        ask = pack.library.dialogs[prompt.dialog].states[prompt.state].ask
        asked.append(ask)
        if prompt.state == "pain_now":
            walked.do(Pressed(prompt.token, "9"))
        elif prompt.dialog == "sct/agree_practice":
            walked.do(Pressed(prompt.token, "open"))
        else:
            walked.answer()
    assert [one for one in asked if isinstance(one, FreeText)] == []
    assert [one.result for one in walked.effects if isinstance(one, fx.Ended)] == ["done"]


# -- the practices -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PRACTICES)
def test_every_practice_has_three_versions_and_says_how_long_the_silence_is(pack: Pack, name: str) -> None:
    dialogs = pack.library.dialogs
    assert {f"practice/{name}", f"practice/{name}_short", f"practice/{name}_quiet"} <= set(dialogs)
    silence = dialogs[f"practice/{name}_quiet"].states["quiet"].ask
    assert isinstance(silence, Wait)
    section = pack.words.section("en", f"practices/{name}", "quiet")
    assert section is not None
    assert NUMBERS[int(silence.seconds)] in section.texts[0].lower()


@pytest.mark.parametrize("name", PRACTICES)
def test_the_short_version_takes_about_two_minutes(pack: Pack, name: str) -> None:
    walked = opened(pack, f"practice/{name}_short", facts(5))
    while walked.at.prompt is not None:
        walked.answer()
    assert 1.5 <= walked.minutes <= 3.5


# -- the weeks after ---------------------------------------------------------------------------------------
def heard(pack: Pack, walked: Walked) -> set[str]:
    """Everything that may be read here, in all the wordings that can be drawn."""
    picks = [(number + 0.5) / 40 for number in range(40)]
    return {wording for text in walked.said for wording in _drawn(pack, text, picks)}


def _drawn(pack: Pack, text: fx.Text, picks: list[float]) -> Iterator[str]:
    for pick in picks:
        drawn = fx.Text(text.words, text.section, text.part, pick, text.scope)
        yield "\n".join(bubble.markdown for bubble in pack.words.bubbles("en", drawn))


@pytest.mark.parametrize("week", range(1, 16))
@pytest.mark.parametrize("plan", [*PRACTICES, None])
def test_the_reminder_of_a_week_never_reads_like_the_one_before(pack: Pack, plan: str | None, week: int) -> None:
    slots: dict[str, Value] = {"sct_what": plan, "sct_when": "shifts", "sct_after": "tea"}
    day: dict[str, Any] = {} if plan else {"practice_day": False, "weekday": "sun"}
    this, following = (heard(pack, opened(pack, "sct/reminder", facts(w, **day), slots)) for w in (week, week + 1))
    assert this
    assert following
    assert not this & following


def mornings(pack: Pack, week: int, practised: int) -> list[str]:
    """The days of a week on which the reminder says anything, exercises being on Monday, Wednesday and Friday."""
    said = []
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        known = facts(week, weekday=day, practice_day=day in ("mon", "wed", "fri"))
        known["diary"]["sct_week"] = practised
        if opened(pack, "sct/reminder", known, {"sct_what": "friend"}).said:
            said.append(day)
    return said


def test_in_the_four_weeks_the_plan_is_named_daily(pack: Pack) -> None:
    assert len(mornings(pack, 3, practised=5)) == 7


def test_later_the_plan_is_named_until_the_first_practice_of_a_week(pack: Pack) -> None:
    assert mornings(pack, 7, practised=0) == ["mon", "tue", "wed", "fri", "sun"]
    assert mornings(pack, 7, practised=1) == ["tue", "sun"]


@pytest.mark.parametrize("week", range(4, 16))
@pytest.mark.parametrize("did", ["all", "not_today"])
def test_the_check_in_of_a_week_never_reads_like_that_of_the_week_before(pack: Pack, did: str, week: int) -> None:
    def talk(in_week: int) -> set[str]:
        walked = opened(pack, "sct/checkin", facts(in_week), {"sct_what": "friend"})
        assert walked.at.prompt is not None
        walked.do(Pressed(walked.at.prompt.token, did))
        while walked.at.prompt is not None:
            prompt = walked.at.prompt
            walked.do(Pressed(prompt.token, "tomorrow") if prompt.state == "offer" else _answer_of(pack, walked))
        return heard(pack, walked)

    assert not talk(week) & talk(week + 1)


def _answer_of(pack: Pack, walked: Walked) -> Event:
    prompt = walked.at.prompt
    assert prompt is not None
    return _answer(pack.library.dialogs[prompt.dialog].states[prompt.state].ask, prompt.token)


@pytest.mark.parametrize("words", ["common/evening", "cse/reminder", "sct/reminder", "sct/checkin", "sct/idea"])
def test_no_wording_met_daily_is_used_in_two_weeks_running(pack: Pack, words: str) -> None:
    for name, section in pack.words.sections("en", words).items():
        if len(section.texts) > 1:
            assert section.weeks, f"{words} {name}"
            for text, weeks in zip(section.texts, section.weeks, strict=True):
                if week_pairs := [w for w in weeks if w in range(4, 17) and w + 1 in weeks]:
                    pytest.fail(f"{words} '{name}' says the same in the weeks {week_pairs} and after: {text}")


@pytest.mark.parametrize("words", ["common/evening", "cse/reminder", "sct/reminder"])
def test_a_line_met_on_most_days_has_four_wordings_for_each_week(pack: Pack, words: str) -> None:
    sections = pack.words.sections("en", words)
    daily = {name: one for name, one in sections.items() if len(one.texts) > 5}
    assert daily
    for name, section in daily.items():
        fewest = min(sum(week in weeks for weeks in section.weeks) for week in range(1, 17))
        assert fewest >= 4, f"{words} {name}"


def suggestion(pack: Pack, week: int, attended: int) -> Any:
    walked = opened(pack, "sct/two_minutes", facts(week, attended))
    return walked.at.frames[-1].slots["practice"]


@pytest.mark.parametrize("attended", [1, 2, 3, 4])
def test_no_practice_is_suggested_two_weeks_running_unless_it_was_chosen(pack: Pack, attended: int) -> None:
    weeks = [suggestion(pack, week, attended) for week in range(1, 17)]
    assert all(one != following for one, following in pairwise(weeks))
    assert set(weeks) == set(PRACTICES)


@pytest.mark.parametrize("week", range(5, 17))
def test_the_idea_of_the_week_names_the_practice_that_is_suggested(pack: Pack, week: int) -> None:
    named = {
        "body_scan": "body scan", "compassion_break": "break", "affectionate_breathing": "affectionate",
        "letter": "letter", "soothing_touch": "soothing touch", "friend": "friend", "kindness_phrases": "kind phrases",
        "noticing_stress": "noticing stress",
    }  # fmt: skip
    days = ("sun", "tue")
    wordings = set().union(*(heard(pack, opened(pack, "sct/idea", facts(week, weekday=day))) for day in days))
    assert len(wordings) == 2
    assert all(named[suggestion(pack, week, 4)] in wording.lower() for wording in wordings)


def test_a_chosen_practice_stays_the_one_that_is_offered(pack: Pack) -> None:
    for week in (5, 6, 7):
        walked = opened(pack, "sct/two_minutes", facts(week), {"sct_what": "letter"})
        assert walked.at.frames[-1].slots["practice"] == "letter"


@pytest.mark.parametrize(("week", "slot"), [(6, 1), (8, 4), (10, 2), (14, 3), (16, 4)])
def test_the_patients_own_words_come_back_on_the_session_day(pack: Pack, week: int, slot: int) -> None:
    slots: dict[str, Value] = {"sct_what": "friend", f"own_words_{slot}": "There is no hurry."}
    assert "“There is no hurry.”" in opened(pack, "sct/reminder", facts(week, session_day=True), slots).texts()[0]
    assert "no hurry" not in opened(pack, "sct/reminder", facts(week), slots).texts()[0]
