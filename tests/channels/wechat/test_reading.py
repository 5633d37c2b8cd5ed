"""Every kind of message and event is read on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.channels.wechat.reading import Reader

READER = Reader(7, "wechat", lambda latitude, longitude: f"{latitude}/{longitude}")
WHO = {"FromUserName": "o-mei", "CreateTime": "1"}


def read(**fields: str) -> tuple[str, str, str, str] | None:
    update = READER.read({**WHO, **fields})
    return None if update is None else (update.kind, update.text, update.code, update.attachment)


def message(kind: str, **fields: str) -> tuple[str, str, str, str] | None:
    return read(MsgType=kind, MsgId="5", **fields)


def event(name: str, key: str = "") -> tuple[str, str, str, str] | None:
    return read(MsgType="event", Event=name, EventKey=key)


def test_a_text_is_a_text() -> None:
    assert message("text", Content="hello") == ("text", "hello", "", "")


@pytest.mark.parametrize(
    ("kind", "fields", "text", "sent"),
    [
        ("image", {"PicUrl": "http://x"}, "", "photo"),
        ("voice", {"Recognition": "I want to die"}, "I want to die", "voice"),
        ("voice", {}, "", "voice"),
        ("video", {}, "", "video"),
        ("shortvideo", {}, "", "video"),
        ("location", {"Location_X": "31.2", "Location_Y": "121.5"}, "31.2/121.5", "location"),
        ("location", {"Location_X": "nowhere"}, "", "location"),
        ("link", {"Title": "a page", "Description": "of sorrow", "Url": "http://x"}, "a page of sorrow", "file"),
        ("text", {"Content": "[Unsupported Message]"}, "", "sticker"),
        ("brand_new", {}, "", "sticker"),
    ],
)
def test_what_is_no_word_is_an_attachment_whose_words_are_kept(
    kind: str, fields: dict[str, str], text: str, sent: str
) -> None:
    assert message(kind, **fields) == ("attachment", text, "", sent)


@pytest.mark.parametrize(
    ("name", "key", "read_as"),
    [
        ("subscribe", "qrscene_ABCD-EFGH", ("start", "ABCD-EFGH", "", "")),
        ("subscribe", "", ("start", "", "", "")),
        ("SCAN", "ABCD-EFGH", ("start", "ABCD-EFGH", "", "")),
        ("unsubscribe", "", ("blocked", "", "", "")),
        ("CLICK", "command:bad_day", ("command", "bad day", "bad_day", "")),
        ("CLICK", "something else", None),
        ("VIEW", "http://x", None),
        ("LOCATION", "", None),
        ("TEMPLATESENDJOBFINISH", "", None),
        ("brand_new", "", None),
    ],
)
def test_events_are_read_by_what_they_mean(name: str, key: str, read_as: tuple[str, ...] | None) -> None:
    assert event(name, key) == read_as


def test_a_message_is_known_by_its_number_and_an_event_by_who_and_when() -> None:
    def name(**fields: str) -> str:
        update = READER.read({**WHO, **fields})
        assert update is not None
        return update.update_id

    assert name(MsgType="text", MsgId="5", Content="a") == name(MsgType="text", MsgId="5", Content="a", CreateTime="2")
    click = {"MsgType": "event", "Event": "CLICK", "EventKey": "command:menu"}
    assert name(**click) == name(**click)
    assert name(**click) != name(**click, CreateTime="2")
    assert "mei" not in name(**click)


@given(
    st.dictionaries(
        st.sampled_from([*WHO, "MsgType", "Event", "EventKey", "MsgId", "Content", "Location_X"]), st.text()
    )
)
def test_nothing_raises_whatever_comes(fields: dict[str, str]) -> None:
    update = READER.read(fields)
    assert update is None or isinstance(update.text.encode(), bytes)
