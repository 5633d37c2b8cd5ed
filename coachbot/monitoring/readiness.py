"""Is this process fit to take patients' messages? Each part is asked; the answer names parts, and nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from coachbot.service.channels import OK

#: How long a part may take to answer, in seconds. The writer's longest transaction takes milliseconds.
PATIENCE_S = 5.0
#: A probe returns if its part works, and raises if not.
Probe = Callable[[], Awaitable[object]]


class NotWorkingError(Exception):
    """A part does not work; the text is a few plain words."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The parts, and what each said: `ok`, or why not."""

    parts: Mapping[str, str]
    #: Channel to its accounts and how they are doing.
    channels: Mapping[str, Mapping[str, str]]

    def reasons(self, *, channels: bool = False) -> list[str]:
        """Why it is not ready; with `channels`, an account that does not work is a reason too."""
        found = [f"{name}: {said}" for name, said in self.parts.items() if said != OK]
        if channels:
            states = [(f"{kind} {name}", how) for kind, every in self.channels.items() for name, how in every.items()]
            found += [f"{name}: {how}" for name, how in states if how != OK]
        return found


async def readiness(
    probes: Mapping[str, Probe], channels: Mapping[str, Mapping[str, str]], *, patience_s: float = PATIENCE_S
) -> Readiness:
    """Ask every part at once."""
    said = await asyncio.gather(*(_asked(probe, patience_s) for probe in probes.values()))
    return Readiness(dict(zip(probes, said, strict=True)), channels)


async def _asked(probe: Probe, patience_s: float) -> str:
    try:
        async with asyncio.timeout(patience_s):
            await probe()
    except NotWorkingError as error:
        return str(error)
    except TimeoutError:
        return f"no answer in {patience_s:g} seconds"
    except Exception as error:
        return type(error).__name__
    return OK
