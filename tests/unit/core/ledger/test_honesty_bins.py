from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import (
    Badge,
    HonestyBin,
    Slope,
    badge,
    bin_key,
    empty_bin,
    honesty_bins,
    limit_rises,
    posterior,
    slope_through_origin,
    weight_and_cap,
)
from kalshi_alpha.core.types import Side

Build = Callable[..., LedgerEntry]
AT = datetime(2025, 6, 11, 14, tzinfo=UTC)
KEY = bin_key("cpi", Side.YES, 4300, None)


def _outcomes(make_entry: Build, paid: list[int], **state: Any) -> list[LedgerEntry]:
    return [
        make_entry(
            risk_unit=f"CPI:{i}", settled_at=AT, outcome=y, payout_e6=y * 10_000_000, **state
        )
        for i, y in enumerate(paid)
    ]


@pytest.mark.parametrize(
    ("beta_hat", "se", "mean", "sd", "positive"),
    [
        (0.4, 0.3, 0.532, 0.257, "0.981"),
        (1.1, 0.2, 1.072, 0.186, "1.00"),
        (-0.5, 0.6, 0.326, 0.384, "0.802"),
        (0.8, 0.1, 0.804, 0.098, None),
        (0.2, 1.0, 0.760, 0.447, "0.955"),
    ],
)
def test_the_posterior_slope_meets_the_worked_numbers(
    beta_hat: float, se: float, mean: float, sd: float, positive: str | None
) -> None:
    slope = posterior(beta_hat, se)
    assert round(slope.mean, 3) == mean
    assert round(slope.sd, 3) == sd
    if positive is not None:
        assert f"{slope.prob_positive:.{len(positive) - 2}f}" == positive


def test_the_cap_of_the_doubtful_slope_is_as_worked() -> None:
    weight, cap = weight_and_cap(posterior(-0.5, 0.6), shrink=0.9)
    assert round(cap, 3) == 0.604
    assert weight == pytest.approx(0.3262 / 0.9, abs=1e-4)


def test_weights_and_caps_stay_between_zero_and_one() -> None:
    assert weight_and_cap(Slope(2.0, 0.1), 0.9) == (1.0, 1.0)
    assert weight_and_cap(Slope(-2.0, 0.1), 0.9) == (0.0, 0.0)
    assert weight_and_cap(Slope(0.0, 0.0), 0.9) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("price_e4", "bucket"),
    [(100, "0-.1"), (1000, "0-.1"), (1001, ".1-.3"), (5000, ".3-.7"), (9001, ".9-1")],
)
def test_the_price_bucket_is_of_our_cost(price_e4: int, bucket: str) -> None:
    assert bin_key("cpi", Side.NO, price_e4, 1.0).price_bucket == bucket


@pytest.mark.parametrize(
    ("hours", "bucket"),
    [(None, "unknown"), (0.5, "0-2h"), (24.0, "2-24h"), (25.0, "1-7d"), (500.0, ">7d")],
)
def test_the_lead_bucket_is_of_the_hours_to_the_close(hours: float | None, bucket: str) -> None:
    assert bin_key("cpi", Side.NO, 5000, hours).lead_bucket == bucket


def test_a_lead_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadParameter, match="lead"):
        bin_key("cpi", Side.YES, 5000, float("nan"))


def test_the_slope_is_weighted_and_clustered() -> None:
    expected, realised = np.array([0.1, 0.2, 0.1]), np.array([0.05, 0.2, 0.15])
    beta, se = slope_through_origin(expected, realised, np.array([1.0, 2.0, 1.0]), ["a", "b", "b"])
    # By hand: information .01+.08+.01 = .10, cross .005+.08+.015 = .10, so beta is 1; the
    # scores are -.005 for a and +.005 for b, and the error is sqrt(2 * 5e-5) / .10.
    assert beta == pytest.approx(1.0)
    assert se == pytest.approx(0.1)


def test_without_expected_edge_there_is_no_slope() -> None:
    assert slope_through_origin(np.zeros(2), np.ones(2), np.ones(2), ["a", "b"]) == (None, None)


def test_one_unit_has_a_slope_but_no_error() -> None:
    beta, se = slope_through_origin(np.ones(2), np.ones(2), np.ones(2), ["a", "a"])
    assert (beta, se) == (1.0, None)


@pytest.mark.parametrize(
    ("units", "t", "expected"),
    [
        (30, 2.0, Badge.PROVEN),
        (29, 5.0, Badge.PROMISING),
        (30, 1.9, Badge.PROMISING),
        (10, 0.1, Badge.PROMISING),
        (9, 3.0, Badge.UNPROVEN),
        (50, 0.0, Badge.UNPROVEN),
        (500, -1.0, Badge.UNPROVEN),
        (500, None, Badge.UNPROVEN),
        (500, float("nan"), Badge.UNPROVEN),
    ],
)
def test_a_badge_needs_units_and_a_positive_t(units: int, t: float | None, expected: Badge) -> None:
    assert badge(units, t) is expected


