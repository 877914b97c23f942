from __future__ import annotations

import pytest
from hypothesis import given

from generators import TAPERED, order_prices, tick_grids
from kalshi_alpha.core.proposals.tick_table import ABSENT, TickTable
from kalshi_alpha.core.types import Price, TickGrid


@given(tick_grids, order_prices)
def test_the_table_steps_as_the_grid_does(grid: TickGrid, price: Price) -> None:
    table = TickTable.of([grid])
    up, down = grid.step_up(price), grid.step_down(price)
    assert table.up[0, price.e4] == (ABSENT if up is None else up.e4)
    assert table.legal[0, price.e4] == grid.allows(price)
    assert table.down[0, price.e4] == (ABSENT if down is None else down.e4)


def test_each_grid_has_its_own_row() -> None:
    table = TickTable.of([TickGrid.linear_cent(), TAPERED])
    assert (table.up[0, 500], table.up[1, 500]) == (600, 510)


def test_there_is_nothing_below_the_lowest_nor_above_the_highest_price() -> None:
    table = TickTable.of([TickGrid.linear_cent()])
    assert table.down[0, 100] == ABSENT
    assert table.up[0, 9900] == ABSENT


def test_the_same_grids_share_one_table_that_nobody_can_write() -> None:
    table = TickTable.of([TickGrid.linear_cent(), TAPERED])
    assert TickTable.of((TickGrid.linear_cent(), TAPERED)) is table
    for shared in (table.legal, table.up, table.down):
        with pytest.raises(ValueError, match="read-only"):
            shared[0, 500] = 0
