"""python-telegram-bot: a ConversationHandler with PicklePersistence. Runs without the coach.

`--default` leaves flushing to the library (every 60 s); otherwise the pickle is written at the end of each call of
`take`, by one dump (`on_flush`), which is the least that this library can do and still have the turn on file.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, ConversationHandler, ExtBot, MessageHandler, PicklePersistence
from telegram.ext.filters import TEXT
from telegram.request import BaseRequest, RequestData

from benchmarks.peers.playing import Unreadable, folder_of, main
from benchmarks.peers.talk import ANSWER, FIRST_CHAT, STATES, fresh_data, number_in, replies, take_in

_NAME = "talk"
_ME = json.dumps({"ok": True, "result": {"id": 42, "is_bot": True, "first_name": "C", "username": "c_bot"}}).encode()


class Sent(BaseRequest):
    """The library's way out: counts the calls and answers each as Telegram does."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        if url.endswith("/getMe"):
            return 200, _ME
        _ = request_data and request_data.parameters
        self.count += 1
        return 200, ANSWER


class OnPtb:
    """A bot of the library over a pickle."""

    def __init__(self, folder: Path, *, by_default: bool) -> None:
        self._file = folder / "bot.pickle"
        self._by_default = by_default
        self._requests = Sent()
        self._application: Application[Any, Any, Any, Any, Any, Any] | None = None

    @property
    def sent(self) -> int:
        """Replies handed to the messenger."""
        return self._requests.count

    async def seed(self, patients: int) -> None:
        """Write the pickle that a bot would have left behind."""
        chats = [FIRST_CHAT + place for place in range(patients)]
        kept = {
            "conversations": {_NAME: {(chat, chat): 0 for chat in chats}},
            "user_data": {chat: fresh_data(place) for place, chat in enumerate(chats)},
            "chat_data": {},
            "bot_data": {},
            "callback_data": None,
        }
        with self._file.open("wb") as file:
            pickle.dump(kept, file, protocol=pickle.HIGHEST_PROTOCOL)

    async def open(self, patients: int) -> None:
        """Read the pickle. In the default mode the library's own loop for flushing is started."""
        self._application = application = Application.builder().bot(self._bot()).persistence(self._kept()).build()
        application.add_handler(_conversation())
        await application.initialize()
        if self._by_default:
            await application.start()

    async def take(self, updates: Sequence[bytes]) -> None:
        """Handle one after the other (the handler allows no other way), then flush."""
        application = self._application
        assert application
        assert application.persistence
        for raw in updates:
            await application.process_update(Update.de_json(json.loads(raw), application.bot))
        if not self._by_default:
            await application.update_persistence()
            await application.persistence.flush()

    async def found(self, patients: int) -> Mapping[int, int]:
        """Turns in the pickle."""
        kept = self._kept()
        kept.set_bot(self._bot())
        try:
            data = await kept.get_user_data()
        except TypeError as error:
            raise Unreadable(str(error)) from error
        return {chat - FIRST_CHAT: one["turns"] for chat, one in data.items()}

    async def close(self) -> None:
        """Nothing: what is not flushed by now is no part of any figure."""

    def _bot(self) -> ExtBot[None]:
        return ExtBot("42:bench", request=self._requests, get_updates_request=self._requests)

    def _kept(self) -> PicklePersistence[Any, Any, Any]:
        return PicklePersistence(self._file, on_flush=not self._by_default)


def _conversation() -> ConversationHandler[Any]:
    return ConversationHandler(
        entry_points=[MessageHandler(TEXT, _handler(0))],
        states={state: [MessageHandler(TEXT, _handler(state))] for state in range(STATES)},
        fallbacks=[],
        name=_NAME,
        persistent=True,
    )


def _handler(state: int) -> Any:
    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        assert update.message
        assert update.message.text
        assert context.user_data is not None
        number = number_in(update.message.text)
        take_in(context.user_data, state, number)
        for text in replies(state, number, context.user_data["name"]):
            await update.message.reply_text(text)
        return (state + 1) % STATES

    return handle


if __name__ == "__main__":
    main(OnPtb(folder_of(sys.argv[1:]), by_default="--default" in sys.argv), sys.argv[1:])
