from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market.importing import find_sources, import_source
from tape_cases import EVENT, write_weather_tape


def test_files_are_found_in_a_folder_and_right_below_it(tmp_path: Path) -> None:
    write_weather_tape(tmp_path / "kalshi")
    (below,) = find_sources([tmp_path])
    (inside,) = find_sources([tmp_path / "kalshi"])
    assert below.files == inside.files


def test_nothing_to_import_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="name a folder with one"):
        find_sources([tmp_path, tmp_path / "not there"])


def test_an_import_counts_what_it_wrote_and_can_be_repeated(tmp_path: Path) -> None:
    write_weather_tape(tmp_path / "kalshi")
    (source,) = find_sources([tmp_path])
    store, seen = MarketStore(tmp_path / "market"), list[int]()
    said = import_source(store, source, lambda: seen.append(1))
    assert (said.partitions, said.events, said.rows) == (
        1,
        1,
        {Table.MARKETS: 3, Table.TRADES: 3},
    )
    before = {p: p.read_bytes() for p in (tmp_path / "market").rglob("*") if p.is_file()}
    import_source(store, source)
    assert {p: p.read_bytes() for p in (tmp_path / "market").rglob("*") if p.is_file()} == before
    assert [ref.event_ticker for ref in store.events("KXHIGHNY")] == [EVENT]
    assert seen == [1]
