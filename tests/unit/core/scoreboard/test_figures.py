from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.honesty_bins import Badge
from kalshi_alpha.core.scoreboard.figures import Figures, evidence_of, figures
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.core.types import Contracts, Money
from score_cases import ALPHA, END, FIRST, RULE, order, worked_rows

WEEK = Window(END, 7)


def counted(rows: list[LedgerEntry]) -> Figures:
    return figures(rows, WEEK, COLD_START_ALPHA, RULE, 0.9)


def test_the_edges_of_the_worked_example_are_those_worked_out_by_hand() -> None:
    edge = counted(worked_rows()).edge
    assert edge is not None
    assert (edge.n_fills, edge.n_units) == (7, 4)
    assert edge.expected_bps == pytest.approx(315.71, abs=0.01)
    assert edge.realised_bps == pytest.approx(270.0, abs=0.01)
    assert edge.delta_bps == pytest.approx(-45.71, abs=0.01)
    assert edge.se_bps == pytest.approx(2083.0, abs=0.1)
    assert edge.t_stat == pytest.approx(-0.0219, abs=1e-4)


def test_money_is_exact_and_gross_less_fees_is_net() -> None:
    found = counted(worked_rows())
    # Won 10, 10, 10 and 5 dollars; paid 4.30 + 2.75 + 6.00 + 3.10 + 6.20 + 6.40 + 4.05.
    assert found.gross == Money.parse("2.20")
    assert found.fees == Money.parse("0.31")
    assert found.net == Money.parse("1.89")
    assert (found.n_settled, found.n_fills, found.contracts) == (7, 7, Contracts.whole(70))


def test_drawdown_falls_from_the_profit_that_was_there_before() -> None:
    # The first news earns 5.65 - 2.78 = 2.87, the second loses 9.22, then 7.30 and 0.94 come back.
    found = counted(worked_rows()).drawdown
    assert found.deepest == Money.parse("9.22")
    assert found.current == Money.parse("0.98")


def test_what_settles_at_one_instant_is_one_step_whatever_the_order_of_rows() -> None:
    rows = worked_rows()
    assert counted(rows[::-1]).drawdown == counted(rows).drawdown


def test_an_order_that_is_filled_and_not_settled_is_open_at_its_cost() -> None:
    found = counted([order(filled_at=FIRST)])
    assert (found.n_open, found.open_contracts) == (1, Contracts.whole(5))
    assert found.open_cost == Money.parse("3.4191")
    assert (found.n_settled, found.edge, found.badge) == (0, None, Badge.UNPROVEN)


def test_what_was_filled_long_ago_and_settled_now_counts_as_settled_only() -> None:
    old = order(
        placed_at=FIRST - timedelta(days=30), settled_at=FIRST, outcome=1, payout_e6=5_000_000
    )
    found = counted([old])
    assert (found.n_orders, found.n_fills, found.n_settled, found.n_open) == (0, 0, 1, 0)


def test_the_fill_ratio_is_the_mean_over_orders_with_an_interval_by_piece_of_news() -> None:
    rows = [order(risk_unit=f"CPI:{n}", filled_e2=500 * (n % 2)) for n in range(8)]
    found = figures(rows, WEEK, ALPHA, RULE, 0.9).fill
    assert found is not None
    assert (found.ratio, found.n_orders, found.gap) == (0.5, 8, 0.0)
    # Seven degrees of freedom: 2.3646 times sqrt(8/7 * 8 * .25) / 8.
    assert found.interval == pytest.approx((0.5 - 0.4469, 0.5 + 0.4469), abs=1e-4)
    assert not found.is_off


def test_one_piece_of_news_has_a_ratio_and_no_interval() -> None:
    found = figures([order(filled_e2=0, fee_e6=0)], WEEK, ALPHA, RULE, 0.9).fill
    assert found is not None
    assert (found.ratio, found.interval, found.is_off) == (0.0, None, False)


def test_orders_that_never_fill_are_beyond_a_tenth_of_what_is_expected() -> None:
    rows = [order(risk_unit=f"CPI:{n}", filled_e2=0, fee_e6=0) for n in range(8)]
    found = figures(rows, WEEK, ALPHA, RULE, 0.9).fill
    assert found is not None
    assert found.is_off


def test_a_forecast_of_fills_is_counted_apart_and_never_as_a_fill() -> None:
    forecast = order(
        kind=EntryKind.EXPECTED,
        filled_e2=0,
        expected_e2=250,
        expected_lo_e2=100,
        expected_hi_e2=400,
    )
    found = counted([forecast])
    assert (found.n_expected, found.expected) == (1, Contracts.parse("2.5"))
    assert (found.n_orders, found.n_fills, found.n_open, found.fill) == (0, 0, 0, None)


def test_many_pieces_of_news_that_beat_their_promise_earn_the_badge() -> None:
    rows = [
        order(
            risk_unit=f"CPI:{n}",
            settled_at=FIRST + timedelta(minutes=n),
            outcome=int(n % 5 > 0),
            payout_e6=5_000_000 * (n % 5 > 0),
        )
        for n in range(120)
    ]
    found = counted(rows)
    assert found.badge is Badge.PROVEN
    assert [each.n_units for each in found.bins] == [120]


@pytest.mark.parametrize(
    "changes",
    [
        {"clock_source": ClockSource.SET},
        {"environment": "demo"},
        {"mode": LedgerMode.SIM, "environment": "sim"},
    ],
)
def test_what_is_no_evidence_shows_its_edge_and_earns_no_badge(changes: dict[str, object]) -> None:
    rows = [replace(row, **changes) for row in worked_rows()]  # type: ignore[arg-type]
    found = counted(rows)
    assert found.edge is not None
    assert (found.n_evidence, found.badge, found.bins) == (0, Badge.UNPROVEN, ())
    assert evidence_of(rows, RULE) == []


def test_nothing_at_all_is_empty() -> None:
    assert counted([]).is_empty
    assert not counted([order()]).is_empty
