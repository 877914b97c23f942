"""The best prices of a market over time, shown by its quotes or inferred from its prints.

With prints alone there is no book. The last price at which a taker sold YES was a bid then, the
last at which one bought YES an offer. Such a touch is believed for a while only, and not at all
where the two have crossed: the market has moved since one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.replay.fills import UNKNOWN, MarketPrints
from kalshi_alpha.core.replay.tape import QuoteColumns
from kalshi_alpha.core.types import E4_PER_DOLLAR

ABSENT = -1
_NEVER = np.iinfo(np.int64).min // 2
_NO_TIMES = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class BestPrices:
    """One side's best price as it changed; YES scale, arrays of shape (n_changes,).

    Attributes
    ----------
    at_us
        When it was seen.
    price_e4
        1e-4 dollars; `ABSENT` where nobody quoted.
    size_e2
        What rested there; -1 where the source does not say.
    """

    at_us: IntArray
    price_e4: IntArray
    size_e2: IntArray

    def before(self, times_us: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return price, size and time of what was seen strictly before each instant."""
        place = np.searchsorted(self.at_us, times_us, side="left") - 1
        if not self.at_us.size:
            nothing = np.full(times_us.shape, ABSENT, dtype=np.int64)
            return nothing, nothing, np.full(times_us.shape, _NEVER, dtype=np.int64)
        known, place = place >= 0, np.maximum(place, 0)
        return (
            np.where(known, self.price_e4[place], ABSENT),
            np.where(known, self.size_e2[place], UNKNOWN),
            np.where(known, self.at_us[place], _NEVER),
        )


def last_before(sorted_us: IntArray, times_us: IntArray) -> IntArray:
    """Return the last of some sorted instants strictly before each of others."""
    if not sorted_us.size:
        return np.full(times_us.shape, _NEVER, dtype=np.int64)
    place = np.searchsorted(sorted_us, times_us, side="left") - 1
    return np.where(place >= 0, sorted_us[np.maximum(place, 0)], _NEVER)


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Best bid and ask of YES at some instants; arrays of one shape, 1e-4 dollars.

    ``seen_us`` is when the older of the two was seen. Where one is missing, too old, or the two
    touch or cross, or something was missed since, both are `ABSENT`, and so are the sizes.
    """

    bid_e4: IntArray
    ask_e4: IntArray
    bid_size_e2: IntArray
    ask_size_e2: IntArray
    seen_us: IntArray

    @property
    def twice_mid_e4(self) -> IntArray:
        """Bid plus ask, exactly; `ABSENT` without both."""
        return np.where(self.bid_e4 == ABSENT, ABSENT, self.bid_e4 + self.ask_e4)


@dataclass(frozen=True, slots=True, eq=False)
class MarketTouch:
    """How one market's touch changed.

    Attributes
    ----------
    bids, asks
        Best prices of YES.
    inferred
        Whether they were read out of prints, because nobody recorded quotes.
    gaps_us
        From when on nothing was known of it any more.
    opens_us
        When snapshots showed the whole book; None where none are recorded, and what was seen of
        both sides stands for one.
    """

    bids: BestPrices
    asks: BestPrices
    inferred: bool
    gaps_us: IntArray = field(default_factory=lambda: _NO_TIMES)
    opens_us: IntArray | None = None

    def is_known(self, times_us: IntArray, age_max_us: int) -> BoolArray:
        """Say whether it was known, strictly before each instant, what stood there.

        A side that nobody quotes is known too, where books or quotes were recorded.
        """
        _, _, bid_at = self.bids.before(times_us)
        _, _, ask_at = self.asks.before(times_us)
        return self._knows(times_us, np.minimum(bid_at, ask_at), age_max_us)

    def _knows(self, times_us: IntArray, seen_us: IntArray, age_max_us: int) -> BoolArray:
        shown = seen_us if self.opens_us is None else last_before(self.opens_us, times_us)
        lost = last_before(self.gaps_us, times_us)
        return (shown > _NEVER) & (shown >= lost) & (times_us - seen_us <= age_max_us)

    def at(self, times_us: IntArray, age_max_us: int) -> Touch:
        """Return the touch as it was known strictly before each instant.

        Parameters
        ----------
        times_us : integer ndarray
            Microseconds since 1970.
        age_max_us
            How old either side may be.
        """
        bid, bid_size, bid_at = self.bids.before(times_us)
        ask, ask_size, ask_at = self.asks.before(times_us)
        seen = np.minimum(bid_at, ask_at)
        stands = (bid != ABSENT) & (ask != ABSENT) & (bid < ask)
        stands &= self._knows(times_us, seen, age_max_us)
        return Touch(
            np.where(stands, bid, ABSENT),
            np.where(stands, ask, ABSENT),
            np.where(stands, bid_size, UNKNOWN),
            np.where(stands, ask_size, UNKNOWN),
            seen,
        )


def inferred_touch(prints: MarketPrints) -> MarketTouch:
    """Read a market's touch out of its prints."""

    def side(taker_yes: int) -> BestPrices:
        mine = prints.taker_yes == taker_yes
        price = prints.yes_price_e4[mine]
        return BestPrices(prints.at_us[mine], price, np.full(price.shape, UNKNOWN, np.int64))

    return MarketTouch(side(0), side(1), inferred=True)


def quoted_touches(quotes: QuoteColumns, n_markets: int) -> tuple[MarketTouch, ...]:
    """Return each market's touch as its quotes showed it; markets in the event's order."""
    order = np.argsort(quotes.market, kind="stable")
    ends = np.searchsorted(quotes.market[order], np.arange(n_markets + 1))
    at = quotes.at_us[order]
    bid, no_bid = quotes.yes_bid_e4[order], quotes.no_bid_e4[order]
    bid = np.where(bid > 0, bid, ABSENT)
    ask = np.where(no_bid > 0, E4_PER_DOLLAR - no_bid, ABSENT)
    bid_size, ask_size = quotes.yes_size_e2[order], quotes.no_size_e2[order]
    return tuple(
        MarketTouch(
            BestPrices(at[mine], bid[mine], bid_size[mine]),
            BestPrices(at[mine], ask[mine], ask_size[mine]),
            inferred=False,
        )
        for mine in (slice(int(ends[m]), int(ends[m + 1])) for m in range(n_markets))
    )
