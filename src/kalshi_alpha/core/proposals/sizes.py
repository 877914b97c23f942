"""How many contracts each chosen quote asks for, before any cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.pricing import honest_prob
from kalshi_alpha.core.proposals.evaluate import lead_hours
from kalshi_alpha.core.proposals.payoffs import LadderPayoffs
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.proposals.priced import PricedMarkets
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.sizing.filled_book import size_alone
from kalshi_alpha.core.sizing.fractional import PROB_SE_FLOOR
from kalshi_alpha.core.sizing.single import kelly_fraction
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts

_ROUNDING = 1e-9  # three fifths of five contracts are three


@dataclass(frozen=True, slots=True, eq=False)
class WantedSizes:
    """Sizes before caps, one per chosen quote.

    Parameters
    ----------
    prob_honest, prob_filled
        The shrunk probability that the side pays, and what is left of it given a fill.
    kelly
        Full Kelly fraction of the bankroll, given that the quote is filled.
    staked
        Fraction that is asked for, after the multiplier and the shrinkage for parameter risk.
    contracts_e2
        Hundredths of a contract, a multiple of the lot.
    """

    prob_honest: FloatArray
    prob_filled: FloatArray
    kelly: FloatArray
    staked: FloatArray
    contracts_e2: IntArray

    def at(self, places: IntArray) -> WantedSizes:
        """Return the sizes of some of the quotes."""
        return WantedSizes(
            self.prob_honest[places],
            self.prob_filled[places],
            self.kelly[places],
            self.staked[places],
            self.contracts_e2[places],
        )


def wanted_sizes(
    priced: PricedMarkets,
    rows: IntArray,
    held: Mapping[str, Sequence[Exposure]],
    policy: ScanPolicy,
) -> WantedSizes:
    """Size the quotes of some rows, each alone against what is filled already.

    The probability that enters Kelly's formula is the one that holds once somebody has traded
    with us: the shrunk probability less the expected adverse selection. With it the expected
    value that Kelly sees is exactly the honest edge that was required. Other resting orders
    count as unfilled here; the caps look at every set of fills.

    Parameters
    ----------
    priced
        Every market, and its best quote.
    rows : integer ndarray of shape (n_chosen,)
        Which of them to size; each must have a price.
    held
        Commitments by event; only filled ones change a size.
    policy
        Shrink, adverse selection and the sizing rule.
    """
    quotes = priced.quotes
    price = quotes.price[rows] / 1e4
    cost = price + quotes.fee[rows]
    honest = honest_prob(quotes.prob[rows], price, policy.shrink, quotes.weight[rows])
    filled_prob = np.clip(honest - policy.adverse_selection, 0.0, 1.0)
    terms = _Terms(rows, cost, filled_prob)
    kelly = _kelly(priced, terms, held, policy.sizing.bankroll.dollars)
    sizing = policy.sizing
    if policy.pooling is not None:
        # A pooled probability is a posterior mean already: shrinking it again would be twice.
        staked = np.minimum(sizing.kelly_multiplier * kelly, sizing.kelly_cap)
    else:
        staked = truncated_fractions(kelly, filled_prob, cost, sizing)
    if policy.bins is None:
        return WantedSizes(honest, filled_prob, kelly, staked, _contracts_e2(staked, cost, sizing))
    hours = lead_hours(priced.table, policy)[rows]
    cap, lots_e2 = policy.bins.ceilings(hours, quotes.side[rows], quotes.price[rows])
    staked = np.minimum(staked, cap * sizing.kelly_cap)
    wanted = _contracts_e2(staked, cost, sizing)
    if sizing.contracts is not None:
        wanted = np.minimum(wanted, _largest_e2(cap, sizing.contracts, sizing))
    wanted = np.minimum(wanted, lots_e2)
    return WantedSizes(honest, filled_prob, kelly, staked, wanted // sizing.lot.e2 * sizing.lot.e2)


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """What some quotes cost, and with what probability they pay given a fill."""

    rows: IntArray
    cost: FloatArray
    prob: FloatArray

    def where(self, kept: BoolArray) -> _Terms:
        return _Terms(self.rows[kept], self.cost[kept], self.prob[kept])


def _kelly(
    priced: PricedMarkets, terms: _Terms, held: Mapping[str, Sequence[Exposure]], bankroll: float
) -> FloatArray:
    """Return the full Kelly fractions, by the closed form where nothing of the ladder is filled."""
    kelly = kelly_fraction(terms.prob, terms.cost)
    ladders = priced.table.ladder_of[terms.rows]
    for ladder in np.unique(ladders).tolist():
        event = priced.table.snapshots[ladder].ladder.event_ticker
        filled = [e for e in held.get(event, ()) if e.commitment is Commitment.FILLED]
        if filled:
            mine = ladders == ladder
            kelly[mine] = _beside_filled(priced, terms.where(mine), filled, bankroll)
    return kelly


def truncated_fractions(
    kelly: FloatArray, prob: FloatArray, cost: FloatArray, sizing: SizingPolicy
) -> FloatArray:
    """Return what is staked of each full Kelly fraction: `truncated_fraction` for arrays.

    The standard error of the probability shrinks it (Baker & McHale 2013), then the multiplier
    and the cap apply.

    Parameters
    ----------
    kelly, prob, cost : ndarrays of one shape
        Full fraction, and the probability and cost per contract that it follows from.
    sizing
        Standard error, multiplier and cap.
    """
    if not ((kelly >= 0.0) & (kelly <= 1.0)).all():
        raise BadParameter("a Kelly fraction lies outside [0, 1]")
    edge_squared = (prob - cost) ** 2
    error = max(sizing.probability_se, PROB_SE_FLOOR)
    shrinkage = edge_squared / (edge_squared + error**2)
    staked: FloatArray = np.minimum(sizing.kelly_multiplier * shrinkage * kelly, sizing.kelly_cap)
    return staked


def _contracts_e2(staked: FloatArray, cost: FloatArray, sizing: SizingPolicy) -> IntArray:
    full = np.ones(staked.shape)
    most = None if sizing.contracts is None else _largest_e2(full, sizing.contracts, sizing)
    if sizing.rule is SizingRule.FIXED and most is not None:
        wanted = most
    else:
        bought = staked * sizing.bankroll.dollars / cost * E2_PER_CONTRACT
        wanted = np.floor(bought).astype(np.int64)
        wanted = wanted if most is None else np.minimum(wanted, most)
    return wanted // sizing.lot.e2 * sizing.lot.e2


def _largest_e2(cap: FloatArray, contracts: Contracts, sizing: SizingPolicy) -> IntArray:
    """Return the largest orders: a bin's part of the contracts, and the policy's share of that.

    The share leaves one lot of whatever a bin allows: below it there is no trade, and no evidence.
    """
    lot = sizing.lot.e2
    allowed = np.floor(cap * contracts.e2 + _ROUNDING).astype(np.int64) // lot * lot
    shared = np.floor(allowed * sizing.share + _ROUNDING).astype(np.int64) // lot * lot
    return np.where((allowed > 0) & (sizing.share > 0.0), np.maximum(shared, lot), 0)


def _beside_filled(
    priced: PricedMarkets, terms: _Terms, filled: Sequence[Exposure], bankroll: float
) -> FloatArray:
    """Return the Kelly fractions of one ladder's quotes beside its filled positions.

    The forecast's atoms are tilted so that our side pays with the probability that holds given a
    fill, keeping the proportions within the paying and within the losing atoms.
    """
    ladder = int(priced.table.ladder_of[terms.rows[0]])
    payoffs = LadderPayoffs.of(priced.table, ladder)
    columns = terms.rows - int(priced.table.starts[ladder])
    wins = payoffs.pays_yes.T[columns] == (priced.quotes.side[terms.rows] == 0)[:, np.newaxis]
    probs = _atom_probs(payoffs, priced.pmfs[ladder])
    tilted = terms.prob[:, np.newaxis] * _within(probs, wins)
    tilted += (1.0 - terms.prob)[:, np.newaxis] * _within(probs, ~wins)
    contracts = size_alone(
        tilted / tilted.sum(axis=1, keepdims=True),
        wins.astype(np.float64),
        terms.cost,
        np.broadcast_to(payoffs.paid(filled), wins.shape),
        bankroll=bankroll,
    )
    return np.minimum(contracts * terms.cost / bankroll, 1.0)


def _atom_probs(payoffs: LadderPayoffs, pmf: GridPmf | None) -> FloatArray:
    if pmf is None:
        raise BadParameter("a quote without a forecast cannot be sized")
    return payoffs.probs(pmf)


def _within(probs: FloatArray, where: BoolArray) -> FloatArray:
    """Return probabilities given each row's atoms, even ones where the forecast rules them out.

    shape (n_quotes, n_atoms). A forecast without a tail must not hide what is held there.
    """
    mass = np.where(where, probs, 0.0)
    total = mass.sum(axis=1, keepdims=True)
    even = where / where.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, mass / np.where(total > 0.0, total, 1.0), even)
