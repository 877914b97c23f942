from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from bundles import AT, FILES, bundle, manifest_of
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.bundle_archive import (
    MANIFEST,
    is_member_name,
    pack,
    tar_bytes,
)


def test_the_same_members_and_clock_give_the_same_bytes_in_any_order() -> None:
    assert bundle(FILES) == bundle(dict(reversed(FILES.items())))


def test_other_programs_read_it() -> None:
    data = bundle(FILES)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        members = archive.getmembers()
        read = {each.name: archive.extractfile(each).read() for each in members}  # type: ignore[union-attr]
    assert [each.name for each in members] == sorted([*FILES, MANIFEST])
    assert {name: read[name] for name in FILES} == FILES
    assert {(m.uid, m.gid, m.mode, m.mtime, m.uname) for m in members} == {
        (0, 0, 0o644, AT.timestamp(), "")
    }


def test_the_gzip_header_has_no_time_and_no_name() -> None:
    data = bundle(FILES)
    assert data[:10] == bytes([0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 2, 255])
    assert gzip.decompress(data)[:13] == b"README_pilot."


def test_members_that_are_not_those_of_the_manifest_are_refused() -> None:
    for files in ({**FILES, "more.md": b""}, {}, {**FILES, "README_pilot.md": b"other"}):
        with pytest.raises(BadParameter, match="not those of its manifest"):
            pack(files, manifest_of(FILES))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("README_pilot.md", True),
        ("reports/_artifacts/monitors/drawdown.json", True),
        ("/etc/passwd", False),
        ("../x", False),
        ("a/../x", False),
        ("a//x", False),
        ("a/", False),
        ("./a", False),
        ("a/.hidden", False),
        ("a\\x", False),
        ("a\n", False),
        ("ä", False),
        ("x" * 101, False),
        ("", False),
    ],
)
def test_a_name_is_relative_plain_and_short(name: str, plain: bool) -> None:
    assert is_member_name(name) is plain
    if not plain:
        with pytest.raises(BadParameter, match="not usable"):
            tar_bytes({name: b""}, AT)
