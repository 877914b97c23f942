r"""How long a CUSUM runs before it alarms, and the threshold for a wanted run length.

The one-sided sum is :math:`S_t = \max(0, S_{t-1} - z_t - k)`; it alarms at :math:`S_t \ge h`.
A *shift* of :math:`\delta` means that units have come to earn :math:`\delta` standard deviations
less than expected. ARL0 is the average run length without a shift.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.cusum import TIE

_OVERSHOOT = 1.166  # twice the mean excess of a normal walk over its boundary, 0.583
_SAME_STATE = 1e-9


def siegmund_arl(k: float, h: float, shift: float = 0.0) -> float:
    r"""Average run length for normal units in closed form (Siegmund 1985).

    :math:`(e^{-2\Delta B} + 2 \Delta B - 1) / (2 \Delta^2)` with :math:`\Delta = \delta - k`
    and :math:`B = h + 1.166`; :math:`B^2` at :math:`\Delta = 0`.
    """
    _check(k, h)
    drift, barrier = shift - k, h + _OVERSHOOT
    if abs(drift * barrier) < 1e-6:
        return barrier**2
    return (math.expm1(-2.0 * drift * barrier) + 2.0 * drift * barrier) / (2.0 * drift**2)


def markov_arl(k: float, h: float, shift: float = 0.0, n_states: int = 30) -> float:
    """Average run length for normal units by a Markov chain (Brook & Evans 1972).

    The sum is cut into ``n_states`` bins. The error falls with the square of their number, so
    that two chains are extrapolated to none.
    """
    _check(k, h)
    coarse, fine = _chain_arl(k, h, shift, n_states), _chain_arl(k, h, shift, 2 * n_states)
    # Bin width is 2h/(2m-1), so the ratio of widths is not exactly two.
    ratio = ((4 * n_states - 1) / (2 * n_states - 1)) ** 2
    return fine + (fine - coarse) / (ratio - 1.0)


def _chain_arl(k: float, h: float, shift: float, n_states: int) -> float:
    width = 2.0 * h / (2 * n_states - 1)
    # Bin edges around a step of j - i bins.
    steps = [(step + 0.5) * width - (shift - k) for step in range(-n_states, n_states)]
    below = np.array([_normal_cdf(step) for step in steps])
    state = np.arange(n_states)
    offset = state[None, :] - state[:, None] + n_states
    moves = below[offset] - below[offset - 1]
    moves[:, 0] = below[offset[:, 0]]  # everything below zero is pulled back to it
    return float(np.linalg.solve(np.eye(n_states) - moves, np.ones(n_states))[0])


def binary_arl(price: float, k: float, h: float, win_prob: float, max_states: int = 1500) -> float:
    """Average run length for single binary contracts bought at ``price``, by exact enumeration.

    A unit's z is ``(Y - price) / sqrt(price (1 - price))``: the forecast stored at fill says
    that the price is fair. ``win_prob`` is how often it truly pays.

    Parameters
    ----------
    price, win_prob
        In (0, 1) and [0, 1].
    max_states
        Values of S followed at most. Where the two steps share a lattice fewer exist; otherwise
        those left out are the least often visited, and count as alarms.

    Returns
    -------
    float
        Units to an alarm; infinity if a loss does not even raise the sum.
    """
    _check(k, h)
    if not (0.0 < price < 1.0 and 0.0 <= win_prob <= 1.0):
        raise BadParameter(f"price {price} or win probability {win_prob} is impossible")
    sd = math.sqrt(price * (1.0 - price))
    rise, fall = price / sd - k, (1.0 - price) / sd + k
    if rise <= 0.0 or win_prob == 1.0:
        return math.inf
    after_win, after_loss = _reachable(rise, fall, h, max_states)
    n = len(after_win)
    moves = np.zeros((n, n + 1))  # the last column is the alarm
    rows = np.arange(n)
    moves[rows, after_win] += win_prob
    moves[rows, after_loss] += 1.0 - win_prob
    return float(np.linalg.solve(np.eye(n) - moves[:, :n], np.ones(n))[0])


def _reachable(rise: float, fall: float, h: float, max_states: int) -> tuple[list[int], list[int]]:
    """Follow the sum from zero, breadth first; return the state after a win and after a loss.

    The index one past the last state stands for the alarm.
    """
    sums, index = [0.0], {0: 0}

    def visit(value: float) -> int:
        if value >= h - TIE:
            return -1
        name = round(value / _SAME_STATE)
        if name not in index and len(sums) < max_states:
            index[name] = len(sums)
            sums.append(value)
        return index.get(name, -1)

    after_win, after_loss = [], []
    for value in sums:  # grows while it is walked
        after_win.append(visit(max(0.0, value - fall)))
        after_loss.append(visit(value + rise))
    return after_win, after_loss


def threshold_for(arl0: float, k: float, *, shift: float = 0.0) -> float:
    """Return the threshold h whose normal-units run length is ``arl0``, by bisection.

    Raises
    ------
    BadParameter
        If the run length is below one unit, or out of reach of any threshold up to 50.
    """
    return bisect_threshold(lambda h: markov_arl(k, h, shift), arl0)


def bisect_threshold(arl: Callable[[float], float], target: float, highest: float = 50.0) -> float:
    """Return the h at which the non-decreasing ``arl(h)`` first reaches the target.

    Raises
    ------
    BadParameter
        If the target is below one unit, or not reached at ``highest``.
    """
    if not target >= 1.0:
        raise BadParameter(f"a run length is at least one unit, was {target}")
    low, high = 0.0, 1.0
    while arl(high) < target:
        low, high = high, high * 2.0
        if high > highest:
            raise BadParameter(f"no threshold up to {highest} gives a run length of {target}")
    while high - low > 1e-4:
        middle = (low + high) / 2.0
        low, high = (middle, high) if arl(middle) < target else (low, middle)
    return high


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _check(k: float, h: float) -> None:
    if not (k >= 0.0 and 0.0 < h < math.inf):
        raise BadParameter(f"impossible CUSUM: k {k}, h {h}")
