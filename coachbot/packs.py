"""Where the pack lies: dialogs/ and content/, of a clinic's own or as they come with coachbot."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from coachbot.errors import SettingsError
from coachbot.settings import Settings


def pack_at(root: Path) -> Path:
    """A folder that an author named. Raises SettingsError where there is no pack."""
    if not ((root / "dialogs").is_dir() or (root / "content").is_dir()):
        raise SettingsError(f"{root}: there is no pack here; name a folder with dialogs/ and content/")
    return root


def pack_root(settings: Settings) -> Path:
    """Where the pack lies: the setting, the wheel's own, or the working tree's."""
    if settings.pack is not None:
        if not (settings.pack / "dialogs").is_dir():
            raise SettingsError(f"COACHBOT_PACK: there is no folder {settings.pack / 'dialogs'}")
        return settings.pack
    inside = Path(str(files("coachbot"))) / "pack"
    return inside if inside.is_dir() else Path(str(files("coachbot"))).parent
