"""Signatures, sealed envelopes, and XML from anybody."""

from __future__ import annotations

import base64

import pytest

from coachbot.channels.wechat.envelope import EnvelopeError, is_signed, opened, sealed, signature
from coachbot.channels.wechat.flat_xml import XmlError, read_flat, write_flat

KEY, APPID = bytes(range(32)), "wx0123456789abcdef"


def test_a_signature_is_the_sha1_over_the_sorted_parts() -> None:
    # Worked out by hand: sha1("1409304348" "nonce" "token"), sorted.
    assert signature("token", "1409304348", "nonce") == signature("token", "nonce", "1409304348")
    assert is_signed(signature("token", "1", "n"), "token", "1", "n")


@pytest.mark.parametrize("given", ["", "0" * 40, "é", signature("other", "1", "n")])
def test_another_signature_does_not_fit(given: str) -> None:
    assert not is_signed(given, "token", "1", "n")


@pytest.mark.parametrize("text", ["", "x", "你好" * 500, "a" * 31, "b" * 32])
def test_what_was_sealed_opens(text: str) -> None:
    assert opened(sealed(text.encode(), KEY, APPID), KEY, APPID).decode() == text


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (sealed(b"hello", KEY, "wx-somebody-else"), "another account"),
        (sealed(b"hello", bytes(32), APPID), "this key"),
        ("no base64 at all!", "base64"),
        ("", "length"),
        (base64.b64encode(b"x" * 17).decode(), "length"),
        (base64.b64encode(b"x" * 64).decode(), "this key"),
    ],
    ids=range(6),
)
def test_an_envelope_for_somebody_else_is_refused(envelope: str, reason: str) -> None:
    with pytest.raises(EnvelopeError, match=reason):
        opened(envelope, KEY, APPID)


def test_xml_is_read_as_its_fields() -> None:
    body = "<xml><A><![CDATA[x < y & ]]]]><![CDATA[> 你]]></A><B>12</B><C>&lt;3</C><D/></xml>".encode()
    assert read_flat(body) == {"A": "x < y & ]]> 你", "B": "12", "C": "<3", "D": ""}
    assert read_flat(write_flat({"A": "]]> & <", "B": ""})) == {"A": "]]> & <", "B": ""}


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><A>&b;</A></xml>"""
FILE = b"""<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><A>&f;</A></xml>"""


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"<xml><A></xml>", b"<xml>&unknown;</xml>", b"\xff\xfe\x00<", BOMB, FILE, b"<!DOCTYPE x><xml/>",
     b"<xml>" + b"<A>" * 50, b"<xml>" + b"<A/>" * 500 + b"</xml>", b"<xml><?php x?></xml>", b"<xml>\x00</xml>"],
)  # fmt: skip
def test_malformed_or_cunning_xml_is_refused(body: bytes) -> None:
    with pytest.raises(XmlError):
        read_flat(body)
