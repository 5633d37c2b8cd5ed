"""What becomes a dialog by itself, walked through the engine: practices, education, exercises and the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from coachbot.authoring.pack import Pack, load_pack
from coachbot.engine import effects as fx
from coachbot.engine.asks import Choice, Scale, Several, Wait
from coachbot.engine.events import Opened, Pressed, TimerFired
from coachbot.engine.model import Conversation
from coachbot.engine.step import step
from coachbot.testing.ground import pack_at
from tests.authoring.bad_packs import (
    ANCHORED,
    EXERCISE,
    EXERCISE_WORDS,
    INSTRUMENT_WORDS,
    SCREENING,
    SCREENING_WORDS,
    TRY_IT,
    lay,
)

NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
FILES: dict[str, str | bytes | None] = {
    "content/practices/rest.yaml": (
        "practice: rest\narms: [x]\nlines: [{one: 5}, {two: 7}, {three: 9}]\nshort: [one, three]\nquiet: 120\n"
    ),
    "content/en/practices/rest.md": "## one\n1\n## two\n2\n## three\n3\n## quiet\nHush.\n## quiet_back\nOver.\n",
    "content/education/messages.yaml": (
        "- {id: plain, theme: facts, sources: [Us]}\n"
        "- {id: asked, theme: facts, sources: [Us], quiz: [harm, no_harm], arms: [x], tags: [fear]}\n"
    ),
    "content/en/education/plain.md": "## message\nPlain.\n",
    "content/en/education/asked.md": (
        "## message\nM\n## quiz\nQ?\n- harm: H\n- no_harm: N\n## harm\nSo.\n## no_harm\nYes.\n"
    ),
    "content/exercises/bridge.yaml": EXERCISE + "dose: {hold_s: 10, times: 10}\n",
    "content/en/exercises/bridge.md": EXERCISE_WORDS,
    "content/en/exercise.md": TRY_IT,
    "content/en/instrument.md": "## progress\n{{ item.number }} of {{ item.of }}\n",
    "content/instruments/one.yaml": ANCHORED.replace(
        "  - {code: now, safety: none}\n",
        "  - {code: now, safety: rules}\n  - {code: then, scored: false, safety: none}\n",
    ).replace(
        "licence:",
        "safety:\n"
        "  - {item: now, kind: fire, at_least: 1, priority: top, source: ours}\n"
        "  - {item: now, kind: fire, skipped: true, ask_again: 1, priority: high, source: ours}\n"
        "licence:",
    ),
    "content/en/instruments/one.md": INSTRUMENT_WORDS
    + "## then\nAnd then?\n## anchors\n- a0: No\n- a1: Yes\n## now_again\nOnce more: now?\n",
    "content/screening/one.yaml": SCREENING
    + "    urgent: fire\n"
    + "  - {code: age, ask: {number: {unit: years}}, outside: {low: 18, high: 60, outcome: not_now}}\n"
    + "  - {code: signs, only_if: age is not missing and age > 50, ask: {several: {of: [fever, fall]}},\n"
    + "     when_met: {fever: review, fall: review}}\n",
    "content/en/screening/one.md": SCREENING_WORDS.replace(
        "B?\n", "B?\n## age\nAge?\n## signs\nS?\n- fever: F\n- fall: L\n"
    ),
    "content/safety/rules.yaml": (
        "kinds:\n  fire: {priority: top, dialog: a/hello}\nitems:\n  - {instrument: one, item: now, kind: fire}\n"
    ),
    "content/en/safety/static.md": "## fire\nFire! {emergency}\n",
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(lay(tmp_path_factory.mktemp("pack"), FILES))


class Talk:
    """One patient of arm x, walked through a dialog by pressing codes."""

    def __init__(self, pack: Pack, dialog: str) -> None:
        self.pack = pack
        self.at = Conversation("p", facts={"programme": {"arm": "x"}, "patient": {"language": "en"}})
        self.effects: list[fx.Effect] = []
        self._do(Opened(dialog))

    def press(self, code: str) -> Talk:
        assert self.at.prompt is not None
        return self._do(Pressed(self.at.prompt.token, code))

    def wait(self) -> Talk:
        assert self.at.prompt is not None
        return self._do(TimerFired("wait", self.at.prompt.token))

    def _do(self, event: object) -> Talk:
        outcome = step(self.pack.library, self.at, event, now=NOW, rng=Random(1))  # type: ignore[arg-type]
        self.at, self.effects = outcome.conversation, [*self.effects, *outcome.effects]
        return self

    @property
    def sections(self) -> list[str]:
        return [one.text.section for one in self.effects if isinstance(one, fx.Say | fx.Show)]

    @property
    def result(self) -> str | None:
        return next((one.result for one in self.effects if isinstance(one, fx.Ended)), None)


def test_a_practice_goes_line_by_line_and_ends_done(pack: Pack) -> None:
    talk = Talk(pack, "practice/rest").wait().wait().wait()
    assert talk.sections == ["one", "two", "three"]
    assert talk.result == "done"
    line = pack.library.dialogs["practice/rest"].states["two"]
    assert line.ask == Wait(7)
    assert line.quiet


def test_a_short_practice_has_its_lines_only_and_can_be_stopped(pack: Pack) -> None:
    assert Talk(pack, "practice/rest_short").wait().wait().sections == ["one", "three"]
    assert Talk(pack, "practice/rest_short").press("end").result == "stopped"
    assert pack.library.dialogs["practice/rest_short"].arms == ("x",)


def test_a_quiet_practice_is_one_line_silence_and_one_line_back(pack: Pack) -> None:
    talk = Talk(pack, "practice/rest_quiet")
    assert talk.sections == ["quiet"]
    assert [one.after.total_seconds() for one in talk.effects if isinstance(one, fx.Arm)] == [120]
    assert (talk.wait().sections, talk.result) == (["quiet", "quiet_back"], "done")
    assert Talk(pack, "practice/rest_quiet").press("end").result == "stopped"
    assert pack.library.dialogs["practice/rest_quiet"].arms == ("x",)


def test_only_the_line_back_of_a_quiet_practice_sounds(pack: Pack) -> None:
    states = pack.library.dialogs["practice/rest_quiet"].states
    assert [(name, one.quiet, one.sounds) for name, one in states.items()] == [
        ("quiet", True, False),
        ("quiet_back", False, True),
    ]


def test_a_practice_without_silence_has_no_quiet_version(tmp_path: Path) -> None:
    rest = str(FILES["content/practices/rest.yaml"])
    words = str(FILES["content/en/practices/rest.md"]).partition("## quiet")[0]
    changed = {"content/practices/rest.yaml": rest.replace("quiet: 120\n", ""), "content/en/practices/rest.md": words}
    assert "practice/rest_quiet" not in load_pack(lay(tmp_path, {**FILES, **changed})).library.dialogs


def test_education_says_and_a_quiz_answers(pack: Pack) -> None:
    assert Talk(pack, "education/plain").result == "done"
    talk = Talk(pack, "education/asked").press("no_harm")
    assert (talk.sections, talk.result) == (["message", "quiz", "no_harm"], "done")
    assert Talk(pack, "education/asked").press("skip").result == "done"


def test_education_keeps_its_order_and_marks(pack: Pack) -> None:
    plain, asked = pack.education
    assert (plain.id, plain.dialog, plain.sources) == ("plain", "education/plain", ("Us",))
    assert (asked.arms, asked.tags, asked.quiz) == (("x",), ("fear",), ("harm", "no_harm"))


@pytest.mark.parametrize("result", ["done", "later", "not_for_me"])
def test_an_exercise_is_shown_then_tried(pack: Pack, result: str) -> None:
    talk = Talk(pack, "exercise/bridge").press(result)
    assert (talk.sections, talk.result) == (["card", "mistake", "stop", "try_it"], result)
    easier = Talk(pack, "exercise/bridge").press("easier").press(result)
    assert (easier.sections[-2:], easier.result) == (["easier", "try_easier"], result)
    assert pack.exercises["bridge"].dose == {"hold_s": 10, "times": 10}


def test_beside_an_exercise_stands_a_harder_way_of_it_unless_the_last_practice_hurt(pack: Pack) -> None:
    beside = pack.library.dialogs["beside/bridge"].states
    assert isinstance(beside["beside"].ask, Choice)
    assert beside["beside"].ask.of == ("harder_way", "stay")
    assert (beside["harder_way"].says, beside["harder_way"].end) == (True, "stay")
    first = beside["begin"].branches[0]
    assert (first.to, first.source) == ("stay", "(diary.flare_run >= 1)")
    assert pack.words.sections("en", "beside/bridge")["harder"].texts == ("Higher.",)


def test_an_exercise_without_a_harder_way_offers_none(tmp_path: Path) -> None:
    bridge = {
        "content/exercises/bridge.yaml": EXERCISE + "no_harder: it is rest\n",
        "content/en/exercises/bridge.md": EXERCISE_WORDS.partition("## harder")[0],
    }
    made = load_pack(lay(tmp_path, {**FILES, **bridge}))
    assert set(made.library.dialogs["beside/bridge"].states) == {"begin", "stay"}
    assert made.exercises["bridge"].no_harder == "it is rest"


def test_an_instrument_asks_item_by_item_in_one_place(pack: Pack) -> None:
    dialog = pack.library.dialogs["instrument/one"]
    now = dialog.states["now"]
    assert now.ask == Choice("now", ("a0", "a1"), exact=True)
    assert now.in_place == "instrument/one"
    assert (dialog.origin, list(dialog.states)) == ("instrument", ["intro", "now", "then", "done"])
    talk = Talk(pack, "instrument/one").press("a0").press("a1")
    assert talk.result == "done"
    assert [one.answers for one in talk.effects if isinstance(one, fx.Respond)] == [{"now": "a0", "then": "a1"}]


def test_an_item_has_the_shared_anchors_and_says_how_far_one_is(pack: Pack) -> None:
    section = pack.words.section("en", "instrument/one", "now")
    assert section is not None
    assert section.texts == ("How is it now?\n\n1 of 2",)
    assert section.labels == (("a0", "No"), ("a1", "Yes"))
    assert section.again == ("Once more: now?",)


def test_a_risky_answer_has_its_kind_and_its_dialog(pack: Pack) -> None:
    assert pack.library.dialogs["instrument/one"].states["now"].dangers == {
        "a1": "item_one_now_top",
        "missing": "item_one_now_high",
    }
    assert pack.library.safety["item_one_now_top"] == pack.library.safety["item_one_now_high"] == "a/hello"
    talk = Talk(pack, "instrument/one").press("a1")
    assert [one.kind for one in talk.effects if isinstance(one, fx.Danger)] == ["item_one_now_top"]


@pytest.mark.parametrize("priority", ["top", "high", "medium", "low"])
def test_the_rule_of_an_item_may_have_any_priority(tmp_path: Path, priority: str) -> None:
    whole = str(FILES["content/instruments/one.yaml"])
    rule = whole.replace("at_least: 1, priority: top", f"at_least: 1, priority: {priority}")
    made = load_pack(lay(tmp_path, {**FILES, "content/instruments/one.yaml": rule}))
    kind = f"item_one_now_{priority}"
    assert made.library.dialogs["instrument/one"].states["now"].dangers["a1"] == kind
    assert made.safety.items[kind] == ("fire", priority)


def test_two_instruments_with_a_danger_at_the_same_place_keep_their_own(tmp_path: Path) -> None:
    rules = (
        "kinds:\n  fire: {priority: top, dialog: a/hello}\n  water: {priority: high, dialog: a/hello}\n"
        "items:\n  - {instrument: one, item: now, kind: fire}\n  - {instrument: two, item: now, kind: water}\n"
    )
    one = str(FILES["content/instruments/one.yaml"])
    files = {
        **FILES, "content/safety/rules.yaml": rules,
        "content/instruments/two.yaml": one.replace("instrument: one", "instrument: two"),
        "content/en/instruments/two.md": FILES["content/en/instruments/one.md"],
        "content/en/safety/static.md": "## fire\nFire! {emergency}\n## water\nWater!\n",
    }  # fmt: skip
    items = load_pack(lay(tmp_path, files)).safety.items
    assert (items["item_one_now_top"], items["item_two_now_top"]) == (("fire", "top"), ("water", "top"))


def test_ticks_are_pages_of_statements() -> None:
    real = pack_at(Path(__file__).parents[2])
    page = real.library.dialogs["instrument/rmdq"].states["page_1"].ask
    assert isinstance(page, Several)
    assert page.exact
    assert page.of == tuple(f"r{number}" for number in range(1, 7))
    assert isinstance(real.library.dialogs["instrument/nrs"].states["worst"].ask, Scale)


@pytest.mark.parametrize(
    ("answers", "outcome", "reasons"),
    [
        (["yes", 30], "fit", ""),
        (["no", 30], "not_now", "grown_up"),
        (["skip", 30], "review", "grown_up.skipped"),
        (["yes", 61, ("fever",)], "not_now", "age signs.fever"),
        (["yes", 55, ("fever", "fall")], "review", "signs.fever signs.fall"),
        (["yes", 55, ()], "fit", ""),
    ],
)
def test_a_screening_takes_the_strongest_outcome(pack: Pack, answers: list[object], outcome: str, reasons: str) -> None:
    states = pack.library.dialogs["screening/one"].states
    scope = dict(zip(("grown_up", "age", "signs"), [None if one == "skip" else one for one in answers], strict=False))
    found = {name: value(scope) for name, value in states["reckon"].do[0].arguments}
    assert found == {"outcome": outcome, "reasons": reasons}


def test_danger_told_in_passing_is_never_cleared_by_harmless_answers(pack: Pack) -> None:
    states = pack.library.dialogs["screening/one"].states
    scope = {"grown_up": "yes", "age": 30, "signs": (), "safety": {"told": ("cauda_equina", "crisis")}}
    found = {name: value(scope) for name, value in states["reckon"].do[0].arguments}
    assert found == {"outcome": "review", "reasons": "danger.cauda_equina danger.crisis"}


def test_a_screening_asks_only_what_it_has_to_and_is_urgent_at_once(pack: Pack) -> None:
    dialog = pack.library.dialogs["screening/one"]
    assert dialog.states["grown_up"].dangers == {"no": "fire"}
    assert dialog.machine.following("signs_if", None, {"age": 40}) == "reckon"
    assert dialog.machine.following("signs_if", None, {"age": 51}) == "signs"
    assert dialog.gives == ("outcome", "reasons")
    assert dialog.machine.following("reckon", None, {"outcome": "not_now"}) == "not_now"
    assert dialog.machine.following("reckon", None, {"outcome": "fit"}) == "fit"


def test_safety_is_plain_data(pack: Pack) -> None:
    assert pack.safety.static == {"en": {"fire": "Fire! {emergency}"}}
    assert pack.safety.rules["kinds"]["fire"]["priority"] == "top"