def test_a_bin_records_what_was_expected_and_what_came(make_entry: Build) -> None:
    rows = _outcomes(make_entry, [1, 1, 0, 0])
    unsettled = make_entry(risk_unit="CPI:later")
    found = honesty_bins([*rows, unsettled], shrink=0.9)[KEY]
    assert (found.n_fills, found.n_units) == (4, 4)
    assert found.exp_bps == pytest.approx(310.0)
    assert found.real_bps == pytest.approx(650.0)
    # Half of them paid: (.50 - .43) over (.47 - .43).
    assert found.beta_hat == pytest.approx(1.75)
    assert found.se is not None
    slope = posterior(found.beta_hat or 0.0, found.se)
    assert (found.weight, found.cap) == weight_and_cap(slope, 0.9)
    assert found.cap_lots is None
    assert found.badge is Badge.UNPROVEN


def test_a_record_survives_a_round_trip_through_json(make_entry: Build) -> None:
    for record in honesty_bins(_outcomes(make_entry, [1, 1, 0]), 0.9).values():
        assert msgspec.json.decode(msgspec.json.encode(record), type=HonestyBin) == record
    assert msgspec.to_builtins(empty_bin(KEY))["badge"] == "✗"


def test_bins_are_kept_apart(make_entry: Build) -> None:
    rows = _outcomes(make_entry, [1, 0]) + _outcomes(make_entry, [1, 0], price_e4=800, p=0.1)
    assert sorted(key.price_bucket for key in honesty_bins(rows, 0.9)) == [".3-.7", "0-.1"]


def test_one_unit_is_no_evidence_and_trades_one_lot(make_entry: Build) -> None:
    found = honesty_bins(_outcomes(make_entry, [1]), shrink=0.9)[KEY]
    assert (found.weight, found.cap, found.cap_lots, found.t_stat) == (1.0, 1.0, 1, None)


def test_units_that_all_went_one_way_never_buy_size(make_entry: Build) -> None:
    won = honesty_bins(_outcomes(make_entry, [1, 1, 1]), shrink=0.9)[KEY]
    lost = honesty_bins(_outcomes(make_entry, [0, 0, 0]), shrink=0.9)[KEY]
    assert won.cap_lots == 1
    assert (lost.weight, lost.cap, lost.cap_lots) == (0.0, 0.0, 1)


def test_an_empty_bin_has_full_weight_and_one_lot() -> None:
    found = empty_bin(KEY)
    assert (found.n_units, found.weight, found.cap_lots) == (0, 1.0, 1)


def test_weights_fall_at_once_and_rise_by_a_tenth() -> None:
    high, low = empty_bin(KEY), replace(empty_bin(KEY), weight=0.3)
    assert limit_rises({KEY: low}, {KEY: high})[KEY].weight == 0.3
    assert limit_rises({KEY: high}, {KEY: low})[KEY].weight == pytest.approx(0.4)
    assert limit_rises({KEY: high}, {})[KEY].weight == 1.0


def test_a_bin_that_left_the_window_climbs_back_slowly() -> None:
    low = replace(empty_bin(KEY), weight=0.3, n_fills=12, cap_lots=None)
    found = limit_rises({}, {KEY: low})[KEY]
    assert found.weight == pytest.approx(0.4)
    assert (found.n_fills, found.cap_lots) == (0, 1)


@pytest.mark.parametrize("shrink", [0.0, 1.1, float("nan")])
def test_an_impossible_shrink_is_refused(shrink: float) -> None:
    with pytest.raises(BadParameter, match="shrink"):
        weight_and_cap(Slope(1.0, 0.1), shrink)


@pytest.mark.parametrize(("beta", "se"), [(float("nan"), 0.1), (0.1, float("nan")), (0.1, -1.0)])
def test_a_posterior_needs_numbers(beta: float, se: float) -> None:
    with pytest.raises(BadParameter, match="posterior"):
        posterior(beta, se)


@given(st.floats(-5, 5), st.floats(1e-3, 10))
def test_the_posterior_lies_between_estimate_and_prior(beta_hat: float, se: float) -> None:
    slope = posterior(beta_hat, se)
    assert min(beta_hat, 0.9) - 1e-9 <= slope.mean <= max(beta_hat, 0.9) + 1e-9
    assert slope.sd <= min(se, 0.5) + 1e-12


@pytest.mark.parametrize("mean", [-3.0, -0.1, 0.0, 0.45, 0.9, 1.8, 30.0])
def test_no_bin_weighs_more_than_all_or_less_than_nothing(mean: float) -> None:
    weight, _ = weight_and_cap(Slope(mean, 0.3), 0.9)
    assert weight == pytest.approx({-3.0: 0.0, -0.1: 0.0, 0.0: 0.0, 0.45: 0.5}.get(mean, 1.0))
