"""The interface's description as a page to be read, drawn from its OpenAPI document. It loads nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse, Response

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def page_of(document: Mapping[str, Any]) -> Response:
    """The page."""
    info = document["info"]
    shapes = {name: json.dumps(shape, indent=2) for name, shape in document["components"]["schemas"].items()}
    template = _PAGE.get_template("page.html")
    return HTMLResponse(
        template.render(about=info["description"], version=info["version"], calls=_calls(document), shapes=shapes)
    )


def _calls(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "about": call.get("description", ""),
            "answers": [(status, one["description"]) for status, one in sorted(call["responses"].items())],
            "takes": json.dumps(call["requestBody"], indent=2) if "requestBody" in call else "",
        }
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]
