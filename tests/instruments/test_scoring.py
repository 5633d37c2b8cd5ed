"""Scores, bands and dangers: what the answers come to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.instruments import (
    Answer,
    AnswerFault,
    Instrument,
    Item,
    band,
    bands,
    dangers,
    instrument_from,
    may_interpret,
    score,
)

from .conftest import SCORED, SHIPPED, Data, shipped_data, small_data

Load = Callable[[str], Instrument]
ALL = [instrument_from(shipped_data(name)) for name in SCORED] + [instrument_from(small_data())]


def _value_items(instrument: Instrument) -> list[Item]:
    """What can be scored; own words cannot."""
    return [item for item in instrument.items if item.kind == "value"]


@st.composite
def _answered(draw: st.DrawFn, skipping: bool = True) -> tuple[Instrument, dict[str, int | None]]:
    instrument = draw(st.sampled_from(ALL))
    answers: dict[str, int | None] = {}
    for item in _value_items(instrument):
        values = st.integers(item.low, item.high)
        answers[item.code] = draw(st.none() | values if skipping else values)
    return instrument, answers


@pytest.mark.parametrize("name", SHIPPED)
def test_every_worked_example_of_a_shipped_instrument_comes_out_as_written(name: str) -> None:
    instrument = instrument_from(shipped_data(name))
    for vector in instrument.vectors:
        scores = score(instrument, vector.answers)
        assert {code: scores[code] for code in vector.scores} == pytest.approx(dict(vector.scores))
        for code, expected in vector.bands.items():
            found = band(instrument.score(code), scores[code])
            assert found is not None
            assert found.code == expected


@given(_answered())
def test_a_score_stays_in_its_range(case: tuple[Instrument, dict[str, int | None]]) -> None:
    instrument, answers = case
    for code, value in score(instrument, answers).items():
        one = instrument.score(code)
        assert value is None or one.low - 1e-9 <= value <= one.high + 1e-9


@given(_answered(skipping=False), st.data())
def test_a_higher_answer_never_lowers_a_score_and_a_reversed_one_never_raises_it(
    case: tuple[Instrument, dict[str, int | None]], data: st.DataObject
) -> None:
    instrument, answers = case
    item = data.draw(st.sampled_from(_value_items(instrument)))
    lower = data.draw(st.integers(item.low, item.high - 1))
    higher = data.draw(st.integers(lower + 1, item.high))
    before = score(instrument, answers | {item.code: lower})
    after = score(instrument, answers | {item.code: higher})
    for one in instrument.scores:
        step = (after[one.code] or 0.0) - (before[one.code] or 0.0)
        if item.code not in one.items:
            assert step == 0
        else:
            falls = item.code in one.reverse or one.method == "index"
            assert step < 0 if falls else step > 0


@given(_answered())
def test_a_skip_never_counts_as_zero(case: tuple[Instrument, dict[str, int | None]]) -> None:
    """The mean of what was answered is the mean of the whole: a skip pulls it nowhere."""
    instrument, answers = case
    scores = score(instrument, answers)
    for one in instrument.scores:
        given_values = []
        for code in one.items:
            value, item = answers[code], instrument.item(code)
            if value is not None:
                given_values.append(item.low + item.high - value if code in one.reverse else value)
        value_of_score = scores[one.code]
        if one.method == "index":
            assert (value_of_score is None) == (len(given_values) < len(one.items))
            continue
        if len(one.items) - len(given_values) > one.missing.allow or not given_values:
            assert value_of_score is None
        else:
            assert value_of_score is not None
            mean = value_of_score / (len(one.items) if one.method == "sum" else 1)
            assert mean == pytest.approx(sum(given_values) / len(given_values))


@given(_answered())
def test_an_item_left_out_is_the_same_as_an_item_skipped(
    case: tuple[Instrument, dict[str, int | None]],
) -> None:
    instrument, answers = case
    left_out = {code: value for code, value in answers.items() if value is not None}
    assert score(instrument, answers) == score(instrument, left_out)


def test_nothing_answered_gives_no_score(instrument: Load) -> None:
    assert score(instrument("gad7"), {}) == {"total": None}


def _of_means(small: Data) -> Instrument:
    """The small instrument scored by means; its two bands share the bound 1."""
    small["scores"][0] |= {"method": "mean", "high": 2}
    small["scores"][0]["bands"]["of"] = [
        {"code": "light", "low": 0, "high": 1},
        {"code": "heavy", "low": 1, "high": 2},
    ]
    for vector in small["vectors"]:
        vector["scores"]["total"] /= 3
    return instrument_from(small)


def test_a_mean_is_not_multiplied_by_its_items(small: Data) -> None:
    assert score(_of_means(small), {"q1": 2, "q2": 1, "q3": None}) == {"total": 1.5}


def test_a_bound_that_two_bands_of_a_mean_share_belongs_to_the_upper_one(small: Data) -> None:
    shared = band(_of_means(small).score("total"), 1.0)
    assert shared is not None
    assert shared.code == "heavy"


@pytest.mark.parametrize(("answers", "says"), [({"g9": 1}, "has no item 'g9'"), ({"g1": 4}, "outside 0 to 3")])
def test_an_answer_that_does_not_belong_is_refused(instrument: Load, answers: dict[str, int], says: str) -> None:
    with pytest.raises(AnswerFault, match=says):
        score(instrument("gad7"), answers)


def test_the_subscales_of_the_pcs_are_made_of_these_items(instrument: Load) -> None:
    pcs = instrument("pcs")
    numbers = {one.code: sorted(int(code[1:]) for code in one.items) for one in pcs.scores}
    assert numbers == {
        "total": list(range(1, 14)),
        "rumination": [8, 9, 10, 11],
        "magnification": [6, 7, 13],
        "helplessness": [1, 2, 3, 4, 5, 12],
    }


def test_the_three_pain_ratings_are_kept_apart(instrument: Load) -> None:
    assert score(instrument("nrs"), {"current": 2, "worst": 9}) == {"current": 2, "worst": 9, "average": None}


def test_a_page_of_statements_passed_over_leaves_no_score(instrument: Load) -> None:
    rmdq = instrument("rmdq")
    three_pages = {item.code: 0 for item in rmdq.items[:18]}
    assert score(rmdq, three_pages) == {"total": None}


def test_the_difficulty_item_of_the_phq9_adds_nothing(instrument: Load) -> None:
    phq9 = instrument("phq9")
    answers = {f"p{number}": 1 for number in range(1, 10)}
    assert score(phq9, answers) == score(phq9, answers | {"difficulty": 3}) == {"total": 9}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("gad7", 4, "minimal"), ("gad7", 5, "mild"), ("gad7", 9, "mild"), ("gad7", 10, "moderate"),
        ("gad7", 14, "moderate"), ("gad7", 15, "severe"),
        ("phq9", 4, "minimal"), ("phq9", 5, "mild"), ("phq9", 10, "moderate"),
        ("phq9", 15, "moderately_severe"), ("phq9", 19, "moderately_severe"), ("phq9", 20, "severe"),
        ("pcs", 30, "usual"), ("pcs", 31, "high"),
    ],
)  # fmt: skip
def test_a_band_starts_at_its_cut_point(instrument: Load, name: str, value: float, code: str) -> None:
    found = band(instrument(name).score("total"), value)
    assert found is not None
    assert found.code == code


def test_a_fraction_stays_in_the_lower_band(instrument: Load) -> None:
    found = band(instrument("gad7").score("total"), 4.67)
    assert found is not None
    assert found.code == "minimal"


def test_no_band_for_a_missing_score_or_one_without_bands(instrument: Load) -> None:
    assert band(instrument("gad7").score("total"), None) is None
    assert band(instrument("rmdq").score("total"), 12) is None


def test_a_value_no_score_can_have_has_no_band(instrument: Load) -> None:
    with pytest.raises(AnswerFault, match="outside 0 to 21"):
        band(instrument("gad7").score("total"), 22)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_projects_own_wording_is_never_interpreted(instrument: Load, name: str) -> None:
    own = instrument(name)
    assert not may_interpret(own)
    highest: dict[str, float | None] = {one.code: one.high for one in own.scores}
    assert set(bands(own, highest).values()) <= {None}


def test_official_wording_opens_the_bands(official: Load) -> None:
    gad7 = official("gad7")
    assert may_interpret(gad7)
    found = bands(gad7, {"total": 12})["total"]
    assert found is not None
    assert found.code == "moderate"


def test_any_thought_of_self_harm_is_a_danger_whatever_the_total(instrument: Load) -> None:
    phq9 = instrument("phq9")
    assert [rule.priority for rule in dangers(phq9, "p9", 1)] == ["high"]
    assert [rule.priority for rule in dangers(phq9, "p9", 2)] == ["top", "high"]
    assert [rule.priority for rule in dangers(phq9, "p9", 3)] == ["top", "high"]
    assert {rule.kind for rule in dangers(phq9, "p9", 3)} == {"self_harm"}


def test_skipping_that_item_asks_once_more_before_it_counts(instrument: Load) -> None:
    (rule,) = dangers(instrument("phq9"), "p9", None)
    assert rule.about_skipping
    assert rule.ask_again == 1


def test_not_at_all_and_other_items_are_no_danger(instrument: Load) -> None:
    phq9 = instrument("phq9")
    assert dangers(phq9, "p9", 0) == ()
    assert dangers(phq9, "p8", 3) == ()
    assert dangers(phq9, "p8", None) == ()


def test_own_wording_does_not_silence_danger(instrument: Load) -> None:
    phq9 = instrument("phq9")
    assert not may_interpret(phq9)
    assert dangers(phq9, "p9", 1)


def test_only_the_phq9_waits_for_a_reader_on_duty(instrument: Load) -> None:
    assert [name for name in SHIPPED if instrument(name).watched] == ["phq9"]


def test_the_facts_that_wait_for_confirmation_say_so(instrument: Load) -> None:
    assert not instrument("pcs").licence.source.confirmed
    assert not instrument("pseq").licence.source.confirmed
    assert not instrument("nrs").licence.source.confirmed
    assert not any(rule.source.confirmed for rule in instrument("phq9").safety)


# -- single instruments -----------------------------------------------------------------------------------
def _health(profile: str) -> dict[str, int | None]:
    codes = ("mobility", "self_care", "activities", "pain", "mood")
    return dict(zip(codes, map(int, profile), strict=True))


@pytest.mark.parametrize(
    ("profile", "country", "expected"),
    [
        ("11111", "dk", 1),
        ("55555", "dk", -0.758),
        ("21231", "dk", 0.832),
        ("55555", "cn", -0.391),
        ("55555", "no", -0.453),
    ],
)
def test_a_state_of_health_has_the_value_of_its_country(
    instrument: Load, profile: str, country: str, expected: float
) -> None:
    assert score(instrument("eq5d5l"), _health(profile))[f"index_{country}"] == pytest.approx(expected)


def test_the_order_of_another_study_gives_the_standard_subscales(instrument: Load) -> None:
    """SELFBACK asked these items in another order; answers are kept by code, so the place is of no matter."""
    asked = (1, 2, 3, 4, 5, 12, 6, 7, 13, 8, 9, 10, 11)
    given_there = (4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 1, 0)
    answers = {f"c{item}": value for item, value in zip(asked, given_there, strict=True)}
    scores = score(instrument("pcs"), answers)
    assert scores == {"total": 25, "rumination": 8, "magnification": 3, "helplessness": 14}


def test_the_first_item_on_activity_is_asked_and_not_counted(instrument: Load) -> None:
    answers: dict[str, int | None] = {"f2": 1, "f3": 2, "f4": 3, "f5": 4}
    with_first = score(instrument("fabq_pa"), answers | {"f1": 6})
    assert with_first == score(instrument("fabq_pa"), answers) == {"total": 10}


# -- own words, numbers and several answers ---------------------------------------------------------------
def test_own_words_are_kept_and_never_scored(instrument: Load) -> None:
    bipq = instrument("bipq")
    answers: dict[str, Answer] = {f"b{number}": 5 for number in range(1, 9)}
    assert score(bipq, answers | {"cause": "lifting a piano"}) == score(bipq, answers) == {"total": 40}


@pytest.mark.parametrize(
    ("name", "code", "answer", "says"),
    [
        ("bipq", "cause", 3, "is no text"),
        ("bipq", "b1", "lots", "is no whole number"),
        ("bipq", "b1", True, "is no whole number"),
        ("baseline_zheng", "height", "tall", "is no number"),
        ("baseline_zheng", "height", 500.0, "outside 120 to 230"),
        ("baseline_zheng", "treatments", ("massage", "magic"), "not among massage"),
        ("baseline_zheng", "work", 9, "outside 1 to 6"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused(
    instrument: Load, name: str, code: str, answer: Answer, says: str
) -> None:
    with pytest.raises(AnswerFault, match=says):
        score(instrument(name), {code: answer})


def test_one_activity_of_the_patients_own_is_enough(instrument: Load) -> None:
    assert score(instrument("psfs"), {"psfs_activity_1": "carry the shopping", "able_1": 3}) == {"average": 3}


def test_the_self_compassion_scale_turns_these_six_round(instrument: Load) -> None:
    (total,) = instrument("scs_sf").scores
    assert total.reverse == ("s1", "s4", "s8", "s9", "s11", "s12")
    assert (instrument("scs_sf").arms, instrument("scs_sf").after) == (("combined",), "last_session")


def test_worse_counts_below_zero_in_the_perceived_effect(official: Load) -> None:
    gpe = official("gpe")
    assert {value: (found := band(gpe.score("effect"), value)) and found.code for value in (-5, -1, 0, 1, 5)} == {
        -5: "worse", -1: "worse", 0: "unchanged", 1: "improved", 5: "improved",
    }  # fmt: skip


def test_the_danish_roland_has_a_range_of_its_own(instrument: Load) -> None:
    rmdq23 = instrument("rmdq23")
    assert score(rmdq23, {item.code: 1 for item in rmdq23.items}) == {"total": 23}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_item_says_whether_an_answer_can_be_a_danger(name: str) -> None:
    for item in shipped_data(name)["items"]:
        assert item["safety"] in ("none", "rules", "read"), item
