"""Links and QR codes that open a bot."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from coachbot.channels.telegram.links import links, one_link, qr_svg
from coachbot.errors import CoachbotError, SettingsError
from coachbot.settings import load_settings
from tests.channels.telegram.test_bots import ONE, TWO

KNOWN = {"telegram:111111:username": "one_bot", "telegram:222222:username": "two_bot"}


def test_a_link_carries_the_code_as_telegram_allows_it() -> None:
    settings = load_settings(telegram_token=SecretStr(ONE))
    assert links(settings, KNOWN.get, "ABCD-EFGH") == {"bot 111111": "https://t.me/one_bot?start=ABCD-EFGH"}


def test_one_of_several_bots_has_to_be_named() -> None:
    found = links(load_settings(telegram_token=SecretStr(f"one={ONE},two={TWO}")), KNOWN.get)
    assert one_link(found, "two") == "https://t.me/two_bot"
    with pytest.raises(SettingsError, match=r"--bot: one, two"):
        one_link(found, "")


def test_a_bot_that_never_ran_has_no_name_yet() -> None:
    found = links(load_settings(telegram_token=SecretStr(ONE)), lambda name: None)
    with pytest.raises(SettingsError, match="coachbot run"):
        one_link(found, "")


def test_a_qr_code_is_drawn_or_says_what_it_needs() -> None:
    try:
        import segno  # noqa: F401
    except ImportError:
        with pytest.raises(CoachbotError, match=r"pip install 'coachbot\[telegram\]'"):
            qr_svg("https://t.me/one_bot")
    else:
        assert b"<svg" in qr_svg("https://t.me/one_bot")
