from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore import backups
from kalshi_alpha.datastore.backups import back_up_bytes


def test_a_copy_is_named_by_schema_and_contents_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger_all.parquet"
    path.write_bytes(b"one")
    copy = back_up_bytes(path, tmp_path / "backups", 1)
    assert copy.name.startswith("ledger_all-schema1-")
    assert copy.read_bytes() == b"one"
    assert back_up_bytes(path, tmp_path / "backups", 1) == copy
    path.write_bytes(b"two")
    assert back_up_bytes(path, tmp_path / "backups", 1) != copy


def test_a_copy_that_reads_back_wrongly_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger_all.parquet"
    path.write_bytes(b"one")

    def half(copy: Path, data: bytes) -> None:
        copy.write_bytes(data[:1])

    monkeypatch.setattr(backups, "write_atomic", half)
    with pytest.raises(TornFile, match="does not hold the bytes of ledger_all"):
        back_up_bytes(path, tmp_path, 1)
