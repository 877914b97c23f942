"""Where each value of the configuration comes from: a line of a file, a default, a variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from kalshi_alpha.config.added_families import FOLDER, AddedFamily
from kalshi_alpha.config.configuration import CONFIG_FILES
from kalshi_alpha.config.environment import AS_OF, ENV, HOME, read_dotenv
from kalshi_alpha.config.loading import load
from kalshi_alpha.core.redaction import Secrecy, redact_text, secrecy

DEFAULT, PROCESS = "default", "environment"
MASK = "****"
DOTENV = (".env.local", ".env")
"""Files of variables below the root, the one that wins first; the process wins over both."""
_PREFIX = "KALSHI_"
_TELLING = 8
"""A shorter value stands in many a text by chance."""
_SHOWN = (AS_OF, ENV, HOME, "CREDENTIALS_DIRECTORY", "TZ")


@dataclass(frozen=True, slots=True)
class Valued:
    """One value.

    Attributes
    ----------
    place
        Its file, such as ``configs/pilot.yaml``, or ``environment``.
    key
        Its name in there, such as ``caps.bins``.
    value
        As JSON would have it; a secret is masked.
    origin
        ``configs/pilot.yaml:9``, ``default``, ``.env.local:2`` or ``environment``.
    """

    place: str
    key: str
    value: Any
    origin: str


def configured(root: Path) -> Iterator[Valued]:
    """Yield every value of the configuration files below a root, in the files' order.

    Raises
    ------
    ConfigError
        If a file is absent or wrong.
    """
    files: dict[str, type[Any]] = {f"configs/{name}.yaml": t for name, t in CONFIG_FILES.items()}
    for path in sorted((root / "configs" / FOLDER).glob("*.yaml")):
        files[f"configs/{FOLDER}/{path.name}"] = AddedFamily
    for place, kind in files.items():
        loaded = load(root / place, kind)
        # Numbers that keep their digits stay texts, as in the artifacts.
        tree = msgspec.to_builtins(loaded.value, str_keys=True)
        node = yaml.compose(loaded.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        for key, value, line in _leaves("", tree, node):
            yield Valued(place, key, value, DEFAULT if line is None else f"{place}:{line}")


def from_environment(root: Path, environ: Mapping[str, str]) -> Iterator[Valued]:
    """Yield the variables that this program reads, with secrets masked, by name.

    Parameters
    ----------
    root
        Below which the dotenv files lie.
    environ
        The process environment, without what the dotenv files say.

    Raises
    ------
    ConfigError
        If a dotenv file cannot be read or sets what it may not.
    """
    values = {name: (value, PROCESS) for name, value in environ.items()}
    for file in DOTENV:
        lines = _lines_of(root / file)
        for name, value in read_dotenv([root / file]).items():
            values.setdefault(name, (value, f"{file}:{lines[name]}"))
    wanted = {name for name in values if name.startswith(_PREFIX)} | set(_SHOWN)
    for name in sorted(wanted):
        if name in values:
            value, origin = values[name]
            yield Valued(PROCESS, name, _shown(name, value), origin)
        else:
            yield Valued(PROCESS, name, None, DEFAULT)


def own_secrets(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of this program whose names mean a secret, with their values.

    They are what must not stand in anything that leaves the desk, whatever they look like.

    Raises
    ------
    ConfigError
        If a dotenv file cannot be read or sets what it may not.
    """
    values = dict(environ)
    for file in DOTENV:
        for name, value in read_dotenv([root / file]).items():
            values.setdefault(name, value)
    return {
        name: value.strip()
        for name, value in values.items()
        if name.startswith(_PREFIX)
        and secrecy(name) is not Secrecy.ORDINARY
        and len(value.strip()) >= _TELLING
    }


def _lines_of(path: Path) -> dict[str, int]:
    from dotenv.parser import parse_stream

    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as stream:
        return {each.key: each.original.line for each in parse_stream(stream) if each.key}


def _shown(name: str, value: str) -> str:
    return MASK if secrecy(name) is not Secrecy.ORDINARY else redact_text(value)


def _leaves(
    above: str, value: Any, node: yaml.Node | None
) -> Iterator[tuple[str, Any, int | None]]:
    """Yield each value with its key and its line; None where the file does not have the key."""
    parts = list(_parts(above, value))
    if not parts:
        shown = list(value) if isinstance(value, tuple) else value
        yield above, shown, None if node is None else node.start_mark.line + 1
    for key, name, part in parts:
        yield from _leaves(key, part, _below(node, name))


def _parts(above: str, value: Any) -> Iterator[tuple[str, str | int, Any]]:
    """Yield what is within a mapping or a list of mappings; other lists are one value."""
    if isinstance(value, dict):
        yield from (
            (f"{above}.{name}" if above else name, name, part) for name, part in value.items()
        )
    elif isinstance(value, list | tuple) and any(isinstance(part, dict) for part in value):
        yield from ((f"{above}[{n}]", n, part) for n, part in enumerate(value))


def _below(node: yaml.Node | None, name: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == name), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(name, int):
        part: yaml.Node = node.value[name]
        return part
    return None
