"""Resources held against FHIR's own definitions, where the library for it is installed (extra `fhir`)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from coachbot.authoring.exchange.terms import Release

_MODULES = {"R4B": "fhir.resources.R4B.{}", "R5": "fhir.resources.{}"}


def can_validate() -> bool:
    """Whether the library is installed."""
    try:
        import_module("fhir.resources")
    except ImportError:
        return False
    return True


def faults_of(resource: Mapping[str, Any], release: Release) -> list[str]:
    """What FHIR does not allow in a resource, each with its place; empty if all is well or nothing can be checked."""
    if not can_validate():
        return []
    from pydantic import ValidationError

    kind = str(resource.get("resourceType") or "")
    try:
        model = getattr(import_module(_MODULES[release].format(kind.lower())), kind)
    except (ImportError, AttributeError):
        return [f"'{kind}' is no resource of FHIR {release}."]
    try:
        model.model_validate(dict(resource))
    except ValidationError as wrong:
        return [f"{'.'.join(map(str, one['loc'])) or kind}: {one['msg']}." for one in wrong.errors()]
    return []
