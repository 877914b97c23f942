from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import grids, strikes
from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.ladder.grid_interval import (
    INDEX_MAX,
    GridInterval,
    interval,
    ladder_intervals,
    require_stated_type,
)
from kalshi_alpha.core.types import (
    Ladder,
    Market,
    MarketStatus,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)

CPI = SettlementGrid(Decimal("0.1"), "pp")
CLAIMS = SettlementGrid(Decimal(1000), "claims")
YIELD = SettlementGrid(Decimal("0.01"), "pp")
TEMPERATURE = SettlementGrid(Decimal(1), "degF")


def strike(kind: str, floor: str | None = None, cap: str | None = None) -> Strike:
    return Strike(
        StrikeType(kind),
        floor=None if floor is None else Decimal(floor),
        cap=None if cap is None else Decimal(cap),
    )


@pytest.mark.parametrize(
    ("kind", "floor", "cap", "expected"),
    [
        # The venue's definition of each type, with the strike on the grid and between two points.
        ("greater", "0.3", None, GridInterval(4, None)),
        ("greater", "0.35", None, GridInterval(4, None)),
        ("greater", "-0.1", None, GridInterval(0, None)),
        ("greater", "-0.15", None, GridInterval(-1, None)),
        ("greater", "0.0", None, GridInterval(1, None)),
        ("greater_or_equal", "0.3", None, GridInterval(3, None)),
        ("greater_or_equal", "0.35", None, GridInterval(4, None)),
        ("greater_or_equal", "-0.15", None, GridInterval(-1, None)),
        ("less", None, "0.3", GridInterval(None, 2)),
        ("less", None, "0.35", GridInterval(None, 3)),
        ("less", None, "-0.15", GridInterval(None, -2)),
        ("less_or_equal", None, "0.3", GridInterval(None, 3)),
        ("less_or_equal", None, "0.35", GridInterval(None, 3)),
        ("less_or_equal", None, "-0.15", GridInterval(None, -2)),
        ("between", "0.2", "0.4", GridInterval(2, 4)),
        ("between", "0.3", "0.3", GridInterval(3, 3)),
        ("between", "0.15", "0.45", GridInterval(2, 4)),
        # A cap equal to the floor was recorded on core CPI `greater` markets: it means nothing.
        ("greater", "0.3", "0.3", GridInterval(4, None)),
        ("greater_or_equal", "0.3", "0.1", GridInterval(3, None)),
        ("less", "9.9", "0.3", GridInterval(None, 2)),
        ("less_or_equal", "9.9", "0.3", GridInterval(None, 3)),
    ],
)
def test_each_strike_type_becomes_its_inclusive_interval(
    kind: str, floor: str | None, cap: str | None, expected: GridInterval
) -> None:
    assert interval(strike(kind, floor, cap), CPI) == expected


@pytest.mark.parametrize(
    ("terms", "grid", "expected"),
    [
        (strike("greater_or_equal", "195000"), CLAIMS, GridInterval(195, None)),
        (strike("greater_or_equal", "215000"), CLAIMS, GridInterval(215, None)),
        (strike("greater", "4.72"), YIELD, GridInterval(473, None)),
        (strike("between", "4.12", "4.14"), YIELD, GridInterval(412, 414)),
        (strike("between", "63", "64"), TEMPERATURE, GridInterval(63, 64)),
        (strike("between", "73", "74"), TEMPERATURE, GridInterval(73, 74)),
        (strike("less", None, "71"), TEMPERATURE, GridInterval(None, 70)),
        (strike("greater", "78"), TEMPERATURE, GridInterval(79, None)),
    ],
)
def test_recorded_strikes_of_each_family_land_on_their_grid(
    terms: Strike, grid: SettlementGrid, expected: GridInterval
) -> None:
    assert interval(terms, grid) == expected


@given(st.integers(-60, 60))
def test_a_strike_is_never_moved_by_float_division(tenths: int) -> None:
    at = Decimal(tenths) / 10
    assert interval(Strike(StrikeType.GREATER, floor=at), CPI).lo == tenths + 1
    assert interval(Strike(StrikeType.LESS, cap=at), CPI).hi == tenths - 1


@given(st.data())
def test_an_interval_agrees_with_the_strike_rule_on_every_settlement_value(
    data: st.DataObject,
) -> None:
    grid = data.draw(grids)
    terms = data.draw(strikes(grid))
    found = interval(terms, grid)
    for index in range(-40, 50):
        assert (index in found) == pays(terms, grid.value(index)), (terms, index)


def pays(terms: Strike, value: Decimal) -> bool:
    floor, cap = terms.floor or Decimal(0), terms.cap or Decimal(0)
    return {
        StrikeType.GREATER: value > floor,
        StrikeType.GREATER_OR_EQUAL: value >= floor,
        StrikeType.LESS: value < cap,
        StrikeType.LESS_OR_EQUAL: value <= cap,
        StrikeType.BETWEEN: floor <= value <= cap,
    }[terms.strike_type]


@pytest.mark.parametrize(("floor", "cap"), [("0.4", "0.3"), ("0.31", "0.39")])
def test_brackets_that_hold_no_settlement_value_are_refused(floor: str, cap: str) -> None:
    with pytest.raises(BadStrike, match="no settlement value"):
        interval(strike("between", floor, cap), CPI)


@pytest.mark.parametrize(
    ("lo", "hi"), [(4, 3), (True, 3), (0.5, None), (None, float("nan")), (-INDEX_MAX, None)]
)
def test_impossible_intervals_cannot_be_built(lo: object, hi: object) -> None:
    with pytest.raises(BadStrike):
        GridInterval(lo, hi)  # type: ignore[arg-type]


def test_both_ends_of_an_interval_are_inside_it() -> None:
    bracket = GridInterval(73, 74)
    assert [index in bracket for index in (72, 73, 74, 75)] == [False, True, True, False]
    assert -(10**9) in GridInterval(None, 0)
    assert 10**9 in GridInterval(0, None)


def test_a_claims_market_listed_as_strictly_greater_is_refused() -> None:
    at_least = strike("greater_or_equal", "215000")
    assert require_stated_type(at_least, StrikeType.GREATER_OR_EQUAL) is at_least
    with pytest.raises(BadStrike, match="rules state greater_or_equal"):
        require_stated_type(strike("greater", "215000"), StrikeType.GREATER_OR_EQUAL)


def test_markets_that_can_never_pay_are_dropped_by_name() -> None:
    def market(suffix: str, terms: Strike) -> Market:
        return Market(
            ticker=f"KXHIGHNY-26OCT04-{suffix}",
            event_ticker="KXHIGHNY-26OCT04",
            strike=terms,
            tick_grid=TickGrid.linear_cent(),
            status=MarketStatus.ACTIVE,
            close_at=datetime(2026, 10, 5, 5, tzinfo=UTC),
        )

    ladder = Ladder(
        event_ticker="KXHIGHNY-26OCT04",
        series_ticker="KXHIGHNY",
        quantity="temp_max",
        risk_unit="WX:2026-10-04",
        grid=TEMPERATURE,
        markets=(
            market("T64", strike("greater", "64")),
            market("B63.5", strike("between", "64", "63")),
            market("T63", strike("less", None, "63")),
        ),
    )

    found = ladder_intervals(ladder)

    assert found.tickers == ("KXHIGHNY-26OCT04-T64", "KXHIGHNY-26OCT04-T63")
    assert found.intervals == (GridInterval(65, None), GridInterval(None, 62))
    assert found.dropped == ("KXHIGHNY-26OCT04-B63.5",)
