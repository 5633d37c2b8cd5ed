"""Where the lessons come from, told from their own metadata."""

from __future__ import annotations

from coachbot.authoring.education import EducationMessage
from coachbot.service.sourcing import sources_of

LESSONS = (
    EducationMessage("one", "facts", ("A guideline, 2020", "A review, 2019")),
    EducationMessage("two", "facts", ("A guideline, 2020",)),
    EducationMessage("three", "facts", tuple(f"Study {number}, 2001" for number in range(6))),
    EducationMessage("other", "facts", ("Of the other arm, 2012",), arms=("combined",)),
)


def test_the_sources_that_carry_most_lessons_come_first_and_the_rest_is_counted() -> None:
    told = sources_of(LESSONS, "exercise")
    assert told["sources"][:2] == ("A guideline, 2020", "A review, 2019")
    assert (len(told["sources"]), told["more_sources"]) == (4, 4)


def test_nobody_reads_of_a_source_of_the_other_arm() -> None:
    assert sources_of(LESSONS, "combined")["more_sources"] == 5
    assert sources_of(LESSONS, None)["more_sources"] == 4
