"""Inversion of a continuous CDF, for any distribution that has one."""

from __future__ import annotations

from collections.abc import Callable

from kalshi_alpha.core.errors import BadDistribution, BadParameter

_STEPS_MAX = 400


def invert_cdf(
    cdf: Callable[[float], float],
    pdf: Callable[[float], float],
    prob: float,
    start: float,
    width: float,
) -> float:
    """Return the x at which an increasing CDF reaches a probability.

    Newton's steps, each replaced by a bisection when it would leave the bracket, so that the
    search converges from any start.

    Parameters
    ----------
    cdf, pdf : callable
        The distribution function and its derivative.
    prob : float
        Probability, strictly between 0 and 1.
    start, width : float
        First guess and the scale at which the bracket starts to grow, in the unit of x.

    Raises
    ------
    BadParameter
        If ``prob`` does not lie strictly between 0 and 1.
    BadDistribution
        If the CDF never reaches ``prob``, as one that returns NaN does not.
    """
    if not 0.0 < prob < 1.0:
        raise BadParameter(f"a quantile needs a probability inside (0, 1), was {prob}")
    low, high = _bracket(cdf, prob, start, width)
    x = min(max(start, low), high)
    last_step = high - low
    for _ in range(_STEPS_MAX):
        error = cdf(x) - prob
        if error == 0.0:
            return x
        low, high = (x, high) if error < 0.0 else (low, x)
        step = _step(error, pdf(x), (low - x, high - x), last_step)
        x += step
        if abs(step) <= 1e-15 * max(abs(x), width):
            return x
        last_step = abs(step)
    raise BadDistribution(f"no quantile found at probability {prob}")


def _step(error: float, slope: float, room: tuple[float, float], last_step: float) -> float:
    """Take Newton's step where it stays inside the bracket and shrinks fast, else halve it.

    Far in a tail Newton alone creeps: each step there is about one over the distance from zero.
    """
    if slope > 0.0:
        newton = -error / slope
        if room[0] < newton < room[1] and abs(newton) <= 0.5 * last_step:
            return newton
    return 0.5 * (room[0] + room[1])


def _bracket(
    cdf: Callable[[float], float], prob: float, start: float, width: float
) -> tuple[float, float]:
    low, high = start - width, start + width
    for _ in range(_STEPS_MAX):
        if cdf(low) <= prob <= cdf(high):
            return low, high
        width *= 2.0
        low, high = low - width, high + width
    raise BadDistribution(f"no bracket found for the quantile at probability {prob}")
