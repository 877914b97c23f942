from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.closing_line import MidCalibration
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic, judge, judge_means

Row = Callable[..., LedgerEntry]
BY_CLOSE = Statistic.CLOSING_LINE


def sample(row: Row, chance: Callable[[float], float], count: int = 400) -> list[LedgerEntry]:
    """Return rows whose outcomes have a chance that is a function of their closing mid."""
    rng = np.random.default_rng(7)
    mids = rng.uniform(0.15, 0.85, count)
    paid = rng.uniform(0.0, 1.0, count) < [chance(mid) for mid in mids]
    return [
        row(n, mid=round(float(mid), 4), paid=int(won))
        for n, (mid, won) in enumerate(zip(mids, paid, strict=True))
    ]


def test_calibrated_mids_take_the_settlement_noise_out(row: Row) -> None:
    rows = [*sample(row, lambda mid: mid)]
    found = judge(rows, BY_CLOSE)
    assert (found.used, found.beta, found.closing_share) == (BY_CLOSE, 1.0, 1.0)
    assert found.sample is found.closing
    assert found.settled is not None
    assert found.closing is not None
    assert found.closing.se is not None
    assert found.settled.se is not None
    assert found.closing.se < found.settled.se / 2
    # With beta 1 the outcome drops out: what is left is mid less price less honest edge.
    edges = [1e4 * ((each.close_mid or 0.0) - 0.45 - 0.9 * 0.04) for each in rows]
    assert found.closing.mean == pytest.approx(np.mean(edges))


def test_mids_that_are_not_calibrated_fall_back_to_outcomes(row: Row) -> None:
    # Outcomes are much more certain than the mids say.
    found = judge(sample(row, lambda mid: float(mid > 0.5)), BY_CLOSE)
    assert (found.used, found.beta) == (Statistic.SETTLED, 0.0)
    biased = judge(sample(row, lambda mid: min(mid + 0.15, 1.0)), BY_CLOSE)
    assert (biased.used, biased.beta) == (Statistic.SETTLED, 0.0)
    assert biased.closing == biased.settled


def test_what_was_not_declared_never_counts(row: Row) -> None:
    found = judge(sample(row, lambda mid: mid), Statistic.SETTLED)
    assert found.used is Statistic.SETTLED
    assert found.sample is found.settled
    assert found.closing != found.settled


def test_too_few_mids_are_none(row: Row) -> None:
    rows = sample(row, lambda mid: mid)
    few = [each if n % 2 else row(n, mid=None) for n, each in enumerate(rows)]
    found = judge(few, BY_CLOSE)
    assert (found.closing_share, found.used) == (0.5, Statistic.SETTLED)


def test_without_a_fill_there_is_nothing(row: Row) -> None:
    found = judge([], BY_CLOSE)
    assert (found.sample, found.settled, found.closing, found.used) == (
        None,
        None,
        None,
        Statistic.SETTLED,
    )
    assert judge([row(1)], BY_CLOSE).sample is not None


def test_orders_before_the_declaration_do_not_count(row: Row) -> None:
    declared = Declaration(BY_CLOSE, datetime(2025, 1, 3, 12, 0, tzinfo=UTC))
    rows = [row(number) for number in range(5)]
    assert declared.window(rows) == rows[2:]


def test_a_declaration_needs_its_zone() -> None:
    with pytest.raises(BadParameter, match="zone"):
        Declaration(BY_CLOSE, datetime(2025, 1, 3))  # noqa: DTZ001


FAIR = MidCalibration(intercept=0.0, slope=1.0, intercept_se=0.1, slope_se=0.1, n_units=30)
UNFAIR = replace(FAIR, slope=2.0)


def _mean(beta: float) -> ClusteredMean:
    return ClusteredMean(100.0 * beta, 30, 1.0, 1.0, 0.1)


@pytest.mark.parametrize(
    ("declared", "mids", "share", "used"),
    [
        (BY_CLOSE, FAIR, 0.8, BY_CLOSE),
        (BY_CLOSE, FAIR, 0.799, Statistic.SETTLED),
        (BY_CLOSE, FAIR, 0.0, Statistic.SETTLED),
        (BY_CLOSE, UNFAIR, 1.0, Statistic.SETTLED),
        (BY_CLOSE, None, 1.0, Statistic.SETTLED),
        (Statistic.SETTLED, FAIR, 1.0, Statistic.SETTLED),
        (Statistic.SETTLED, UNFAIR, 1.0, Statistic.SETTLED),
    ],
)
def test_the_closing_line_counts_where_it_was_declared_and_its_mids_prove_themselves(
    declared: Statistic, mids: MidCalibration | None, share: float, used: Statistic
) -> None:
    found = judge_means(_mean, declared, mids, share)
    assert found.used is used
    assert found.sample == _mean(1.0 if used is BY_CLOSE else 0.0)
