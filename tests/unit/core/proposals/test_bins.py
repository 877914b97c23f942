from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import LEAD_NAMES, PRICE_NAMES, BinKey, bin_key
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.ramp.size import BinTerms, bin_terms
from kalshi_alpha.core.types import Contracts, Side
from scan_cases import GOLDEN

KEYS = [
    BinKey("CPI", side, price, lead)
    for side in Side
    for price in PRICE_NAMES
    for lead in LEAD_NAMES
]
BINS = {
    key: BinTerms(weight=(n + 1) / 50, cap=(n + 1) / 60, cap_lots=n or None)
    for n, key in enumerate(KEYS)
}


@given(
    st.sampled_from(list(Side)),
    st.integers(1, 9999),
    st.floats(0.0, 2000.0),
)
def test_an_order_finds_the_bin_that_the_ledger_would_put_it_in(
    side: Side, price: int, hours: float
) -> None:
    table = BinTable.of(BINS, "CPI")
    at = np.array([hours]), np.array([0 if side is Side.YES else 1]), np.array([price])
    cap, lots = table.ceilings(*at)
    wanted = bin_terms(BINS, "CPI", side, price, hours)
    assert wanted is BINS[bin_key("CPI", side, price, hours)]
    assert (table.weights(*at)[0], cap[0]) == (wanted.weight, wanted.cap)
    assert lots[0] == (np.iinfo(np.int64).max if wanted.cap_lots is None else wanted.cap_lots * 100)


def test_a_bin_without_evidence_is_believed_one_contract_at_a_time() -> None:
    table = BinTable.of({}, "CPI")
    at = np.array([5.0]), np.array([0]), np.array([4200])
    cap, lots = table.ceilings(*at)
    assert (table.weights(*at)[0], cap[0], lots[0]) == (1.0, 1.0, 100)


def test_bins_that_allow_less_are_counted_each_once_and_what_is_no_number_is_less() -> None:
    table = BinTable.of(BINS, "CPI")
    weight, cap = table.weight.copy(), table.cap.copy()
    weight[0, 0, 0] += 1.0
    cap[0, 0, 0] += 1.0
    cap[1, 1, 1] += 1.0
    weight[0, 1, 2] = np.nan
    higher = replace(table, weight=weight, cap=cap)
    assert table.lower_than(table) == 0
    assert table.lower_than(higher) == 3
    assert higher.lower_than(table) == 1


def test_a_lead_time_that_is_no_number_has_no_bin() -> None:
    table = BinTable.of({}, "CPI")
    with pytest.raises(BadParameter):
        table.weights(np.array([np.nan]), np.array([0]), np.array([4200]))


def scanned(terms: BinTerms | None, contracts: int | None = None) -> ScanResult:
    bins = None if terms is None else BinTable.of(dict.fromkeys(KEYS, terms), "CPI")
    most = None if contracts is None else Contracts.whole(contracts)
    policy = replace(GOLDEN.policy, bins=bins, sizing=replace(GOLDEN.policy.sizing, contracts=most))
    holdings = Holdings(GOLDEN.exposures, GOLDEN.limits)
    return scan(GOLDEN.snapshots, GOLDEN.forecasts, holdings, policy, GOLDEN.risk)


def test_a_weight_takes_from_the_gross_edge_and_stands_beside_the_shrink() -> None:
    (free,) = scanned(None).proposals
    (held,) = scanned(BinTerms(weight=0.8, cap=1.0, cap_lots=None)).proposals
    edge = free.prob_pooled - free.price.dollars
    assert free.ev_shrink.w_bin == 1.0
    assert held.ev_shrink.w_bin == 0.8
    assert free.prob_honest - held.prob_honest == pytest.approx(0.2 * free.ev_shrink.s * edge)
    assert held.ev_honest < free.ev_honest
    assert held.contracts < free.contracts


@pytest.mark.parametrize("weight", [0.9, 0.8, 0.7])
def test_an_edge_is_worth_its_weight(weight: float) -> None:
    (free,) = scanned(None, contracts=5).proposals
    (held,) = scanned(BinTerms(weight=weight, cap=1.0, cap_lots=None), contracts=5).proposals
    assert (free.contracts, held.contracts) == (Contracts.whole(5),) * 2
    taken = (1 - weight) * free.ev_shrink.s * (free.prob_pooled - free.price.dollars)
    assert free.ev_honest - held.ev_honest == pytest.approx(taken, abs=2e-4)
    assert free.ev_raw == held.ev_raw


def test_an_edge_of_too_little_weight_is_below_the_minimum() -> None:
    found = scanned(BinTerms(weight=0.05, cap=1.0, cap_lots=None))
    assert found.proposals == ()
    assert NotProposed.EV_BELOW_MINIMUM in {each.reason for each in found.passed}


def test_a_bin_that_earned_nothing_is_not_traded() -> None:
    assert scanned(BinTerms(weight=0.0, cap=1.0, cap_lots=None)).proposals == ()
    assert scanned(BinTerms(weight=1.0, cap=0.0, cap_lots=None)).proposals == ()
    assert scanned(BinTerms(weight=1.0, cap=1.0, cap_lots=0)).proposals == ()


@pytest.mark.parametrize(
    ("terms", "contracts", "size"),
    [
        (BinTerms(1.0, 1.0, 3), None, 3),
        (BinTerms(1.0, 0.6, None), 5, 3),
        (BinTerms(1.0, 0.599, None), 5, 2),
        (BinTerms(1.0, 1.0, None), 5, 5),
        (BinTerms(1.0, 0.1, None), 5, 0),
    ],
)
def test_a_cap_cuts_the_order(terms: BinTerms, contracts: int | None, size: int) -> None:
    found = [p.contracts for p in scanned(terms, contracts).proposals]
    assert found == ([Contracts.whole(size)] if size else [])
