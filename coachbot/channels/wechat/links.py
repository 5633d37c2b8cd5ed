"""Codes that open the account with an invitation in them: who scans one follows, and comes in at once."""

from __future__ import annotations

from coachbot.channels.wechat.serving import open_wechat
from coachbot.errors import CoachbotError, DeliveryError
from coachbot.service.ids import plain_code
from coachbot.settings import Settings

#: Days for which WeChat keeps a code that is not for ever, its longest; those for ever are few.
VALID_DAYS = 30


async def scene_link(settings: Settings, code: str) -> str:
    """What stands in the QR code of an invitation; WeChat's own scanner opens it. Raises CoachbotError."""
    channel = open_wechat(settings)
    fields = {
        "expire_seconds": VALID_DAYS * 86400,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": plain_code(code)}},
    }
    try:
        answer = await channel.api.call("/cgi-bin/qrcode/create", fields)
    except DeliveryError as error:
        raise CoachbotError(f"WeChat made no code: {error}") from None
    finally:
        await channel.api.close()
    return str(answer.get("url") or "")
