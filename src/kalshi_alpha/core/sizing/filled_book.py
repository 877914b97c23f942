"""Size each new leg alone against the filled book, as if no other resting order existed.

A maker does not get all legs. Sizes that are optimal together hedge each other, and lose growth
when only some are filled; so a leg is sized on what is certain, the book already filled, and the
states in which all or single legs are filled are then held against every cap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.sizing.root import falling_root
from kalshi_alpha.core.sizing.single import kelly_fraction

_INSIDE = 1.0 - 1e-12  # keeps wealth positive on the atom that would be emptied


def size_alone(
    atom_probs: FloatArray,
    payoff: FloatArray,
    cost: FloatArray,
    existing: FloatArray,
    *,
    bankroll: npt.ArrayLike,
    most: npt.ArrayLike = np.inf,
    max_loss: float = 1.0,
) -> FloatArray:
    """Log-optimal contracts of many legs, each on its own with the filled book of its ladder.

    Parameters
    ----------
    atom_probs : ndarray of shape (n_legs, n_atoms)
        Probabilities of the atoms of each leg's ladder; pad shorter ladders with zeros.
    payoff : ndarray of shape (n_legs, n_atoms)
        Dollars one contract of our side pays on each atom, in [0, 1].
    cost : ndarray of shape (n_legs,)
        Dollars per contract, fee included.
    existing : ndarray of shape (n_legs, n_atoms)
        Dollars that the filled book, already paid for, pays on each atom.
    bankroll : array_like of shape () or (n_legs,)
        Dollars of cash, besides the filled book.
    most : array_like of shape () or (n_legs,)
        Most contracts of each leg.
    max_loss : float
        Share of the bankroll that may be lost on any possible atom, in (0, 1].

    Returns
    -------
    ndarray of shape (n_legs,)
        Unrounded contracts; exactly zero where the expected value is not positive, and the
        closed form ``(p - q) / (1 - q)`` of the bankroll where the book is flat.

    Raises
    ------
    InvalidPmf
        If a row of probabilities is negative or NaN, or does not sum to one within 1e-9.
    BadParameter
        If shapes differ or a value leaves its range.
    """
    p, pays, q, base = _checked(atom_probs, payoff, cost, existing, bankroll, max_loss)
    gain = pays - q[:, np.newaxis]
    cash = np.broadcast_to(np.asarray(bankroll, np.float64), q.shape)
    limit = np.broadcast_to(np.asarray(most, np.float64), q.shape)
    if not limit.min(initial=0.0) >= 0.0:
        raise BadParameter("a largest size is negative or not a number")
    room = base - ((1.0 - max_loss) * cash)[:, np.newaxis]
    losing = (gain < 0.0) & (p > 0.0)
    emptied = np.divide(room, -gain, out=np.full_like(gain, np.inf), where=losing).min(axis=1)
    high = np.minimum(np.minimum(limit, cash / q), _INSIDE * emptied)
    worthwhile = np.vecdot(p, pays) > q
    contracts = np.zeros_like(q)
    flat = worthwhile & _is_flat(pays, base)
    chance = np.minimum(np.vecdot(p, pays), 1.0)
    contracts[flat] = (kelly_fraction(chance, q) * base[:, 0] / q)[flat]
    crowded = worthwhile & ~flat
    contracts[crowded] = _best(p[crowded], gain[crowded], base[crowded], high[crowded])
    within: FloatArray = np.minimum(contracts, high)
    return within


def _is_flat(pays: FloatArray, base: FloatArray) -> BoolArray:
    binary = ((pays == 0.0) | (pays == 1.0)).all(axis=1)
    level: BoolArray = binary & (base == base[:, :1]).all(axis=1)
    return level


def _best(p: FloatArray, gain: FloatArray, base: FloatArray, high: FloatArray) -> FloatArray:
    def marginal_growth(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        per_wealth = gain[rows] / (base[rows] + gain[rows] * x[:, np.newaxis])
        weighted = p[rows] * per_wealth
        return weighted.sum(axis=1), -np.vecdot(weighted, per_wealth)

    if high.size == 0:
        return high
    low = np.zeros_like(high)
    wanted = marginal_growth(low, np.arange(high.size))[0] > 0.0
    return falling_root(marginal_growth, low, np.where(wanted, high, 0.0), low)


def _checked(
    atom_probs: FloatArray,
    payoff: FloatArray,
    cost: FloatArray,
    existing: FloatArray,
    bankroll: npt.ArrayLike,
    max_loss: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    p, pays = np.asarray(atom_probs, np.float64), np.asarray(payoff, np.float64)
    q, book = np.asarray(cost, np.float64), np.asarray(existing, np.float64)
    cash = np.asarray(bankroll, np.float64)
    if not (p.ndim == 2 and p.shape == pays.shape == book.shape and q.shape == p.shape[:1]):
        raise BadParameter(f"shapes {p.shape}, {pays.shape}, {book.shape}, {q.shape}")
    if not ((p >= 0.0).all() and (np.abs(p.sum(axis=1) - 1.0) <= 1e-9).all()):
        raise InvalidPmf("a row of atom probabilities is negative or does not sum to one")
    if not (((pays >= 0.0) & (pays <= 1.0)).all() and ((q > 0.0) & (q < np.inf)).all()):
        raise BadParameter("a payoff lies outside [0, 1] dollars, or a cost is not above zero")
    funded = ((cash > 0.0) & (cash < np.inf)).all() and ((book >= 0.0) & (book < np.inf)).all()
    if not (funded and 0.0 < max_loss <= 1.0):
        raise BadParameter(f"bankroll, filled book or max_loss {max_loss} out of range")
    base: FloatArray = np.broadcast_to(cash, q.shape)[:, np.newaxis] + book
    return p, pays, q, base
