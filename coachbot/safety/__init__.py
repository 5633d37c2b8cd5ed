"""Reading free texts for danger, before any dialog sees them. Pure: the standard library alone, no file, no clock."""

from coachbot.safety.detector import Detector, Finding, detector_from, read_lexicons
from coachbot.safety.examples import Misread, misread
from coachbot.safety.faults import Fault, LexiconFault
from coachbot.safety.likeness import Likeness, likeness_from
from coachbot.safety.tongue import Tongue, tongue_from
from coachbot.safety.watch import Watch

__all__ = [
    "Detector",
    "Fault",
    "Finding",
    "LexiconFault",
    "Likeness",
    "Misread",
    "Tongue",
    "Watch",
    "detector_from",
    "likeness_from",
    "misread",
    "read_lexicons",
    "tongue_from",
]
