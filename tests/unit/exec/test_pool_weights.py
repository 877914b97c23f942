from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk import AT, Morning, ledger_row
from kalshi_alpha.core.forecast.pooling import PoolWeight
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.exec.pool_weights import pool_weights

EARLIER = AT - timedelta(days=60)
WEEK_PRIOR = 0.2


def learned(
    morning: Morning, rows: Sequence[LedgerEntry], days: float = 5.0, family: str = "CPI"
) -> PoolWeight:
    """The weight of one event that closes so many days from now."""
    ladder = closing_in(morning, timedelta(days=days))
    run = replace(morning.run, family=family)
    return pool_weights(run, [ladder], rows)["KXCPI-24NOV"]


def closing_in(morning: Morning, time: timedelta) -> LadderSnapshot:
    [snapshot] = [s for s in morning.scanned.snapshots if s.ladder.event_ticker == "KXCPI-24NOV"]
    markets = tuple(replace(m, close_at=AT + time) for m in snapshot.ladder.markets)
    return replace(snapshot, ladder=replace(snapshot.ladder, markets=markets))


def settled(
    unit: str = "CPI:2024-10-10", *, right: bool = True, model: float = 0.9, **changes: Any
) -> LedgerEntry:
    """A paper fill on real books that the market held for even and the model did not."""
    fields: dict[str, Any] = {
        "mode": LedgerMode.PAPER,
        "environment": "prod",
        "clock_source": ClockSource.SYSTEM,
        "as_of": EARLIER,
        "placed_at": EARLIER,
        "risk_unit": unit,
        "p": 0.5 + 0.02 * (model - 0.5),  # what was believed at a weight of 0.02
        "p_model": model,
        "m_at_fill": 0.5,
        "filled_at": EARLIER + timedelta(minutes=5),
        "settled_at": EARLIER + timedelta(hours=2),
        "outcome": int(right),
        "payout_e6": 5_000_000 if right else 0,
    }
    return ledger_row(**(fields | changes))


@pytest.mark.parametrize(
    ("days", "prior"),
    [
        *((-1.0, 0.02), (0.0, 0.02), (0.08, 0.02), (2.0, 0.02)),
        *((2.001, 0.2), (7.0, 0.2), (7.001, 0.3), (14.0, 0.3), (40.0, 0.3)),
    ],
)
def test_before_anything_has_settled_the_weight_is_the_lead_s(
    morning: Morning, days: float, prior: float
) -> None:
    assert learned(morning, [], days) == PoolWeight(prior, prior, 0)


@pytest.mark.parametrize(("family", "prior"), [("TNEY", 0.3), ("CLAIMS", 0.4), ("WEATHER", 0.4)])
def test_other_families_start_from_their_own_prior_at_any_lead(
    morning: Morning, family: str, prior: float
) -> None:
    for days in (0.1, 20.0):
        assert learned(morning, [], days, family) == PoolWeight(prior, prior, 0)


def test_the_last_market_to_close_tells_the_lead(morning: Morning) -> None:
    near, far = closing_in(morning, timedelta(days=1)), closing_in(morning, timedelta(days=3))
    mixed = (*near.ladder.markets[:-1], far.ladder.markets[-1])
    ladder = replace(near, ladder=replace(near.ladder, markets=mixed))

    assert pool_weights(morning.run, [near], [])["KXCPI-24NOV"].prior == 0.02
    assert pool_weights(morning.run, [ladder], [])["KXCPI-24NOV"].prior == 0.2


def test_every_event_of_the_scan_has_its_weight(morning: Morning) -> None:
    weights = pool_weights(morning.run, morning.scanned.snapshots, [])
    assert set(weights) == {"KXCPI-24NOV", "KXCPIYOY-24NOV", "KXCPICORE-24NOV"}


def test_settled_evidence_moves_the_weight_toward_who_was_right(morning: Morning) -> None:
    units = [f"CPI:2024-{month:02d}-10" for month in range(1, 13)]
    right = learned(morning, [settled(unit) for unit in units])
    wrong = learned(morning, [settled(unit, right=False) for unit in units])

    assert wrong.weight < WEEK_PRIOR < right.weight
    assert (right.prior, right.n_units) == (wrong.prior, wrong.n_units) == (WEEK_PRIOR, 12)


def test_the_weight_is_the_most_likely_one_given_twenty_units_of_prior(morning: Morning) -> None:
    def log_posterior(weight: float) -> float:
        odds = weight * math.log(0.9 / 0.1)  # the market's even odds have a logarithm of zero
        likelihood = -10 * math.log1p(math.exp(-odds)) - 2 * math.log1p(math.exp(odds))
        prior = 20 * (0.2 * math.log(weight) + 0.8 * math.log1p(-weight))
        return likelihood + prior

    rows = [settled(f"CPI:{n}", right=n >= 2) for n in range(12)]
    best = max((step / 1000 for step in range(1, 800)), key=log_posterior)

    assert learned(morning, rows).weight == pytest.approx(best, abs=0.0026)


def test_the_fills_of_one_piece_of_news_count_as_one(morning: Morning) -> None:
    strikes = [settled(market_ticker=f"KXCPI-25MAR-T0.{n}") for n in range(4)]

    assert learned(morning, strikes) == learned(morning, strikes[:1])
    assert learned(morning, strikes).n_units == 1


def test_no_settled_past_lifts_the_weight_beyond_four_fifths(morning: Morning) -> None:
    rows = [settled(f"CPI:{n}", model=0.9) for n in range(400)]
    assert learned(morning, rows).weight == 0.8


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"mode": LedgerMode.OFFLINE, "environment": "offline"}, id="offline"),
        pytest.param({"mode": LedgerMode.SIM, "environment": "sim"}, id="simulated"),
        pytest.param({"mode": LedgerMode.DEMO, "environment": "demo"}, id="demo"),
        pytest.param({"environment": "demo"}, id="paper on demo books"),
        pytest.param({"clock_source": ClockSource.SET}, id="under a set clock"),
        pytest.param(
            {
                "kind": EntryKind.EXPECTED,
                "filled_e2": 0,
                "filled_at": None,
                **dict.fromkeys(("expected_e2", "expected_lo_e2", "expected_hi_e2"), 500),
            },
            id="expected only",
        ),
        pytest.param({"settled_at": None, "payout_e6": None, "outcome": None}, id="unsettled"),
        pytest.param({"outcome": None, "payout_e6": 2_500_000}, id="paid in part"),
        pytest.param({"settled_at": AT + timedelta(seconds=1)}, id="settled after the clock"),
        pytest.param({"family": "CLAIMS"}, id="of another family"),
        pytest.param({"m_at_fill": None}, id="without a market"),
        pytest.param({"p_model": None}, id="without the model's own word"),
    ],
)
def test_nothing_else_teaches(morning: Morning, change: dict[str, Any]) -> None:
    rows = [settled(f"CPI:{n}", **change) for n in range(40)]
    assert learned(morning, rows) == PoolWeight(WEEK_PRIOR, WEEK_PRIOR, 0)
