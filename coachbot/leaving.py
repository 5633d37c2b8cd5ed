"""Calls that leave soon, or not at all.

A process that is frozen while a call waits for its connection would make that call when it wakes up, long after
another process has taken its account over and has sent the message. So a call looks at the clock once more, right
before its bytes are written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

#: Seconds within which a call leaves: fewer than are left of a lease (10 s, held longer every 2 s) when it is begun.
LEAVES_WITHIN_S = 6.0
#: Before its head and before its body: without its body no call counts.
_LEAVES = frozenset({"http11.send_request_headers.started", "http11.send_request_body.started"})


def soon(monotonic: Callable[[], float] = time.monotonic) -> dict[str, Any]:
    """Extensions for one call of httpx, which raises PoolTimeout if the call has not left within `LEAVES_WITHIN_S`:
    it has certainly not reached anybody then."""
    began = monotonic()

    async def look(event: str, _: Mapping[str, Any]) -> None:
        if event in _LEAVES and monotonic() - began > LEAVES_WITHIN_S:
            raise httpx.PoolTimeout(f"the call did not leave within {LEAVES_WITHIN_S:.0f} seconds")

    return {"trace": look}
