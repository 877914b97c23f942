"""The microprice: where the mid is expected to settle, given imbalance and spread.

Stoikov 2018, "The micro-price: a high-frequency estimator of future prices", Quantitative
Finance 18. It moves quotes and never a probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.book.imbalance import imbalance, weighted_mid
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadParameter

TRANSITIONS_MIN = 500
THIN_BOOK_WEIGHT = 0.5
_CONVERGED = 1e-13
_DOUBLINGS_MAX = 60


@dataclass(frozen=True, slots=True)
class BookStates:
    """The states of a book: equal bins of imbalance, times spreads of 1, 2, ... or more ticks.

    Raises
    ------
    BadParameter
        If a number is not positive.
    """

    imbalance_bins: int
    spread_ticks_max: int
    tick_e4: int = 100

    def __post_init__(self) -> None:
        if min(self.imbalance_bins, self.spread_ticks_max, self.tick_e4) < 1:
            raise BadParameter(f"impossible book states {self}")

    @property
    def size(self) -> int:
        """Number of states."""
        return self.imbalance_bins * self.spread_ticks_max

    def indices(self, imbalances: FloatArray, spreads_e4: IntArray) -> IntArray:
        """Return the state of each observation; a spread below one tick counts as one."""
        if not ((imbalances >= 0.0).all() and (imbalances <= 1.0).all()):
            raise BadParameter("imbalances must be in [0, 1]")
        lean = np.minimum((imbalances * self.imbalance_bins).astype(np.int64), self._last)
        width = np.clip(spreads_e4 // self.tick_e4, 1, self.spread_ticks_max) - 1
        states: IntArray = width * self.imbalance_bins + lean
        return states

    def mirrored(self, states: IntArray) -> IntArray:
        """Return the states seen from the other side: imbalance I becomes 1 - I."""
        lean = states % self.imbalance_bins
        opposite: IntArray = states - lean + (self._last - lean)
        return opposite

    @property
    def _last(self) -> int:
        return self.imbalance_bins - 1


@dataclass(frozen=True, slots=True, eq=False)
class TransitionCounts:
    """Counts of transitions that left the mid where it was, and that moved it, by state.

    ``stay`` and ``move`` have shape (n_states, n_states); ``moved`` sums the mid's moves out of
    each state, in dollars. Stretches that a gap separates are counted apart and added.
    """

    stay: FloatArray
    move: FloatArray
    moved: FloatArray

    def __add__(self, other: TransitionCounts) -> TransitionCounts:
        return TransitionCounts(
            self.stay + other.stay, self.move + other.move, self.moved + other.moved
        )

    @property
    def totals(self) -> FloatArray:
        """Transitions out of each state, shape (n_states,)."""
        totals: FloatArray = (self.stay + self.move).sum(axis=1)
        return totals


def count_transitions(
    states: BookStates, imbalances: FloatArray, spreads_e4: IntArray, mids: FloatArray
) -> TransitionCounts:
    """Count one unbroken stretch of snapshots, each transition also seen from the other side.

    Counting the mirror image (imbalance 1 - I, opposite move) makes the adjustment odd in the
    imbalance, without which the fixed point below need not exist.

    Parameters
    ----------
    states
        The binning.
    imbalances, spreads_e4, mids : ndarrays of shape (n_snapshots,)
        Imbalance in [0, 1], spread in 1e-4 dollars, mid in dollars, in time order.

    Raises
    ------
    BadParameter
        If the shapes differ, an imbalance is outside [0, 1], or a mid is not finite.
    """
    if not imbalances.shape == spreads_e4.shape == mids.shape or mids.ndim != 1:
        raise BadParameter(f"shapes {imbalances.shape}, {spreads_e4.shape}, {mids.shape} differ")
    if not np.isfinite(mids).all():
        raise BadParameter("mids must be finite")
    index, jumps = states.indices(imbalances, spreads_e4), np.diff(mids)
    # Mids are multiples of half a venue quantum, so anything smaller is float noise.
    moves = np.abs(jumps) > 1e-6
    size = states.size
    stay, move, moved = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    for seen, sign in ((index, 1.0), (states.mirrored(index), -1.0)):
        start, end = seen[:-1], seen[1:]
        np.add.at(stay, (start[~moves], end[~moves]), 1.0)
        np.add.at(move, (start[moves], end[moves]), 1.0)
        np.add.at(moved, start[moves], sign * jumps[moves])
    return TransitionCounts(stay, move, moved)


def first_move(
    stay: FloatArray, drift: FloatArray, move: FloatArray
) -> tuple[FloatArray, FloatArray]:
    r"""Return G1, the expected first move, and B, the state distribution after it.

    :math:`G_1 = (I-Q)^{-1} R K` and :math:`B = (I-Q)^{-1} T`.

    Parameters
    ----------
    stay : ndarray of shape (n_states, n_states)
        Q, probabilities of transitions that leave the mid unchanged.
    drift : ndarray of shape (n_states,)
        R K, the expected move of the mid in one transition, in the unit of the result.
    move : ndarray of shape (n_states, n_states)
        T, probabilities of transitions that move the mid.

    Raises
    ------
    BadParameter
        If the rows of Q + T do not sum to one, or the mid never moves out of some states.
    """
    size = drift.size
    if stay.shape != (size, size) or move.shape != (size, size):
        raise BadParameter(f"Q {stay.shape} and T {move.shape} for {size} states")
    if not np.allclose((stay + move).sum(axis=1), 1.0, atol=1e-9):
        raise BadParameter("transition probabilities out of a state must sum to one")
    try:
        raw = np.linalg.solve(np.eye(size) - stay, np.column_stack([drift, move]))
    except np.linalg.LinAlgError as error:
        raise BadParameter("the mid never moves out of some states") from error
    solved = raw.astype(np.float64, copy=False)
    g1, after = solved[:, 0], solved[:, 1:]
    if not np.allclose(after.sum(axis=1), 1.0, atol=1e-6):
        raise BadParameter("the mid never moves out of some states")
    return g1, after


def fixed_point(g1: FloatArray, after: FloatArray) -> FloatArray:
    r"""Return :math:`G = \sum_{i \ge 0} B^i G_1`, the adjustment of the mid in each state.

    Partial sums are doubled: :math:`S_{2n} = S_n + B^n S_n`.

    Raises
    ------
    BadParameter
        If the sum does not converge, because drift is left over in the long run.
    """
    total, power = g1, after
    for _ in range(_DOUBLINGS_MAX):
        added = power @ total
        total = total + added
        if np.abs(added).max() <= _CONVERGED * max(1.0, float(np.abs(total).max())):
            return total
        power = power @ power
    raise BadParameter("microprice does not converge: the states drift in the long run")


@dataclass(frozen=True, slots=True, eq=False)
class MicropriceModel:
    """Adjustments of the mid in dollars by state, with the transitions behind each."""

    states: BookStates
    adjustment: FloatArray
    transitions: FloatArray


def fit_microprice(states: BookStates, counts: TransitionCounts) -> MicropriceModel:
    """Solve for the adjustments; a state never seen keeps the mid.

    Raises
    ------
    BadParameter
        If the counts allow no solution.
    """
    totals = counts.totals
    seen = np.maximum(totals, 1.0)[:, None]
    move = counts.move / seen + np.diag(np.where(totals > 0.0, 0.0, 1.0))
    g1, after = first_move(counts.stay / seen, counts.moved / seen[:, 0], move)
    return MicropriceModel(states, fixed_point(g1, after), totals)


def microprice(
    book: OrderBook, model: MicropriceModel | None, transitions_min: int = TRANSITIONS_MIN
) -> float | None:
    """Return the microprice in dollars of YES, in [0, 1]; None if a side is empty.

    Where the model is absent or has seen the state too seldom, half way from the mid to the
    weighted mid stands in.
    """
    mid, weighted, lean, spread = book.mid, weighted_mid(book), imbalance(book), book.spread_e4
    if mid is None or weighted is None or lean is None or spread is None:
        return None
    if model is not None:
        state = int(model.states.indices(np.array([lean]), np.array([spread]))[0])
        if model.transitions[state] >= transitions_min:
            return min(1.0, max(0.0, mid + float(model.adjustment[state])))
    return mid + THIN_BOOK_WEIGHT * (weighted - mid)
