"""What WeChat's error codes mean for a message, its account and its patient.

Codes: https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coachbot.channels.wechat.account import without_secrets
from coachbot.errors import DeliveryError

#: Seconds for which an account is left alone: its secret is refused; its minute's rate is used up; its day's quota is.
REFUSED_S, MINUTE_S, DAY_S = 300.0, 60.0, 1800.0
#: The access token is wrong, old or missing.
STALE_TOKEN = frozenset({40001, 40014, 41001, 42001, 42007})
#: The app id or secret is wrong, frozen, or not allowed from this machine's address.
_REFUSED = frozenset({40002, 40013, 40125, 40164, 40243, 41002, 41004, 43003, 50004, 50007, 61024, 89503, 89506, 89507})
#: The account may not make this call (not verified, interface closed, account frozen).
_FORBIDDEN = frozenset({48001, 48004, 48006, 50001, 50002, 50005})
#: No follower any more, on the account's black list, or receiving switched off.
_GONE = frozenset({43004, 43005, 43019, 43101, 48002})
#: The 48 hours since the patient's last word are over; the messages that they allow are used up.
WINDOW_SHUT, BURST_OVER = 45015, 45047
_PAUSES = {45009: DAY_S, 45011: MINUTE_S}
_BUSY = frozenset({-1, -1000, 45066})
#: The media id is unknown or too old: the file is uploaded anew.
FORGOTTEN_MEDIA = 40007


class WeChatError(DeliveryError):
    """WeChat refused a call, or its answer never came. `code` is WeChat's own; 0 if there was no answer."""

    def __init__(self, reason: str, code: int = 0, *, refuses_secret: bool = False, **kind: Any) -> None:
        super().__init__(without_secrets(reason), **{"permanent": False, **kind})
        self.code = code
        self.refuses_secret = refuses_secret


def fault_of(answer: Mapping[str, Any], *, asks_token: bool = False) -> WeChatError:
    """The error that a refusal stands for; `asks_token` if the call was for an access token."""
    code = int(answer.get("errcode") or 0)
    text = f"{code} {str(answer.get('errmsg') or 'no reason given')[:200]}"
    if code in _REFUSED or (asks_token and code in STALE_TOKEN):
        reason = f"{code}: WeChat refuses the account's secret, its app id or this server's address"
        return WeChatError(reason, code, refuses_secret=True, retry_after=REFUSED_S)
    if code in STALE_TOKEN:
        return WeChatError(f"{code}: WeChat refuses the access token", code, retry_after=MINUTE_S)
    if code in _PAUSES:
        return WeChatError(text, code, retry_after=_PAUSES[code])
    if code in _FORBIDDEN:
        return WeChatError(text, code, retry_after=REFUSED_S)
    if code in (WINDOW_SHUT, BURST_OVER):
        return WeChatError(text, code, window=True)
    if code in _BUSY:
        return WeChatError(text, code)
    return WeChatError(text, code, permanent=True, gone=code in _GONE)
