"""The service account: its name and its secrets, from the settings, and never in a log."""

from __future__ import annotations

import base64
import binascii
import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from coachbot.errors import SettingsError
from coachbot.settings import Settings

_APPID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_IN_TEXT = re.compile(r"((?:access_token|secret|media_id|openid)[\"']?[=:]\s*[\"']?)[^&\"'\s]+")
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "coachbot.wechat", "uvicorn.access")


@dataclass(frozen=True, slots=True)
class Account:
    """One service account. It prints as its app id, which is no secret."""

    appid: str
    #: What access tokens are asked for with.
    secret: str = field(repr=False)
    #: What WeChat signs its calls with.
    token: str = field(repr=False)
    #: 32 bytes that messages are sealed with; None for plain mode.
    aes_key: bytes | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"WeChat {self.appid}"


def account_from(settings: Settings) -> Account:
    """The account of the settings. Raises SettingsError, which never quotes a secret."""
    if not _APPID.fullmatch(settings.wechat_appid):
        raise SettingsError("COACHBOT_WECHAT_APPID: that is not an app id; it looks like wx0123456789abcdef")
    secret = _told(settings.wechat_secret) or _from_file(settings.wechat_secret_file)
    if not secret:
        raise SettingsError(
            "COACHBOT_WECHAT_SECRET (or _SECRET_FILE) is missing: the app secret of the service account"
        )
    token = _told(settings.wechat_token)
    if not _TOKEN.fullmatch(token):
        raise SettingsError(
            "COACHBOT_WECHAT_TOKEN: 3 to 32 letters and digits, the same as in WeChat's server settings"
        )
    return Account(settings.wechat_appid, secret, token, _key(_told(settings.wechat_aes_key)))


def _told(value: SecretStr | None) -> str:
    return value.get_secret_value().strip() if value else ""


def _from_file(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"COACHBOT_WECHAT_SECRET_FILE: {path} can't be read ({error.strerror})") from None


def _key(text: str) -> bytes | None:
    """The EncodingAESKey: 43 letters and digits that stand for 32 bytes."""
    if not text:
        return None
    try:
        key = base64.b64decode(text + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(text) != 43 or len(key) != 32:
        raise SettingsError("COACHBOT_WECHAT_AES_KEY: 43 letters and digits, the EncodingAESKey of WeChat's settings")
    return key


# -- logs -------------------------------------------------------------------------------------------------
def without_secrets(text: str) -> str:
    """A text in which no secret, no file and no person can be read."""
    return _IN_TEXT.sub(r"\1<hidden>", text)


class HideSecrets(logging.Filter):
    """Takes secrets out of log lines: the HTTP library names each address it calls, access token included."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = without_secrets(message)
        if clean != message:
            record.msg, record.args = clean, None
        return True


def hide_secrets() -> None:
    """Put the filter where the HTTP library logs; once is enough."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, HideSecrets) for one in logger.filters):
            logger.addFilter(HideSecrets())
