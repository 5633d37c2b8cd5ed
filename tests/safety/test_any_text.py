"""What holds for any text: the prefilter loses nothing, noise hides nothing, and the work is bounded."""

from __future__ import annotations

import time
from itertools import cycle, islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachbot.safety.folding import fold
from tests.safety import lines
from tests.safety.lexicons import detector, read_lexicons, unfiltered_detector

CALM = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
WORDS = sorted({word for lexicon in read_lexicons() for word in lexicon.vocabulary()})
ENTRIES = [
    entry
    for lexicon in read_lexicons()
    for entries in (*lexicon.dangers.values(), lexicon.harmless, lexicon.denied)
    for entry in entries
]
ALL_LINES = (*lines.CRISES, *lines.CAUDA_EQUINA, *lines.RED_FLAGS, *lines.HARMLESS)
#: Lines of which every word counts, for noise that touches single letters.
CORE = (
    "I want to die",
    "I want to kill myself",
    "thinking about ending my life",
    "feeling suicidal again",
    "everyone would be better off without me",
    "I don't want to live anymore",
    "I am a burden to everyone",
)

word_salad = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
mixed_lines = st.lists(st.sampled_from(ALL_LINES), max_size=3).map(". ".join)
matches = st.sampled_from(ENTRIES).flatmap(lambda entry: st.from_regex(entry.pattern, fullmatch=True))
any_text = st.one_of(word_salad, mixed_lines, matches, st.text(max_size=80))


@given(any_text)
@CALM
def test_the_prefilter_never_loses_a_find(text: str) -> None:
    assert set(detector().all(text, "en")) == set(unfiltered_detector().all(text, "en"))


@given(st.lists(any_text, max_size=2).map(" ".join))
@CALM
def test_the_gravest_is_the_first_of_all(text: str) -> None:
    found = detector().all(text, "en")
    assert detector().gravest(text, "en") == (found[0].kind if found else None)


@given(st.text())
@CALM
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text).plain).plain == fold(text).plain
    assert len(fold(text).plain) == len(fold(text).marked)


@given(st.sampled_from(lines.CRISES), st.text(max_size=60), st.text(max_size=60))
@CALM
def test_nothing_around_a_crisis_hides_it(line: str, before: str, after: str) -> None:
    assert detector().gravest(f"{before}\n{line}\n{after}", "en") == "crisis"


@given(st.sampled_from(lines.CRISES), st.sampled_from(lines.HARMLESS), st.sampled_from(lines.HARMLESS))
@CALM
def test_harmless_talk_around_a_crisis_does_not_hide_it(line: str, before: str, after: str) -> None:
    assert detector().gravest(f"{before}. {line}. {after}", "en") == "crisis"


@given(st.sampled_from(lines.CRISES), st.randoms(use_true_random=False))
@CALM
def test_invisible_signs_and_accents_hide_nothing(line: str, random: object) -> None:
    noise = ("\u200b", "\u00ad", "\u0301", "\ufe0f", "\u2060")
    spoiled = "".join(letter + noise[(at * 7) % 5] for at, letter in enumerate(line))
    assert detector().gravest(spoiled, "en") == "crisis"


@pytest.mark.parametrize("change", [str.upper, str.title, str.swapcase])
@pytest.mark.parametrize("line", lines.CRISES)
def test_capitals_hide_nothing(line: str, change: object) -> None:
    assert callable(change)
    assert detector().gravest(change(line), "en") == "crisis"


@given(
    st.sampled_from(lines.CRISES),
    st.sampled_from(["  ", "\t", "\n", " 😭 ", " ... ", ", ", " -- ", "\u3000", "\u00a0"]),
)
@CALM
def test_what_stands_between_the_words_hides_nothing(line: str, between: str) -> None:
    assert detector().gravest(line.replace(" ", between), "en") == "crisis"


@given(st.sampled_from(CORE), st.data())
@CALM
def test_a_letter_held_down_hides_nothing(line: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([at for at, letter in enumerate(line) if letter.isalpha()]))
    times = data.draw(st.integers(3, 9))
    assert detector().gravest(line[:at] + line[at] * times + line[at + 1 :], "en") == "crisis"


@given(st.sampled_from(CORE[1:]), st.data())
@CALM
def test_two_letters_swapped_inside_a_word_hide_nothing(line: str, data: st.DataObject) -> None:
    words = line.split(" ")
    place = data.draw(st.sampled_from([at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]))
    at = data.draw(st.integers(1, len(words[place]) - 2))
    word = words[place]
    words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert detector().gravest(" ".join(words), "en") == "crisis"


@given(st.sampled_from(["kill", "suicide", "myself", "die"]), st.data())
@CALM
def test_a_key_word_spelled_out_or_masked_is_read(word: str, data: st.DataObject) -> None:
    sign = data.draw(st.sampled_from([" ", ".", "-", "_", " . ", "*"]))
    spelled = word[0] + "*" + word[2:] if sign == "*" else sign.join(word)
    text = f"I want to {spelled}" if word == "die" else "I want to kill myself, suicide".replace(word, spelled)
    assert detector().gravest(text, "en") == "crisis"


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.5, 0.77, 0.99, 1])
def test_nothing_is_hidden_in_a_text_of_64_kb(share: float) -> None:
    padding = "\n".join(islice(cycle(lines.HARMLESS), 3000))[:65_536]
    at = int(len(padding) * share)
    text = f"{padding[:at]}\nI want to die\n{padding[at:]}"
    assert detector().gravest(text, "en") == "crisis"


@pytest.mark.parametrize("offset", range(1900, 2060, 7))
def test_the_edge_of_a_window_hides_and_invents_nothing(offset: int) -> None:
    padding = ("word " * 2000)[: offset - 1]
    rest = " word" * 600
    assert detector().gravest(f"{padding} thinking about ending my life {rest}", "en") == "crisis"
    assert detector().gravest(f"{padding} this pain is killing me {rest}", "en") is None
    assert detector().gravest(f"{padding} no new numbness between my legs {rest}", "en") is None


@pytest.mark.parametrize(
    "text",
    [
        "this pain is killing me " * 2700,
        "I don't want to die. " * 3100,
        "want to thinking about to about " * 2000,
        "no numbness between my legs or " * 2100,
        "a" * 65_536,
        "aaab" * 16_000,
        "d i e k i l " * 5400,
        "k*lx " * 13_000,
        "wnat myslef suicd " * 3600,
        "我想" * 32_000,
        "\ufdfa" * 3600,
        "*" * 65_536,
        "a.b." * 16_000,
        "killmysel" * 7200,
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_text_of_64_kb_takes_a_moment(text: str) -> None:
    start = time.process_time()
    detector().gravest(text, "en")
    assert time.process_time() - start < 10, "work that grows with the square would take minutes"
