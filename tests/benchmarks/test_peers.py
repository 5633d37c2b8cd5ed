"""The peers have the same talk as the coach, what is lost is counted rightly, and a table hides nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers import figures, homes
from benchmarks.peers.__main__ import QUICK, chosen, measure
from benchmarks.peers.figures import BEGIN, END, Measured
from benchmarks.peers.homes import Home, NotMeasured
from benchmarks.peers.on_coach import OnCoach
from benchmarks.peers.on_floor import OnFloor, Sqlite
from benchmarks.peers.peers import COACH, Call, Peer, peers
from benchmarks.peers.playing import Player
from benchmarks.peers.stand import Killed, Stand, lost_turns
from benchmarks.peers.talk import (
    STATES,
    answer,
    fresh_data,
    name_of,
    number_in,
    question,
    replies,
    take_in,
    update,
)
from coachbot.channels.telegram.reading import Reader

ROOT = Path(__file__).parent.parent.parent


# -- the talk -----------------------------------------------------------------------------------------
def test_the_two_questions_alternate_and_every_answer_is_a_number() -> None:
    assert [question(state) for state in range(4)] == ["minutes", "pain", "minutes", "pain"]
    numbers = {question(state): set[int]() for state in range(2)}
    for place in range(12):
        for state in range(STATES):
            numbers[question(state)].add(number_in(answer(place, state)))
    assert min(numbers["minutes"]) >= 1
    assert numbers["pain"] <= set(range(11))


def test_words_without_a_number_are_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="no number in 'a bit'"):
        number_in("a bit")


def test_an_answer_moves_the_diary_on_at_the_second_question_only() -> None:
    data = fresh_data(3)
    before = list(data["diary"])
    take_in(data, 0, 20)
    assert data["diary"] == before
    take_in(data, 1, 4)
    assert (data["diary"][:-1], data["turns"]) == (before[1:], 2)
    assert (data["diary"][-1]["minutes"], data["diary"][-1]["after"]) == (20, 4)


def test_an_update_is_one_that_the_coach_reads() -> None:
    read = Reader(1, "bench", None).read(json.loads(update(7, 3, "about 20")))
    assert (read.chat, read.kind, read.text) == ("1000003", "text", "about 20")  # type: ignore[union-attr]


# -- what is lost -------------------------------------------------------------------------------------
def test_turns_from_before_are_not_counted_as_lost_and_not_as_kept() -> None:
    assert lost_turns({0: 3, 1: 1}, before={0: 10}, after={0: 12, 1: 1}) == 1
    assert lost_turns({0: 3}, before={0: 10}, after={}) == 3, "what was there before the run is not counted twice"
    assert lost_turns({0: 3}, before={0: 10}, after={0: 14}) == 0, "a turn under way may have been kept too"


@pytest.mark.slow
def test_a_kill_of_a_bare_database_loses_nothing(tmp_path: Path) -> None:
    floor = next(peer for peer in peers() if peer.name == "floor: sqlite3")
    stand = Stand(floor, floor.call(Home(tmp_path), tmp_path), tmp_path, 5)
    stand.seed()
    stand.start()
    killed = stand.kill(10)
    assert killed.acknowledged >= 10
    assert (killed.lost, killed.unreadable) == (0, "")


# -- tables and rows ----------------------------------------------------------------------------------
def _peer(name: str, *, is_floor: bool = False) -> Peer:
    return Peer(name, "nothing", "it is made up", lambda home, folder: Call(("true",)), is_floor=is_floor)


def _measured(name: str, turn_s: float, crowd: float) -> Measured:
    return Measured(_peer(name), 10, [[turn_s] * 100, [turn_s] * 100], [crowd, crowd], 50_000_000, [Killed(20, 5)])


def test_the_coach_is_set_against_each_peer_round_by_round() -> None:
    assert figures.ratio([10.0, 20.0, 90.0], [5.0, 10.0, 10.0]) == 2.0
    rows = {
        row.name: (row.value, row.unit)
        for row in figures.rows([_measured(COACH, 0.01, 500.0), _measured("P", 0.002, 100.0)])
    }
    assert rows["P: coachbot against it, one at a time"] == (pytest.approx(0.2), "ratio")
    assert rows["P: coachbot against it, 50 at once"] == (5.0, "ratio")
    assert rows["P: a turn, 99th percentile"] == (pytest.approx(2.0), "ms")
    assert rows["P: turns lost by them"] == (5, "turns")
    assert f"{COACH}: coachbot against it, one at a time" not in rows


def test_every_line_of_the_table_says_what_a_turn_outlasts_and_why() -> None:
    broken = _measured("P", 0.002, 100.0)
    broken.kills = [Killed(20, 20, "half a file"), Killed(20, 0)]
    text = figures.table([_measured(COACH, 0.01, 500.0), broken])
    assert "20 of 40 turns; the file of everybody unreadable after 1 of 2 kills | nothing |" in text
    assert "- P, nothing: it is made up." in text


def test_a_side_that_could_not_be_measured_says_why_and_the_rest_goes_on(tmp_path: Path) -> None:
    def absent(home: Home, folder: Path) -> Call:
        raise NotMeasured("there is no network")

    (found,) = measure([Peer("P", "nothing", "it is made up", absent)], QUICK, Home(tmp_path), tmp_path)
    assert found.reason == "there is no network"
    coach = _measured(COACH, 0.01, 500.0)
    assert "| P | not measured: there is no network |" in figures.table([coach, found])
    assert not [row for row in figures.rows([coach, found]) if row.name.startswith("P:")]


def test_the_coach_always_stands_among_the_chosen() -> None:
    sides = peers()
    assert [one.name for one in chosen(sides, ["sqlite3"])] == [COACH, "floor: sqlite3"]
    assert chosen(sides, []) == list(sides)


def test_what_cannot_be_installed_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match=r"^python[\w.]* could not install it: .*no_such_module"):
        homes._run([sys.executable, "-m", "no_such_module"])
    with pytest.raises(NotMeasured, match="could not install it"):
        homes._run([str(tmp_path / "absent")])


def test_a_side_that_talks_nonsense_is_not_measured(tmp_path: Path) -> None:
    stand = Stand(_peer("P"), Call((sys.executable, "-c", "print('well')")), tmp_path, 5)
    with pytest.raises(NotMeasured, match="its answer is no JSON: well"):
        stand.start()
    with pytest.raises(NotMeasured, match="its answer is no JSON: well"):
        stand.kill(3)
    stand.stop()


def test_a_side_that_ends_too_early_is_not_measured(tmp_path: Path) -> None:
    stand = Stand(_peer("P"), Call((sys.executable, "-c", "raise SystemExit('no room')")), tmp_path, 5)
    with pytest.raises(NotMeasured, match="no room"):
        stand.seed()
    with pytest.raises(NotMeasured, match="its process ended"):
        stand.start()
    stand.stop()


def test_offline_nothing_is_installed(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="--offline was asked for"):
        homes.python_of(Home(tmp_path, offline=True))
    assert not list(tmp_path.iterdir())


def test_a_table_takes_the_place_of_the_last_one() -> None:
    page = f"# Page\n{BEGIN}\nold\n{END}\nrest\n"
    assert figures.put_into(page, "new\n") == f"# Page\n{BEGIN}\nnew\n{END}\nrest\n"
    with pytest.raises(ValueError, match="put them where the table belongs"):
        figures.put_into("# Page\n", "new\n")


# -- the sides ----------------------------------------------------------------------------------------
def test_more_at_once_than_there_are_patients_is_refused(tmp_path: Path) -> None:
    side = OnFloor(Sqlite(tmp_path / "floor.db"))

    async def play() -> None:
        await side.seed(3)
        await Player(side, 3).talk(0.01, 4)

    with pytest.raises(ValueError, match="4 at once are more than the 3 patients"):
        asyncio.run(play())


@pytest.mark.slow
def test_the_coach_says_what_every_peer_says_through_the_whole_ring(tmp_path: Path) -> None:
    side = OnCoach(tmp_path)
    said: list[tuple[str, str]] = []

    async def play() -> None:
        await side.seed(2)
        await side.close()
        await side.open(2)
        side.messenger.keeps = True
        for turn in range(STATES + 2):
            typed = answer(1, turn % STATES)
            await side.take([update(100 + turn, 1, typed)])
            said.append(replies(turn % STATES, number_in(typed), name_of(1)))
        await side.close()

    asyncio.run(play())
    assert side.messenger.texts == [text for pair in said for text in pair]


@pytest.mark.slow
def test_everybody_is_measured_or_says_why_not(tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "benchmarks.peers",
        "--quick",
        "--offline",
        "--json",
        str(rows),
        "--markdown",
        str(page),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for peer in peers():
        assert f"| {peer.name} |" in done.stdout
    names = {row["name"] for row in json.loads(rows.read_text("utf-8"))}
    assert {f"{COACH}: turns, one at a time", "floor: sqlite3: turns lost by them"} <= names
    assert done.stdout.strip() in page.read_text("utf-8")
