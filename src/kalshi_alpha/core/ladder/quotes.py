"""A market's best quotes, and the mids and weights that may be read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadMarket, BadParameter
from kalshi_alpha.core.types import Contracts, Price


@dataclass(frozen=True, slots=True)
class Quote:
    """The best YES bid and YES ask of a market as seen at one instant.

    Either side may be absent. ``depth`` is the count available at the thinner of the two best
    levels, or None when it is not known. A crossed quote is kept as received, because it must be
    counted against the venue's book.

    Raises
    ------
    BadMarket
        If ``seen_at`` carries no zone.
    """

    bid: Price | None
    ask: Price | None
    seen_at: datetime
    depth: Contracts | None = None

    def __post_init__(self) -> None:
        if self.seen_at.tzinfo is None:
            raise BadMarket("the time of a quote carries no zone")

    def complement(self) -> Quote:
        """Return the quote of the opposite statement: the NO side read as YES."""
        return Quote(
            bid=None if self.ask is None else self.ask.complement(),
            ask=None if self.bid is None else self.bid.complement(),
            seen_at=self.seen_at,
            depth=self.depth,
        )


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """Which quotes are believed, and how much.

    ``age_s_max`` and ``lead_s_max`` bound how far before and after the clock a quote may be
    stamped, ``spread_max`` is in dollars, ``tick_noise`` (dollars) keeps a narrow spread from
    taking all the weight, and ``full_depth`` is the count of contracts that earns full weight.

    Raises
    ------
    BadParameter
        If a limit is negative or not finite, or noise or depth is not positive.
    """

    age_s_max: float = 120.0
    lead_s_max: float = 1.0
    spread_max: float = 0.20
    tick_noise: float = 0.005
    full_depth: float = 100.0

    def __post_init__(self) -> None:
        limits = (self.age_s_max, self.lead_s_max, self.spread_max)
        scales = (self.tick_noise, self.full_depth)
        if not np.isfinite(limits + scales).all():
            raise BadParameter("a quote policy needs finite limits")
        if not (min(limits) >= 0.0 and min(scales) > 0.0):
            raise BadParameter("a quote policy needs non-negative limits and positive scales")

    def is_fresh(self, quote: Quote, at: datetime) -> bool:
        """Say whether the quote is recent enough to mean anything."""
        age_s = (at - quote.seen_at).total_seconds()
        return -self.lead_s_max <= age_s <= self.age_s_max


@dataclass(frozen=True, slots=True)
class QuotedProbabilities:
    """What the quotes of a ladder say, one entry a market, in dollars per contract.

    ``mid`` and ``weight`` mean something only where ``has_mid`` is true, and are NaN and zero
    elsewhere. ``lower`` and ``upper`` bound the probability: the bid and the ask where they are
    fresh, zero and one where they are not.
    """

    mid: FloatArray
    weight: FloatArray
    has_mid: BoolArray
    lower: FloatArray
    upper: FloatArray


def quoted_probabilities(
    quotes: Sequence[Quote], at: datetime, policy: QuotePolicy | None = None
) -> QuotedProbabilities:
    r"""Read mids, weights and bounds from quotes, at a given instant.

    A mid needs both sides, fresh, not crossed and not wider than the policy allows; its weight is
    :math:`1 / ((spread/2)^2 + \tau^2)`, scaled down in proportion when the depth is known to be
    thin. A quote with one side only bounds the probability and has no mid; a wide one keeps its
    bounds too, while a stale or crossed one says nothing.
    """
    policy = policy or QuotePolicy()
    believed = np.array([policy.is_fresh(each, at) and not _is_crossed(each) for each in quotes])
    believed = believed.astype(np.bool_)
    lower = np.where(believed, [_dollars(each.bid, 0.0) for each in quotes], 0.0)
    upper = np.where(believed, [_dollars(each.ask, 1.0) for each in quotes], 1.0)
    has_mid = believed & np.array([_is_tight(each, policy) for each in quotes], dtype=np.bool_)
    weight = 1.0 / (np.square((upper - lower) / 2.0) + policy.tick_noise**2)
    weight *= [_depth_factor(each, policy) for each in quotes]
    has_mid &= weight > 0.0
    return QuotedProbabilities(
        mid=np.where(has_mid, (lower + upper) / 2.0, np.nan),
        weight=np.where(has_mid, weight, 0.0),
        has_mid=has_mid,
        lower=lower,
        upper=upper,
    )


def _dollars(price: Price | None, absent: float) -> float:
    return absent if price is None else price.dollars


def _is_crossed(quote: Quote) -> bool:
    return quote.bid is not None and quote.ask is not None and quote.bid > quote.ask


def _is_tight(quote: Quote, policy: QuotePolicy) -> bool:
    if quote.bid is None or quote.ask is None:
        return False
    # Subtracted as integers: as floats a spread of exactly the limit may read as above it.
    return (quote.ask.e4 - quote.bid.e4) / 10_000 <= policy.spread_max


def _depth_factor(quote: Quote, policy: QuotePolicy) -> float:
    if quote.depth is None:
        return 1.0
    return min(1.0, quote.depth.count / policy.full_depth)
