"""Read a YAML file into a frozen type, or say in one line what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
import yaml

from kalshi_alpha.core.errors import ConfigError

T = TypeVar("T")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `(?P<at>[^`]*)`)?")
_MISSING = re.compile(r"Object missing required field `(?P<key>[^`]*)`(?: - at `(?P<at>[^`]*)`)?")


if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # The loader in C reads the same YAML several times as fast; not every PyYAML is built with it.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A decoded file, with the hash of its bytes and the path it came from."""

    value: T
    sha256: str
    path: Path


class _Loader(SafeLoader):
    """Safe YAML in which a key may be written once: the last of two would win unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key!r} is written twice", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep=deep)


_RESTORE = "restore it from the repository, or make a new root with kalshi-alpha init"
_BEGIN = "make a root with kalshi-alpha init, or set KALSHI_ALPHA_HOME to the root that there is"


def load(path: Path, kind: type[T], *, remedy: str | None = None) -> Loaded[T]:
    """Read a file.

    Parameters
    ----------
    path, kind
        The file, and what it should hold.
    remedy
        What to do if it cannot be read; by default that depends on whether there is a root.

    Raises
    ------
    ConfigError
        If it is absent, is not YAML, or does not fit ``kind``: one line that names the file,
        the key and the remedy.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        known = _RESTORE if path.parent.is_dir() else _BEGIN
        raise ConfigError(f"{path}: {reason}; {remedy or known}") from error
    try:
        tree = yaml.load(data, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {_yaml_problem(error)}; correct the YAML") from error
    try:
        value = msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(str(error), kind)}") from error
    return Loaded(value, hashlib.sha256(data).hexdigest(), path)


def _yaml_problem(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return str(error).replace("\n", " ")


def _explain(message: str, kind: type[Any]) -> str:
    unknown = _UNKNOWN.fullmatch(message)
    if unknown is not None:
        near = get_close_matches(unknown["key"], sorted(field_names(kind)), n=1, cutoff=0.0)
        advice = f"did you mean {near[0]!r}?" if near else "remove it"
        return f"unknown key {_place(unknown)}; {advice}"
    missing = _MISSING.fullmatch(message)
    if missing is not None:
        return f"key {_place(missing)} is missing; add it"
    return f"{message}; correct the value"


def _place(match: re.Match[str]) -> str:
    above = (match["at"] or "$").removeprefix("$").removeprefix(".")
    return f"{above}.{match['key']}" if above else match["key"]


def field_names(kind: type[Any]) -> set[str]:
    """Return the names of all fields of a struct type and of the structs inside it."""
    names: set[str] = set()
    pending, seen = [msgspec.inspect.type_info(kind)], set()
    while pending:
        info = pending.pop()
        if isinstance(info, msgspec.inspect.StructType) and info.cls not in seen:
            seen.add(info.cls)
            names |= {field.encode_name for field in info.fields}
            pending += [field.type for field in info.fields]
        for part in ("item_type", "key_type", "value_type"):
            if hasattr(info, part):
                pending.append(getattr(info, part))
        pending += getattr(info, "item_types", ())
        pending += getattr(info, "types", ())
    return names
