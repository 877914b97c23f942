from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadMarket, BadParameter
from kalshi_alpha.core.ladder.quotes import Quote, QuotePolicy, quoted_probabilities
from kalshi_alpha.core.types import Contracts, Price

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def quote(
    bid: str | None, ask: str | None, *, age_s: float = 0.0, depth: int | None = None
) -> Quote:
    return Quote(
        bid=None if bid is None else Price.parse(bid),
        ask=None if ask is None else Price.parse(ask),
        seen_at=NOW - timedelta(seconds=age_s),
        depth=None if depth is None else Contracts.whole(depth),
    )


def test_mids_and_weights_match_the_worked_example() -> None:
    sides = [
        ("0.93", "0.97"),
        ("0.84", "0.88"),
        ("0.58", "0.64"),
        ("0.34", "0.40"),
        ("0.36", "0.46"),
        ("0.03", "0.07"),
    ]
    said = quoted_probabilities([quote(bid, ask) for bid, ask in sides], NOW)
    np.testing.assert_allclose(said.mid, [0.95, 0.86, 0.61, 0.37, 0.41, 0.05], atol=1e-12)
    assert said.weight.round().tolist() == [2353, 2353, 1081, 1081, 396, 2353]
    assert said.has_mid.all()


def test_one_sided_quotes_bound_the_probability_and_have_no_mid() -> None:
    said = quoted_probabilities([quote("0.10", None), quote(None, "0.15"), quote(None, None)], NOW)
    assert not said.has_mid.any()
    assert np.isnan(said.mid).all()
    assert said.weight.tolist() == [0.0, 0.0, 0.0]
    assert said.lower.tolist() == [0.10, 0.0, 0.0]
    assert said.upper.tolist() == [1.0, 0.15, 1.0]


@pytest.mark.parametrize(
    ("bid", "ask", "age_s", "has_mid"),
    [
        ("0.40", "0.60", 0.0, True),  # a spread of exactly the limit
        ("0.40", "0.6001", 0.0, False),
        ("0.07", "0.27", 0.0, True),  # 0.27 - 0.07 exceeds 0.20 in floats
        ("0.50", "0.52", 120.0, True),
        ("0.50", "0.52", 120.001, False),
        ("0.50", "0.52", -1.0, True),
        ("0.50", "0.52", -1.001, False),
        ("0.52", "0.50", 0.0, False),
        ("0.50", "0.50", 0.0, True),
    ],
)
def test_quotes_too_wide_too_old_from_the_future_or_crossed_have_no_mid(
    bid: str, ask: str, age_s: float, has_mid: bool
) -> None:
    said = quoted_probabilities([quote(bid, ask, age_s=age_s)], NOW)
    assert said.has_mid.tolist() == [has_mid]


def test_a_wide_quote_keeps_its_bounds_while_stale_and_crossed_ones_say_nothing() -> None:
    said = quoted_probabilities(
        [quote("0.20", "0.70"), quote("0.20", "0.30", age_s=121), quote("0.50", "0.40")], NOW
    )
    assert said.lower.tolist() == [0.20, 0.0, 0.0]
    assert said.upper.tolist() == [0.70, 1.0, 1.0]


def test_a_thin_book_weighs_less_in_proportion() -> None:
    said = quoted_probabilities(
        [quote("0.48", "0.52", depth=count) for count in (400, 100, 25, 0)]
        + [quote("0.48", "0.52")],
        NOW,
    )
    full = said.weight[-1]
    np.testing.assert_allclose(said.weight / full, [1.0, 1.0, 0.25, 0.0, 1.0])
    assert said.has_mid.tolist() == [True, True, True, False, True]


def test_the_complement_swaps_bid_and_ask() -> None:
    assert quote("0.36", "0.46", depth=5).complement() == quote("0.54", "0.64", depth=5)
    assert quote("0.36", None).complement() == quote(None, "0.64")


def test_a_quote_without_a_zone_is_refused() -> None:
    with pytest.raises(BadMarket, match="no zone"):
        Quote(bid=None, ask=None, seen_at=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    "limits",
    [
        {"age_s_max": -1.0},
        {"age_s_max": float("nan")},
        {"spread_max": float("inf")},
        {"tick_noise": 0.0},
        {"full_depth": 0.0},
    ],
)
def test_a_policy_that_means_nothing_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(BadParameter):
        QuotePolicy(**limits)


def test_no_quotes_say_nothing() -> None:
    assert quoted_probabilities([], NOW).mid.shape == (0,)
