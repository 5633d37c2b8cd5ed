"""Which slots are sure where: skips, guards, calls, what is handed over and given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachbot.authoring.checks.context import Context
from coachbot.authoring.pack import check_pack
from coachbot.authoring.reading import read_pack

CALLER = "dialog: a/caller\nstart: one\nslots: {goal: {type: text, scope: programme}}\nstates:\n"
PAIN = "  one: {ask: {scale: {name: pain, from: 0, to: 10}}, next: two}\n"


def _pack(root: Path, **machines: str) -> Path:
    for name, machine in machines.items():
        path = root / "dialogs" / "a" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(machine)
    return root


def _sure(root: Path, dialog: str, state: str) -> set[str]:
    places = Context(read_pack(root)).flow.walked[dialog].entering[state]
    return {place for place in places if place in ("pain", "did", "x", "zone", "goal", "kind", "got")}


@pytest.mark.parametrize(
    ("body", "sure"),
    [
        (PAIN + "  two: {end: done}\n", set()),
        (PAIN.replace("to: 10}", "to: 10, required: true}") + "  two: {end: done}\n", {"pain"}),
        (
            PAIN.replace("next: two", "next: [{when: pain is missing, go: lost}, {else: two}]")
            + "  two: {end: done}\n  lost: {end: done}\n",
            {"pain"},
        ),
        (
            PAIN.replace("next: two", "next: [{when: pain is not missing and pain > 3, go: two}, {else: lost}]")
            + "  two: {end: done}\n  lost: {end: done}\n",
            {"pain"},
        ),
        ("  one: {ask: {choice: {name: did, of: [a, b]}}, next: {a: two, b: two}}\n  two: {end: done}\n", {"did"}),
        ("  one: {ask: {choice: {name: did, of: [a, b]}}, next: {a: two, else: two}}\n  two: {end: done}\n", set()),
        (
            (
                "  one: {ask: {choice: {name: did, of: [a, b], required: true}}, next: {a: two, else: two}}\n"
                "  two: {end: done}\n"
            ),
            {"did"},
        ),
        ("  one: {do: [{set: {x: '1'}}], next: two}\n  two: {end: done}\n", {"x"}),
        ("  one: {do: [{set: {x: goal}}], next: two}\n  two: {end: done}\n", set()),
        ("  one: {do: [{set: {x: goal or 'none'}}], next: two}\n  two: {end: done}\n", {"x"}),
        ("  one: {do: [{set: {x: \"'a' if goal is missing else goal\"}}], next: two}\n  two: {end: done}\n", {"x"}),
        (
            (
                "  one: {ask: {text: {name: x, required: true}}, do: [{guess_zone: {from: x}}], next: two}\n"
                "  two: {end: done}\n"
            ),
            {"x"},
        ),
        (
            "  one: {next: [{when: goal == 'walk', go: two}, {else: lost}]}\n  two: {end: done}\n  lost: {end: done}\n",
            {"goal"},
        ),
        (
            (
                "  one: {next: [{when: goal is missing or goal == 'walk', go: lost}, {else: two}]}\n"
                "  two: {end: done}\n"
                "  lost: {end: done}\n"
            ),
            {"goal"},
        ),
    ],
)
def test_what_is_sure_in_state_two(body: str, sure: set[str], tmp_path: Path) -> None:
    assert _sure(_pack(tmp_path, caller=CALLER + body), "a/caller", "two") == sure


CALLED = "dialog: a/called\nstart: go\ntakes: [kind]\ngives: [got]\nstates:\n"
GOT = (
    "  go: {ask: {yes_no: {name: got, required: true}}, next: {yes: fine, no: end}}\n"
    "  fine: {end: fine}\n"
    "  end: {end: no}\n"
)
MAYBE = "  go: {ask: {yes_no: {name: got}}, next: {yes: fine, else: end}}\n  fine: {end: fine}\n  end: {end: no}\n"
LEAKS = "  go: {ask: {yes_no: {name: got}}, next: {yes: fine, no: fine}}\n  fine: {end: fine}\n"


@pytest.mark.parametrize(
    ("called", "after", "sure"),
    [
        (GOT, "two", {"got"}),
        (MAYBE, "two", set()),
        (MAYBE, "{fine: two, else: lost}", {"got"}),
        (LEAKS, "two", set()),
        (LEAKS, "{fine: two, else: lost}", {"got"}),
        ("arms: [x]\n" + GOT, "two", set()),
    ],
)
def test_what_a_call_gives_back(called: str, after: str, sure: set[str], tmp_path: Path) -> None:
    caller = (
        CALLER + f"  one: {{call: {{dialog: a/called, with: {{kind: '1'}}}}, next: {after}}}\n  two: {{end: done}}\n"
    )
    machine = (
        CALLED.replace("states:\n", called.partition("  go")[0] + "states:\n") + "  go" + called.partition("  go")[2]
    )
    assert _sure(_pack(tmp_path, caller=caller + "  lost: {end: x}\n", called=machine), "a/caller", "two") == sure


@pytest.mark.parametrize(("handed", "sure"), [("'1'", {"kind"}), ("goal", set()), ("goal|default(1)", {"kind"})])
def test_what_is_handed_over(handed: str, sure: set[str], tmp_path: Path) -> None:
    caller = CALLER + f'  one: {{call: {{dialog: a/called, with: {{kind: "{handed}"}}}}, end: done}}\n'
    assert _sure(_pack(tmp_path, caller=caller, called=CALLED + GOT), "a/called", "go") == sure


def test_a_loop_keeps_only_what_every_way_fills(tmp_path: Path) -> None:
    body = (
        "  one: {next: two}\n"
        "  two: {ask: {yes_no: {name: did}}, next: {yes: three, else: two}}\n"
        "  three: {next: [{when: demo, go: two}, {else: end}]}\n"
        "  end: {end: done}\n"
    )
    assert _sure(_pack(tmp_path, caller=CALLER + body), "a/caller", "two") == set()


def test_dialogs_that_call_each_other_are_walked(tmp_path: Path) -> None:
    one = (
        "dialog: a/one\n"
        "start: x\n"
        "states:\n"
        "  x: {ask: {yes_no: {name: did, required: true}}, next: {yes: y, no: z}}\n"
        "  y: {call: a/two, next: x}\n"
        "  z: {end: done}\n"
    )
    two = one.replace("a/two", "a/one").replace("dialog: a/one", "dialog: a/two", 1)
    codes = {fault.code for fault in check_pack(_pack(tmp_path, one=one, two=two))}
    assert not codes & {"DIALOG_006", "DIALOG_013", "GUARD_003"}
