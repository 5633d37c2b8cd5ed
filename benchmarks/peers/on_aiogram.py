"""aiogram 3: its state machine over its Redis storage. Runs without the coach; `--port` is the Redis server's."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import Message

from benchmarks.peers.playing import main
from benchmarks.peers.talk import ANSWER, FIRST_CHAT, STATES, fresh_data, number_in, replies, take_in

_BOT = 42
#: Patients whose turns are asked for in one command.
_AT_ONCE = 500
Talk = type("Talk", (StatesGroup,), {f"q{state}": State() for state in range(STATES)})
_STATES: list[State] = [getattr(Talk, f"q{state}") for state in range(STATES)]
_NUMBERS = {state.state: number for number, state in enumerate(_STATES)}


class Sent(BaseSession):
    """The library's way out: makes the form's fields, counts the call, reads Telegram's answer."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        files: dict[str, Any] = {}
        for _, value in method:
            self.prepare_value(value, bot=bot, files=files)
        self.count += 1
        return self.check_response(bot=bot, method=method, status_code=200, content=ANSWER.decode()).result

    async def stream_content(self, url: str, *arguments: Any, **more: Any) -> AsyncGenerator[bytes, None]:
        yield b""

    async def close(self) -> None:
        """Nothing to close."""


class OnAiogram:
    """A bot of the library over Redis."""

    def __init__(self, port: int) -> None:
        self._session = Sent()
        self._bot = Bot(f"{_BOT}:bench", session=self._session)
        self._storage = RedisStorage.from_url(f"redis://127.0.0.1:{port}/0")
        self._dispatcher = Dispatcher(storage=self._storage)

    @property
    def sent(self) -> int:
        """Replies handed to the messenger."""
        return self._session.count

    async def seed(self, patients: int) -> None:
        """State and data of everybody, as the storage itself writes them."""
        for place in range(patients):
            await self._storage.set_state(_key(place), _STATES[0])
            await self._storage.set_data(_key(place), fresh_data(place))

    async def open(self, patients: int) -> None:
        """One handler for each of the two questions, each with its thirty states."""
        router = Router()
        router.message.register(_handle, StateFilter(*_STATES[::2]))
        router.message.register(_handle, StateFilter(*_STATES[1::2]))
        self._dispatcher.include_router(router)

    async def take(self, updates: Sequence[bytes]) -> None:
        """All at once, as the library does with what it polls."""
        await asyncio.gather(*(self._dispatcher.feed_raw_update(self._bot, json.loads(raw)) for raw in updates))

    async def found(self, patients: int) -> Mapping[int, int]:
        """Turns in the storage."""
        found: dict[int, int] = {}
        for first in range(0, patients, _AT_ONCE):
            places = range(first, min(first + _AT_ONCE, patients))
            kept = await self._storage.redis.mget(
                [self._storage.key_builder.build(_key(one), "data") for one in places]
            )
            found |= {place: json.loads(data)["turns"] for place, data in zip(places, kept, strict=True) if data}
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._storage.close()


def _key(place: int) -> StorageKey:
    return StorageKey(bot_id=_BOT, chat_id=FIRST_CHAT + place, user_id=FIRST_CHAT + place)


async def _handle(message: Message, state: FSMContext) -> None:
    here = _NUMBERS[await state.get_state()]
    data = await state.get_data()
    number = number_in(message.text or "")
    take_in(data, here, number)
    for text in replies(here, number, data["name"]):
        await message.answer(text)
    await state.set_data(data)
    await state.set_state(_STATES[(here + 1) % STATES])


if __name__ == "__main__":
    main(OnAiogram(int(sys.argv[sys.argv.index("--port") + 1])), sys.argv[1:])
