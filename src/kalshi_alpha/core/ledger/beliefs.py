"""A unit's profit on the atoms of its news, with the probabilities that its orders were placed at.

A ledger row keeps the probability at which its own side was believed to pay. The markets that a
unit traded cut their ladder into atoms, and profit is constant on each, so those probabilities
are all of the stored forecast that profit depends on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ladder import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.units import atom_pnl
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_ROUNDS = 200
_CLOSE = 1e-10
_PROB_MIN = 1e-6
_ATOMS_MAX = 4_096


@dataclass(frozen=True, slots=True)
class LadderBelief:
    """Atom probabilities of one ladder, and net profit on each in dollars: shape ``(n_atoms,)``."""

    probs: FloatArray
    pnl: FloatArray

    @property
    def sd(self) -> float:
        """Standard deviation of the profit."""
        mean = float(np.dot(self.probs, self.pnl))
        return float(np.sqrt(max(float(np.dot(self.probs, (self.pnl - mean) ** 2)), 0.0)))


def honest_prob(entry: LedgerEntry) -> float:
    """Return the probability that YES pays, shrunk towards the price as the order was.

    What the ledger expects of an order is its profit at this probability, fees included.
    """
    price = entry.price_e4 / E4_PER_DOLLAR
    ours = price + entry.shrink * entry.w_bin * (entry.p - price)
    return ours if entry.side is Side.YES else 1.0 - ours


def ladder_belief(entries: Sequence[LedgerEntry], pays: Mapping[str, GridInterval]) -> LadderBelief:
    """Return what the entries of one event promised on each atom.

    Parameters
    ----------
    entries
        Entries with contracts of one event.
    pays
        By market ticker, the settlement values on which YES pays.

    Raises
    ------
    BadParameter
        If a market's interval is missing.
    """
    tickers = list(dict.fromkeys(entry.market_ticker for entry in entries))
    if missing := [ticker for ticker in tickers if ticker not in pays]:
        raise BadParameter(f"it is not known what {missing[0]} pays on")
    intervals = [pays[ticker] for ticker in tickers]
    payoff = AtomGrid.from_intervals(intervals).payoff(intervals)
    columns = {ticker: payoff[:, n] for n, ticker in enumerate(tickers)}
    weight, sums = defaultdict[str, float](float), defaultdict[str, float](float)
    for entry in entries:
        weight[entry.market_ticker] += entry.count_e2
        sums[entry.market_ticker] += entry.count_e2 * honest_prob(entry)
    wanted = np.array([sums[ticker] / weight[ticker] for ticker in tickers])
    return LadderBelief(atom_probs(payoff, wanted), atom_pnl(entries, columns))


def atom_probs(payoff: BoolArray, probs: FloatArray) -> FloatArray:
    """Return the least informative atom probabilities that give each market its own.

    Where the markets leave a choice, they are fitted one by one until all agree (Deming & Stephan
    1940). Probabilities that
    contradict each other, as those of orders placed at different times may, end near a compromise.

    Parameters
    ----------
    payoff : ndarray of shape (n_atoms, n_markets)
        Whether YES pays.
    probs : ndarray of shape (n_markets,)
        Probability of YES.

    Returns
    -------
    ndarray of shape (n_atoms,)
        Sums to one.

    Raises
    ------
    BadParameter
        If the shapes differ, or a probability is outside [0, 1].
    """
    if payoff.shape[1:] != probs.shape or not np.all((probs >= 0.0) & (probs <= 1.0)):
        raise BadParameter(f"payoffs {payoff.shape} do not fit probabilities {probs}")
    exact = _exact(payoff, probs)
    if exact is not None:
        return exact
    wanted = np.clip(probs, _PROB_MIN, 1.0 - _PROB_MIN)
    found: FloatArray = np.full(payoff.shape[0], 1.0 / payoff.shape[0])
    for _ in range(_ROUNDS):
        before = found.copy()
        for column, prob in zip(payoff.T, wanted, strict=True):
            inside = max(float(found[column].sum()), _PROB_MIN * _PROB_MIN)
            outside = max(float(found[~column].sum()), _PROB_MIN * _PROB_MIN)
            found = np.where(column, found * (prob / inside), found * ((1.0 - prob) / outside))
            found = found / found.sum()
        if float(np.abs(found - before).max()) < _CLOSE:
            break
    return found


def _exact(payoff: BoolArray, probs: FloatArray) -> FloatArray | None:
    """Return the one solution where the markets leave no choice, as tails of a ladder do."""
    system: FloatArray = np.vstack((payoff.T, np.ones(payoff.shape[0]))).astype(np.float64)
    wanted = np.append(probs, 1.0)
    found, _, rank, _ = np.linalg.lstsq(system, wanted, rcond=None)
    fits = rank == payoff.shape[0] and float(np.abs(system @ found - wanted).max()) < _CLOSE
    if not fits or float(found.min()) < -_CLOSE:
        return None
    kept = np.maximum(found, 0.0)
    probs_of_atoms: FloatArray = kept / kept.sum()
    return probs_of_atoms


def joint_belief(parts: Sequence[LadderBelief]) -> LadderBelief:
    """Join the ladders that settle on the same news.

    How their values go together is not stored. They are taken as independent and as rising
    together, and the wider of the two profits is kept: a spread that is too narrow would alarm
    without cause.

    Raises
    ------
    BadParameter
        If there are none.
    """
    if not parts:
        raise BadParameter("no ladder to join")
    joined = parts[0]
    for part in parts[1:]:
        together = _comonotone(joined, part)
        if joined.probs.size * part.probs.size > _ATOMS_MAX:
            joined = together
            continue
        apart = LadderBelief(
            np.outer(joined.probs, part.probs).ravel(), np.add.outer(joined.pnl, part.pnl).ravel()
        )
        joined = max(apart, together, key=lambda each: each.sd)
    return joined


def _comonotone(one: LadderBelief, other: LadderBelief) -> LadderBelief:
    ends_one, ends_other = np.cumsum(one.probs), np.cumsum(other.probs)
    ends = np.unique(np.concatenate((ends_one[:-1], ends_other[:-1], [1.0])))
    ends = ends[(ends > 0.0) & (ends <= 1.0)]
    starts = np.concatenate(([0.0], ends[:-1]))
    middle = (starts + ends) / 2.0
    first = np.minimum(np.searchsorted(ends_one, middle), one.probs.size - 1)
    second = np.minimum(np.searchsorted(ends_other, middle), other.probs.size - 1)
    return LadderBelief(ends - starts, one.pnl[first] + other.pnl[second])
