"""What the lessons of the day rest on: the guidelines and reviews that they name, the most used first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from coachbot.authoring.education import EducationMessage

#: So many fit into one message; the others are counted.
_TOLD = 4


def sources_of(messages: Iterable[EducationMessage], arm: str | None) -> Mapping[str, Any]:
    """The sources named most in an arm's lessons, and how many more there are (`arm` None: of lessons for all)."""
    theirs = (one for one in messages if not one.arms or arm in one.arms)
    counted = Counter(source for one in theirs for source in one.sources)
    told = tuple(source for source, _ in counted.most_common(_TOLD))
    return {"sources": told, "more_sources": len(counted) - len(told)}
