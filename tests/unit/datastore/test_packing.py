from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore import packing
from kalshi_alpha.datastore.packing import pack, packed_path, packed_size, unpacked

LINES = b'{"event": "heartbeat"}\n' * 200


def test_a_file_is_replaced_by_its_compressed_form(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(LINES)
    size = packed_size(path)
    assert pack(path) == len(LINES) - size
    assert [p.name for p in tmp_path.iterdir()] == ["log.json.gz"]
    assert unpacked(packed_path(path)) == gzip.decompress(packed_path(path).read_bytes()) == LINES


def test_a_file_that_would_not_become_smaller_stays(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)))
    assert pack(path) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["noise"]


def test_a_compressed_file_that_reads_back_wrongly_leaves_the_plain_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(LINES)
    monkeypatch.setattr(packing, "write_atomic", lambda p, _: p.write_bytes(gzip.compress(b"")))
    with pytest.raises(TornFile, match="does not hold the bytes"):
        pack(path)
    assert path.read_bytes() == LINES


@pytest.mark.parametrize("damaged", [b"", b"no gzip", gzip.compress(LINES)[:-9]])
def test_a_damaged_file_is_named(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "log.json.gz"
    path.write_bytes(damaged)
    if damaged:
        with pytest.raises(TornFile, match=r"log\.json\.gz"):
            unpacked(path)
    else:
        assert unpacked(path) == b""
