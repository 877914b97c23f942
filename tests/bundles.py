"""Small bundles, and ways to pack what no bundle may hold."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.bundle_archive import (
    BundleManifest,
    BundleMember,
    digest,
    pack,
)

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
FILES = {
    "README_pilot.md": b"# Pilot bundle\n",
    "reports/pilot_ready.json": b"{}\n",
    "reports/scoreboard_7d.md": b"# Scoreboard\n" * 40,
}


def manifest_of(files: Mapping[str, bytes]) -> BundleManifest:
    return BundleManifest(
        schema=1,
        generated_at=AT,
        clock_source="system",
        go=True,
        rationale=(),
        members=tuple(
            BundleMember(name=name, sha256=digest(data), size=len(data), content_at=None)
            for name, data in sorted(files.items())
        ),
        missing=(),
    )


def bundle(files: Mapping[str, bytes]) -> bytes:
    return pack(files, manifest_of(files))


def foreign(
    files: Mapping[str, bytes], spoil: Callable[[tarfile.TarFile], None] | None = None
) -> bytes:
    """Pack files and their manifest with another program's tar, and what else one likes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in [*files.items(), ("manifest.json", encode_json(manifest_of(files)))]:
            add(archive, name, data)
        if spoil is not None:
            spoil(archive)
    return gzip.compress(packed.getvalue(), mtime=0)


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", kind: bytes = b"0") -> None:
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, len(data)
    if kind in {b"1", b"2"}:
        member.linkname = "README_pilot.md"
    archive.addfile(member, io.BytesIO(data))
