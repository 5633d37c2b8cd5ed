"""Whatever a patient does, in whatever talk: nothing raises, and there is always a question, a rest or an end."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachbot.authoring.pack import Pack
from coachbot.bootstrap import build_world
from coachbot.engine import effects as fx
from coachbot.engine.events import Attached, Closed, Concerned, Event, Opened, Pressed, Said, TimerFired
from coachbot.engine.model import Conversation
from coachbot.engine.step import Outcome, step
from coachbot.engine.walk import MOST_FRAMES
from coachbot.service import codec
from coachbot.service.clock import StandingClock
from coachbot.service.draft import Draft
from coachbot.service.facts import facts_of
from coachbot.service.records import Address, Enrolment, PatientRecord, Profile
from coachbot.service.speaking import Delivery, speak
from coachbot.service.world import World
from coachbot.testing.ground import pack_at
from coachbot.testing.reads import Reads, reads_of
from coachbot.testing.variety import Variety, handed_in, standing
from tests.conftest import ROOT

NOW = datetime(2026, 3, 11, 15, tzinfo=UTC)
IN_CI = bool(os.environ.get("CI"))
NASTY = (
    "", " ", "\x00\x01\x1d\x1e\x1f", "\u202eשלום\u202c", "🙂" * 40, "x" * 65_536, "7" * 400, "{{ 7 * 7 }}", "{% if",
    "-1", "1e309", "½", "٣", "三", "yes no", "stop", "I want to stop", "skip", "back", "menu", "later", "help", "pause",
    "go on", "next", "bad day", "my data", "fewer messages", "my therapist", "progress", "resume", "don't know", "all",
    "\r\n\r\n---\r\n", "![x](y.png)", "<script>alert(1)</script>", "a\u0301" * 200, "NULL", "0", "10", "3/10", "25:99",
    "yesterday", "half past seven",
)  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.integers(-3, 200).map(str))
#: What happens, told without knowing where the patient stands: a kind, a number to choose by, a text.
happenings = st.tuples(
    st.sampled_from(
        ("say", "say", "press", "press", "press", "press", "press", "old", "unknown", "attach", "timer", "nag", "open",
         "remind", "concern", "close")
    ),
    st.integers(0, 10_000),
    texts,
)  # fmt: skip
lives = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), st.lists(happenings, max_size=14))


@lru_cache(maxsize=1)
def ground() -> tuple[World, Reads, Variety, PatientRecord, Mapping[str, Any]]:
    """The real pack, and a patient in the middle of the course."""
    pack: Pack = pack_at(ROOT)
    world = build_world(pack, StandingClock(NOW), {})
    reads = reads_of(pack)
    enrolment = Enrolment(1, "sct_cse", "", "active", date(2026, 2, 25))
    address = Address(1, 1, "webchat", "x")
    profile = Profile(name="Kim", zone="Europe/Berlin")
    record = PatientRecord("p", 1, profile, Conversation("p"), address, enrolment, NOW)
    return world, reads, Variety(pack, reads), record, facts_of(world, record, NOW)


@lru_cache(maxsize=512)
def patients(dialog: str) -> list[Any]:
    """Everybody who can meet a dialog."""
    world, _, variety, _, _ = ground()
    return list(variety.variants(world.pack.library.dialogs[dialog]))


def begin(which: int, who: int) -> tuple[Conversation, Opened]:
    world, _, variety, _, usual = ground()
    name = sorted(world.pack.library.dialogs)[which % len(world.pack.library.dialogs)]
    variant = patients(name)[who % len(patients(name))]
    patient = standing(Conversation("p"), usual, variant, variety.scopes)
    return patient, Opened(name, "touchpoint", f"{name}@today", handed_in(world.pack.library.dialogs[name], variant))


def event_of(here: Conversation, kind: str, number: int, text: str) -> Event:
    """A happening, made fit for where the patient stands."""
    world = ground()[0]
    dialogs, prompt = sorted(world.pack.library.dialogs), here.prompt
    token = prompt.token if prompt else "0123456789"
    match kind:
        case "press":
            codes = [code for code, _ in prompt.labels] if prompt else []
            codes += ["skip", "done", "none", "go_on", "try_again", "end", "0", "yes"]
            return Pressed(token, codes[number % len(codes)])
        case "old":
            tokens = [old for old, _ in here.closed] + [f.parked.token for f in here.frames if f.parked] or ["0"]
            return Pressed(tokens[number % len(tokens)], ("yes", "done", "0", "skip", text[:20])[number % 5])
        case "unknown":
            return Pressed(text[:64], text[:64])
        case "attach":
            return Attached(("sticker", "photo", "voice", text[:20])[number % 4])
        case "timer" | "nag":
            return TimerFired("wait" if kind == "timer" else "nag", token)
        case "open" | "remind":
            name = dialogs[number % len(dialogs)]
            takes = dict.fromkeys(world.pack.library.dialogs[name].takes)
            return Opened(name, "touchpoint" if kind == "open" else "remind", slots=takes)
        case "concern":
            rules = sorted(world.rules)
            rule = world.rules[rules[number % len(rules)]]
            return Concerned(rule.kind, rule.dialog, {"kind": rule.kind})
        case "close":
            return Closed("withdrawn")
        case _:
            return Said(text)


def go(here: Conversation, event: Event, seed: int) -> tuple[Conversation, Outcome]:
    """One step with everything that it says rendered, as the service does it."""
    world, _, _, record, _ = ground()
    outcome = step(world.pack.library, here, event, now=NOW, rng=Random(seed))
    draft = Draft(world, replace(record, conversation=outcome.conversation), NOW, 1)
    speak(draft, outcome.effects, Delivery())
    return draft.record.conversation, outcome


def stored_and_loaded(here: Conversation) -> Conversation:
    """The conversation as it comes back from the database."""
    data = json.loads(codec.dump(codec.dump_conversation(here)))
    return replace(codec.load_conversation(here.patient, data), facts=here.facts)


def sound(here: Conversation) -> None:
    """What must be true of every conversation at rest between two steps."""
    assert len(here.frames) <= MOST_FRAMES
    if here.prompt is not None:
        top = here.frames[-1]
        assert (here.prompt.dialog, here.prompt.state) == (top.dialog, top.state)
        assert not here.resting
    else:
        assert here.resting == bool(here.frames)


@settings(
    max_examples=250, deadline=None, derandomize=IN_CI, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(lives)
def test_a_life_never_raises_and_never_leaves_the_patient_hanging(life: tuple[int, int, list[Any]]) -> None:
    which, who, happening = life
    here, opened = begin(which, who)
    here, _ = go(here, opened, 0)
    sound(here)
    for seed, (kind, number, text) in enumerate(happening):
        event = event_of(here, kind, number, text)
        again = go(stored_and_loaded(here), event, seed)
        here, outcome = go(here, event, seed)
        sound(here)
        assert again == (here, outcome)


@settings(max_examples=60, deadline=None, derandomize=IN_CI, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 10_000), texts), min_size=30, max_size=60), st.integers(0, 10_000))
def test_talks_opened_upon_talks_never_pile_up(lifetime: list[tuple[int, str]], which: int) -> None:
    here, opened = begin(which, 0)
    here, _ = go(here, opened, 0)
    for seed, (number, text) in enumerate(lifetime):
        kind = ("open", "concern", "say", "press", "remind")[number % 5]
        here, _ = go(here, event_of(here, kind, number // 5, ("menu", "stop", "help", text)[number % 4]), seed)
        sound(here)


@settings(max_examples=60, deadline=None, derandomize=IN_CI, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_question_is_always_shown_with_its_token(which: int, who: int) -> None:
    here, opened = begin(which, who)
    here, outcome = go(here, opened, 1)
    shown = [effect for effect in outcome.effects if isinstance(effect, fx.Show)]
    if here.prompt is not None:
        assert shown[-1].token == here.prompt.token
