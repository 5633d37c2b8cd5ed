"""Reading free texts for danger, before any dialog sees them. Pure: the standard library alone, no file, no clock."""

from coachbot.safety.detector import Detector, Finding, detector_from
from coachbot.safety.examples import Misread, misread
from coachbot.safety.faults import Fault, LexiconFault

__all__ = ["Detector", "Fault", "Finding", "LexiconFault", "Misread", "detector_from", "misread"]
