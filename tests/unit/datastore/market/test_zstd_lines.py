from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.datastore.market.zstd_lines import Lines, LineWriter, read_lines
from tape_cases import write_zstd

MAGIC = re.escape(b"\x28\xb5\x2f\xfd")
LINES = [b"%d %s" % (n, b"x" * 40) for n in range(200)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.ndjson.zst"
    with LineWriter(path) as writer:
        for number, line in enumerate(LINES):
            writer.add(line)
            if number % 50 == 49:
                writer.flush()
        assert writer.lines == 200
        assert writer.bytes == path.stat().st_size
    return path


def test_lines_come_back_as_they_were_added(written: Path) -> None:
    lines = Lines(written)
    assert list(lines) == LINES
    assert lines.torn_bytes == 0
    assert list(read_lines(written)) == LINES


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_end_costs_the_last_frame_and_is_told(written: Path, cut: int) -> None:
    size = written.stat().st_size
    written.write_bytes(written.read_bytes()[: size - cut])
    lines = Lines(written)
    assert list(lines) == LINES[:150]
    assert 0 < lines.torn_bytes < size
    assert lines.resumes_at is None


def test_zeros_that_a_power_failure_left_are_a_torn_end(written: Path) -> None:
    written.write_bytes(written.read_bytes() + bytes(100))
    lines = Lines(written)
    assert list(lines) == LINES
    assert (lines.torn_bytes, lines.resumes_at) == (100, None)


def test_a_flipped_bit_is_found_by_the_checksum(written: Path) -> None:
    data = bytearray(written.read_bytes())
    data[-6] ^= 4
    written.write_bytes(data)
    lines = Lines(written)
    assert list(lines) == LINES[:150]
    assert lines.torn_bytes > 0
    assert lines.resumes_at is None


@pytest.mark.parametrize("place", [0, 4, 6, 20, -1], ids=["magic", "head", "block", "text", "sum"])
def test_a_damaged_frame_that_whole_ones_follow_is_told_from_a_torn_end(
    written: Path, place: int
) -> None:
    data = bytearray(written.read_bytes())
    second, third = [found.start() for found in re.finditer(MAGIC, bytes(data))][1:3]
    data[third + place if place < 0 else second + place] ^= 0xFF
    written.write_bytes(data)
    lines = Lines(written)
    assert list(lines) == LINES[:50]
    assert (lines.torn_bytes, lines.resumes_at) == (len(data) - second, third)


def test_a_piece_cut_out_of_the_middle_is_damage(written: Path) -> None:
    data = written.read_bytes()
    second, third = [found.start() for found in re.finditer(MAGIC, data)][1:3]
    written.write_bytes(data[: second + 9] + data[third:])
    lines = Lines(written)
    assert list(lines) == LINES[:50]
    assert lines.resumes_at == second + 9


def test_a_flush_that_fails_leaves_no_half_frame_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.ndjson.zst"
    with LineWriter(path) as writer:
        writer.add(b"first")
        writer.flush()
        writer.add(b"second")
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", _no_space)
            with pytest.raises(OSError, match="full"):
                writer.flush()
    assert list(Lines(path)) == [b"first", b"second"]


def _no_space(_descriptor: int) -> None:
    raise OSError("the disk is full")


def test_a_file_is_never_continued(written: Path) -> None:
    with pytest.raises(FileExistsError):
        LineWriter(written)


def test_a_line_break_within_a_line_is_refused(tmp_path: Path) -> None:
    with LineWriter(tmp_path / "b") as writer, pytest.raises(BadParameter):
        writer.add(b"a\nb")


def test_a_foreign_file_that_ends_within_a_frame_is_refused(tmp_path: Path) -> None:
    path = write_zstd(tmp_path / "c", LINES)
    assert list(read_lines(path)) == LINES
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TornFile):
        list(read_lines(path))
