"""A text in a language that nobody here reads is noticed, and one that can be read is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.authoring.plain import read_plain
from coachbot.safety import Tongue, tongue_from

FILE = Path(__file__).parents[2] / "content" / "safety" / "languages.yaml"


@pytest.fixture(scope="module")
def tongue() -> Tongue:
    return tongue_from(read_plain(FILE), ("en",))


@pytest.mark.parametrize(
    "text",
    [
        "Ich will nicht mehr leben", "ich bringe mich um, ich kann nicht mehr", "Hilfe", "me quiero morir",
        "no quiero vivir más", "je veux mourir", "J'ai très mal au dos depuis hier", "non voglio più vivere",
        "quero morrer", "ik wil dood", "jeg vil dø", "jag vill dö", "haluan kuolla", "chcę umrzeć", "nechci žít",
        "ne želim živjeti", "vreau să mor", "nem akarok élni", "ölmek istiyorum", "dua të vdes, nuk mund më",
        "tôi muốn chết", "saya mau mati", "我不想活了", "想死", "死にたい", "хочу умереть", "أريد أن أموت",
        "죽고 싶어요", "मैं मरना चाहता हूँ", "θέλω να πεθάνω", "OK, 我想死了",
    ],
)  # fmt: skip
def test_another_language_is_noticed(tongue: Tongue, text: str) -> None:
    assert tongue.is_other(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "7", "7ish i guess", "ok", "yes", "no", "Kim", "Juan de la Cruz", "Ludwig van der Berg", "José María",
        "I want to die", "i cant do it no more", "die pain in my rug", "Qi gong and tai chi", "half past seven",
        "no me no pain", "12:30", "10-15 min", "ibuprofeno", "bird dog, cat camel", "asdf qwer", "🙂🙂", "５", "µ",
        "Ben will come", "mein", "my son has his bad days and so do i", "don't want to", "ja", "Łukasz", "Zoë",
    ],
)  # fmt: skip
def test_what_can_be_read_or_is_not_evident_is_left_alone(tongue: Tongue, text: str) -> None:
    assert not tongue.is_other(text)


def test_a_language_with_a_lexicon_is_read() -> None:
    both = tongue_from(read_plain(FILE), ("en", "zh-Hans", "de"))
    assert not both.is_other("我不想活了")
    assert not both.is_other("Ich will nicht mehr leben")
    assert both.is_other("хочу умереть")


def test_without_its_file_nothing_is_noticed() -> None:
    assert not tongue_from({}, ("en",)).is_other("хочу умереть")


def test_every_text_is_read(tongue: Tongue) -> None:
    assert tongue.is_other("хочу умереть " * 100_000)
