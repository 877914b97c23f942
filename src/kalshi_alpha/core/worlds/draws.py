"""Everything of a simulated span that does not depend on what we do, drawn at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.forecast.special import normal_cdf
from kalshi_alpha.core.worlds.world import Venue, World

N_STAGES = 3
"""Times at which a unit is scanned."""

N_STEPS = 3
"""Moves of the market's opinion while quotes rest."""

_BASE = 220
_RESTING_SHARE = 0.10  # of the news, while the quotes of one scan rest
_BETWEEN_SHARE = 0.15  # after that, until the next scan
_CLOSING_SHARE = 1.0 - N_STAGES * _RESTING_SHARE - (N_STAGES - 1) * _BETWEEN_SHARE
_CENTS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Prints of a whole span, in order; ``first[u, s, j, k]`` is where a market's begin.

    Parameters
    ----------
    first : integer ndarray of shape (n_units * N_STAGES * N_STEPS * n_strikes + 1,)
    contracts : integer ndarray of shape (n_trades,)
    informed, buys : boolean ndarrays of shape (n_trades,)
        Whether the taker knows the outcome, and whether one who does not buys YES.
    """

    first: IntArray
    contracts: IntArray
    informed: BoolArray
    buys: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """One seed's span of ``n_units`` weeks.

    Means are in thousands, quotes in whole cents with 0 for an empty side.

    Parameters
    ----------
    lowest_strike : integer ndarray of shape (n_units,)
        In thousands.
    model_mean : ndarray of shape (n_units, N_STAGES)
    model_sd : ndarray of shape (N_STAGES,)
        What the model takes for its spread.
    yes_bid, no_bid : integer ndarrays of shape (n_units, N_STAGES, N_STEPS + 1, n_strikes)
        The first of the steps is what a scan sees.
    closing_yes_bid, closing_no_bid : integer ndarrays of shape (n_units, n_strikes)
    depth : integer ndarray of shape (n_units, N_STAGES, 2, n_strikes)
        Contracts at the best bids for YES and NO.
    printed : integer ndarray of shape (n_units,)
        What was published, in thousands.
    tape
        Who traded.
    """

    lowest_strike: IntArray
    model_mean: FloatArray
    model_sd: FloatArray
    yes_bid: IntArray
    no_bid: IntArray
    closing_yes_bid: IntArray
    closing_no_bid: IntArray
    depth: IntArray
    printed: IntArray
    tape: Tape


def draw(world: World, venue: Venue, n_units: int, rng: np.random.Generator) -> Draws:
    """Draw a span; the same generator state gives every world the same shocks.

    Parameters
    ----------
    world, venue
        What is true, and how the market trades.
    n_units
        Weeks.
    rng
        Source of all randomness.
    """
    alive = world.alive(n_units)
    start = _BASE + 4.0 * rng.standard_normal(n_units)
    known, closing = _known(start, venue, rng)
    market_score, model_score = rng.standard_normal((2, n_units))
    latent = closing + venue.sigma * rng.standard_normal(n_units)
    error = (world.market_error_sd * alive * market_score)[:, np.newaxis] * venue.error_kept ** (
        np.arange(N_STAGES)
    )
    market = known + error[:, :, np.newaxis]
    sees = alive if world.model_sees_truth else np.zeros(n_units)
    # Once an edge has died the model goes on disagreeing as much as before, for no reason.
    blind_sd = max(world.market_error_sd, world.model_error_sd)
    model_error = np.where(sees > 0.0, world.model_error_sd, blind_sd) * model_score
    seen = np.where(sees[:, np.newaxis] > 0.0, known[:, :, 0], market[:, :, 0])
    spread = _spread_of(venue)
    sd = np.sqrt(spread**2 + world.model_error_sd**2)
    lowest = _lowest_strikes(start, venue)
    strikes = lowest[:, np.newaxis] + venue.strike_step * np.arange(venue.n_strikes)
    yes_bid, no_bid = _quotes(market, np.hypot(spread, world.market_error_sd), strikes, venue)
    closing_bids = _quotes(
        closing[:, np.newaxis, np.newaxis], np.array([venue.sigma]), strikes, venue
    )
    return Draws(
        lowest_strike=lowest,
        model_mean=seen + model_error[:, np.newaxis],
        model_sd=world.model_sigma_factor * sd,
        yes_bid=yes_bid,
        no_bid=no_bid,
        closing_yes_bid=closing_bids[0][:, 0, 0],
        closing_no_bid=closing_bids[1][:, 0, 0],
        depth=1
        + rng.poisson(rng.exponential(venue.depth, (n_units, N_STAGES, 2, venue.n_strikes))),
        printed=np.floor(latent + 0.5).astype(np.int64),
        tape=_tape(world, venue, n_units, rng),
    )


def _known(
    start: FloatArray, venue: Venue, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the mean of all that is public, at every step and at the close."""
    n_units = start.size
    step_sd = venue.news_sd * np.sqrt(_RESTING_SHARE / N_STEPS)
    news = step_sd * rng.standard_normal((n_units, N_STAGES, N_STEPS))
    rest = rng.standard_normal((N_STAGES, n_units))
    known = np.empty((n_units, N_STAGES, N_STEPS + 1))
    at = start
    for stage in range(N_STAGES):
        known[:, stage, 0] = at
        known[:, stage, 1:] = at[:, np.newaxis] + np.cumsum(news[:, stage], axis=1)
        share = _CLOSING_SHARE if stage == N_STAGES - 1 else _BETWEEN_SHARE
        at = known[:, stage, -1] + venue.news_sd * np.sqrt(share) * rest[stage]
    return known, at


def _spread_of(venue: Venue) -> FloatArray:
    """Return the spread of the print about its public mean at each scan."""
    used = np.arange(N_STAGES) * (_RESTING_SHARE + _BETWEEN_SHARE)
    return np.asarray(np.sqrt(venue.sigma**2 + venue.news_sd**2 * (1.0 - used)))


def _lowest_strikes(start: FloatArray, venue: Venue) -> IntArray:
    middle = np.round(start / venue.strike_step).astype(np.int64) * venue.strike_step
    return middle - venue.strike_step * ((venue.n_strikes - 1) // 2)


def _quotes(
    mean: FloatArray, sd: FloatArray, strikes: IntArray, venue: Venue
) -> tuple[IntArray, IntArray]:
    """Return best bids for YES and NO in cents; mean (u, s, j) gives quotes (u, s, j, k)."""
    edges = strikes[:, np.newaxis, np.newaxis, :] - 0.5
    prob = normal_cdf((mean[..., np.newaxis] - edges) / sd[np.newaxis, :, np.newaxis, np.newaxis])
    yes = np.floor(_CENTS * (prob - venue.half_spread)).astype(np.int64)
    no = np.floor(_CENTS * (1.0 - prob - venue.half_spread)).astype(np.int64)
    return np.maximum(yes, 0), np.maximum(no, 0)


def _tape(world: World, venue: Venue, n_units: int, rng: np.random.Generator) -> Tape:
    shape = n_units * N_STAGES * N_STEPS * venue.n_strikes
    counts = rng.poisson(venue.flow / venue.trade_size / N_STEPS, shape)
    first = np.concatenate(([0], np.cumsum(counts)))
    total = int(first[-1])
    return Tape(
        first=first,
        contracts=rng.geometric(1.0 / venue.trade_size, total),
        informed=rng.random(total) < world.informed,
        buys=rng.random(total) < 0.5,
    )
