"""WeChat at work: the account made known to WeChat, its menu set, its messages taken by the webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from coachbot.channels.wechat.access import AccessToken
from coachbot.channels.wechat.account import account_from
from coachbot.channels.wechat.api import WeChatApi
from coachbot.channels.wechat.channel import WeChat
from coachbot.channels.wechat.faults import WeChatError
from coachbot.channels.wechat.menu import menu_of
from coachbot.channels.wechat.taking import Intake
from coachbot.channels.wechat.templates import templates_of
from coachbot.channels.wechat.webhook import webhook_app
from coachbot.service.channels import OK, REFUSED, UNREACHABLE, Counter, Serving
from coachbot.settings import Settings

log = logging.getLogger("coachbot.wechat")

PATH = "/wechat"
_LONGEST_WAIT_S = 60.0


def open_wechat(settings: Settings) -> WeChat:
    """The channel of the configured account."""
    account = account_from(settings)
    api = WeChatApi(account, settings.wechat_api, AccessToken(account, settings.data))
    return WeChat(api, templates_of(settings.site))


def serve_wechat(
    channel: WeChat, counter: Counter, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> Serving:
    """The webhook, and the menu set once WeChat has answered."""
    channel.connect(counter)

    async def run() -> None:
        await _introduced(channel, sleep)

    def state() -> Mapping[str, str]:
        return {str(channel.api.account): channel.state}

    app = webhook_app(channel.api.account, Intake(channel))
    return Serving(run, app, PATH, state=state, close=channel.api.close)


async def _introduced(channel: WeChat, sleep: Callable[[float], Awaitable[object]]) -> bool:
    """Say hello to WeChat until it answers; False if it refuses the secret."""
    wait, account = 1.0, channel.api.account
    while True:
        try:
            await channel.api.known()
            await _set_menu(channel)
        except WeChatError as error:
            channel.state = REFUSED if error.refuses_secret else UNREACHABLE
            if error.refuses_secret:
                log.error("%s: %s. Nothing is sent there until that is mended; other channels go on", account, error)
                return False
            log.warning("%s: can't begin yet (%s)", account, error)
            await sleep(max(wait, error.retry_after or 0.0))
            wait = min(wait * 2, _LONGEST_WAIT_S)
        else:
            channel.state = OK
            log.info("%s: listens", account)
            return True


async def _set_menu(channel: WeChat) -> None:
    """The menu; an account without the right to one does without."""
    menu = menu_of(channel.words)
    if not menu["button"]:
        return
    try:
        await channel.api.call("/cgi-bin/menu/create", menu)
    except WeChatError as error:
        if error.refuses_secret or not (error.permanent or error.code == 48001):
            raise
        log.warning("%s: the menu was not taken (%s)", channel.api.account, error)
