"""Blinding: ideas that must not reach the exercise arm are found, and plain advice is not taken for them."""

from __future__ import annotations

import pytest

from coachbot.programme.concepts import forbidden_in, languages_of

from .people import programme

GIVES_AWAY = [
    "Today is about self-compassion.",
    "A little compassion goes a long way.",
    "Try some self-kindness tonight.",
    "Can you be kind to yourself today?",
    "Be gentle\nwith yourself.",
    "You could be a friend to yourself here.",
    "What would you say to a good friend with this pain?",
    "How would you treat a friend who had a bad day?",
    "Talk to yourself the way you would talk to a friend.",
    "Meet the moment the way a good friend would.",
    "Go easy on yourself.",
    "Don't be so hard on yourself.",
    "Put a hand on your heart.",
    "Rest both hands gently over your heart.",
    "A soothing touch can help.",
    "May you be safe, may you be well.",
    "The loving-kindness practice",
    "Loving kindness for all",
    "A mindful minute",
    "Mindfulness for your back",
    "A short guided meditation",
    "Meditate for five minutes",
    "Let's do a body scan.",
    "Affectionate breathing",
    "Your inner critic is loud.",
    "Write a letter to yourself.",
    "Use a kinder voice.",
    "Notice it without judgement.",
    "Soften, soothe, allow",
    "Your SCT session",
    "Common humanity means others know this too.",
    "Give yourself the compassion you need.",
    "Forgive yourself.",
    "Treat yourself kindly.",
    "This is called backdraft.",
    "Stay with your breath.",
]

HARMLESS = [
    "What kind of movement suits you best today?",
    "A friend could walk with you.",
    "Ask a friend to join you.",
    "Rest your hands on your belly and breathe out as you lift.",
    "One knee drawn towards the chest with the hands",
    "Mind and body work together in pain.",
    "Keep breathing while you hold.",
    "Well done. Give yourself two minutes more tomorrow.",
    "Your back is strong and made to move.",
    "Take care, and see you tomorrow.",
    "Set yourself a small goal.",
    "It is hard to start. Start smaller.",
    "Metabolism, meta-analysis and other long words",
    "Relax your shoulders and let your arms hang.",
    "Sit with your feet flat on the floor.",
    "You can stop at any time.",
    "At heart, pacing is simple.",
    "Touch your knee with the other hand.",
    "The present you bought can wait.",
]


@pytest.mark.parametrize("text", GIVES_AWAY)
def test_a_sentence_that_gives_the_treatment_away_is_found(text: str) -> None:
    assert forbidden_in(programme(), "exercise", "en", text)


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_advice_is_left_alone(text: str) -> None:
    assert forbidden_in(programme(), "exercise", "en", text) == ()


@pytest.mark.parametrize(
    "text",
    ["今天的主题是自我同情。", "请对自己温柔一点。", "我们做一个正念练习。", "把手放在胸口。", "愿你平安"],
)
def test_chinese_gives_it_away_too(text: str) -> None:
    assert forbidden_in(programme(), "exercise", "zh-Hans", text)


@pytest.mark.parametrize("text", GIVES_AWAY)
def test_the_combined_arm_may_read_all_of_it(text: str) -> None:
    assert forbidden_in(programme(), "combined", "en", text) == ()


def test_a_find_says_what_and_where() -> None:
    (hit,) = forbidden_in(programme(), "exercise", "en", "First be kind to\nyourself.")
    assert (hit.concept, hit.words, hit.start, hit.end) == ("kindness_to_oneself", "kind to\nyourself", 9, 25)


def test_both_languages_are_covered_by_every_concept() -> None:
    assert languages_of(programme()) == {"en", "zh-Hans"}
    assert forbidden_in(programme(), "exercise", "fr", "mindful") == ()
