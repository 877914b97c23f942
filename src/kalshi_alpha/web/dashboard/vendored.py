"""Scripts and styles that the page is made of, held against the hashes that they came with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import TornFile

FOLDER = Path(__file__).parent / "static"
MANIFEST = FOLDER / "manifest.json"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Vendored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Others' work: what it is, under which licence, and the hash of its bytes."""

    package: str
    version: str
    license: str
    sha256: str


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    files: dict[str, Vendored]


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it is sent."""

    body: bytes
    kind: str
    sha256: str

    @property
    def tag(self) -> str:
        """What a link carries, so that a browser keeps the file until it is another."""
        return self.sha256[:16]


def manifest() -> dict[str, Vendored]:
    """Return what is others' work, by file name."""
    return msgspec.json.decode(MANIFEST.read_bytes(), type=_Manifest).files


@cache
def served() -> dict[str, Served]:
    """Return every script and style by its name.

    Raises
    ------
    TornFile
        If a file of others is not the one that the manifest names.
    """
    found = {}
    known = manifest()
    for path in sorted(FOLDER.iterdir()):
        if path.suffix not in _KINDS:
            continue
        body = path.read_bytes()
        sha256 = hashlib.sha256(body).hexdigest()
        if path.name in known and known[path.name].sha256 != sha256:
            raise TornFile(f"{path}: is not the file of the manifest; install the package anew")
        found[path.name] = Served(body, _KINDS[path.suffix], sha256)
    return found
