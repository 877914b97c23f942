"""What was read before is kept while its file is the same."""

from __future__ import annotations

import os
from pathlib import Path

from kalshi_alpha.exec.desk.kept import Kept, folder_signs, sign_of


def test_a_file_that_is_the_same_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("one")
    kept = Kept()
    found = [kept.of_files("a", (path,), path.read_text) for _ in range(3)]
    assert found == ["one"] * 3
    assert kept.made == 1


def test_a_file_that_was_replaced_by_one_of_the_same_size_and_time_is_read_again(
    tmp_path: Path,
) -> None:
    path, fresh = tmp_path / "a.json", tmp_path / "b.json"
    path.write_text("one")
    kept = Kept()
    kept.of_files("a", (path,), path.read_text)
    fresh.write_text("two")
    stamp = path.stat().st_mtime_ns
    os.utime(fresh, ns=(stamp, stamp))
    fresh.replace(path)
    assert kept.of_files("a", (path,), path.read_text) == "two"


def test_a_file_that_is_not_there_has_no_sign_and_one_that_comes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    kept = Kept()
    assert sign_of(path) is None
    assert kept.of_files("a", (path,), lambda: "absent") == "absent"
    path.write_text("there")
    assert kept.of_files("a", (path,), path.read_text) == "there"


def test_a_file_added_to_a_partition_changes_the_signs_of_the_table(tmp_path: Path) -> None:
    part = tmp_path / "retrieved_on=2024-12-11"
    part.mkdir()
    before = folder_signs(tmp_path)
    os.utime(part, ns=(1, 1))
    assert folder_signs(tmp_path) != before
    assert folder_signs(tmp_path / "absent") == (("", None),)
