from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.types import Price
from kalshi_alpha.exec.beliefs import belief_of, pmf_sha256, touch_of
from scan_cases import GOLDEN

(SNAPSHOT,) = GOLDEN.snapshots
(PROPOSAL,) = scan(
    GOLDEN.snapshots,
    GOLDEN.forecasts,
    Holdings(GOLDEN.exposures, GOLDEN.limits),
    GOLDEN.policy,
    GOLDEN.risk,
).proposals


def test_an_order_keeps_what_it_was_proposed_on() -> None:
    """The golden ladder: YES above 0.2 is bid at 50 cents, and ours."""
    belief = belief_of("CPI", PROPOSAL, SNAPSHOT, "ab")
    assert (belief.family, belief.strike) == ("CPI", PROPOSAL.strike)
    assert (belief.p, belief.p_model) == (PROPOSAL.prob_pooled, PROPOSAL.prob_model)
    assert belief.shrink == PROPOSAL.ev_shrink.s
    assert (belief.touch_e4, belief.tick_e4) == (5000, 100)
    assert touch_of(PROPOSAL, SNAPSHOT).bid == Price(5000)


def test_a_side_that_nobody_bids_for_has_no_touch() -> None:
    book = SNAPSHOT.books[PROPOSAL.market_ticker]
    one_sided = replace(book, yes_bids=())
    bare = replace(SNAPSHOT, books={PROPOSAL.market_ticker: one_sided})
    with pytest.raises(BadMarket, match="one-sided"):
        touch_of(PROPOSAL, bare)


def test_a_distribution_is_known_by_its_grid_and_its_probabilities() -> None:
    (pmf,) = GOLDEN.forecasts.values()
    assert pmf_sha256(pmf) == pmf_sha256(replace(pmf))
    assert pmf_sha256(pmf) != pmf_sha256(replace(pmf, lo=pmf.lo + 1))
