"""WeChat: a service account and its webhook. Its types stop here; the rest of the coach knows rows and updates."""

from __future__ import annotations

from typing import Any

from coachbot.errors import SettingsError
from coachbot.service.channels import Counter, Serving
from coachbot.service.ports import Channel
from coachbot.settings import Settings


class _Kind:
    """WeChat, as the registry lists it; what is heavy is imported when an account is configured."""

    name = "wechat"

    def open(self, settings: Settings) -> Channel | None:
        """The channel of the service account; None without one."""
        if not settings.wechat_appid:
            return None
        try:
            from coachbot.channels.wechat.serving import open_wechat
        except ImportError as error:
            raise SettingsError(f"WeChat needs {error.name}: pip install 'coachbot[wechat]'") from error
        return open_wechat(settings)

    def serve(self, channel: Any, counter: Counter) -> Serving:
        """The receiving side."""
        from coachbot.channels.wechat.serving import serve_wechat

        return serve_wechat(channel, counter)


KIND = _Kind()
