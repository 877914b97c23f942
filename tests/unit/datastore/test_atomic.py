from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.atomic import append_lines, encode_json, write_atomic, write_json


def test_a_written_file_holds_the_bytes_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "state.json"
    write_atomic(target, b"one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert [p.name for p in target.parent.iterdir()] == ["state.json"]


def test_a_failed_write_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "state.json"
    write_atomic(target, b"old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]


def test_file_then_rename_then_folder_are_made_durable_in_that_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "state.json"
    seen: list[tuple[bool, bool]] = []
    real_fsync = os.fsync

    def watched(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append((is_folder, target.exists()))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_atomic(target, b"x")
    assert seen == [(False, False), (True, True)]


def test_lines_are_appended_whole_and_in_order(tmp_path: Path) -> None:
    log = tmp_path / "log" / "events.jsonl"
    append_lines(log, ["a", "b"])
    append_lines(log, [])
    append_lines(log, ["c"])
    assert log.read_text() == "a\nb\nc\n"


def test_a_torn_last_line_stays_alone(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text('{"a":1}\n{"b":')
    append_lines(log, ['{"c":3}'])
    assert log.read_text().splitlines() == ['{"a":1}', '{"b":', '{"c":3}']


@pytest.mark.parametrize("line", ["a\nb", "a\r", "\n"])
def test_a_line_that_holds_a_line_break_is_refused_before_anything_is_written(
    tmp_path: Path, line: str
) -> None:
    log = tmp_path / "events.jsonl"
    with pytest.raises(BadParameter):
        append_lines(log, ["fine", line])
    assert not log.exists()


def test_json_has_sorted_keys_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"b": 1, "a": {"d": [1.5], "c": "€"}})
    assert target.read_bytes() == encode_json({"a": {"c": "€", "d": [1.5]}, "b": 1})
    assert target.read_text().index('"a"') < target.read_text().index('"b"')
    assert target.read_bytes().endswith(b"}\n")
