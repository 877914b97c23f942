from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles import FILES, add, bundle, foreign, manifest_of
from kalshi_alpha.datastore import bundle_check
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.bundle_archive import gzip_bytes, tar_bytes
from kalshi_alpha.datastore.bundle_check import Checked, check_bundle

WHOLE = bundle(FILES)
_NAMES = st.sampled_from(["a.md", "a/b.md", "a/c/d.json", "B.md", "e_f-g.jsonl"])


def said(checked: Checked) -> str:
    assert not checked.ok
    return "; ".join(str(fault) for fault in checked.faults)


def test_a_bundle_as_it_was_written_is_trusted() -> None:
    checked = check_bundle(WHOLE)
    assert checked.ok
    assert checked.manifest == manifest_of(FILES)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_bundle_with_any_byte_flipped_is_refused(place: int, change: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[place] ^= change
    assert not check_bundle(bytes(flipped)).ok


@given(st.integers(0, len(WHOLE) - 1))
def test_a_bundle_cut_anywhere_is_refused(length: int) -> None:
    assert not check_bundle(WHOLE[:length]).ok


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=40))
def test_a_bundle_with_bytes_put_in_anywhere_is_refused(place: int, more: bytes) -> None:
    assert not check_bundle(WHOLE[:place] + more + WHOLE[place:]).ok


@given(st.dictionaries(_NAMES, st.binary(max_size=200), max_size=4))
def test_whatever_is_packed_is_trusted_and_read_back(files: dict[str, bytes]) -> None:
    assert check_bundle(bundle(files)).ok


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("/etc/cron.d/x", b"0", "/etc/cron.d/x: an absolute path"),
        ("../../x", b"0", "../../x: a path that leaves its folder by .."),
        ("reports/../../x", b"0", "a path that leaves its folder by .."),
        (".bashrc", b"0", ".bashrc: not a name that a bundle uses"),
        ("C:x", b"0", "an absolute path"),
        ("link", b"2", "link: is a symbolic link"),
        ("hard", b"1", "hard: is a hard link"),
        ("tty", b"3", "tty: is a character device"),
        ("disk", b"4", "disk: is a block device"),
        ("folder", b"5", "folder/: is a folder"),
        ("pipe", b"6", "pipe: is a named pipe"),
        ("README_pilot.md", b"0", "README_pilot.md: a duplicate member"),
        ("readme_pilot.md", b"0", "a duplicate member but for capitals"),
        ("reports", b"0", "reports: both a file and a folder"),
        ("more.md", b"0", "more.md: is not in the manifest"),
    ],
)
def test_what_no_bundle_holds_is_refused_by_name(name: str, kind: bytes, what: str) -> None:
    data = foreign(FILES, partial(add, name=name, kind=kind))
    assert what in said(check_bundle(data))


@pytest.mark.parametrize(
    ("listed", "held", "what"),
    [
        ({**FILES, "a.md": b""}, FILES, "a.md: is in the manifest and not in the archive"),
        (FILES, {**FILES, "a.md": b""}, "a.md: is not in the manifest"),
        (
            FILES,
            {**FILES, "README_pilot.md": b"# Pilot bundlE\n"},
            "README_pilot.md: its hash is not that of the manifest",
        ),
        (FILES, {**FILES, "README_pilot.md": b"GO\n"}, "3 bytes, the manifest says 15"),
    ],
)
def test_an_archive_that_is_not_its_manifest_is_refused_by_name(
    listed: Mapping[str, bytes], held: Mapping[str, bytes], what: str
) -> None:
    manifest = manifest_of(listed)
    files = {**held, "manifest.json": encode_json(manifest)}
    data = gzip_bytes(tar_bytes(files, manifest.generated_at))
    assert what in said(check_bundle(data))


