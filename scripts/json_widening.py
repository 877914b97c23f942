"""What a type says may be null, laid over a schema that was drawn from documents."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Union, get_args, get_origin, get_type_hints

from scripts.json_inference import Schema


def named(target: str) -> Any:
    """Return the type that ``module:name`` names."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def at_place(drawn: Schema, place: str) -> Schema | None:
    """Return what stands at a place such as ``markets[]`` or ``worlds{}``; "" is the whole.

    None if no document had anything there.
    """
    found: Schema | None = drawn
    for step in place.replace("[]", ".[]").replace("{}", ".{}").split(".") if place else ():
        if found is None:
            break
        if step == "[]":
            found = found.get("items")
        elif step == "{}":
            found = found.get("additionalProperties")
        else:
            found = found.get("properties", {}).get(step)
    return found


def widen(drawn: Schema, hint: Any, beyond: Iterable[str] = ()) -> None:
    """Let null stand wherever the type says that it may, all the way down.

    ``beyond`` has numbers, such as ``Mean.se``, that can be infinite, for which
    JSON has no word but null.
    """
    for part in _parts(hint):
        if part is types.NoneType:
            or_null(drawn)
        elif isinstance(part, type) and _is_record(part):
            _widen_record(drawn, part, beyond)
        elif "additionalProperties" in drawn and _is_map(part):
            widen(drawn["additionalProperties"], get_args(part)[-1], beyond)
        elif "items" in drawn and get_args(part):
            widen(drawn["items"], get_args(part)[0], beyond)


def or_null(drawn: Schema) -> None:
    """Let null stand at a place; one of which nothing is known may hold anything already."""
    kinds = drawn.get("type")
    if kinds is not None:
        every = [kinds] if isinstance(kinds, str) else list(kinds)
        drawn["type"] = every if "null" in every else [*every, "null"]


def _widen_record(drawn: Schema, record: type, beyond: Iterable[str]) -> None:
    hints = get_type_hints(record)
    for key, inside in drawn.get("properties", {}).items():
        said = getattr(record, key, None)
        if isinstance(said, property):
            widen(inside, get_type_hints(said.fget).get("return"), beyond)
        elif key in hints:
            widen(inside, hints[key], beyond)
        if f"{record.__name__}.{key}" in beyond:
            or_null(inside)


def _parts(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _is_record(part: type) -> bool:
    return hasattr(part, "__dataclass_fields__") or hasattr(part, "__struct_fields__")


def _is_map(part: Any) -> bool:
    origin = get_origin(part)
    return isinstance(origin, type) and issubclass(origin, Mapping)
