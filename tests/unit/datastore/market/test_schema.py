from __future__ import annotations

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.market.schema import COLUMNS, MAY_BE_NULL, Table, table_frame
from tape_cases import TWO_TRADES, trades


def test_a_frame_gets_the_columns_of_its_table_in_their_order() -> None:
    frame = table_frame(Table.TRADES, trades(TWO_TRADES).select(pl.all().reverse()))
    assert frame.columns == [name for name, _ in COLUMNS[Table.TRADES]]
    assert frame.schema["yes_price_e4"] == pl.Int16()


def test_what_a_source_does_not_carry_is_null() -> None:
    rows = {"at_us": [1], "market": [0], "yes_bid_e4": [100], "no_bid_e4": [9800]}
    frame = table_frame(Table.QUOTES, pl.DataFrame(rows))
    assert frame["yes_size_e2"].to_list() == [None]


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": pl.lit(1)},
        {"at_us": pl.lit(None, dtype=pl.Int64)},
        {"yes_price_e4": pl.lit(40_000)},
        {"market": pl.lit(-1)},
    ],
    ids=["unknown column", "null instant", "price beyond its type", "market below zero"],
)
def test_a_frame_that_does_not_fit_is_refused(changed: dict[str, pl.Expr]) -> None:
    with pytest.raises(BadParameter):
        table_frame(Table.TRADES, trades(TWO_TRADES).with_columns(**changed))


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(BadParameter, match="missing \\['count_e2'\\]"):
        table_frame(Table.TRADES, trades(TWO_TRADES).drop("count_e2"))


def test_every_column_that_may_be_null_is_a_column() -> None:
    for table, names in MAY_BE_NULL.items():
        assert names <= {name for name, _ in COLUMNS[table]}
