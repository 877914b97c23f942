from __future__ import annotations

import pytest
from hypothesis import given

from generators import TAPERED, order_prices, tick_grids
from kalshi_alpha.core.errors import BadMarket, BadPrice
from kalshi_alpha.core.types import Price, TickBand, TickGrid


def test_whole_cents_are_ninety_nine_prices_without_zero_and_one_dollar() -> None:
    legal = TickGrid.linear_cent().prices_e4
    assert (legal[0], legal[-1], len(legal)) == (100, 9900, 99)


def test_a_tapered_grid_is_fine_in_the_tails_and_whole_cents_between() -> None:
    assert TAPERED.allows(Price.parse("0.0990"))
    assert not TAPERED.allows(Price.parse("0.1010"))
    assert TAPERED.allows(Price.parse("0.9010"))
    assert TAPERED.step_up(Price.parse("0.0990")) == Price.parse("0.1000")
    assert TAPERED.step_up(Price.parse("0.1000")) == Price.parse("0.1100")
    assert TAPERED.step_down(Price.parse("0.9000")) == Price.parse("0.8900")


def test_there_is_nothing_beyond_the_last_price() -> None:
    grid = TickGrid.linear_cent()
    assert grid.step_up(Price(9900)) is None
    assert grid.step_down(Price(100)) is None


@given(tick_grids, order_prices)
def test_stepping_up_then_down_returns_to_the_price(grid: TickGrid, price: Price) -> None:
    above = grid.step_up(price)
    if grid.allows(price) and above is not None:
        assert above > price
        assert grid.step_down(above) == price


@given(tick_grids, order_prices)
def test_the_grid_is_its_own_mirror(grid: TickGrid, price: Price) -> None:
    assert grid.allows(price) == grid.allows(price.complement())


def test_a_price_off_the_grid_is_refused_by_name() -> None:
    with pytest.raises(BadPrice, match=r"0\.1010"):
        TickGrid.linear_cent().require(Price.parse("0.1010"))
    assert TickGrid.linear_cent().require(Price(1000)) == Price(1000)


@pytest.mark.parametrize(
    "bands",
    [
        (),
        ((0, 5000, 100),),
        ((0, 5000, 100), (6000, 10_000, 100)),
        ((100, 10_000, 100),),
    ],
)
def test_bands_that_leave_a_gap_are_refused(bands: tuple[tuple[int, int, int], ...]) -> None:
    with pytest.raises(BadMarket):
        TickGrid(tuple(TickBand(*band) for band in bands))


@pytest.mark.parametrize("band", [(0, 0, 1), (5, 4, 1), (0, 10_001, 1), (0, 100, 0), (0, 100, 30)])
def test_an_impossible_band_cannot_be_built(band: tuple[int, int, int]) -> None:
    with pytest.raises(BadMarket):
        TickBand(*band)
