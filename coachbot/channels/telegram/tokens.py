"""The bots' tokens: from the environment, from a file, and never in a log."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from coachbot.errors import SettingsError
from coachbot.settings import Settings

_TOKEN = re.compile(r"(\d{3,20}):([A-Za-z0-9_-]{20,})")
_IN_TEXT = re.compile(r"(bot)?\d{3,20}:[A-Za-z0-9_-]{20,}")
_NAMED = re.compile(r"(?:([A-Za-z][A-Za-z0-9_-]*)=)?(\S+)")


@dataclass(frozen=True, slots=True)
class Token:
    """One bot's token. It prints as the bot's name."""

    #: The operator's own name of the bot, for logs.
    name: str
    secret: str = field(repr=False)

    @property
    def bot(self) -> str:
        """The bot's own number, which stays the same when its token is changed."""
        return self.secret.partition(":")[0]

    @property
    def path(self) -> str:
        """Where its webhook listens: a name that nobody can guess, and that gives nothing away."""
        return self._derived("path")[:32]

    @property
    def webhook_secret(self) -> str:
        """What Telegram has to send along with each update."""
        return self._derived("secret")

    def _derived(self, what: str) -> str:
        return hmac.new(self.secret.encode(), f"coachbot webhook {what}".encode(), hashlib.sha256).hexdigest()

    def __str__(self) -> str:
        return self.name


def tokens(settings: Settings) -> tuple[Token, ...]:
    """The tokens of all bots, in order. Raises SettingsError, which never quotes a token."""
    given = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    found = [_token(part, "COACHBOT_TELEGRAM_TOKEN") for part in re.split(r"[\s,]+", given) if part]
    if settings.telegram_token_file is not None:
        found += _from_file(settings.telegram_token_file)
    if len({token.bot for token in found}) < len(found):
        raise SettingsError("COACHBOT_TELEGRAM_TOKEN: one bot stands there twice; name each once")
    return tuple(found)


def _from_file(path: Path) -> list[Token]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"COACHBOT_TELEGRAM_TOKEN_FILE: {path} can't be read ({error.strerror})") from None
    place = f"COACHBOT_TELEGRAM_TOKEN_FILE: {path}"
    return [_token(line.strip(), place) for line in lines if line.strip() and not line.startswith("#")]


def _token(part: str, place: str) -> Token:
    found = _NAMED.fullmatch(part)
    secret = found[2] if found else ""
    if not _TOKEN.fullmatch(secret):
        raise SettingsError(
            f"{place}: that is not a bot's token. It looks like 123456:ABC... and comes from Telegram's BotFather; "
            "several are written name=token, with commas or one a line"
        )
    name = found[1] if found and found[1] else f"bot {secret.partition(':')[0]}"
    return Token(name, secret)


# -- logs -------------------------------------------------------------------------------------------------
def without_tokens(text: str) -> str:
    """A text in which no token can be read."""
    return _IN_TEXT.sub("bot<token>", text)


class HideTokens(logging.Filter):
    """Takes tokens out of log lines: the HTTP library names each address it calls, and the token is part of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = without_tokens(message)
        if clean != message:
            record.msg, record.args = clean, None
        return True


def hide_tokens() -> None:
    """Put the filter where the HTTP library logs; once is enough."""
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "coachbot.telegram"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, HideTokens) for one in logger.filters):
            logger.addFilter(HideTokens())
