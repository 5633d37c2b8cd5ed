"""The smallest bad pack of every fault code: what is laid over a good pack, and where the fault then stands."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from coachbot.authoring.staff_texts import TEXTS

DIALOG = """\
dialog: a/hello
start: hi
states:
  hi: {say: true, next: ask}
  ask:
    ask: {choice: {name: did, of: [all, part]}}
    next: {all: bye, part: bye, else: bye}
  bye: {say: true, end: done}
"""
WORDS = """\
## hi
Hello.
## ask
Did you?
- all: All of it
- part: A part
## bye
See you.
"""
INSTRUMENT = """\
instrument: one
title: One question
recall: now
minutes: 1
layout: scale
range: {low: 0, high: 10}
wording: own
items:
  - {code: now, safety: none}
scores:
  - {code: now, items: [now], method: value, low: 0, high: 10, higher_is: worse, missing: {allow: 0, source: ours}}
change:
  - {score: now, points: 2, source: ours}
licence: {terms: free, granted_by: nobody, source: ours}
vectors:
  - {case: floor, answers: {now: 0}, scores: {now: 0}}
  - {case: ceiling, answers: {now: 10}, scores: {now: 10}}
  - {case: mixed, answers: {now: 4}, scores: {now: 4}}
  - {case: missing, answers: {now: null}, scores: {now: null}}
"""
INSTRUMENT_WORDS = """\
## intro
One question.
## now
How is it now?
## done
Thank you.
"""
STAFF_TEXTS = "content/en/staff.yaml"


def _staff(**changed: str | None) -> str:
    """Texts for staff, all of them, those that were changed first."""
    first = {key: text for key, text in changed.items() if text is not None}
    texts = {**first, **{key: "so" for key in TEXTS if key not in changed}}
    return "# texts for staff\n" + "".join(f'{key}: "{text}"\n' for key, text in texts.items())


ANCHORED = (
    INSTRUMENT.replace("layout: scale\nrange: {low: 0, high: 10}\n", "layout: likert\n")
    .replace("10", "1")
    .replace("4", "1")
    .replace("items:\n", "anchors: [{code: a0, value: 0}, {code: a1, value: 1}]\nitems:\n", 1)
)
EXERCISE = "exercise: bridge\ngroup: gluteal\n"
EXERCISE_WORDS = (
    "## card\nBridge.\n## mistake\nToo high.\n## stop\nWhen it is enough.\n## easier\nLess high.\n## harder\nHigher.\n"
)
TRY_IT = """\
## try_it
Try it?
- done: Done
- easier: Easier
- later: Later
- not_for_me: Not for me
## try_easier
And so?
- done: Done
- later: Later
- not_for_me: Not for me
## ruled_out
{name} is not for you.
## beside
Beside {name}:
- easier: Easier: {easier}
- harder: Harder: {harder}
- harder_way: A harder way
- stay: Stay
"""
SCREENING = """\
screening: one
questions:
  - code: grown_up
    ask: {yes_no: {}}
    when_met: {no: not_now}
"""
SCREENING_WORDS = "## intro\nA\n## grown_up\nB?\n## fit\nC\n## review\nD\n## not_now\nE\n"
LEARNED = "content/en/safety/likeness.json"
LINES_OF_DANGER = "content/en/safety/lines/one.yaml"
NOTHING_LEARNED = '{"weights": {}, "bias": [], "readings": [], "lines": "of another day"}'
MOMENTS = "content/moments.yaml"
ONE_MOMENT = "moments:\n  - {code: sad, dialog: a/hello}\n"
GLUM = "  - {code: glum, dialog: a/hello}\n"
SAD_WORDS = "content/en/moments.yaml"
SAD_TEXT = """\
sad:
  words: [so sad]
  meant: [I am so sad]
  not_meant: [I am not sad]
"""
SAD = {SAD_WORDS: SAD_TEXT}
SAD_TOO = """\
glum:
  words: [i am so]
  meant: [I am so glum]
  not_meant: [glum]
"""
PROGRAMME = """\
programme: one
format: 1
version: 1
title: programme_title
weeks: 4
arms:
  - {code: both, sessions: []}
  - {code: half, sessions: []}
phases:
  - {code: course, first_week: 1, last_week: 4}
settings:
  morning: "08:00"
  morning_range: ["07:30", "12:00"]
  evening: "19:00"
  evening_range: ["14:00", "21:15"]
  midday: "12:30"
  session_day: sat
  practice_days: [mon, wed, fri]
  dial: usual
