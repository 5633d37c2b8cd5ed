"""How a call goes wrong: on demand, or because Telegram refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call goes wrong. `status` 0 cuts the connection; `after` lets the call have its effect before."""

    status: int = 500
    retry_after: int | None = None
    description: str = ""
    #: Seconds before anything is answered.
    delay_s: float = 0.0
    after: bool = False
    #: Answer something that is no JSON.
    garbled: bool = False


class RefusalError(Exception):
    """A call that Telegram refuses."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters
