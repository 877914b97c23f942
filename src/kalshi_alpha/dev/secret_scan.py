"""Look through a tree of files for secrets that somebody planted or forgot.

What a secret looks like is decided in `core.redaction`. In settings every value with a secret's
name counts; everywhere else only one that stands in quotes and looks random, since code is full of
names such as ``key_id``. Every file is read whole, whatever it is called; of one that is no text,
private keys alone are looked for. A finding names the file, the line and the kind, never the
secret.

Most lines hold no word that any secret begins with or is named by, and are not looked at closely.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kalshi_alpha.core.redaction.shapes import Find, find_secrets

LINE_MAX = 20_000
_OVERLAP = 2_000
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
_KEYS = frozenset({".pem", ".key", ".p8", ".p12", ".pfx"})
# What an editor, a merge or a careful person adds to the name of a file.
_COPIES = frozenset({".bak", ".backup", ".old", ".orig", ".rej", ".save", ".swp", ".tmp", ".copy"})
# In small letters: a line without any of these and without a run holds no secret that is known.
_ANCHORS = (
    *("-----begin", "eyj", "hooks", "webhook", "with/key/", "://", "xox", "akia", "aiza", "sk_"),
    *("/bot", "bearer", "basic", "passw", "pass_", "pass-", "pwd", "phrase", "secret"),
    *("authorization", "cookie", "credential", "hmac", "jwt", "pem", "sig", "token", "key"),
    *("notify", "notification"),
)
_RUN = re.compile(r"[A-Za-z0-9+/_-]{64}|[0-9]{8}:[\w-]{35}|gh[a-z]_[A-Za-z0-9]{30}", re.I)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_KEY_BYTES = b"PRIVATE KEY-----"
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
    small = text.lower()
    anchors = tuple(anchor for anchor in _ANCHORS if anchor in small)
    if not anchors and _RUN.search(text) is None:
        return
    near = _any_of(anchors)
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if near.search(line) is None:
            continue
        after = lines[number] if number < len(lines) else ""
        kinds = {kind for cut in _cuts(line) for kind in _kinds(cut, after, settings=settings)}
        for kind in sorted(kinds):
            yield Finding(name, number, kind)


@cache
def _any_of(anchors: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the anchors, or a run, in one line."""
    return re.compile("|".join([*map(re.escape, anchors), _RUN.pattern]), re.I)


def _cuts(line: str) -> Iterator[str]:
    """Yield a line in pieces that overlap by more than what a secret is known by."""
    for start in range(0, max(1, len(line) - _OVERLAP), LINE_MAX - _OVERLAP):
        yield line[start : start + LINE_MAX]


def _kinds(cut: str, after: str, *, settings: bool) -> set[str]:
    if _begins_private_key(cut, after):
        return {"private key"}
    return {each.kind for each in find_secrets(cut) if _counts(cut, each, settings=settings)}


def _scan_file(path: Path, below: Path) -> Iterator[Finding]:
    name = below.as_posix()
    if _is_dotenv(path.name):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Finding(name, 1, f"mode {mode:03o} lets others read it: chmod 600 {name}")
        return
    suffix = _suffix(path)
    if suffix in _KEYS:
        yield Finding(name, 1, "a key file inside the tree")
        return
    text = _text(path.read_bytes())
    if text is not None:
        yield from scan_text(name, text, settings=suffix in _SETTINGS)


def _suffix(path: Path) -> str:
    """Return the suffix of a file, or of what it is a copy of."""
    plain = Path(path.name.rstrip("~"))
    return Path(plain.stem).suffix if plain.suffix in _COPIES else plain.suffix


def _text(data: bytes) -> str | None:
    """Return what is to be read in a file: of one that is no text, its keys; None if it has none.

    Two bytes a character, as some editors write it, are ASCII with zeros between.
    """
    if b"\0" not in data:
        return data.decode("utf-8", "replace")
    bare = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    if _CONTROL.search(bare) is None:
        return bare.decode("utf-8", "replace")
    keys = [at.start() for at in re.finditer(_KEY_BYTES, bare)]
    pieces = (bare[max(0, at - 40) : at + 200] for at in keys)
    return "\n\n".join(piece.decode("latin-1") for piece in pieces) if keys else None


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(each for each in folders if _is_entered(here / each, root))
        for name in sorted(names):
            path = here / name
            if path.is_file() and not path.is_symlink():
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
