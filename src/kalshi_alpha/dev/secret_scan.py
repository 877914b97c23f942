"""Look through a tree of files for secrets that somebody planted or forgot.

What a secret looks like is decided in `core.redaction`. In settings every value with a secret's
name counts; in sources and documents only one that stands in quotes and looks random, since code
is full of names such as ``key_id``. A finding names the file, the line and the kind, never the
secret.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kalshi_alpha.core.redaction.shapes import Find, find_secrets

BYTES_MAX = 2_000_000
LINE_MAX = 20_000
_PASSED_FOLDERS = frozenset(
    {".git", ".venv", ".hypothesis", "node_modules", "__pycache__", "dist", "build"}
)
# Made by runs below the root, and too much to read: payloads as received, tables, reports.
_PASSED_AT_ROOT = frozenset({"data", "reports", "exec"})
_SETTINGS = frozenset(
    {
        *(".yaml", ".yml", ".toml", ".json", ".jsonl", ".ini", ".cfg", ".conf", ".env", ".sh"),
        *(".service", ".timer", ".properties", ""),
    }
)
_SOURCES = frozenset({".py", ".md", ".txt", ".rst", ".ipynb", ".in", ".lock", ".html", ".mk"})
_KEYS = frozenset({".pem", ".key", ".p8", ".p12", ".pfx"})
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?P<rest>.*)")
_ON_THE_LINE = re.compile(r"(?P<ends>(?:\\[nr])*)(?P<tail>.*)")
_BODY = re.compile(r"[A-Za-z0-9+/=]{3,}")
_BODY_LINE = re.compile(
    r"\s*b?[\"']?(?:[A-Za-z0-9+/=]{3,}|(?:Proc-Type|DEK-Info).*)(?:\\n)?[\"',]*\s*"
)
_PLACEHOLDER = re.compile(
    r"<.*|\$[\({A-Za-z].*|%[\({].*|.*(?:your|example|change.?me|placeholder|dummy|redacted).*"
    r"|[xX*.\-_0]+|/.*|~/.*"
    # A unit's LoadCredential: the name of a credential, and where it lies.
    r"|[a-z_]+:/[\w./-]+",
    re.IGNORECASE,
)
# Secrets that were made up to test what recognises them.
_MADE_UP = (("tests", "unit", "core", "redaction"),)
_DISTINCT_MIN, _LENGTH_MIN = 10, 16


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Where something stands that must not: the file below the root, the line, what it is."""

    path: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was looked through, and what was found, in the order of paths."""

    files: int
    findings: tuple[Finding, ...]


def scan_tree(root: Path) -> Scanned:
    """Look through the files below a root.

    Dotenv files hold secrets by their nature and are ignored by git: of them only the mode is
    looked at.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    files, findings = 0, list[Finding]()
    for path in _files(root):
        files += 1
        findings += _scan_file(path, path.relative_to(root))
    return Scanned(files, tuple(sorted(findings)))


def scan_text(name: str, text: str, *, settings: bool) -> Iterator[Finding]:
    """Look through a text; ``settings`` says that every value with a secret's name counts."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        cut = line[:LINE_MAX]
        after = lines[number] if number < len(lines) else ""
        kinds = {each.kind for each in find_secrets(cut) if _counts(cut, each, settings=settings)}
        if _begins_private_key(cut, after):
            kinds = {"private key"}
        for kind in sorted(kinds):
            yield Finding(name, number, kind)


def _scan_file(path: Path, below: Path) -> Iterator[Finding]:
    name = below.as_posix()
    if _is_dotenv(path.name):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Finding(name, 1, f"mode {mode:03o} lets others read it: chmod 600 {name}")
        return
    if path.suffix in _KEYS:
        yield Finding(name, 1, "a key file inside the tree")
        return
    with path.open("rb") as file:
        data = file.read(BYTES_MAX)
    if b"\0" not in data:
        settings = path.suffix in _SETTINGS
        yield from scan_text(name, data.decode("utf-8", "replace"), settings=settings)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(each for each in folders if _is_entered(here / each, root))
        for name in sorted(names):
            path = here / name
            read = path.suffix in _SETTINGS | _SOURCES | _KEYS or _is_dotenv(name)
            if read and path.is_file() and not path.is_symlink():
                yield path


def _is_entered(folder: Path, root: Path) -> bool:
    below = folder.relative_to(root).parts
    if folder.name in _PASSED_FOLDERS or folder.name.endswith(("_cache", ".egg-info")):
        return False
    return below not in _MADE_UP and not (len(below) == 1 and below[0] in _PASSED_AT_ROOT)


def _is_dotenv(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and name != ".env.example")


def _begins_private_key(line: str, after: str) -> bool:
    """Say whether a key begins here: its first line alone is what programs look for."""
    found = _PRIVATE.search(line)
    on_the_line = None if found is None else _ON_THE_LINE.fullmatch(found["rest"])
    if on_the_line is None:
        return False
    ends, tail = on_the_line["ends"], on_the_line["tail"]
    if _BODY.match(tail):
        return True
    goes_on = tail == "" or (ends != "" and tail.strip("\"', ") == "")
    return goes_on and _BODY_LINE.fullmatch(after) is not None


def _counts(line: str, find: Find, *, settings: bool) -> bool:
    value = line[find.start : find.end]
    if find.kind == "PEM block" or _PLACEHOLDER.fullmatch(value):
        return False  # judged with the line that follows, or nobody's secret
    if not find.kind.startswith("value of") or settings:
        return True
    quoted = line[find.start - 1 : find.start] in {'"', "'", "`"}
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return (
        quoted and mixed and len(value) >= _LENGTH_MIN and len(set(value.lower())) >= _DISTINCT_MIN
    )
