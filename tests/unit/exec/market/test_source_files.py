from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.exec.market.source_files import digests, read_table, require_columns


def test_digests_are_by_name_in_their_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    found = digests(tmp_path / "b", tmp_path / "a")
    assert list(found) == ["a", "b"]
    assert found["a"] == hashlib.sha256(b"a").hexdigest()


def test_cells_of_a_csv_file_stay_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1.50,\n")
    assert read_table(path).to_dicts() == [{"x": "1.50", "y": None}]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ParseRefused, match=r"a\.parquet"):
        read_table(path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n")
    with pytest.raises(ParseRefused, match="no column y"):
        require_columns(path, read_table(path), ("x", "y"))
