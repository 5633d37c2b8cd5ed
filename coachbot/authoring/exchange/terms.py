"""The names that FHIR and the project have for the same things."""

from __future__ import annotations

from typing import Literal

#: R4B says what R4 says of questionnaires; R5 renamed some of it.
Release = Literal["R4B", "R5"]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_FHIR = "http://hl7.org/fhir/StructureDefinition"
MIN_VALUE, MAX_VALUE = f"{_FHIR}/minValue", f"{_FHIR}/maxValue"
UNIT = f"{_FHIR}/questionnaire-unit"
#: How many points an answer counts; R5 renamed the extension. Both are read.
ORDINAL = {"R4B": f"{_FHIR}/ordinalValue", "R5": f"{_FHIR}/itemWeight"}
ORDINALS = (*ORDINAL.values(), f"{_FHIR}/questionnaire-ordinalValue")
#: A question answered by one of several codes.
CHOICE = {"R4B": "choice", "R5": "coding"}
CHOICES = ("choice", "coding", "open-choice")
#: Units of numbers: ours to UCUM.
UNITS = {"min": "min", "kg": "kg", "cm": "cm", "years": "a", "days": "d", "times": "{times}"}

_OWN = "urn:coachbot"
#: Everything a Questionnaire has no place for, as JSON: scores, bands, safety rules, worked examples.
DEFINITION = f"{_OWN}:definition"
#: `own` or `official`.
WORDING = f"{_OWN}:wording"
#: `chat` or `page`: where a questionnaire was begun, and where it was finished.
BEGUN, MEDIUM = f"{_OWN}:begun", f"{_OWN}:medium"
#: How many items of a response have no answer.
MISSING = f"{_OWN}:missing"
#: The question put once more after a skip.
AGAIN = f"{_OWN}:again"
#: Labels beside a text that is no question.
LABELS = f"{_OWN}:labels"


def canonical(name: str) -> str:
    """The canonical name of an instrument's Questionnaire."""
    return f"{_OWN}:questionnaire:{name}"


def answers_of(name: str) -> str:
    """The code system of an instrument's answers."""
    return f"{_OWN}:answers:{name}"


def score_of(name: str) -> str:
    """The code system of an instrument's scores, where LOINC has no code."""
    return f"{_OWN}:scores:{name}"
