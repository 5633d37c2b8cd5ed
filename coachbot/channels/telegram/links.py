"""Links that open a bot, with or without a code, and their QR codes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from coachbot.channels.telegram.tokens import tokens
from coachbot.errors import CoachbotError, SettingsError
from coachbot.settings import Settings

#: Setting of the store that keeps a bot's name at Telegram.
USERNAME = "telegram:{bot}:username"


def links(settings: Settings, remembered: Callable[[str], str | None], code: str = "") -> dict[str, str]:
    """A link for each bot, by the operator's name of it; bots that never ran have none yet."""
    found = {}
    for token in tokens(settings):
        username = remembered(USERNAME.format(bot=token.bot))
        if username:
            found[token.name] = f"https://t.me/{username}" + (f"?start={code}" if code else "")
    return found


def qr_svg(link: str) -> bytes:
    """A link as a QR code, in SVG."""
    try:
        import segno
    except ImportError:
        raise CoachbotError("QR codes need segno: pip install 'coachbot[telegram]'") from None
    picture = BytesIO()
    segno.make(link, error="m").save(picture, kind="svg", scale=8, border=4)
    return picture.getvalue()


def one_link(found: dict[str, str], bot: str) -> str:
    """The link of the named bot, or of the only one."""
    if bot and bot in found:
        return found[bot]
    if len(found) == 1 and not bot:
        return next(iter(found.values()))
    if not found:
        raise SettingsError(
            "no bot is known: set COACHBOT_TELEGRAM_TOKEN and start `coachbot run` once, then Telegram tells its name; "
            "for a code that opens the web chat set COACHBOT_ADDRESS"
        )
    raise SettingsError(f"which bot? Name one with --bot: {', '.join(found)}")
