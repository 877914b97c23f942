from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ramp.figures import Figures, figures
from kalshi_alpha.core.ramp.plan import missing
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic

Row = Callable[..., LedgerEntry]
DECLARED = Declaration(Statistic.SETTLED, datetime(2025, 1, 1, tzinfo=UTC))
LIMITS = EvidenceLimits(min_fills=300, min_units=30)


def shown(row: Row, count: int, *, won: int) -> Figures:
    rows = [row(number, paid=int(number < won)) for number in range(count)]
    at = datetime(2025, 1, 29, tzinfo=UTC)
    return figures("CPI", rows, DECLARED, at, shrink=0.9)


def test_counts_take_as_long_as_the_rate_says(row: Row) -> None:
    found = {each.reason: each for each in missing(shown(row, 28, won=28), LIMITS)}
    assert set(found) == {Reason.INSUFFICIENT_FILLS, Reason.INSUFFICIENT_UNITS} | {
        Reason.INSUFFICIENT_T_STAT
    }
    fills, units = found[Reason.INSUFFICIENT_FILLS], found[Reason.INSUFFICIENT_UNITS]
    assert (fills.have, fills.need, fills.more, fills.days) == (28.0, 300.0, 272, 272.0)
    assert (units.more, units.days) == (2, 2.0)
    # Units that all went the same way have no error, and so no statistic.
    assert found[Reason.INSUFFICIENT_T_STAT].have is None


def test_the_t_statistic_grows_with_the_root_of_the_units(row: Row) -> None:
    figures_now = shown(row, 28, won=16)
    (lacking,) = (
        each for each in missing(figures_now, LIMITS) if each.reason is Reason.INSUFFICIENT_T_STAT
    )
    t_stat = figures_now.t_used
    assert t_stat is not None
    assert lacking.more == pytest.approx(28 * ((2.0 / t_stat) ** 2 - 1.0), abs=1.0)
    assert lacking.days == lacking.more


def test_a_loss_is_not_waited_out(row: Row) -> None:
    found = {each.reason: each for each in missing(shown(row, 28, won=5), LIMITS)}
    for reason in (Reason.INSUFFICIENT_DELTA_BPS, Reason.INSUFFICIENT_T_STAT):
        assert (found[reason].more, found[reason].days) == (None, None)


def test_without_a_rate_nothing_can_be_said(row: Row) -> None:
    still = replace(shown(row, 28, won=16), fills_per_day=0.0, units_per_day=0.0)
    assert all(each.days is None for each in missing(still, LIMITS))


def test_a_share_too_large_is_named(row: Row) -> None:
    rows = [row(n % 2, market_ticker=f"M{n}", paid=n % 3 % 2) for n in range(8)]
    at = datetime(2025, 1, 29, tzinfo=UTC)
    found = missing(figures("CPI", rows, DECLARED, at, shrink=0.9), LIMITS)
    (share,) = (each for each in found if each.reason is Reason.UNIT_SHARE)
    assert (share.have, share.need) == (0.5, 0.2)


def test_a_breach_is_listed_and_not_waited_out(row: Row) -> None:
    breached = replace(shown(row, 28, won=16), guardrail_breaches=("beyond a cap",))
    (found,) = (each for each in missing(breached, LIMITS) if "breach" in each.reason)
    assert (found.have, found.need, found.more, found.days) == (1.0, 0, None, None)
