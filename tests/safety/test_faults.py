"""A lexicon that can't be used says so at once, with every fault, its place and its cure."""

from __future__ import annotations

from typing import Any

import pytest

from coachbot.safety import LexiconFault, detector_from
from tests.safety.lexicons import ORDER, small


def faults_of(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(LexiconFault) as caught:
        detector_from({"en": small(**changes)}, ORDER)
    assert all(fault.message and fault.cure for fault in caught.value.faults)
    return [(fault.path, f"{fault.message} {fault.cure}") for fault in caught.value.faults]


def test_a_lexicon_without_faults_is_taken() -> None:
    detector_from({"en": small()}, ORDER)


def test_a_lexicon_copied_into_the_folder_of_another_language_is_a_fault() -> None:
    with pytest.raises(LexiconFault) as caught:
        detector_from({"de": small()}, ORDER)
    assert [one.path for one in caught.value.faults] == ["de.language"]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"crisis": {"direct": ["/(die/"]}}, "en.crisis.direct.0", "no regular expression"),
        ({"crisis": {"direct": ["/die{999999999999}/"]}}, "en.crisis.direct.0", "no regular expression"),
        ({"crisis": {"direct": ["die", "/(\\w+)+ x/"]}}, "en.crisis.direct.1", "nested repeats"),
        ({"crisis": {"direct": ["/(a+ ?){0,9}x/"]}}, "en.crisis.direct.0", "nested repeats"),
        ({"crisis": {"direct": ["/( \\w+){0,4}( [^a]+){0,4} x/"]}}, "en.crisis.direct.0", "whole sentences"),
        ({"crisis": {"direct": ["/(to |about )*die/"]}}, "en.crisis.direct.0", "{0,6}"),
        ({"crisis": {"direct": ["/(to |about ){0,99}die/"]}}, "en.crisis.direct.0", "too often"),
        ({"crisis": {"direct": ["/(( \\w){0,5} a){0,5} die/"]}}, "en.crisis.direct.0", "too often"),
        ({"crisis": {"direct": ["/want.*die/"]}}, "en.crisis.direct.0", ".{0,40}"),
        ({"crisis": {"direct": ["/\\w*a\\w*b\\w*c/"]}}, "en.crisis.direct.0", "open repeats"),
        ({"crisis": {"direct": ["/(want )?(to )?/"]}}, "en.crisis.direct.0", "empty text"),
        ({"crisis": {"direct": ["/I want/"]}}, "en.crisis.direct.0", "read as 'i'"),
        ({"crisis": {"direct": ["/don't/"]}}, "en.crisis.direct.0", "leave it out"),
        ({"crisis": {"direct": ["/self-harm/"]}}, "en.crisis.direct.0", "a space"),
        ({"crisis": {"direct": ["/die[!?]/"]}}, "en.crisis.direct.0", "a space"),
        ({"crisis": {"direct": ["/straße/"]}}, "en.crisis.direct.0", "read as 'ss'"),
        ({"crisis": {"direct": ["/(die) \\1/"]}}, "en.crisis.direct.0", "groupref"),
        ({"crisis": {"direct": ["/(?P<what>die)/"]}}, "en.crisis.direct.0", "named group"),
        ({"crisis": {"direct": ["/(?i)die/"]}}, "en.crisis.direct.0", "flag"),
        ({"crisis": {"direct": ["!!"]}}, "en.crisis.direct.0", "no letters"),
        ({"crisis": {"direct": [False]}}, "en.crisis.direct.0", "between quotes"),
        ({"crisis": {"direct": []}}, "en.crisis.direct", "empty"),
        ({"crisis": {"direct": "die"}}, "en.crisis.direct", "no list"),
        ({"crisis": ["die"]}, "en.crisis", "no map"),
        ({"crisis": {}}, "en.crisis", "no words"),
        ({"crisis": None}, "en.crisis", "no words"),
        ({"harmless": []}, "en.harmless", "empty"),
        ({"harmless": ["/(/"]}, "en.harmless.0", "no regular expression"),
        ({"denied": {}}, "en.denied", "no list"),
        ({"doubts": ["even so"]}, "en.doubts.0", "not one word"),
        ({"negations": {"words": ["no", True]}}, "en.negations.words.1", "between quotes"),
        ({"negations": {"wrods": ["no"]}}, "en.negations.wrods", "Did you mean 'words'?"),
        ({"negations": ["no"]}, "en.negations", "no map"),
        ({"harmles": ["x"]}, "en.harmles", "Did you mean 'harmless'?"),
        ({"xyz": ["x"]}, "en.xyz", "Use one of"),
    ],
)
def test_a_fault_names_its_place_and_cure(changes: dict[str, Any], path: str, words: str) -> None:
    found = faults_of(**changes)
    assert any(place == path and words in told for place, told in found), found


def test_all_faults_of_all_languages_come_at_once() -> None:
    german = small(language="de", harmles=["x"])
    with pytest.raises(LexiconFault) as caught:
        detector_from({"en": small(crisis={"direct": ["/(/", "/)/"]}), "de": german}, ORDER)
    paths = sorted(fault.path for fault in caught.value.faults)
    assert paths == ["de.harmles", "en.crisis.direct.0", "en.crisis.direct.1"]
    assert "3 fault(s)" in str(caught.value)


def test_kinds_without_any_lexicon_are_a_fault() -> None:
    with pytest.raises(LexiconFault, match="there is no lexicon"):
        detector_from({}, ORDER)
