"""How many contracts each chosen quote asks for, before any cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import AtomGrid, interval
from kalshi_alpha.core.proposals.evaluate import BestQuotes
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingRule
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.sizing.filled_book import size_alone
from kalshi_alpha.core.sizing.fractional import parameter_risk, truncated_fraction
from kalshi_alpha.core.sizing.single import kelly_fraction
from kalshi_alpha.core.types import Side


@dataclass(frozen=True, slots=True, eq=False)
class WantedSizes:
    """Sizes before caps, one per chosen quote.

    Parameters
    ----------
    prob_honest
        The shrunk probability that the side pays.
    kelly
        Full Kelly fraction of the bankroll, given that the quote is filled.
    staked
        Fraction that is asked for, after the multiplier and the shrinkage for parameter risk.
    contracts_e2
        Hundredths of a contract, a multiple of the lot.
    """

    prob_honest: FloatArray
    kelly: FloatArray
    staked: FloatArray
    contracts_e2: IntArray


def wanted_sizes(
    table: MarketTable,
    quotes: BestQuotes,
    rows: IntArray,
    pmfs: Sequence[GridPmf | None],
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
    table, quotes
        Every market, and its best quote.
    rows : integer ndarray of shape (n_chosen,)
        Which of them to size; each must have a price.
    pmfs
        One forecast per ladder, or None.
    held
        Commitments by event; only filled ones change a size.
    policy
        Shrink, adverse selection and the sizing rule.
    """
    price = quotes.price[rows] / 1e4
    edge = quotes.prob_model[rows] - price
    honest = price + np.where(edge > 0, policy.shrink * policy.bin_weight * edge, edge)
    cost = price + quotes.fee[rows]
    filled_prob = np.clip(honest - policy.adverse_selection, 0.0, 1.0)
    kelly = kelly_fraction(filled_prob, cost)
    for at, row in enumerate(rows.tolist()):
        fraction = _beside_holdings(
            table, row, quotes, cost[at], filled_prob[at], pmfs, held, policy
        )
        if fraction is not None:
            kelly[at] = fraction
    sizing = policy.sizing
    staked = np.array(
        [
            truncated_fraction(
                full,
                kelly_cap=sizing.kelly_cap,
                shrinkage=parameter_risk(p, q, sizing.probability_se),
                multiplier=sizing.kelly_multiplier,
            )
            for full, p, q in zip(kelly.tolist(), filled_prob.tolist(), cost.tolist(), strict=True)
        ]
    )
    if sizing.rule is SizingRule.FIXED and sizing.contracts is not None:
        wanted = np.full(rows.shape, sizing.contracts.e2, dtype=np.int64)
    else:
        wanted = np.floor(staked * sizing.bankroll.dollars / cost * 100).astype(np.int64)
        if sizing.contracts is not None:
            wanted = np.minimum(wanted, sizing.contracts.e2)
    lot = sizing.lot.e2
    return WantedSizes(honest, kelly, staked, wanted // lot * lot)


def _beside_holdings(
    table: MarketTable,
    row: int,
    quotes: BestQuotes,
    cost: float,
    filled_prob: float,
    pmfs: Sequence[GridPmf | None],
    held: Mapping[str, Sequence[Exposure]],
    policy: ScanPolicy,
) -> float | None:
    """Return the Kelly fraction beside the ladder's filled positions, or None if there are none.

    The forecast's atoms are tilted so that our side pays with the probability that holds given a
    fill, keeping the proportions within the paying and within the losing atoms.
    """
    at = int(table.ladder_of[row])
    ladder, pmf = table.snapshots[at].ladder, pmfs[at]
    filled = [e for e in held.get(ladder.event_ticker, ()) if e.commitment is Commitment.FILLED]
    if pmf is None or not filled:
        return None
    intervals = [interval(market.strike, ladder.grid) for market in ladder.markets]
    atoms = AtomGrid.from_intervals(intervals)
    pays_yes = atoms.payoff(intervals)
    column = {market.ticker: i for i, market in enumerate(ladder.markets)}
    existing = np.zeros(atoms.size)
    for exposure in filled:
        if exposure.ticker in column:
            wins = pays_yes[:, column[exposure.ticker]] == (exposure.side is Side.YES)
            existing += np.where(wins, exposure.contracts.count, 0.0)
    wins = pays_yes[:, column[table.markets[row].ticker]] == (quotes.side[row] == 0)
    probs = pmf.atom_probs(atoms.edges)
    chance = float(probs[wins].sum())
    if not 0.0 < chance < 1.0:
        return None
    tilted = np.where(wins, probs * filled_prob / chance, probs * (1 - filled_prob) / (1 - chance))
    bankroll = policy.sizing.bankroll.dollars
    contracts = size_alone(
        (tilted / tilted.sum())[np.newaxis],
        wins[np.newaxis].astype(np.float64),
        np.array([cost]),
        existing[np.newaxis],
        bankroll=bankroll,
    )
    return float(contracts[0]) * cost / bankroll
