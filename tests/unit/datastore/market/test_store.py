from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadMarket, BadParameter, MissingData, NotBuilt, TornFile
from kalshi_alpha.core.replay.tape import Fidelity
from kalshi_alpha.datastore.market.manifest import EventRef
from kalshi_alpha.datastore.market.partition import Part, partition_folder
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market.listing import Listed, markets_frame
from tape_cases import DAY, EVENT, MARKETS, partition

REF = EventRef("KXHIGHNY", EVENT, DAY, Fidelity.TRADES, "kalshi_api")


@pytest.fixture
def store(tmp_path: Path) -> MarketStore:
    found = MarketStore(tmp_path)
    found.write(partition())
    return found


def test_what_was_written_is_listed_and_loaded(store: MarketStore) -> None:
    assert store.series() == ("KXHIGHNY",)
    assert store.events("KXHIGHNY") == (REF,)
    tape = store.load(REF)
    assert [market.ticker for market in tape.markets] == [each.ticker for each in MARKETS]
    assert tape.trades is not None
    assert tape.trades.yes_price_e4.tolist() == [1200, 8000]
    assert tape.trades.count_e2.dtype == np.int64
    assert tape.quotes is None
    assert tape.depth is None


def test_a_span_includes_both_its_ends(store: MarketStore) -> None:
    day = timedelta(days=1)
    assert store.events("KXHIGHNY", DAY, DAY) == (REF,)
    assert store.events("KXHIGHNY", DAY + day) == ()
    assert store.events("KXHIGHNY", None, DAY - day) == ()
    assert store.dates("KXHIGHCHI") == ()


def test_an_event_of_several_has_its_markets_counted_from_zero(tmp_path: Path) -> None:
    first = [Listed("A-25JAN10", f"A-25JAN10-{n}") for n in range(2)]
    part = partition().parts[0]
    shifted = part.frame.with_columns(market=part.frame["market"] + 2)
    store = MarketStore(tmp_path)
    store.write(
        partition(
            markets=markets_frame([*first, *MARKETS]), parts=(Part(Table.TRADES, shifted, "tape"),)
        )
    )
    tape = store.load(REF)
    assert tape.trades is not None
    assert tape.trades.market.tolist() == [0, 1]


def test_parts_of_several_days_are_one_table_in_time_order(tmp_path: Path) -> None:
    rows = partition().parts[0].frame
    parts = (
        Part(Table.TRADES, rows[1:], "tape", "20250110"),
        Part(Table.TRADES, rows[:1], "tape", "20250109"),
    )
    store = MarketStore(tmp_path)
    store.write(partition(parts=parts))
    tape = store.load(REF)
    assert tape.trades is not None
    assert tape.trades.yes_price_e4.tolist() == [1200, 8000]


def test_a_file_that_changed_is_refused_by_its_digest(store: MarketStore, tmp_path: Path) -> None:
    path = partition_folder(tmp_path, "KXHIGHNY", DAY) / "trades.parquet"
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    with pytest.raises(TornFile, match="not what its manifest says"):
        store.load(REF)


def test_a_folder_that_was_renamed_is_refused(store: MarketStore, tmp_path: Path) -> None:
    other = date(2025, 1, 11)
    shutil.move(
        partition_folder(tmp_path, "KXHIGHNY", DAY), partition_folder(tmp_path, "KXHIGHNY", other)
    )
    with pytest.raises(TornFile):
        store.events("KXHIGHNY")


@pytest.mark.parametrize("name", ["2025-01-10.bak", "20250110"])
def test_a_folder_named_like_a_partition_without_a_date_is_told(
    store: MarketStore, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / f"series=KXHIGHNY/date={name}"
    folder.mkdir()
    with pytest.raises(TornFile, match=f"date={name} names no date: move it elsewhere"):
        store.dates("KXHIGHNY")


def test_what_is_not_there_is_missing(store: MarketStore) -> None:
    with pytest.raises(MissingData, match="market_import"):
        store.manifest("KXHIGHNY", date(2020, 1, 1))
    with pytest.raises(MissingData):
        store.load(EventRef("KXHIGHNY", "KXHIGHNY-OTHER", DAY, Fidelity.TRADES))
    with pytest.raises(MissingData, match="nobody recorded depth"):
        store.table("KXHIGHNY", DAY, EVENT, Table.DEPTH)
    assert store.table("KXHIGHNY", DAY, EVENT, Table.TRADES).height == 2


def test_an_event_without_strikes_is_listed_as_incomplete_only(tmp_path: Path) -> None:
    bare = [Listed(each.event_ticker, each.ticker) for each in MARKETS]
    store = MarketStore(tmp_path)
    store.write(partition(markets=markets_frame(bare)))
    assert store.events("KXHIGHNY") == ()
    (ref,) = store.events("KXHIGHNY", incomplete=True)
    with pytest.raises(BadMarket):
        store.load(ref)


def test_one_recording_does_not_replace_another(store: MarketStore) -> None:
    with pytest.raises(BadParameter, match="--into"):
        store.write(partition(sources={"recorder": "1" * 64}))
    store.write(partition(sources={"tape": "1" * 64}))


def test_a_store_at_a_url_gives_the_same_and_cannot_be_written(
    store: MarketStore, tmp_path: Path
) -> None:
    remote = MarketStore(f"file://{tmp_path}")
    assert remote.series() == store.series()
    assert remote.events("KXHIGHNY") == (REF,)
    assert remote.load(REF).markets == store.load(REF).markets
    assert remote.dates("KXNONE") == ()
    with pytest.raises(MissingData):
        remote.manifest("KXHIGHNY", date(2020, 1, 1))
    with pytest.raises(NotBuilt):
        remote.write(partition())
