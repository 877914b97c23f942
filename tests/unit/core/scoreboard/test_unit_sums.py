from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.scoreboard.figures import Edge, figures
from kalshi_alpha.core.scoreboard.unit_sums import (
    MOST_E2,
    SettledLine,
    UnitSums,
    settled_line,
    settled_lines,
)
from kalshi_alpha.core.scoreboard.windows import Window
from score_cases import END, FIRST, RULE, order, worked_rows

WEEK = Window(END, 7)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sums_of(rows: list[LedgerEntry]) -> UnitSums:
    """One sum a settled fill: the least merged form."""
    settled = [row for row in rows if row.settled_at is not None and row.filled_e2]

    def ints(values: list[int]) -> IntArray:
        return np.array(values, dtype=np.int64)

    return UnitSums(
        family=np.array([row.family for row in settled], dtype=object),
        risk_unit=np.array([row.risk_unit for row in settled], dtype=object),
        settled_us=ints(
            [((row.settled_at or END) - EPOCH) // timedelta(microseconds=1) for row in settled]
        ),
        n_fills=ints([1] * len(settled)),
        count_e2=ints([row.filled_e2 for row in settled]),
        cost_e6=ints([row.cost.e6 for row in settled]),
        payout_e6=ints([row.payout_e6 or 0 for row in settled]),
        fees_e6=ints([row.fee_e6 for row in settled]),
        promised_e9=ints(
            [
                round(1e7 * row.shrink * row.w_bin * (row.p - row.price_e4 / 1e4) * row.filled_e2)
                for row in settled
            ]
        ),
    )


def require_those_of_the_fills(found: SettledLine, rows: list[LedgerEntry]) -> None:
    told = figures(rows, WEEK, COLD_START_ALPHA, RULE, 0.9)
    assert (found.n_settled, found.gross, found.fees, found.net, found.drawdown) == (
        *(told.n_settled, told.gross, told.fees, told.net, told.drawdown),
    )
    if told.edge is None:
        assert found.edge is None
        return
    assert found.edge is not None
    assert (found.edge.n_fills, found.edge.n_units) == (told.edge.n_fills, told.edge.n_units)
    for name in ("expected_bps", "realised_bps", "delta_bps", "se_bps"):
        mine, theirs = getattr(found.edge, name), getattr(told.edge, name)
        assert mine == pytest.approx(theirs, abs=1e-4), name
    assert (found.edge.t_stat is None) == (told.edge.t_stat is None)


def test_the_worked_example_comes_out_of_sums_as_it_does_out_of_its_fills() -> None:
    found = settled_line(sums_of(worked_rows()), WEEK)
    require_those_of_the_fills(found, worked_rows())
    assert isinstance(found.edge, Edge)
    assert found.edge.t_stat == pytest.approx(-0.0219, abs=1e-4)


SUMMED = ("n_fills", "count_e2", "cost_e6", "payout_e6", "fees_e6", "promised_e9")


def rearranged(sums: UnitSums, places: IntArray) -> UnitSums:
    return replace(sums, **{name: getattr(sums, name)[places] for name in UnitSums.__slots__})


FILLS = st.lists(
    st.tuples(
        st.integers(0, 4),  # the piece of news
        st.integers(-30, 200),  # hours of its settlement
        st.integers(1, 60).map(lambda n: 25 * n),
        st.integers(1, 99).map(lambda cents: 100 * cents),
        st.integers(0, 90_000),
        st.sampled_from((0.05, 0.3, 0.5, 0.72, 0.98)),
        st.integers(0, 1),
    ),
    max_size=14,
)


def rows_of(fills: list[tuple[int, int, int, int, int, float, int]]) -> list[LedgerEntry]:
    return [
        order(
            placed_at=FIRST - timedelta(days=40),
            filled_at=FIRST - timedelta(days=40),
            risk_unit=f"E{news}",
            posted_e2=count,
            filled_e2=count,
            price_e4=price,
            fee_e6=fee,
            p=p,
            settled_at=FIRST + timedelta(hours=hours),
            outcome=paid,
            payout_e6=paid * count * 10_000,
        )
        for news, hours, count, price, fee, p, paid in fills
    ]


@given(fills=FILLS)
def test_sums_tell_of_a_window_what_the_fills_tell(
    fills: list[tuple[int, int, int, int, int, float, int]],
) -> None:
    rows = rows_of(fills)
    require_those_of_the_fills(settled_line(sums_of(rows), WEEK), rows)


@given(fills=FILLS, seed=st.integers(0, 99))
def test_sums_merge_to_the_last_digit_in_any_order(
    fills: list[tuple[int, int, int, int, int, float, int]], seed: int
) -> None:
    apart = sums_of(rows_of(fills))
    keys = [f"{unit} {at}" for unit, at in zip(apart.risk_unit, apart.settled_us, strict=True)]
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)

    def merged(column: IntArray) -> IntArray:
        total = np.zeros(first.size, dtype=np.int64)
        np.add.at(total, group, column)
        return total

    keyed = rearranged(apart, first)
    sums: dict[str, Any] = {name: merged(getattr(apart, name)) for name in SUMMED}
    together = replace(keyed, **sums)
    shuffled = np.random.default_rng(seed).permutation(apart.family.size)
    other = rearranged(apart, shuffled)
    assert settled_line(apart) == settled_line(together) == settled_line(other)


def test_families_are_told_apart_and_an_empty_one_is_not_told() -> None:
    rows = [*worked_rows(family="CPI"), *worked_rows(family="TNEY")[:2]]
    found = settled_lines(sums_of(rows), WEEK)
    assert {name: line.n_settled for name, line in found.items()} == {"CPI": 7, "TNEY": 2}
    assert settled_lines(sums_of([]), WEEK) == {}
    assert settled_line(sums_of([])).edge is None


def test_sums_that_could_overflow_or_do_not_fit_each_other_are_refused() -> None:
    one = sums_of(worked_rows()[:1])
    with pytest.raises(BadParameter, match="length"):
        replace(one, promised_e9=np.array([1, 2]))
    with pytest.raises(BadParameter, match="contracts"):
        replace(one, count_e2=np.array([MOST_E2 + 1]))
