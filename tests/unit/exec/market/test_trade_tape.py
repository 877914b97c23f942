from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.market.manifest import AMBIGUOUS
from kalshi_alpha.datastore.market.partition import Partition
from kalshi_alpha.exec.market.trade_tape import trade_tapes
from tape_cases import (
    EVENT,
    at,
    listing_row,
    write_listing,
    write_trade_tape,
    write_weather_tape,
)


def only(folder: Path) -> Partition:
    (source,) = trade_tapes(folder)
    (found,) = source.partitions()
    return found


def test_prints_keep_their_order_and_equal_ones_are_distinct(tmp_path: Path) -> None:
    write_weather_tape(tmp_path)
    found = only(tmp_path)
    rows = found.parts[0].frame
    assert rows["at_us"].to_list() == [at("09T16:00:00.125"), *[at("10T16:00:00")] * 2]
    assert rows["market"].to_list() == [0, 1, 1]
    assert rows["yes_price_e4"].to_list() == [1200, 8000, 8000]
    assert rows["count_e2"].to_list() == [500, 200, 200]
    assert rows["taker_yes"].to_list() == [True, False, False]
    assert set(found.sources) == {
        "kalshi_weather_markets.csv",
        "kalshi_weather_trades_KXHIGHNY.parquet",
    }


def test_strikes_results_and_hours_stand_beside_them(tmp_path: Path) -> None:
    write_weather_tape(tmp_path)
    markets = only(tmp_path).markets
    assert markets["strike_type"].to_list() == ["less", "between", "greater"]
    assert markets["yes_payout_e4"].to_list() == [0, 10_000, 0]
    assert markets["settlement_value"].unique().to_list() == ["39.0"]
    assert set(markets["opens_source"]) == {"rule"}
    assert markets["settled_us"].null_count() == 3


def test_results_in_doubt_keep_their_mark(tmp_path: Path) -> None:
    write_listing(tmp_path, [listing_row(f"{EVENT}-T38", "less,,38.0", "no", AMBIGUOUS)])
    write_trade_tape(tmp_path, [("10T16:00:00", f"{EVENT}-T38", 80, 2, "no")])
    assert set(only(tmp_path).markets["result_source"]) == {AMBIGUOUS}


def test_a_market_that_nobody_lists_is_known_by_its_ticker_and_its_result_is_not(
    tmp_path: Path,
) -> None:
    write_listing(
        tmp_path,
        [
            listing_row(f"{EVENT}-T38", "less,,38.0", "no"),
            listing_row(f"{EVENT}-B38.5", "between,38.0,39.0", "yes"),
        ],
    )
    write_trade_tape(tmp_path, [("10T16:00:00", f"{EVENT}-T39", 3, 2, "no")])
    unlisted = only(tmp_path).markets.to_dicts()[-1]
    assert (unlisted["strike_type"], unlisted["floor_strike"]) == ("greater", "39")
    assert (unlisted["strike_source"], unlisted["yes_payout_e4"]) == ("ticker", None)
    assert unlisted["settlement_value"] == "39.0"


@pytest.mark.parametrize("bad", ["maybe", ""])
def test_a_result_that_is_neither_yes_nor_no_is_refused(tmp_path: Path, bad: str) -> None:
    write_listing(tmp_path, [listing_row(f"{EVENT}-T38", "less,,38.0", bad)])
    write_trade_tape(tmp_path, [("10T16:00:00", f"{EVENT}-T38", 80, 2, "no")])
    with pytest.raises(ParseRefused, match="T38"):
        only(tmp_path)


def test_a_side_that_is_neither_is_refused(tmp_path: Path) -> None:
    write_weather_tape(tmp_path)
    write_trade_tape(tmp_path, [("10T16:00:00", f"{EVENT}-T38", 80, 2, "both")])
    with pytest.raises(ParseRefused, match="taker_side"):
        only(tmp_path)


def test_without_a_listing_there_is_no_tape(tmp_path: Path) -> None:
    write_trade_tape(tmp_path, [("10T16:00:00", f"{EVENT}-T38", 80, 2, "no")])
    assert trade_tapes(tmp_path) == []
