"""The head of a screenplay: who is on stage, and with what behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

from coachbot.testing.moments import WEEKDAYS
from coachbot.testing.script import Role

_KEYS = (
    "patient", "enrolled", "attended", "baseline", "orientation", "slots", "screened", "seed", "pack", "site", "slow",
    "channel",
)  # fmt: skip
_TIMES = ("morning", "evening")
_WORDS = ("session_day", "dial", "phone", "contact")
_WANTED = {"done": True, "due": False}


def is_heading(text: str) -> bool:
    """Does this line belong to the head?"""
    return text.partition(":")[0].strip().lower() in _KEYS and not text.startswith("==")


class Heading:
    """The head while it is read. A line below a `patient:` line is about that patient."""

    def __init__(self) -> None:
        self._roles: list[Role] = []
        self.seed = 1
        self.pack: Path | None = None
        self.site: Path | None = None
        self.slow = False
        self.channel = "webchat"

    def roles(self) -> tuple[Role, ...]:
        return tuple(self._roles)

    def take(self, text: str) -> None:
        """Read one line; ValueError says what is wrong with it."""
        key, _, body = text.partition(":")
        key, body = key.strip().lower(), body.strip()
        if key == "patient":
            self._roles.append(_role(body))
        elif key == "seed":
            self.seed = int(body)
        elif key == "pack":
            self.pack = Path(body)
        elif key == "site":
            self.site = Path(body)
        elif key == "channel":
            self.channel = body
        elif key == "slow":
            self.slow = body.lower() in ("", "yes", "true")
        elif not self._roles:
            raise ValueError(f"`{key}:` stands below the `patient:` line it is about")
        else:
            self._roles[-1] = _with(self._roles[-1], key, body)


def _role(body: str) -> Role:
    name, *rest = [piece.strip() for piece in body.split(",")]
    if not name or name.startswith("["):
        raise ValueError("the head names the patient first, such as `patient: Mei, zone Asia/Shanghai, arm combined`")
    role = Role(name)
    for piece in rest:
        word, _, value = piece.partition(" ")
        role = _put(role, word.lower(), value.strip())
    return role


def _put(role: Role, word: str, value: str) -> Role:
    if word == "stranger":
        return replace(role, stranger=True)
    if word == "zone":
        _check_zone(value)
        return replace(role, zone=value)
    if word in ("programme", "arm", "language"):
        return replace(role, **{word: value})  # type: ignore[arg-type]
    if word in _TIMES:
        return replace(role, settings={**role.settings, word: time.fromisoformat(value.zfill(5)).strftime("%H:%M")})
    if word == "practice_days":
        return replace(role, settings={**role.settings, word: _days(value)})
    if word in _WORDS:
        return replace(role, settings={**role.settings, word: value})
    known = ", ".join(("zone", "programme", "arm", "language", *_TIMES, "practice_days", *_WORDS, "stranger"))
    raise ValueError(f"'{word}' is not known of a patient; there is: {known}")


def _check_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{value}' is not a time zone; write one like Europe/Berlin") from error


def _days(value: str) -> tuple[str, ...]:
    days = tuple(value.lower().split())
    wrong = [day for day in days if day not in WEEKDAYS]
    if wrong or not days:
        raise ValueError(f"practice_days wants days such as `mon wed fri`, not '{value}'")
    return days


def _with(role: Role, key: str, body: str) -> Role:
    if key == "enrolled":
        return replace(role, enrolled=date.fromisoformat(body))
    if key == "attended":
        return replace(role, attended=tuple(body.replace(",", " ").split()))
    if key == "screened":
        return replace(role, screened=tuple(body.replace(",", " ").split()))
    if key == "slots":
        pairs = (piece.partition("=") for piece in body.split(",") if piece.strip())
        return replace(role, slots={**role.slots, **{name.strip(): value.strip() for name, _, value in pairs}})
    if body.lower() not in _WANTED:
        raise ValueError(f"`{key}:` is `done` or `due`")
    done = _WANTED[body.lower()]
    return replace(role, baseline=done) if key == "baseline" else replace(role, orientation=done)
