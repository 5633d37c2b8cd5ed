"""Small building blocks of JSON Schemas."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number"]}
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
CODE: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
CODES: Schema = {"type": "array", "items": CODE, "uniqueItems": True}
DIALOG: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*(/[a-z0-9_]+)+$"}
CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def record(properties: Schema, *required: str) -> Schema:
    """A map of known keys."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def dictionary(values: Schema) -> Schema:
    """A map of any keys to values of one kind."""
    return {"type": "object", "additionalProperties": values}


def one_of(properties: Schema) -> Schema:
    """A map with exactly one of the keys."""
    return {**record(properties), "minProperties": 1, "maxProperties": 1}


def listed(items: Schema) -> Schema:
    """A list of one kind of thing."""
    return {"type": "array", "items": items}


def either(*schemas: Schema) -> Schema:
    """Any of a few forms."""
    return {"anyOf": list(schemas)}


def titled(kind: str, schema: Schema) -> Schema:
    """A schema with its head."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"coachbot: {kind}", **schema}
