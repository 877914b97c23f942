"""Prices at which a maker may rest on one side of a market."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.errors import BadMarket, BadPrice
from kalshi_alpha.core.types import Price, Side, TickGrid
from kalshi_alpha.core.types.price import E4_PER_DOLLAR


class Placement(StrEnum):
    """Where a quote stands relative to the best bid of its side."""

    JOIN = "join"
    IMPROVE = "improve"
    BEHIND = "behind"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price of our side that can rest without crossing, and where it stands."""

    side: Side
    placement: Placement
    price: Price

    @property
    def yes_price(self) -> Price:
        """The YES price that the venue's order form carries for it."""
        return self.price if self.side is Side.YES else self.price.complement()


def quote_candidates(
    side: Side, best_bid_e4: int | None, best_ask_e4: int | None, grid: TickGrid
) -> tuple[Candidate, ...]:
    """Return the post-only prices around the best bid of our side, highest first.

    Improving is one tick above the bid, behind one tick below, each by the tick that the grid
    has there; joining is offered only if the bid itself is on the grid, which it may not be
    after the venue changed the market's ticks. The book should not hold our own orders, or we
    would improve on ourselves.

    Parameters
    ----------
    side : Side
        The side we buy; both prices below are of this side.
    best_bid_e4 : int or None
        Best bid in 1e-4 dollars, None if nobody bids: then there is nothing to stand beside, and
        no candidate (see :func:`opening_candidate`).
    best_ask_e4 : int or None
        Best ask in 1e-4 dollars, that is one dollar less the other side's best bid; None if
        nobody offers, and then nothing can be crossed.
    grid : TickGrid
        The market's grid of YES prices. NO prices are the complements of its prices, so on a
        grid that is finer at one end only, the two sides step differently.

    Raises
    ------
    BadPrice
        If a price is not inside (0, 1) dollar: an empty side is None, never 0 or 1.
    BadMarket
        If the bid does not lie below the ask.
    """
    _require_book(best_bid_e4, best_ask_e4)
    if best_bid_e4 is None:
        return ()
    bid = Price(best_bid_e4)
    placed = (
        (Placement.IMPROVE, _step_up(side, bid, grid)),
        (Placement.JOIN, bid if grid.allows(_yes(side, bid)) else None),
        (Placement.BEHIND, _step_down(side, bid, grid)),
    )
    return tuple(
        Candidate(side, placement, price)
        for placement, price in placed
        if price is not None and (best_ask_e4 is None or price.e4 < best_ask_e4)
    )


def opening_candidate(
    side: Side, limit_e4: int, best_ask_e4: int | None, grid: TickGrid
) -> Candidate | None:
    """Return the highest post-only price of our side at or below a limit of our own.

    For a side without a bid, where only our own value can say what to pay.

    Parameters
    ----------
    side : Side
        The side we buy.
    limit_e4 : int
        The most we would pay, in 1e-4 dollars.
    best_ask_e4 : int or None
        Best ask of our side in 1e-4 dollars, None if nobody offers.
    grid : TickGrid
        The market's grid of YES prices.

    Returns
    -------
    Candidate or None
        None if the grid has no price that low.

    Raises
    ------
    BadPrice
        If limit or ask is not inside (0, 1) dollar.
    """
    _require_book(limit_e4, None)
    _require_book(None, best_ask_e4)
    limit = Price(limit_e4 if best_ask_e4 is None else min(limit_e4, best_ask_e4 - 1))
    on_grid = grid.allows(_yes(side, limit))
    price = limit if on_grid else _step_down(side, limit, grid)
    return None if price is None else Candidate(side, Placement.OPEN, price)


def _require_book(best_bid_e4: int | None, best_ask_e4: int | None) -> None:
    for e4 in (best_bid_e4, best_ask_e4):
        if e4 is not None and not 0 < Price(e4).e4 < E4_PER_DOLLAR:
            raise BadPrice(f"{e4}e-4 dollars is an empty side, which is None and not a price")
    if best_bid_e4 is not None and best_ask_e4 is not None and best_bid_e4 >= best_ask_e4:
        raise BadMarket(f"bid {best_bid_e4}e-4 does not lie below ask {best_ask_e4}e-4")


def _yes(side: Side, price: Price) -> Price:
    return price if side is Side.YES else price.complement()


def _step_up(side: Side, price: Price, grid: TickGrid) -> Price | None:
    if side is Side.YES:
        return grid.step_up(price)
    below = grid.step_down(price.complement())
    return None if below is None else below.complement()


def _step_down(side: Side, price: Price, grid: TickGrid) -> Price | None:
    if side is Side.YES:
        return grid.step_down(price)
    above = grid.step_up(price.complement())
    return None if above is None else above.complement()
