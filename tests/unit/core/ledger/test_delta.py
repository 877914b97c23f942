from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.delta import (
    closing_line_deltas,
    series_delta,
    settled_fill,
    settled_fills,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry

Build = Callable[..., LedgerEntry]
AT = datetime(2025, 6, 11, 14, tzinfo=UTC)


def test_each_order_of_the_worked_example_has_its_edges(worked_example: list[LedgerEntry]) -> None:
    fills = settled_fills(worked_example)
    expected = [fill.expected_bps for fill in fills]
    realised = [fill.realised_bps for fill in fills]
    deltas = [fill.delta_bps for fill in fills]
    np.testing.assert_allclose(expected, [310, 390, 410, 320, 310, 130, 250], atol=1e-9)
    np.testing.assert_allclose(realised, [5650, -5560, -3040, -3140, 3750, 3550, 1880], atol=1e-9)
    np.testing.assert_allclose(deltas, [5340, -5950, -3450, -3460, 3440, 3420, 1630], atol=1e-9)


def test_the_worked_example_has_its_weighted_edges(worked_example: list[LedgerEntry]) -> None:
    found = series_delta(settled_fills(worked_example))
    assert (found.n_fills, found.n_units, found.contracts) == (7, 4, 70.0)
    assert round(found.edge_expected_bps, 2) == 315.71
    assert round(found.edge_realised_bps, 2) == 270.00
    assert round(found.delta_bps, 2) == -45.71
    assert found.ev_gap_bps == -found.delta_bps


def test_a_true_gross_edge_of_sixty_bps_shows_as_six(make_entry: Build) -> None:
    # An honest forecast realises its whole edge, of which a tenth was shrunk away.
    state = {"price_e4": 5000, "p": 0.506, "settled_at": AT}
    won = settled_fill(make_entry(**state, outcome=1, payout_e6=10_000_000))
    lost = settled_fill(make_entry(**state, outcome=0, payout_e6=0))
    assert 0.506 * won.delta_bps + 0.494 * lost.delta_bps == pytest.approx(6.0, abs=1e-9)


def test_only_settled_rows_with_contracts_are_fills(make_entry: Build) -> None:
    unfilled = make_entry(filled_e2=0, fee_e6=0, settled_at=AT, outcome=1, payout_e6=0)
    assert settled_fills([make_entry(), unfilled]) == []
    for entry in (make_entry(), unfilled):
        with pytest.raises(BadParameter, match="not a settled fill"):
            settled_fill(entry)


def test_there_is_no_mean_of_nothing() -> None:
    with pytest.raises(BadParameter, match="no settled fill"):
        series_delta([])


def test_the_closing_line_takes_the_outcome_out(make_entry: Build) -> None:
    paid = {"settled_at": AT, "close_mid": 0.52}
    won = settled_fill(make_entry(**paid, outcome=1, payout_e6=10_000_000))
    lost = settled_fill(make_entry(**paid, outcome=0, payout_e6=0))
    # What is left is the closing mid .52, less the cost, less nine tenths of our edge.
    np.testing.assert_allclose(closing_line_deltas([won, lost]), [540.0, 540.0], atol=1e-9)
    np.testing.assert_array_equal(
        closing_line_deltas([won, lost], beta=0.0), [won.delta_bps, lost.delta_bps]
    )


def test_a_fill_without_a_valid_closing_mid_keeps_its_delta(make_entry: Build) -> None:
    fill = settled_fill(make_entry(settled_at=AT, outcome=0, payout_e6=0))
    np.testing.assert_array_equal(closing_line_deltas([fill]), [fill.delta_bps])


def test_a_control_coefficient_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadParameter, match="coefficient"):
        closing_line_deltas([], beta=float("nan"))


@given(
    fee_e6=st.integers(-10_000_000, 10_000_000),
    price_e4=st.integers(1, 9999),
    p=st.floats(0, 1),
    paid=st.booleans(),
)
def test_delta_is_independent_of_the_fee(
    make_entry: Build, fee_e6: int, price_e4: int, p: float, *, paid: bool
) -> None:
    state = {
        "price_e4": price_e4,
        "p": p,
        "settled_at": AT,
        "outcome": int(paid),
        "payout_e6": 10_000_000 * paid,
    }
    free = settled_fill(make_entry(fee_e6=0, **state))
    charged = settled_fill(make_entry(fee_e6=fee_e6, **state))
    assert charged.delta_bps == free.delta_bps
    assert charged.realised_bps - charged.expected_bps == pytest.approx(free.delta_bps, abs=1e-7)


@pytest.mark.parametrize("beta", [0.25, 0.5, 1.0])
def test_more_of_the_closing_line_brings_a_win_and_a_loss_together(
    make_entry: Build, beta: float
) -> None:
    paid = {"settled_at": AT, "close_mid": 0.52}
    won = settled_fill(make_entry(**paid, outcome=1, payout_e6=10_000_000))
    lost = settled_fill(make_entry(**paid, outcome=0, payout_e6=0))
    apart = closing_line_deltas([won], beta)[0] - closing_line_deltas([lost], beta)[0]
    assert apart == pytest.approx(10_000 * (1.0 - beta), abs=1e-6)
