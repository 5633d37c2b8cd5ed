"""Small YAML files that are plain data: the site, places, word lists of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coachbot.authoring.faults import PackFaults
from coachbot.authoring.yaml_reader import read_yaml


def read_plain(path: Path) -> dict[str, Any]:
    """A YAML mapping as plain data. Raises PackFaults with file and line."""
    document, faults = read_yaml(str(path), path.read_text("utf-8"))
    if faults:
        raise PackFaults(list(faults))
    return dict(document.data or {})
