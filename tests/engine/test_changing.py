"""Changing frozen data: a copy of the same class, as frozen as before."""

import copy as copying
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from coachbot.engine.changing import changed, quick
from coachbot.engine.effects import CloseButtons
from coachbot.engine.model import Frame

FRAME = Frame("cse/checkin", "v1", "done", "touchpoint", {"done": "all"})


def test_a_changed_copy_is_what_replace_gives() -> None:
    copy = changed(FRAME, state="minutes", pace=1.5)
    assert copy == replace(FRAME, state="minutes", pace=1.5)
    assert type(copy) is Frame
    assert (FRAME.state, FRAME.pace) == ("done", 1.0)


def test_a_changed_copy_is_frozen_too() -> None:
    copy = changed(CloseButtons("t1"), token="t2")
    with pytest.raises((FrozenInstanceError, TypeError)):
        copy.token = "t3"  # type: ignore[misc]
    assert hash(copy) == hash(CloseButtons("t2"))


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError):
        changed(FRAME, mood="calm")


@quick
@dataclass(frozen=True, slots=True)
class Note:
    """Fields with the names that the constructor itself could have used."""

    kind: str
    self_care: int = 3
    twin: object = None


def test_a_quick_constructor_takes_what_the_usual_one_takes() -> None:
    note = Note("a", twin=Note("b", 1))
    assert (note.kind, note.self_care, note.twin) == ("a", 3, Note(kind="b", self_care=1))
    assert type(note) is Note
    assert repr(Note("a", 4)) == "Note(kind='a', self_care=4, twin=None)"
    with pytest.raises(TypeError):
        Note()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Note("a", mood="calm")  # type: ignore[call-arg]


def test_what_was_made_quickly_is_frozen_and_can_be_copied() -> None:
    note = Note("a")
    with pytest.raises((FrozenInstanceError, TypeError)):
        note.kind = "b"  # type: ignore[misc]
    assert type(note) is Note
    assert copying.deepcopy(note) == pickle.loads(pickle.dumps(note)) == replace(note) == note
    assert changed(note, kind="b") == Note("b")


def test_a_shared_default_that_could_change_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Bag:
        things: list[str] = field(default_factory=list)

    with pytest.raises(TypeError):
        quick(Bag)
