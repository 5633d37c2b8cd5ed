"""Whatever comes in as an update is read on purpose, and nothing that comes in raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.channels.telegram.reading import Aside, Press, Reader
from coachbot.service.records import Update
from coachbot.service.zones import zone_at

READER = Reader(7, "telegram", zone_at)
PRIVATE = {"id": 5, "type": "private"}
MEMBER = {"status": "member"}


def read(**update: Any) -> Any:
    return READER.read({"update_id": 1, **update})


def message(**content: Any) -> Any:
    return read(message={"message_id": 9, "chat": PRIVATE, "from": {"id": 5}, **content})


def test_a_text_comes_in_as_it_was_written() -> None:
    assert message(text="half an hour") == Update(7, "telegram", "5", "u1", "text", text="half an hour")


@pytest.mark.parametrize(
    ("text", "kind", "more"),
    [
        ("/start", "start", {"text": ""}),
        ("/start ABCD-EFGH", "start", {"text": "ABCD-EFGH"}),
        ("/menu", "command", {"code": "menu"}),
        ("/bad_day@some_bot", "command", {"code": "bad_day"}),
        ("/10", "text", {"text": "/10"}),
        ("/stop it hurts", "text", {"text": "/stop it hurts"}),
    ],
)
def test_commands(text: str, kind: str, more: dict[str, str]) -> None:
    update = message(text=text)
    assert update.kind == kind
    assert {name: getattr(update, name) for name in more} == more


def test_no_database_chokes_on_a_text() -> None:
    update = message(text="a\x00b\ud800c" + "x" * 50_000)
    assert update.text.startswith("ab?c")
    assert len(update.text) <= 20_000
    update.text.encode("utf-8")


def test_a_press_is_known_by_its_own_id_under_any_update_id() -> None:
    press = {"id": "77", "from": {"id": 5}, "message": {"message_id": 1, "chat": PRIVATE}, "data": "tok:all"}
    one, other = (
        READER.read({"update_id": 1, "callback_query": press}),
        READER.read({"update_id": 2, "callback_query": press}),
    )
    assert isinstance(one, Press)
    assert one == other
    assert (one.update.token, one.update.code) == ("tok", "all")
    assert "77" not in one.update.update_id


def test_the_pictures_of_an_album_are_one_thing_sent() -> None:
    one, other = ({"message_id": n, "chat": PRIVATE, "photo": [{}], "media_group_id": "55"} for n in (1, 2))
    first, second = (READER.read({"update_id": n, "message": picture}) for n, picture in enumerate((one, other)))
    assert first == second
    assert "55" not in first.update_id


def test_a_picture_of_an_album_that_has_words_is_read_for_itself() -> None:
    first = message(photo=[{}], media_group_id="55")
    second = message(photo=[{}], media_group_id="55", caption="I can't feel my legs")
    assert first.update_id != second.update_id
    assert second.text == "I can't feel my legs"


def test_the_supergroup_that_a_group_became_is_left_too() -> None:
    moved = {"chat": {"id": -100, "type": "supergroup"}, "migrate_from_chat_id": -1}
    assert read(message=moved) == Aside("group", -100)


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_groups_are_asides(kind: str) -> None:
    assert read(message={"chat": {"id": -1, "type": kind}, "text": "hi"}) == Aside("group", -1)


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"chat": {"id": -1, "type": "group"}, "migrate_to_chat_id": -100}},
        {"message": {"chat": PRIVATE, "from": {"id": 9, "is_bot": True}, "text": "I am a bot"}},
        {"message": {"chat": PRIVATE, "pinned_message": {}}},
        {"edited_message": {"chat": PRIVATE, "location": {"latitude": 1, "longitude": 1}}},
        {"edited_message": {"chat": {"id": -1, "type": "group"}, "text": "x"}},
        {"callback_query": {"id": "1", "from": {"id": 5}, "inline_message_id": "x"}},
        {
            "my_chat_member": {
                "chat": PRIVATE,
                "new_chat_member": {"status": "member"},
                "old_chat_member": {"status": "member"},
            }
        },
        {"poll": {}},
        {"something_new": {"chat": PRIVATE}},
    ],
)
def test_what_is_passed_over_on_purpose(update: dict[str, Any]) -> None:
    assert read(**update) is None


@pytest.mark.parametrize(
    "raw",
    [
        None, 3, "update", [], {}, {"update_id": "1", "message": {}}, {"update_id": 1, "message": []},
        {"update_id": 1, "message": {}}, {"update_id": 1, "message": {"chat": None}},
        {"update_id": 1, "message": {"chat": {"type": "private"}, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": "abc", "type": "private"}, "text": "x"}},
        {"update_id": 1, "message": {"chat": PRIVATE, "location": {"latitude": "north"}}},
        {"update_id": 1, "callback_query": {"message": {"chat": PRIVATE}}},
    ],
)  # fmt: skip
def test_what_nobody_can_read_is_passed_over(raw: Any) -> None:
    assert READER.read(raw) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["chat", "id", "text", "type"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]), _JSON)
def test_nothing_raises(kind: str, content: Any) -> None:
    found = READER.read({"update_id": 1, kind: content})
    assert found is None or isinstance(found, Update | Press | Aside)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((52.5, 13.4), "Europe/Berlin"), ((31.2, 121.5), "Asia/Shanghai"), ((-33.9, 151.2), "Australia/Sydney"),
        ((40.7, -74.0), "America/New_York"), ((91.0, 0.0), ""),
    ],
)  # fmt: skip
def test_a_place_has_the_zone_of_the_nearest_city(place: tuple[float, float], zone: str) -> None:
    assert zone_at(*place) == zone