burden: {per_day: 2, per_week: 12, nags_per_prompt: 1, nags_per_week: 2, reminders_per_assessment: 2,
         quiet_from: "21:30", quiet_until: "07:30", weekly_after_silent_days: 3,
         assessments_only_after_silent_days: 21, quiet_from_week: 4}
assessments: []
withheld_in_safety_hold: []
touchpoints:
  - {id: assessment, kind: assessment, rule: assessment, expires: "23:00", follow_up: true}
  - {id: morning, kind: note, rule: every_day, dialog: a/hello, expires: "14:00"}
concepts:
  - code: secret
    only_arms: [both]
    words: {en: ['\\bsecret garden']}
"""

#: The same with two assessments of one instrument, and a day between their windows.
ASSESSED = PROGRAMME.replace(
    "assessments: []\n",
    "assessments:\n"
    "  - {code: first, dialog: a/hello, instruments: [one], day: 0, closes: 3}\n"
    "  - {code: second, dialog: a/hello, instruments: [one], day: 4, closes: 7}\n",
)

#: A pack in which nothing is wrong.
GOOD = {"dialogs/a/hello.yaml": DIALOG, "content/en/a/hello.md": WORDS}
HELLO, HELLO_WORDS = GOOD


class Bad(NamedTuple):
    """Files laid over the good pack (None takes one away), and the fault to be found."""

    code: str
    file: str
    line: int
    files: dict[str, str | bytes | None]
    #: A part of the message or the cure.
    said: str = ""


def _dialog(code: str, line: int, old: str, new: str, said: str = "", **files: str) -> Bad:
    """A fault from changing a few words of the good dialog."""
    assert old in DIALOG, old
    return Bad(code, HELLO, line, {HELLO: DIALOG.replace(old, new, 1), **files}, said)


def _worsening(instrument: str, score: str, by: int, scored: str = "true") -> dict[str, str | bytes | None]:
    rules = (
        f"kinds:\n  fire: {{priority: top, dialog: a/hello, scored: {scored}}}\nworsening:\n"
        f"  {{kind: fire, scores: [{{instrument: {instrument}, score: {score}, by: {by}, source: ours}}]}}\n"
    )
    files = {"content/instruments/one.yaml": INSTRUMENT, "content/en/instruments/one.md": INSTRUMENT_WORDS}
    return {**files, "content/safety/rules.yaml": rules}


def _spoken(code: str, name: str, sound: bytes, cure: str = "") -> Bad:
    files = {
        "content/practices/rest.yaml": "practice: rest\nlines: [{one: 5}]\n",
        "content/en/practices/rest.md": "## one\nRest.\n",
        f"content/en/practices/{name}.mp3": sound,
    }
    return Bad(code, f"content/en/practices/{name}.mp3", 1, files, *([cure] if cure else []))


def _taught(code: str, key: str, text: str) -> Bad:
    """A message of the day beside an exercise that is called Bridge."""
    files = {
        "content/education/messages.yaml": f"- {{id: one, theme: facts, sources: [Us], {key}}}\n",
        "content/en/education/one.md": f"## message\n{text}\n## instead\nAnother one.\n",
        "content/exercises/bridge.yaml": EXERCISE,
        "content/en/exercises/bridge.md": EXERCISE_WORDS.replace("Bridge.", "**Bridge**", 1),
        "content/en/exercise.md": TRY_IT,
    }
    return Bad(code, "content/education/messages.yaml", 1, files)


def _words(code: str, line: int, old: str, new: str, said: str = "") -> Bad:
    """A fault from changing a few words of the good words."""
    assert old in WORDS, old
    return Bad(code, HELLO_WORDS, line, {HELLO_WORDS: WORDS.replace(old, new, 1)}, said)


def _state(code: str, line: int, state: str, words: str = "", said: str = "", top: str = "", file: str = HELLO) -> Bad:
    """A fault in a state put between `hi` and `ask` (line 5)."""
    machine = DIALOG.replace("next: ask}", "next: new}", 1).replace("  ask:\n", f"{state}\n  ask:\n", 1)
    machine = machine.replace("start: hi\n", f"start: hi\n{top}", 1)
    return Bad(code, file, line, {HELLO: machine, HELLO_WORDS: WORDS + words}, said)


_OTHER = "dialog: a/other\nstart: x\ntakes: [kind]\nstates:\n  x: {say: true, end: done}\n"
_OTHER_FILES = {"dialogs/a/other.yaml": _OTHER, "content/en/a/other.md": "## x\nX.\n"}
_ASK = "  new: {ask: {number: {name: pain, min: 0, max: 10}}, next: then}"
_LONG = "word " * 250

BAD = (
    # files and their form
    _dialog("YAML_001", 4, "hi: {say: true", "hi: {say: [true"),
    _dialog("YAML_002", 3, "start: hi\n", "start: hi\nstart: hi\n", "twice"),
    _dialog("YAML_003", 2, "start: hi", "start: &first hi", "&first"),
    _dialog("YAML_003", 8, "bye: {say: true, end: done}", "bye: &b {say: true, end: done}\n  more: *b"),
    _dialog("YAML_004", 2, "start: hi", "start: !int hi"),
    Bad("YAML_005", HELLO, 1, {HELLO: "- a\n- b\n"}),
    _dialog("YAML_006", 4, "say: true", "says: true", "Did you mean 'say'?"),
    _dialog("YAML_007", 1, "start: hi\n", "", "start"),
    _dialog("YAML_008", 4, "say: true", "say: yes", "'yes' is not true or false"),
    Bad("YAML_009", HELLO_WORDS, 1, {HELLO_WORDS: b"## hi\n\xff\xfe\n"}),
    # dialogs
    _dialog("DIALOG_001", 1, "dialog: a/hello", "dialog: a/hallo", "Write dialog: a/hello."),
    Bad("DIALOG_002", HELLO, 3, {HELLO: "dialog: a/hello\nstart: hi\nstates: {}\n"}),
    _dialog("DIALOG_003", 7, "part: bye", "part: by", "'by' is not a state. Did you mean 'bye'?"),
    _dialog("DIALOG_003", 2, "start: hi", "start: ho"),
    _dialog(
        "DIALOG_004",
        5,
        "next: ask}",
        "next: bye}\n  lost: {next: ask}",
        "",
    ),
    _dialog("DIALOG_005", 8, "bye: {say: true, end: done}", "bye: {say: true}"),
    _state(
        "DIALOG_006",
        5,
        "  new: {next: [{when: demo, go: turn}, {else: ask}]}\n  turn: {next: new}",
        said="new -> turn -> new",
    ),
    _dialog("DIALOG_007", 6, "of: [all, part]", "of: [all, none]", "'none' is a word of Jinja"),
    _dialog("DIALOG_007", 6, "name: did", "name: Did", "'Did' is not a code"),
    _dialog("DIALOG_008", 7, "all: bye, part", "al: bye, all: bye, part", "Did you mean 'all'?"),
    _dialog("DIALOG_009", 7, "all: bye, part: bye, else: bye", "all: bye", "'part'"),
    _dialog("DIALOG_010", 8, "end: done", "end: done, next: hi"),
    _state("DIALOG_011", 5, "  new: {next: [{when: demo, go: ask}]}"),
    _state("DIALOG_012", 5, "  new: {call: a/helo, next: ask}", said="Did you mean 'a/hello'?"),
    _state("DIALOG_012", 5, "  new: {call: {in: nowhere/, by: today.education}, next: ask}"),
    _state("DIALOG_012", 5, "  new: {do: [{remind: {dialog: a/helo, in: 3 h}}], next: ask}"),
    _state("DIALOG_013", 5, "  new: {call: a/hello, next: ask}", said="a/hello -> a/hello"),
    Bad(
        "DIALOG_014",
        HELLO,
        4,
        {
            HELLO: DIALOG.replace("say: true, next", "call: a/other, next", 1),
            HELLO_WORDS: WORDS.replace("## hi\nHello.\n", ""),
            **_OTHER_FILES,
        },
        "takes 'kind'",
    ),
    _dialog("DIALOG_015", 3, "start: hi\n", "start: hi\ngives: [nothing]\n", "never filled"),
    _dialog("DIALOG_016", 3, "start: hi\n", "start: hi\nmoved: {bye: hi}\n", "still is a state"),
    _state("DIALOG_017", 4, "  new: {say: true, next: ask}", "## new\n" + "A\n---\n" * 20, said="22 messages"),
    Bad(
        "DIALOG_018",
        "dialogs/education/x.yaml",
        1,
        {"dialogs/education/x.yaml": DIALOG.replace("a/hello", "education/x"), "content/en/education/x.md": WORDS},
    ),
    _state("DIALOG_019", 5, "  new: {ask: {scale: {name: s, from: 5, to: 5}}, next: ask}"),
    _state("DIALOG_019", 5, "  new: {ask: {choice: {name: s, of: [a]}, yes_no: {name: t}}, next: ask}"),
    Bad(
        "DIALOG_020",
        HELLO,
        4,
        {
            HELLO: DIALOG.replace("say: true, next: ask", "call: a/other, next: {dun: ask, else: ask}", 1),
            HELLO_WORDS: WORDS.replace("## hi\nHello.\n", ""),
            "dialogs/a/other.yaml": _OTHER.replace("takes: [kind]\n", ""),
            "content/en/a/other.md": "## x\nX.\n",
        },
        "There are: done, skipped.",
    ),
    # slots and formulas
    _dialog("SLOT_001", 7, "start: hi\n", "start: hi\nslots: {did: {type: number, scope: programme}}\n"),
    _dialog("SLOT_002", 6, "name: did", "name: diary"),
    Bad(
        "SLOT_003",
        HELLO,
        6,
        {
            "dialogs/a/other.yaml": (
                "dialog: a/other\nstart: x\nslots: {did: {type: choice, scope: always}}\nstates:\n  x: {end: done}\n"
            ),
        },
    ),
    _state("GUARD_001", 5, "  new: {next: [{when: 'pain >', go: ask}, {else: ask}]}"),
    _state("GUARD_001", 5, "  new: {next: [{when: 'range(3)', go: ask}, {else: ask}]}", said="not possible"),
    _state("GUARD_002", 5, "  new: {next: [{when: did_ == 'all', go: ask}, {else: ask}]}", said="Did you mean 'did'?"),
    _state("GUARD_002", 5, "  new: {next: [{when: diary.cee > 3, go: ask}, {else: ask}]}", said="Did you mean 'cse'?"),
    _state(
        "GUARD_003",
        6,
        f"{_ASK}\n  then: {{next: [{{when: pain > 3, go: ask}}, {{else: ask}}]}}",
        "## new\nPain?\n",
        "'pain' may be missing",
    ),
    _state("GUARD_003", 5, "  new: {next: [{when: diary.pain_last > 3, go: ask}, {else: ask}]}"),
    _dialog(
        "GUARD_004",
        7,
        "next: {all: bye, part: bye, else: bye}",
        "next: [{when: did == 'al', go: bye}, {else: bye}]",
        "'did' is never 'al'. Did you mean 'all'?",
    ),
    # words
    Bad("WORDS_001", HELLO, 1, {HELLO_WORDS: None}, "content/en/a/hello.md is missing"),
    _words("WORDS_002", 1, "## hi\nHello.\n", ""),
    _words("WORDS_003", 7, "## bye\n", "## by\nSee.\n## bye\n", "Did you mean 'bye'?"),
    _words("WORDS_004", 3, "- part: A part\n", "", "'part'"),
    _words("WORDS_005", 7, "- part: A part\n", "- part: A part\n- half: Half\n", "'half'"),
    _words("WORDS_006", 2, "Hello.", "Hello {{ patient.name."),
    _words("WORDS_007", 2, "Hello.", "Hello {{ patient.nam }}.", "Did you mean 'name'?"),
    _words("WORDS_008", 8, "See you.", "See {{ did }}.", "'did' may be missing"),
    _words("WORDS_008", 2, "Hello.", "Again {{ diary.pain_last }}."),
    _words("WORDS_009", 2, "Hello.", _LONG),
    _words("WORDS_010", 2, "Hello.", "word " * 140),
    _words("WORDS_011", 3, "## ask", "## hi\nHello.\n## ask"),
    _words("WORDS_012", 3, "## ask", "### ore\nHi.\n## ask"),
    _words("WORDS_012", 1, "## hi", "Lost text.\n## hi"),
    _words("WORDS_013", 5, "All of it", "All of it, from the very first to the very last of them"),
    Bad(
        "WORDS_014",
        "content/de/a/hello.md",
        1,
        {"content/de/a/hello.md": "## hi\nHallo.\n"},
        "'## ask' is not translated",
    ),
    Bad("WORDS_015", "content/en/a/helo.md", 1, {"content/en/a/helo.md": "## hi\nHello.\n"}, "Did you mean 'a/hello'?"),
    _words("WORDS_016", 2, "Hello.", "{% set x = 3 %}{{ x }}"),
    _words("WORDS_016", 2, "Hello.", "{% for x in 'abc' %}{{ x }}{% endfor %}", "a loop runs over a slot"),
    _words("WORDS_016", 2, "Hello.", "{{ patient.name|title }}", "the filter 'title'"),
    Bad("WORDS_017", STAFF_TEXTS, 2, {STAFF_TEXTS: _staff(linked="Hello {nmae}.")}, "'linked' holds {nmae}"),
    Bad("WORDS_017", STAFF_TEXTS, 1, {STAFF_TEXTS: _staff(linked=None)}, "'linked' is missing"),
    Bad("WORDS_017", STAFF_TEXTS, 2, {STAFF_TEXTS: _staff(linkd="Hello.")}, "did you mean 'linked'?"),
    Bad("WORDS_017", STAFF_TEXTS, 2, {STAFF_TEXTS: _staff(off="Bye {")}, "'off' can't be filled in"),
    Bad(
        "BLIND_001",
        HELLO_WORDS,
        2,
        {"content/programmes/one.yaml": PROGRAMME, HELLO_WORDS: WORDS.replace("Hello.", "A Secret\ngarden.")},
        "only both may meet",
    ),
    _words("PICTURE_001", 2, "Hello.", "![A bridge](a/none.png)"),
    Bad(
        "PICTURE_002", HELLO_WORDS, 2, {"content/a/b.png": b"PNG", HELLO_WORDS: WORDS.replace("Hello.", "![](a/b.png)")}
    ),
    # things to be done
    _state("ACTION_001", 5, "  new: {do: [{awards: practice}], next: ask}", said="Did you mean 'award'?"),
    _state(
        "ACTION_002",
        5,
        "  new: {do: [{alert: {kind: x, priority: low, not: did}}], next: ask}",
        said="Did you mean 'note'?",
    ),
    _state("ACTION_003", 5, "  new: {do: [{alert: {kind: x}}], next: ask}", said="'alert' needs 'priority'"),
    _state("ACTION_004", 5, "  new: {do: [{award: practise}], next: ask}", said="Did you mean 'practice'?"),
    _state("ACTION_005", 5, "  new: {do: [{save: {name: nam}}], next: ask}", said="'nam' is not a slot"),
    _state(
        "ACTION_006",
        6,
        f"{_ASK}\n  then: {{do: [{{record_practice: {{kind: cse, done: pain}}}}], next: ask}}",
        "## new\nPain?\n",
    ),
    # what becomes a dialog by itself
    Bad(
        "PRACTICE_001",
        "content/practices/rest.yaml",
        3,
        {
            "content/practices/rest.yaml": "practice: rest\nlines: [{one: 5}]\nshort: [on]\n",
            "content/en/practices/rest.md": "## one\nRest.\n",
        },
        "Did you mean 'one'?",
    ),
    _spoken("RECORDING_001", "res", b"", "Did you mean 'rest'?"),
    _spoken("RECORDING_002", "rest", b"a letter, not a sound"),
    _spoken("RECORDING_003", "rest", bytes(20_000_001)),
    Bad(
        "EXERCISE_001",
        "content/exercises/bridge.yaml",
        3,
        {
            "content/exercises/bridge.yaml": EXERCISE + "easier: brige\n",
            "content/en/exercises/bridge.md": EXERCISE_WORDS,
            "content/en/exercise.md": TRY_IT,
        },
    ),
    Bad(
        "EXERCISE_002",
        "content/exercises/bridge.yaml",
        3,
        {
            "content/exercises/bridge.yaml": EXERCISE + "not_for: [pregnancy]\n",
            "content/en/exercises/bridge.md": EXERCISE_WORDS,
            "content/en/exercise.md": TRY_IT,
        },
    ),
    Bad(
        "EXERCISE_003",
        "content/exercises/bridge.yaml",
        3,
        {
            "content/exercises/bridge.yaml": EXERCISE + "easier: tilt\n",
            "content/en/exercises/bridge.md": EXERCISE_WORDS,
            "content/exercises/tilt.yaml": "exercise: tilt\ngroup: abdominals\n",
            "content/en/exercises/tilt.md": EXERCISE_WORDS,
            "content/en/exercise.md": TRY_IT,
        },
    ),
    Bad(
        "EXERCISE_004",
        "content/exercises/bridge.yaml",
        3,
        {
            "content/exercises/bridge.yaml": EXERCISE + "harder: tilt\neasier: tilt\n",
            "content/en/exercises/bridge.md": EXERCISE_WORDS,
            "content/exercises/tilt.yaml": "exercise: tilt\ngroup: abdominals\nharder: bridge\neasier: bridge\n",
            "content/en/exercises/tilt.md": EXERCISE_WORDS,
            "content/en/exercise.md": TRY_IT,
        },
    ),
    Bad(
        "EXERCISE_005",
        "content/exercises/bridge.yaml",
        3,
        {
            "content/exercises/bridge.yaml": EXERCISE + "not_for: [expecting]\n",
            "content/en/exercises/bridge.md": EXERCISE_WORDS,
            "content/en/exercise.md": TRY_IT,
            "content/screening/one.yaml": SCREENING.replace(
                "{yes_no: {}}", "{yes_no: {}}\n    rules_out: {no: expecting}"
            ),
            "content/en/screening/one.md": SCREENING_WORDS,
        },
    ),
    Bad(
        "EDUCATION_001",
        "content/education/messages.yaml",
        2,
        {
            "content/education/messages.yaml": "- {id: one, theme: facts, sources: [Us]}\n" * 2,
            "content/en/education/one.md": "## message\nOne.\n",
        },
    ),
    _taught("EDUCATION_002", "moves: [brige]", "One."),
    _taught("EDUCATION_003", "not_for: [pregnant]", "One."),
    _taught("EDUCATION_004", "tags: [fear]", "Try the bridge tonight."),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        11,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace("higher_is: worse", "higher_is: bad"),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        9,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace(
                "low: 0, high: 10}\nwording", "low: 10, high: 10}\nwording"
            ),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "its range is 10 to 10",
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        10,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace(
                "  - {code: now, safety: none}\n", "  - {code: now, safety: none}\n  - {code: now, safety: none}\n"
            ),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'now' comes twice",
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        11,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace("method: value", "method: value, reverse: [then]"),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'then' is no item of this score",
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        11,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace(
                "higher_is: worse,",
                "higher_is: worse, bands: {source: us, of: [{code: a, low: 0, high: 4}, {code: b, low: 6, high: 10}]},",
            ),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "a gap between 'a' and 'b'",
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        3,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace("recall: now", "recall: then"),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'then' is no recall period",
    ),
    Bad(
        "INSTRUMENT_002",
        "content/instruments/one.yaml",
        10,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace(
                "change:\n  - {score: now, points: 2, source: ours}\n", ""
            ),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
    ),
    Bad(
        "INSTRUMENT_003",
        "content/instruments/one.yaml",
        9,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace(", safety: none", ""),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "nothing says whether an answer can be a danger",
    ),
    Bad(
        "INSTRUMENT_001",
        "content/instruments/one.yaml",
        15,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace("safety: none", "safety: rules").replace(
                "licence:",
                "safety:\n  - {item: now, kind: fire, at_least: 1, priority: urgent, source: ours}\nlicence:",
            ),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "priority",
    ),
    Bad(
        "INSTRUMENT_003",
        "content/instruments/one.yaml",
        9,
        {
            "content/instruments/one.yaml": INSTRUMENT.replace("safety: none", "kind: text, safety: none"),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "free text is read for danger",
    ),
    Bad(
        "SCREENING_001",
        "content/screening/one.yaml",
        3,
        {
            "content/screening/one.yaml": SCREENING.replace("    when_met: {no: not_now}\n", ""),
            "content/en/screening/one.md": SCREENING_WORDS,
        },
    ),
    Bad(
        "PROGRAMME_001",
        "content/programmes/one.yaml",
        5,
        {"content/programmes/one.yaml": PROGRAMME.replace("weeks: 4", "weeks: four")},
    ),
    Bad(
        "PROGRAMME_002",
        "content/programmes/one.yaml",
        27,
        {"content/programmes/one.yaml": PROGRAMME.replace("a/hello", "a/helo")},
        "Did you mean 'a/hello'?",
    ),
    Bad(
        "PROGRAMME_003",
        "content/programmes/one.yaml",
        24,
        {
            "content/programmes/one.yaml": ASSESSED,
            "content/instruments/one.yaml": INSTRUMENT + "after: start\n",
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'one' compares with the start, and 'first' is the start",
    ),
    Bad(
        "PROGRAMME_003",
        "content/programmes/one.yaml",
        24,
        {
            "content/programmes/one.yaml": ASSESSED,
            "content/instruments/one.yaml": INSTRUMENT + "after: last_session\n",
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'first' comes before",
    ),
    Bad(
        "PROGRAMME_003",
        "content/programmes/one.yaml",
        24,
        {
            "content/programmes/one.yaml": ASSESSED,
            "content/instruments/one.yaml": INSTRUMENT + "arms: [third]\n",
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "third, no arm of this programme",
    ),
    Bad(
        "PROGRAMME_004",
        "content/programmes/one.yaml",
        25,
        {
            "content/programmes/one.yaml": ASSESSED,
            "content/instruments/one.yaml": INSTRUMENT.replace("recall: now", "recall: two_weeks"),
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'one' reaches 14 days back, 'second' opens 1 days after 'first' closes",
    ),
    Bad(
        "PROGRAMME_005",
        "content/programmes/one.yaml",
        25,
        {
            "content/programmes/one.yaml": ASSESSED.replace("assessments:", "trial: true\nassessments:"),
            "content/instruments/one.yaml": INSTRUMENT,
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "'first' asks 'one' in own wording",
    ),
    Bad(
        "PROGRAMME_005",
        "content/programmes/one.yaml",
        25,
        {
            "content/programmes/one.yaml": ASSESSED.replace("assessments:", "require_official: true\nassessments:"),
            "content/instruments/one.yaml": INSTRUMENT,
            "content/en/instruments/one.md": INSTRUMENT_WORDS,
        },
        "coachbot instruments import",
    ),
    Bad(
        "SAFETY_001",
        "content/screening/one.yaml",
        3,
        {
            "content/screening/one.yaml": SCREENING + "    urgent: fire\n",
            "content/en/screening/one.md": SCREENING_WORDS,
        },
        "'fire'",
    ),
    Bad(
        "SAFETY_001",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/helo}\n"},
        "Did you mean 'a/hello'?",
    ),
    Bad(
        "SAFETY_002",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: tip, dialog: a/hello}\n"},
    ),
    Bad(
        "SAFETY_002",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, yields_to: [water]}\n"},
        "'water'",
    ),
    Bad(
        "SAFETY_002",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, silence: tell}\n"},
        "means nothing without silence_minutes",
    ),
    Bad(
        "SAFETY_002",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, acknowledge_minutes: 0}\n"},
        "at least 1",
    ),
    Bad(
        "SAFETY_002",
        "content/safety/rules.yaml",
        2,
        {
            "content/programmes/one.yaml": PROGRAMME,
            "content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, pause: false,"
            " cooldown_minutes: 5, escalate_to: lead}\n",
        },
        "'fire' does not say its acknowledge_minutes",
    ),
    Bad(
        "YAML_006",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, silence_minuts: 15}\n"},
        "silence_minutes",
    ),
    Bad(
        "YAML_008",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, pause: 'no'}\n"},
        "true or false",
    ),
    Bad(
        "YAML_008",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, acknowledge_minutes: soon}\n"},
        "a whole number",
    ),
    Bad("SAFETY_002", "content/safety/rules.yaml", 4, _worsening("two", "now", 2), "'two' is not an instrument"),
    Bad("SAFETY_002", "content/safety/rules.yaml", 4, _worsening("one", "then", 2), "'then' is not a score of one"),
    Bad("SAFETY_002", "content/safety/rules.yaml", 4, _worsening("one", "now", 11), "no step within 0 to 10"),
    Bad("SAFETY_002", "content/safety/rules.yaml", 4, _worsening("one", "now", 2, "false"), "with scored: true"),
    Bad(
        "SAFETY_003",
        "content/safety/rules.yaml",
        2,
        {"content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello}\n"},
        "'## fire'",
    ),
    Bad("SAFETY_005", LEARNED, 1, {LINES_OF_DANGER: "lines: []\n"}, "nothing was learned"),
    Bad("SAFETY_005", LEARNED, 1, {LEARNED: "{}"}, "no file that `make likeness` wrote"),
    Bad("SAFETY_005", LEARNED, 1, {LEARNED: NOTHING_LEARNED, LINES_OF_DANGER: "lines: []\n"}, "have changed since"),
    Bad(
        "SAFETY_004",
        "content/en/safety/lexicon.yaml",
        1,
        {
            "content/programmes/one.yaml": PROGRAMME,
            "content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello}\n",
            "content/en/safety/lexicon.yaml": "fire: 3\n",
        },
        "this is no map",
    ),
    Bad(
        "SAFETY_006",
        "content/de/safety/lexicon.yaml",
        1,
        {
            "content/programmes/one.yaml": PROGRAMME,
            "content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello}\n",
            "content/de/a/hello.md": WORDS,
        },
        "in 'de'",
    ),
    Bad(
        "SAFETY_007",
        LEARNED,
        1,
        {
            "content/programmes/one.yaml": PROGRAMME,
            "content/safety/rules.yaml": "kinds:\n  fire: {priority: top, dialog: a/hello, learned: true}\n",
        },
        "fire, and danger told in other words",
    ),
    Bad(
        "START_001",
        "content/en/channel.yaml",
        1,
        {"content/programmes/one.yaml": PROGRAMME},
        "content/en/channel.yaml is missing",
    ),
    Bad(
        "DIALOG_021",
        "dialogs/a/lost.yaml",
        1,
        {
            "content/programmes/one.yaml": PROGRAMME,
            "dialogs/a/lost.yaml": "dialog: a/lost\nsummary: Lost.\nstart: hi\nstates:\n  hi: {say: true, end: done}\n",
            "content/en/a/lost.md": "## hi\nHello.\n",
        },
        "nothing opens 'a/lost'",
    ),
    Bad(
        "INTERRUPT_002",
        "content/interrupts.yaml",
        1,
        {"content/interrupts.yaml": "stopp: a/hello\n"},
        "Did you mean 'stop'?",
    ),
    Bad("PHRASES_001", "content/en/phrases.yaml", 1, {"content/en/phrases.yaml": "yess: [y]\n"}, "is missing"),
    Bad("MOMENT_001", MOMENTS, 2, {MOMENTS: ONE_MOMENT.replace("hello", "helo"), **SAD}, "Did you mean 'a/hello'?"),
    Bad("MOMENT_001", MOMENTS, 3, {MOMENTS: ONE_MOMENT + "never_in: [a/helo]\n", **SAD}, "Did you mean 'a/hello'?"),
    Bad("DIALOG_018", MOMENTS, 3, {MOMENTS: ONE_MOMENT + ONE_MOMENT.partition("\n")[2], **SAD}, "two moments 'sad'"),
    Bad("MOMENT_002", SAD_WORDS, 2, {MOMENTS: ONE_MOMENT, SAD_WORDS: SAD_TEXT.replace("[so sad]", "[]")}, "empty"),
    Bad("MOMENT_002", SAD_WORDS, 2, {MOMENTS: ONE_MOMENT, SAD_WORDS: SAD_TEXT.replace("so sad]", '"/so (sad/"]')}),
    Bad("MOMENT_002", SAD_WORDS, 3, {MOMENTS: ONE_MOMENT, SAD_WORDS: SAD_TEXT.replace("[I am so sad]", "[]")}, "meant"),
    Bad("MOMENT_002", SAD_WORDS, 1, {MOMENTS: ONE_MOMENT, SAD_WORDS: "language: en\n"}, "'sad' has no words"),
    Bad("MOMENT_002", MOMENTS, 1, {MOMENTS: ONE_MOMENT}, "no content/en/moments.yaml"),
    Bad("MOMENT_003", SAD_WORDS, 3, {MOMENTS: ONE_MOMENT, SAD_WORDS: SAD_TEXT.replace("am so", "am")}, "not read"),
    Bad("MOMENT_003", SAD_WORDS, 4, {MOMENTS: ONE_MOMENT, SAD_WORDS: SAD_TEXT.replace("not sad", "so sad")}),
    Bad("MOMENT_004", SAD_WORDS, 3, {MOMENTS: ONE_MOMENT + GLUM, SAD_WORDS: SAD_TEXT + SAD_TOO}, "'glum'"),
    Bad(
        "INTERRUPT_001",
        "content/interrupts.yaml",
        1,
        {"content/interrupts.yaml": "stop: a/helo\n"},
        "Did you mean 'a/hello'?",
    ),
)


def lay(root: Path, files: dict[str, str | bytes | None]) -> Path:
    """Write the good pack with other files over it."""
    for name, content in {**GOOD, **files}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
