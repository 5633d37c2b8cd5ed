"""Where the pictures named in texts lie."""

from __future__ import annotations

from pathlib import Path


def find_picture(root: Path, language: str, name: str) -> Path | None:
    """The file of a picture such as `exercises/bridge_start.png`.

    Looked for in content/<language>/, in content/, and in the folder `pictures` beside it. Nothing outside
    content/ is ever found.
    """
    content = (root / "content").resolve()
    folder, _, file = name.rpartition("/")
    for candidate in (content / language / name, content / name, content / folder / "pictures" / file):
        path = candidate.resolve()
        if path.is_relative_to(content) and path.is_file():
            return path
    return None
