"""A Telegram Bot API of our own, over real HTTP on loopback: for tests of bots, ours and others'.

    with FakeTelegram() as telegram:
        telegram.add_bot("123456:a-token-that-is-long-enough")
        mei = telegram.person("Mei")
        mei.writes("/start ABCD-EFGH")
        ...                                     # the bot polls telegram.url and answers
        print(mei.texts, mei.last.buttons)
        telegram.fail("sendMessage", Fault(429, retry_after=3))

It keeps Telegram's own rules where a bot can trip over them: lengths, bytes behind a button, HTML that does not close,
messages that are not there, blocked chats, one consumer of updates, updates that stay until they are acknowledged,
and, with `FakeTelegram(Limits())`, how fast a bot may send.
"""

from __future__ import annotations

from coachbot.testing.botapi.faults import Fault, RefusalError
from coachbot.testing.botapi.http import listening, parts
from coachbot.testing.botapi.limits import Limits
from coachbot.testing.botapi.phone import Person, Sent
from coachbot.testing.botapi.server import FakeTelegram

__all__ = ["FakeTelegram", "Fault", "Limits", "Person", "RefusalError", "Sent", "listening", "parts"]
