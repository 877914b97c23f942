"""Whether a pilot bundle may be trusted: every fault that an archive can hide, by name.

Nothing is unpacked to the disk. An archive is read in bounded memory, and passes only if it is,
to the last byte, what `datastore.bundle_archive` makes of the members and the manifest it holds.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

import msgspec

from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.bundle_archive import (
    BLOCK,
    HEADER_BYTES,
    MANIFEST,
    SCHEMA,
    BundleManifest,
    digest,
    gzip_header,
    is_member_name,
    tar_bytes,
)

PACKED_BYTES_MAX = 64 * 2**20
UNPACKED_BYTES_MAX = 128 * 2**20
MEMBER_BYTES_MAX = 16 * 2**20
MEMBERS_MAX = 256
_WHOLE = "the archive"
_TORN_HEADER = "its header is torn or altered"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_REGULAR = frozenset({b"0", b"\0"})
_NOT_FILES = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"5": "a folder",
    b"6": "a named pipe",
    b"7": "a reserved file",
    b"x": "an extended header",
    b"g": "a global extended header",
    b"L": "a long name",
    b"K": "a long link",
    b"S": "a sparse file",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a member, or with the archive as a whole."""

    member: str
    what: str

    def __str__(self) -> str:
        return f"{self.member}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a bundle: its manifest, if it could be read, and its faults.

    A bundle without a fault may be trusted as far as the place it was kept in: there is no
    signature, so whoever can write a bundle can write another one.
    """

    manifest: BundleManifest | None
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.manifest is not None and not self.faults


@dataclass(slots=True)
class _Walk:
    """Members in the order met, and the faults met on the way."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check_bundle(data: bytes) -> Checked:
    """Check the bytes of a bundle and return everything that is wrong with them."""
    tar, faults = _unpacked(data)
    if tar is None:
        return Checked(None, faults)
    walk = _walk(tar)
    found = [*faults, *walk.faults, *_name_faults(walk.files)]
    manifest = _manifest(walk.files, found)
    if manifest is not None:
        found += _content_faults(walk.files, manifest)
    if manifest is not None and not found:
        found += _form_faults(data, tar, walk.files, manifest)
    return Checked(manifest, tuple(dict.fromkeys(found)))


def _unpacked(data: bytes) -> tuple[bytes | None, tuple[Fault, ...]]:
    if len(data) > PACKED_BYTES_MAX:
        return None, (Fault(_WHOLE, f"larger than {PACKED_BYTES_MAX} bytes"),)
    inflate = zlib.decompressobj(_GZIP_WINDOW)
    try:
        tar = inflate.decompress(data, UNPACKED_BYTES_MAX + 1)
    except zlib.error as error:
        return None, (Fault(_WHOLE, f"torn or altered gzip: {error}"),)
    if len(tar) > UNPACKED_BYTES_MAX:
        what = f"unpacks to more than {UNPACKED_BYTES_MAX} bytes"
        return None, (Fault(_WHOLE, what),)
    if not inflate.eof:
        return None, (Fault(_WHOLE, "torn gzip: it ends too early"),)
    if inflate.unused_data:
        what = f"{len(inflate.unused_data)} bytes of trailing garbage after the gzip stream"
        return tar, (Fault(_WHOLE, what),)
    return tar, ()


def _walk(tar: bytes) -> _Walk:
    walk = _Walk()
    at, n_seen = 0, 0
    while True:
        header = tar[at : at + BLOCK]
        if len(header) < BLOCK:
            walk.faults.append(Fault(_WHOLE, f"torn at byte {at}: it has no end"))
            return walk
        if header == bytes(BLOCK):
            if tar[at:].strip(b"\0"):
                walk.faults.append(Fault(_WHOLE, f"trailing garbage after its end, byte {at}"))
            return walk
        n_seen += 1
        size = _size(header)
        if size is None or n_seen > MEMBERS_MAX:
            what = f"more than {MEMBERS_MAX} members" if size is not None else _TORN_HEADER
            walk.faults.append(Fault(_WHOLE if size is not None else _shown(header), what))
            return walk
        _take(walk, header, tar[at + BLOCK : at + BLOCK + size], size)
        at += BLOCK + size + (-size % BLOCK)