def with_manifest(data: bytes) -> bytes:
    files = {**FILES, "manifest.json": data}
    return gzip_bytes(tar_bytes(files, manifest_of(FILES).generated_at))


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda _: b"", "manifest.json: cannot be read"),
        (lambda _: b"[" * 100_000, "manifest.json: cannot be read"),
        (lambda text: text.replace(b'"schema": 1', b'"schema": 2'), "schema 2, this version"),
        (lambda text: text.replace(b'"go": true', b'"go": false'), "contradicts itself"),
        (lambda text: text.replace(b"10:30:00Z", b"10:30:00"), "contradicts itself"),
        (lambda text: text + b"\n", "is not written as pilot_bundle writes it"),
        (lambda text: text.replace(b'"go": true', b'"go": true, "x": 1'), "cannot be read"),
    ],
)
def test_a_manifest_that_is_not_one_is_refused(spoil: Callable[[bytes], bytes], what: str) -> None:
    data = with_manifest(spoil(encode_json(manifest_of(FILES))))
    assert what in said(check_bundle(data))


def test_a_manifest_that_names_a_member_twice_is_refused() -> None:
    manifest = manifest_of(FILES)
    twice = msgspec.structs.replace(manifest, members=(*manifest.members, manifest.members[0]))
    assert "more often than it may be" in said(check_bundle(with_manifest(encode_json(twice))))


def test_an_archive_without_a_manifest_is_refused() -> None:
    data = gzip_bytes(tar_bytes(FILES, manifest_of(FILES).generated_at))
    assert "manifest.json: is not there" in said(check_bundle(data))


def test_the_same_files_packed_by_another_program_are_refused() -> None:
    assert "not those of pilot_bundle" in said(check_bundle(foreign(FILES)))
    again = gzip.compress(gzip.decompress(WHOLE), mtime=0)
    assert "the hash in its gzip header" in said(check_bundle(again))


def test_trailing_garbage_is_refused_after_the_stream_and_after_the_archive() -> None:
    assert "trailing garbage after the gzip" in said(check_bundle(WHOLE + b"x"))
    inside = gzip_bytes(gzip.decompress(WHOLE) + b"x" * 512)
    assert "trailing garbage after its end" in said(check_bundle(inside))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_check, "UNPACKED_BYTES_MAX", 1 << 20)
    bomb = gzip.compress(bytes(8 << 20))
    assert "unpacks to more than 1048576 bytes" in said(check_bundle(bomb))


def test_too_many_members_too_large_a_member_and_too_large_a_file_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundle_check, "MEMBERS_MAX", 3)
    assert "more than 3 members" in said(check_bundle(WHOLE))
    monkeypatch.setattr(bundle_check, "MEMBERS_MAX", 256)
    monkeypatch.setattr(bundle_check, "MEMBER_BYTES_MAX", 100)
    assert "reports/scoreboard_7d.md: 520 bytes, at most 100" in said(check_bundle(WHOLE))
    monkeypatch.setattr(bundle_check, "PACKED_BYTES_MAX", 100)
    assert "larger than 100 bytes" in said(check_bundle(WHOLE))


def test_a_size_that_is_no_number_or_beyond_the_archive_is_refused() -> None:
    tar = bytearray(gzip.decompress(WHOLE))
    tar[124:136] = b"-0000000017\0"
    assert "its header is torn or altered" in said(check_bundle(gzip_bytes(bytes(tar))))
    with_huge = tarfile.TarInfo("README_pilot.md")
    with_huge.size = 1 << 20
    header = with_huge.tobuf(tarfile.USTAR_FORMAT)
    assert "torn: 0 of 1048576 bytes" in said(check_bundle(gzip_bytes(header)))


def test_extended_headers_and_long_names_are_refused() -> None:
    def long_name(archive: tarfile.TarFile) -> None:
        archive.format = tarfile.GNU_FORMAT
        add(archive, "x/" * 80 + "y")

    def extended(archive: tarfile.TarFile) -> None:
        archive.format = tarfile.PAX_FORMAT
        add(archive, "ä.md")

    assert "is a long name" in said(check_bundle(foreign(FILES, long_name)))
    assert "is an extended header" in said(check_bundle(foreign(FILES, extended)))


def test_what_is_no_gzip_at_all_is_refused() -> None:
    assert "torn or altered gzip" in said(check_bundle(b"PK\x03\x04"))
    assert "torn gzip" in said(check_bundle(b""))
