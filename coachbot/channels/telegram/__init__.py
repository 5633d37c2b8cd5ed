"""Telegram: bots by polling or webhook. Its types stop here; the rest of the coach knows rows and updates."""

from __future__ import annotations

from typing import Any

from coachbot.errors import SettingsError
from coachbot.service.channels import Counter, Serving
from coachbot.service.ports import Channel
from coachbot.settings import Settings


class _Kind:
    """Telegram, as the registry lists it; what is heavy is imported when a token is there."""

    name = "telegram"

    def open(self, settings: Settings) -> Channel | None:
        """The channel with a bot for each token; None without a token."""
        if settings.telegram_token is None and settings.telegram_token_file is None:
            return None
        try:
            from coachbot.channels.telegram.serving import open_telegram
        except ImportError as error:
            raise SettingsError(f"Telegram needs {error.name}: pip install 'coachbot[telegram]'") from error
        return open_telegram(settings)

    def serve(self, channel: Any, counter: Counter) -> Serving:
        """The receiving side."""
        from coachbot.channels.telegram.serving import serve_telegram

        return serve_telegram(channel, counter)


KIND = _Kind()
