"""The schema that a number of documents have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

Schema = dict[str, Any]
_NAME = re.compile(r"[a-z][a-z0-9_$]*")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema_of(values: Sequence[Any], maps: Iterable[str] = (), name: str = "") -> Schema:
    """Return the narrowest schema that all values fit.

    An object whose names are no words of ours (tickers, families, files), or that ``maps`` names,
    is a map: all its values have one schema. A number that was whole everywhere is an integer.
    """
    found: Schema = {}
    kinds = {_kind(value) for value in values}
    if {"integer", "number"} <= kinds:
        kinds.remove("integer")
    # What was nowhere but null may be anything elsewhere.
    if kinds - {"null"}:
        ordered = sorted(kinds - {"null"}) + (["null"] if "null" in kinds else [])
        found["type"] = ordered[0] if len(ordered) == 1 else ordered
    texts = [value for value in values if isinstance(value, str)]
    if texts and all(_INSTANT.fullmatch(text) for text in texts):
        found["format"] = "date-time"
    elif texts and all(_DAY.fullmatch(text) for text in texts):
        found["format"] = "date"
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        found |= _object(objects, maps, name)
    lists = [value for value in values if isinstance(value, list)]
    items = [item for value in lists for item in value]
    if items:
        found["items"] = schema_of(items, maps, name)
    return found


def _object(objects: Sequence[dict[str, Any]], maps: Iterable[str], name: str) -> Schema:
    names = list(dict.fromkeys(key for each in objects for key in each))
    if name in maps or not all(_NAME.fullmatch(key) for key in names):
        inside = [value for each in objects for value in each.values()]
        return {"additionalProperties": schema_of(inside, maps, "")} if inside else {}
    return {
        "properties": {
            key: schema_of([each[key] for each in objects if key in each], maps, key)
            for key in names
        },
        "required": [key for key in names if all(key in each for each in objects)],
    }


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else _TYPES[type(value)]
