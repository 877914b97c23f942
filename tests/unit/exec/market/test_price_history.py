from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.market.tape import instant
from kalshi_alpha.exec.market.price_history import price_histories


def write_history(folder: Path, *rows: str) -> None:
    head = "date,event,strike,yes_price,daily_volume,release_date"
    path = folder / "kalshi_cpi_yoy_daily_strikes.csv"
    path.write_text("\n".join([head, *rows, ""]))
    (folder / "kalshi_macro_strikes.csv").write_text(
        "series,event_ticker,ticker,period,strike_greater_than,status,title\n"
        "KXCPIYOY,CPIYOY-22NOV,CPIYOY-22NOV-T7.0,2022-11,7.0,finalized,x\n"
        "KXCPIYOY,CPIYOY-22NOV,CPIYOY-22NOV-T6.9,2022-11,6.9,finalized,x\n"
    )


def test_a_day_is_a_candle_that_ends_at_new_york_s_midnight(tmp_path: Path) -> None:
    write_history(
        tmp_path,
        "2022-12-08,CPIYOY-22NOV,7.0,76.0,180.0,2022-12-13",
        "2022-12-08,CPIYOY-22NOV,6.9,,,2022-12-13",
        "2022-12-09,CPIYOY-22NOV,6.9,81.5,,2022-12-13",
    )
    (found,) = price_histories(tmp_path)[0].partitions()
    assert (found.series, found.date) == ("KXCPIYOY", date(2022, 11, 1))
    rows = found.parts[0].frame
    assert instant(rows["at_us"][0]).isoformat() == "2022-12-09T05:00:00+00:00"
    assert rows["close_e4"].to_list() == [7600, 8150]
    assert rows["volume_e2"].to_list() == [18_000, None]
    assert rows["market"].to_list() == [1, 0]
    assert found.markets["ticker"].to_list() == ["CPIYOY-22NOV-T6.9", "CPIYOY-22NOV-T7.0"]


def test_prices_of_strikes_that_nobody_lists_belong_to_no_market(tmp_path: Path) -> None:
    write_history(tmp_path, "2022-12-08,CPIYOY-22NOV,9.9,76.0,180.0,2022-12-13")
    assert list(price_histories(tmp_path)[0].partitions()) == []


def test_without_a_listing_nothing_is_read(tmp_path: Path) -> None:
    write_history(tmp_path)
    (tmp_path / "kalshi_macro_strikes.csv").unlink()
    assert price_histories(tmp_path) == []


def test_a_history_without_prices_is_refused(tmp_path: Path) -> None:
    write_history(tmp_path)
    path = tmp_path / "kalshi_cpi_yoy_daily_strikes.csv"
    pl.read_csv(path, infer_schema=False).drop("yes_price").write_csv(path)
    with pytest.raises(ParseRefused, match="yes_price"):
        list(price_histories(tmp_path)[0].partitions())
