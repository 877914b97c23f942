"""The archive of a pilot bundle: the same members and clock always give the same bytes.

A bundle is a gzip file around a POSIX ustar archive of plain files in the order of their names.
Its gzip header carries the SHA-256 of everything that follows it, in an extra field that other
programs pass over, because a deflate stream has bits that no checksum covers.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.atomic import encode_json

SCHEMA = 1
MANIFEST = "manifest.json"
README = "README_pilot.md"
BLOCK = 512
HEADER_BYTES = 48
NAME_BYTES_MAX = 100

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_LEVEL = 9
_GZIP = struct.Struct("<4sIBBH2sH")
_EXTRA_ID = b"KA"


class BundleMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file of a bundle.

    Attributes
    ----------
    name
        Its path inside the bundle, which is that below the root.
    sha256, size
        Of its bytes.
    content_at
        When its content says it was made; None where it does not say.
    note
        What else there is to know, such as lines left out.
    """

    name: str
    sha256: str
    size: int
    content_at: datetime | None
    note: str = ""


class BundleAbsence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file that a bundle should hold and does not, and why."""

    name: str
    why: str


class BundleManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bundle holds, and what it should hold and does not.

    Attributes
    ----------
    schema
        1.
    generated_at, clock_source
        The clock, UTC, and where it came from.
    go
        The final verdict.
    rationale
        What speaks against going on, a line each; empty exactly when ``go``.
    members
        Every file but the manifest itself, by name.
    missing
        What is not there, by name.
    """

    schema: int
    generated_at: datetime
    clock_source: str
    go: bool
    rationale: tuple[str, ...]
    members: tuple[BundleMember, ...]
    missing: tuple[BundleAbsence, ...]


def is_member_name(name: str) -> bool:
    """Say whether a name is plain: relative, without dots for folders, and short."""
    parts = name.split("/")
    is_short = len(name) <= NAME_BYTES_MAX
    return is_short and ".." not in parts and _NAME.fullmatch(name) is not None


def pack(members: Mapping[str, bytes], manifest: BundleManifest) -> bytes:
    """Return the bytes of a bundle.

    Raises
    ------
    BadParameter
        If a member is not in the manifest as it is, or the manifest names another.
    """
    listed = {each.name: (each.sha256, each.size) for each in manifest.members}
    given = {name: (digest(data), len(data)) for name, data in members.items()}
    if given != listed or MANIFEST in members or len(listed) != len(manifest.members):
        raise BadParameter("the members of a bundle are not those of its manifest")
    files = {**members, MANIFEST: encode_json(manifest)}
    return gzip_bytes(tar_bytes(files, manifest.generated_at))


def tar_bytes(files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return files as a ustar archive in the order of names: mode 644, nobody's, of ``at``.

    Raises
    ------
    BadParameter
        If a name is not plain.
    """
    blocks: list[bytes] = []
    for name in sorted(files):
        if not is_member_name(name):
            raise BadParameter(f"not usable as a name in a bundle: {name!r}")
        data = files[name]
        blocks += [_tar_header(name, len(data), int(at.timestamp())), data, _padding(len(data))]
    return b"".join([*blocks, bytes(2 * BLOCK)])


def gzip_bytes(tar: bytes) -> bytes:
    """Compress an archive; the header carries the hash of what follows it."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(tar) + deflate.flush()
    body = packed + struct.pack("<II", zlib.crc32(tar), len(tar) & 0xFFFFFFFF)
    return gzip_header(body) + body


def gzip_header(body: bytes) -> bytes:
    """Return the 48 bytes that go before a deflate stream and its checksum.

    Without a name and a time, of no operating system, and with the SHA-256 of ``body``.
    """
    hashed = hashlib.sha256(body).digest()
    extra = 4 + len(hashed)
    return _GZIP.pack(b"\x1f\x8b\x08\x04", 0, 2, 255, extra, _EXTRA_ID, len(hashed)) + hashed


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _tar_header(name: str, size: int, modified_s: int) -> bytes:
    fields = (
        name.encode("ascii").ljust(100, b"\0"),
        *(b"0000644\0", b"0000000\0", b"0000000\0"),
        b"%011o\0" % size,
        b"%011o\0" % modified_s,
        *(b" " * 8, b"0", bytes(100), b"ustar\0" + b"00"),
        *(bytes(32), bytes(32), b"0000000\0", b"0000000\0", bytes(155), bytes(12)),
    )
    header = b"".join(fields)
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)
