"""A practice that somebody has spoken is heard, by those in whose language it is and whose messenger plays it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coachbot.authoring.pack import Pack, load_pack
from coachbot.engine.asks import Wait
from coachbot.packs import pack_root
from coachbot.service.ports import Capabilities
from coachbot.settings import load_settings
from coachbot.testing import Role, Stage
from coachbot.testing.channel import RecordingChannel

SATURDAY = datetime(2026, 3, 14, 9, tzinfo=UTC)
#: One frame of silence of an MP3: MPEG 1, layer 3, 128 kbit/s, 44.1 kHz; 26.1 ms.
FRAME = b"\xff\xfb\x90\x00" + bytes(413)
FRAMES_A_SECOND = 44_100 / 1152
HEARD = "The practice, spoken by"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """The pack that ships, and in it the practice of a friend as the site's therapist speaks it: 90 seconds."""
    root = tmp_path_factory.mktemp("spoken")
    for folder in ("dialogs", "content"):
        shutil.copytree(pack_root(load_settings()) / folder, root / folder)
    (root / "content/en/practices/friend.mp3").write_bytes(FRAME * round(90 * FRAMES_A_SECOND))
    yield load_pack(root)
    shutil.rmtree(root)


def in_the_practice(stage: Stage) -> list[str]:
    """Somebody after session 1 takes the practice of a friend, in full; what the coach then sends."""
    ana = stage.enter(Role("Ana", enrolled=date(2026, 3, 2), attended=("sct_1",)))
    stage.say(ana, "menu")
    for label in ("Practise now", "A quiet practice", "Treating a friend"):
        stage.press(ana, label)
    before = len(ana.messages)
    stage.press(ana, "In full")
    return [message.text for message in ana.messages[before:]]


def test_the_coach_waits_as_long_as_the_recording_plays(spoken: Pack) -> None:
    wait = spoken.library.dialogs["practice/friend"].states["recorded_en"].ask
    assert isinstance(wait, Wait)
    assert wait.seconds == pytest.approx(93, abs=0.2)


def test_the_recording_comes_instead_of_the_lines_and_the_talk_goes_on_after_it(spoken: Pack) -> None:
    with Stage(SATURDAY, pack=spoken) as stage:
        said = in_the_practice(stage)
        assert [text for text in said if text.startswith("<sound")] == [f"<sound: {HEARD} Lin>"]
        ana = stage.people[0]
        sent = next(message for message in ana.messages if message.body.get("kind") == "audio")
        assert spoken.picture("en", sent.body["audio"]) == spoken.root / "content/en/practices/friend.mp3"
        assert [label for _, label in ana.messages[-1].labels] == ["Read it instead", "Next", "End here"]
        stage.travel_to(SATURDAY + timedelta(minutes=1))
        assert ana.messages[-1].asks == "wait"
        stage.travel_to(SATURDAY + timedelta(minutes=2))
        assert ana.messages[-1].text.startswith("How is it now?")


@pytest.mark.parametrize("how", ["pressed", "typed"])
def test_whoever_cannot_listen_reads_the_lines(spoken: Pack, how: str) -> None:
    with Stage(SATURDAY, pack=spoken) as stage:
        in_the_practice(stage)
        ana = stage.people[0]
        stage.press(ana, "Read it instead") if how == "pressed" else stage.say(ana, "I can't listen now")
        assert ana.messages[-1].text.startswith("Make yourself as comfortable")
        stage.travel_to(SATURDAY + timedelta(seconds=20))
        assert ana.messages[-1].text.startswith("Think of someone you like")


def test_stop_ends_a_recording_like_any_practice(spoken: Pack) -> None:
    with Stage(SATURDAY, pack=spoken) as stage:
        in_the_practice(stage)
        stage.say(stage.people[0], "stop")
        assert stage.people[0].messages[-1].asks != "wait"


def test_a_messenger_without_sound_gets_the_lines(spoken: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordingChannel, "capabilities", Capabilities(media=frozenset({"picture"})))
    with Stage(SATURDAY, pack=spoken) as stage:
        said = in_the_practice(stage)
        assert not any(text.startswith("<sound") for text in said)
        assert said[-1].startswith("Make yourself as comfortable")


def test_the_short_version_keeps_its_lines_until_it_is_spoken_too(spoken: Pack) -> None:
    assert "recorded_en" not in spoken.library.dialogs["practice/friend_short"].states


def test_a_recording_in_another_language_changes_nothing_for_whoever_reads_this_one(tmp_path: Path) -> None:
    for folder in ("dialogs", "content"):
        shutil.copytree(pack_root(load_settings()) / folder, tmp_path / folder)
    danish = tmp_path / "content/da/practices"
    danish.mkdir(parents=True)
    (danish / "friend.mp3").write_bytes(FRAME * round(30 * FRAMES_A_SECOND))
    with Stage(SATURDAY, pack=load_pack(tmp_path)) as stage:
        assert in_the_practice(stage)[-1].startswith("Make yourself as comfortable")
