"""Instruments: questionnaires as data, their scoring, their bands and what counts as a change.

A pure room: standard library only, no files, no clock. `reading` turns the mapping of a YAML file into
an `Instrument`; `scoring` and `change` work on it.
"""

from coachbot.instruments.change import Change, change
from coachbot.instruments.faults import AnswerFault, Fault, InstrumentFault
from coachbot.instruments.model import (
    Anchor,
    Answer,
    Band,
    Instrument,
    Item,
    Licence,
    MissingRule,
    Official,
    SafetyRule,
    Score,
    SmallestChange,
    Source,
    ValueSet,
    Vector,
)
from coachbot.instruments.reading import instrument_from
from coachbot.instruments.recall import RECALLS, reaches_back
from coachbot.instruments.scoring import band, bands, dangers, may_interpret, score

__all__ = [
    "RECALLS",
    "Anchor",
    "Answer",
    "AnswerFault",
    "Band",
    "Change",
    "Fault",
    "Instrument",
    "InstrumentFault",
    "Item",
    "Licence",
    "MissingRule",
    "Official",
    "SafetyRule",
    "Score",
    "SmallestChange",
    "Source",
    "ValueSet",
    "Vector",
    "band",
    "bands",
    "change",
    "dangers",
    "instrument_from",
    "may_interpret",
    "reaches_back",
    "score",
]
