"""Templates: what rings outside the service window. WeChat approves each; the site's file says which stands for what.

    wechat:
      templates:
        session: {id: "the template's id", fields: {thing1: what, thing2: how, time3: when}}

A field's value is `what` (words `template_<kind>`), `how` (words `template_how`), `when` (the clinic's wall clock) or
`clinic` (its name); anything else is sent as it stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coachbot.authoring.plain import read_plain
from coachbot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the account."""

    id: str
    #: Field of the template to what stands in it.
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Templates:
    """The site's templates by kind of touchpoint."""

    by_kind: Mapping[str, Template]
    zone: str = "UTC"
    clinic: str = ""

    def message(self, who: str, kind: str, at: datetime, words: Mapping[str, str]) -> dict[str, Any]:
        """The fields of the call that rings for a touchpoint of a kind."""
        template = self.by_kind[kind]
        known = {
            "what": words.get(f"template_{kind}") or words.get("template_any", ""),
            "how": words.get("template_how", ""),
            "when": at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M"),
            "clinic": self.clinic,
        }
        data = {name: {"value": known.get(value, value)} for name, value in template.fields.items()}
        return {"touser": who, "template_id": template.id, "data": data}


def templates_of(site: Path | None) -> Templates:
    """What the site's file says of templates; none without one. Raises SettingsError with place and cure."""
    if site is None or not site.is_file():
        return Templates({})
    data = read_plain(site)
    given = (data.get("wechat") or {}).get("templates") or {}
    place = f"COACHBOT_SITE: {site}: wechat.templates"
    if not isinstance(given, Mapping):
        raise SettingsError(f"{place} must map kinds of touchpoints to templates")
    languages = data.get("languages") or {}
    clinic = next((str(one.get("name") or "") for one in languages.values()), "")
    zone = str((data.get("duty") or {}).get("zone") or "UTC")
    return Templates({str(kind): _template(value, f"{place}.{kind}") for kind, value in given.items()}, zone, clinic)


def _template(value: Any, place: str) -> Template:
    if not isinstance(value, Mapping) or not value.get("id") or not isinstance(value.get("fields"), Mapping):
        raise SettingsError(f'{place}: write {{id: "the template\'s id", fields: {{thing1: what}}}}')
    return Template(str(value["id"]), {str(name): str(word) for name, word in value["fields"].items()})
