"""What is stored: compact JSON, and the same value back."""

from datetime import UTC, datetime

import pytest

from coachbot.engine.model import EMPTY
from coachbot.service import codec


def test_what_is_stored_is_compact_and_keeps_its_letters() -> None:
    assert codec.dump({"said": "grüß dich 🙂", "minutes": 20.5, "chosen": ("a", "b"), "none": EMPTY}) == (
        '{"said":"grüß dich 🙂","minutes":20.5,"chosen":["a","b"],"none":{}}'.encode()
    )


def test_keys_and_numbers_that_json_has_no_room_for_are_still_written() -> None:
    assert codec.dump({"weeks": {1: "one"}}) == b'{"weeks":{"1":"one"}}'
    assert codec.load(codec.dump({"many": 10**22})) == {"many": 10**22}


def test_a_moment_is_not_written_by_chance() -> None:
    with pytest.raises(TypeError):
        codec.dump({"at": datetime(2026, 3, 9, tzinfo=UTC)})


def test_a_sheet_that_an_older_version_stored_is_still_read() -> None:
    stored = codec.sheet_from([{"gad7": {"g1": "a1"}}, ["nrs"], [], {"gad7": "2026-03-25T09:00:00+00:00"}])
    assert (stored.done, stored.talked) == (("nrs",), ())
    assert (stored.begun_in("gad7"), stored.begun_in("nrs")) == ("page", "chat")
