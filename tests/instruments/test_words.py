"""The words of the shipped instruments: complete, short enough for a phone, our own and neutral."""

from __future__ import annotations

import re

import pytest

from coachbot.instruments import Instrument, instrument_from

from .conftest import CONTENT, SHIPPED, shipped_data

FOLDER = CONTENT / "en" / "instruments"
#: What an `exercise` patient must not meet, and the clinical names that no patient should.
KEPT_OUT = re.compile(
    r"kind(ness)? to|compassion|be(ing)? a friend|soothing|loving|meditat|mindful"
    r"|RMDQ|Roland|GAD|PHQ|PCS|PSEQ|catastroph|anxiety|depress|questionnaire|score",
    re.IGNORECASE,
)


def _sections(name: str) -> dict[str, str]:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\S+)\n", text, flags=re.MULTILINE)[1:]
    return {code: body.strip() for code, body in zip(parts[::2], parts[1::2], strict=True)}


def _choices(section: str) -> dict[str, str]:
    return dict(re.findall(r"^- (\w+): (.+)$", section, flags=re.MULTILINE))


def _instrument(name: str) -> Instrument:
    return instrument_from(shipped_data(name))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_item_has_its_words_and_nothing_else_has(name: str) -> None:
    instrument = _instrument(name)
    wanted = {"intro", "in_chat", "done"} | {item.code for item in instrument.items}
    wanted |= {"anchors"} if instrument.anchors else set()
    wanted |= {"page"} if instrument.layout == "ticks" else set()
    wanted |= {f"{rule.item}_again" for rule in instrument.safety if rule.ask_again}
    assert set(_sections(name)) == wanted


@pytest.mark.parametrize("name", SHIPPED)
def test_the_choices_have_the_codes_of_the_anchors(name: str) -> None:
    instrument, sections = _instrument(name), _sections(name)
    if instrument.anchors:
        assert list(_choices(sections["anchors"])) == [anchor.code for anchor in instrument.anchors]
    for item in instrument.items:
        own = [anchor.code for anchor in item.anchors] if item.anchors != instrument.anchors else list(item.of)
        assert list(_choices(sections[item.code])) == own


@pytest.mark.parametrize("name", SHIPPED)
def test_messages_are_short_and_choices_fit_a_button(name: str) -> None:
    for section in _sections(name).values():
        assert len(section) <= 600
        assert all(len(choice) <= 24 for choice in _choices(section).values())


@pytest.mark.parametrize("name", ["rmdq", "rmdq23"])
def test_a_page_of_statements_fits_one_message(name: str) -> None:
    instrument, sections = _instrument(name), _sections(name)
    statements = [sections[item.code] for item in instrument.items]
    assert all(len(statement) <= 110 and "\n" not in statement for statement in statements)
    size = instrument.per_page or 1
    for start in range(0, len(statements), size):
        page = sum(len(one) + len("6. \n") for one in statements[start : start + size])
        assert page + len(sections["page"]) <= 600


@pytest.mark.parametrize("name", [name for name in SHIPPED if not shipped_data(name).get("arms")])
def test_no_word_unblinds_or_names_the_clinical_measure(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert KEPT_OUT.findall(text) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_intro_tells_how_long_how_to_go_back_and_how_to_skip(name: str) -> None:
    intro, in_chat = _sections(name)["intro"], _sections(name)["in_chat"]
    assert "minute" in intro
    assert "no right answer" in intro
    assert "*back*" in in_chat
    assert "*skip*" in in_chat


@pytest.mark.parametrize("name", SHIPPED)
def test_the_first_line_can_stand_on_a_lock_screen(name: str) -> None:
    first = _sections(name)["intro"].splitlines()[0]
    assert not re.search(r"pain|back|mood|worr|nerv|sleep|hurt|minds?\b", first, re.IGNORECASE)


def test_the_hardest_question_says_what_follows_from_an_answer() -> None:
    sections = _sections("phq9")
    for code in ("p9", "p9_again"):
        assert "clinic" in sections[code]


def test_what_the_patient_named_is_shown_where_it_is_rated() -> None:
    instrument, sections = _instrument("psfs"), _sections("psfs")
    for item in instrument.items:
        if item.about:
            assert f"{{{{ {item.about} }}}}" in sections[item.code]


def test_the_two_rolands_share_their_statements_word_for_word() -> None:
    long, danish = _sections("rmdq"), _sections("rmdq23")
    shared = {text for code, text in long.items() if code.startswith("r")} & set(danish.values())
    assert len(shared) == 18  # and one that adds the leg
