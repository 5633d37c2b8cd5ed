"""What goes in and out, as the interface describes it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=200)]
Days = Annotated[dict[str, int], Field(description="local day to steps, of the last four weeks")]


class Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class NewInvitation(Strict):
    """An invitation to be made; the fields are the columns of a list (docs/enrolling.md)."""

    reference: Annotated[Text, Field(description="the clinic's own name for it; names nobody; used once, ever")]
    programme: Text
    arm: Text
    therapist: Text = ""
    tags: Text = ""
    language: Text = ""
    zone: Text = ""
    valid_until: Annotated[Text, Field(description="the last day of the code, like 2026-06-30")] = ""


class Invitation(BaseModel):
    """An invitation that was made. The code is told only now."""

    reference: str
    code: str
    valid_until: date
    links: dict[str, str]


class Enrolment(BaseModel):
    """How one enrolment stands. Nothing here tells who it is, or the arm."""

    id: str
    state: str
    week: int
    exercise_days: Annotated[int, Field(description="days with exercises among the last seven")]
    assessments_done: list[str]
    assessments_missed: list[str]


class Enrolments(BaseModel):
    """A page of enrolments."""

    items: list[Enrolment]
    next: Annotated[str | None, Field(description="give it as `after` for the next page")] = None


class Point(BaseModel):
    """One total."""

    day: date
    assessment: str
    total: float


class Score(BaseModel):
    """One questionnaire over time."""

    instrument: str
    wording: Annotated[str, Field(description="`own` totals are raw and compare with nothing published")]
    points: list[Point]


class EnrolmentDetails(Enrolment):
    """One enrolment with what was measured."""

    scores: list[Score]
    steps: Days


class DataPoint(BaseModel):
    """A data point of Open mHealth or IEEE 1752.1 with the schema `step-count`."""

    header: dict[str, Any]
    body: dict[str, Any]


class NewSteps(Strict):
    """Data points to be kept; one that was sent before is not kept again."""

    points: Annotated[list[DataPoint], Field(min_length=1, max_length=500)]


class KeptSteps(BaseModel):
    """How many were new, and how many known."""

    new: int
    known: int


class NewWebhook(Strict):
    """An address to be called about alerts."""

    url: Annotated[str, Field(max_length=500)]


class Webhook(BaseModel):
    """An address that is called."""

    id: str
    url: str


class HookedUp(Webhook):
    """A new webhook. The secret is told only now."""

    secret: str


class Refusal(BaseModel):
    """Why something was not done."""

    error: Literal["token", "scope", "too_many", "not_found", "not_valid", "too_large", "broken"]
    detail: str
    faults: list[dict[str, str]] = []