def _take(walk: _Walk, header: bytes, data: bytes, size: int) -> None:
    name, kind = _shown(header), header[156:157]
    if kind not in _REGULAR:
        what = _NOT_FILES.get(kind, f"of unknown type {kind!r}")
        walk.faults.append(Fault(name, f"is {what}; a bundle holds plain files only"))
    elif size > MEMBER_BYTES_MAX:
        walk.faults.append(Fault(name, f"{size} bytes, at most {MEMBER_BYTES_MAX} are taken"))
    elif len(data) < size:
        walk.faults.append(Fault(name, f"torn: {len(data)} of {size} bytes"))
    elif name in walk.files:
        walk.faults.append(Fault(name, "a duplicate member"))
    else:
        walk.files[name] = data


def _size(header: bytes) -> int | None:
    """Return a member's size, or None if the header's own checksum or a number in it is wrong."""
    stated, size = _octal(header[148:156]), _octal(header[124:136])
    blanked = header[:148] + b" " * 8 + header[156:]
    return size if stated == sum(blanked) else None


def _octal(text: bytes) -> int | None:
    digits = text.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None


def _shown(header: bytes) -> str:
    """Return a member's name; one that is not ASCII is shown with escapes and refused as such."""
    name, prefix = (part.partition(b"\0")[0] for part in (header[:100], header[345:500]))
    is_posix = header[257:263] == b"ustar\0" and prefix
    whole = prefix + b"/" + name if is_posix else name
    return whole.decode("ascii", "backslashreplace")


def _name_faults(files: Mapping[str, bytes]) -> Iterator[Fault]:
    same = Counter(name.casefold() for name in files)
    folders = {
        "/".join(name.split("/")[:n]) for name in files for n in range(1, name.count("/") + 1)
    }
    for name in files:
        if name.startswith(("/", "\\")) or name[1:2] == ":":
            yield Fault(name, "an absolute path")
        elif ".." in name.replace("\\", "/").split("/"):
            yield Fault(name, "a path that leaves its folder by ..")
        elif not is_member_name(name):
            yield Fault(name, "not a name that a bundle uses")
        if same[name.casefold()] > 1:
            yield Fault(name, "a duplicate member but for capitals")
        if name in folders:
            yield Fault(name, "both a file and a folder")


def _manifest(files: Mapping[str, bytes], faults: list[Fault]) -> BundleManifest | None:
    data = files.get(MANIFEST)
    if data is None:
        faults.append(Fault(MANIFEST, "is not there"))
        return None
    try:
        manifest = msgspec.json.decode(data, type=BundleManifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        faults.append(Fault(MANIFEST, f"cannot be read: {error}"))
        return None
    if manifest.schema != SCHEMA:
        what = f"schema {manifest.schema}, this version reads {SCHEMA}"
        faults.append(Fault(MANIFEST, what))
        return None
    if manifest.generated_at.tzinfo is None or manifest.go == bool(manifest.rationale):
        faults.append(Fault(MANIFEST, "contradicts itself"))
        return None
    if encode_json(manifest) != data:
        faults.append(Fault(MANIFEST, "is not written as pilot_bundle writes it"))
    return manifest


def _content_faults(files: Mapping[str, bytes], manifest: BundleManifest) -> Iterator[Fault]:
    listed = Counter(each.name for each in manifest.members)
    for name in files:
        if name != MANIFEST and name not in listed:
            yield Fault(name, "is not in the manifest")
    for each in manifest.members:
        data = files.get(each.name)
        if listed[each.name] > 1 or each.name == MANIFEST:
            yield Fault(each.name, "is in the manifest more often than it may be")
        elif data is None:
            yield Fault(each.name, "is in the manifest and not in the archive")
        elif len(data) != each.size:
            yield Fault(each.name, f"{len(data)} bytes, the manifest says {each.size}")
        elif digest(data) != each.sha256:
            yield Fault(each.name, "its hash is not that of the manifest")


def _form_faults(
    data: bytes, tar: bytes, files: Mapping[str, bytes], manifest: BundleManifest
) -> Sequence[Fault]:
    """Return what is wrong with the form of an archive whose contents are in order."""
    if tar_bytes(files, manifest.generated_at.astimezone(UTC)) != tar:
        return [Fault(_WHOLE, "its order, headers or padding are not those of pilot_bundle")]
    if data[:HEADER_BYTES] != gzip_header(data[HEADER_BYTES:]):
        return [Fault(_WHOLE, "altered: its bytes do not have the hash in its gzip header")]
    return []
