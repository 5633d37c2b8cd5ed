"""The methods of the Bot API that the fake knows, each as it answers."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import Any

from coachbot.testing.botapi.faults import RefusalError
from coachbot.testing.botapi.fields import buttons_of, number_of, text_of
from coachbot.testing.botapi.phone import Sent
from coachbot.testing.botapi.state import Bot, State

_MEDIA = {"sendPhoto": "photo", "sendAudio": "audio", "sendDocument": "document"}


class Methods(State):
    """A handler `_method` for each; what has none is not found."""

    def _getMe(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"id": int(bot.token.partition(":")[0]), "is_bot": True, "username": bot.username, "first_name": "Coach"}

    def _getUpdates(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        if bot.webhook.get("url"):
            raise RefusalError(409, "Conflict: can't use getUpdates method while webhook is active")
        self._acknowledge(bot, fields.get("offset") or 0)
        return list(bot.updates)[: fields.get("limit") or 100]

    def _acknowledge(self, bot: Bot, offset: int) -> None:
        """Whoever asks from `offset` on has all before it; what is no update is skipped with what stands before it."""
        while bot.updates and isinstance(bot.updates[0], dict) and number_of(bot.updates[0]) < offset:
            self.acknowledged.append(bot.updates.popleft())
        done = [one for one in bot.updates if isinstance(one, dict) and 0 <= number_of(one) < offset]
        if done:
            self.acknowledged.extend(done)
            bot.updates = deque(one for one in bot.updates if one not in done)

    def _setWebhook(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        bot.webhook = dict(fields)
        return True

    def _deleteWebhook(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        bot.webhook = {}
        return True

    def _getWebhookInfo(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"url": bot.webhook.get("url", ""), "pending_update_count": len(bot.updates)}

    def _setMyCommands(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        for command in fields["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise RefusalError(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    def _answerCallbackQuery(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _sendChatAction(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _leaveChat(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _getFile(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        if fields.get("file_id") not in self.files:
            raise RefusalError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": fields["file_id"], "file_path": f"files/{fields['file_id']}"}

    def _sendMessage(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._add(bot, "sendMessage", fields, text_of(fields, "text"))

    def _sendPhoto(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendPhoto", fields)

    def _sendAudio(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendAudio", fields)

    def _sendDocument(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._send_file(bot, "sendDocument", fields)

    def _send_file(self, bot: Bot, method: str, fields: dict[str, Any]) -> Any:
        name = _MEDIA[method]
        given = fields.get(name)
        if isinstance(given, bytes):
            file_id = f"{name}-{self.number()}"
            self.files[file_id] = given
        elif given in self.files:
            file_id = given
        else:
            raise RefusalError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        result = self._add(bot, method, fields, text_of(fields, "caption"), file_id)
        described = {"file_id": file_id, "file_unique_id": file_id, "width": 640, "height": 400, "duration": 1}
        small = {**described, "file_id": "small", "file_unique_id": "small"}
        return {**result, name: [small, described] if name == "photo" else described}

    def _add(self, bot: Bot, method: str, fields: dict[str, Any], text: str, file: str = "") -> Any:
        chat = int(fields["chat_id"])
        person = self.people.get((bot.token, chat))
        if person is not None and person.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if person is None and chat > 0:
            raise RefusalError(400, "Bad Request: chat not found")
        self._count(bot, chat)
        sent = Sent(self.next_message(chat), method, text, fields, buttons_of(fields), file)
        if person is not None:
            person.messages.append(sent)
        return _message(sent, chat)

    def _count(self, bot: Bot, chat: int) -> None:
        if bot.meter is not None:
            bot.meter.count(chat, time.monotonic())

    def _editMessageText(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._edit(bot, fields, text_of(fields, "text"))

    def _editMessageReplyMarkup(self, bot: Bot, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._edit(bot, fields, None)

    def _edit(self, bot: Bot, fields: dict[str, Any], text: str | None) -> Any:
        self._count(bot, int(fields["chat_id"]))
        person = self.people.get((bot.token, int(fields["chat_id"])))
        found = next((m for m in person.messages if m.id == int(fields["message_id"])), None) if person else None
        if found is None:
            raise RefusalError(400, "Bad Request: message to edit not found")
        buttons = buttons_of(fields)
        if (text is None or text == found.text) and buttons == found.buttons:
            raise RefusalError(400, "Bad Request: message is not modified")
        found.text, found.buttons, found.edits = found.text if text is None else text, buttons, found.edits + 1
        return _message(found, int(fields["chat_id"]))


def _message(sent: Sent, chat: int) -> dict[str, Any]:
    there = {"id": chat, "type": "private" if chat > 0 else "group"}
    return {"message_id": sent.id, "date": int(time.time()), "chat": there, "text": sent.text}
