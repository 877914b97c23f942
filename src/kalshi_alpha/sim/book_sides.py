"""Resting orders of one side of one market, by price and then by time."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kalshi_alpha.sim.orders import LiveOrder


class Level:
    """The queue at one price: the first order in is the first to trade."""

    __slots__ = ("queue", "size_e2")

    def __init__(self) -> None:
        self.queue: OrderedDict[str, LiveOrder] = OrderedDict()
        self.size_e2 = 0


class RestingSide:
    """All that rests on one side, keyed by the price of the outcome that the side buys.

    ``prices_e4`` holds the prices that have a level, ascending, so the best is the last.
    """

    __slots__ = ("levels", "prices_e4")

    def __init__(self) -> None:
        self.levels: dict[int, Level] = {}
        self.prices_e4: list[int] = []

    def append(self, order: LiveOrder) -> None:
        """Put an order at the back of the queue at its price."""
        level = self.levels.get(order.own_e4)
        if level is None:
            level = self.levels[order.own_e4] = Level()
            insort(self.prices_e4, order.own_e4)
        level.queue[order.order_id] = order
        level.size_e2 += order.remaining_e2

    def remove(self, order: LiveOrder) -> None:
        """Take an order out of its queue, and the level with it if it was the last."""
        level = self.levels[order.own_e4]
        del level.queue[order.order_id]
        level.size_e2 -= order.remaining_e2
        if not level.queue:
            del self.levels[order.own_e4]
            del self.prices_e4[bisect_left(self.prices_e4, order.own_e4)]

    def shrink(self, order: LiveOrder, count_e2: int) -> None:
        """Note that an order, still in its place, became smaller by a count."""
        self.levels[order.own_e4].size_e2 -= count_e2

    def first(self) -> LiveOrder:
        """Return the order that trades next: the oldest at the best price."""
        return next(iter(self.levels[self.prices_e4[-1]].queue.values()))

    def best_first(self) -> Iterator[LiveOrder]:
        """Return the orders in the sequence in which they would trade."""
        for price_e4 in reversed(self.prices_e4):
            yield from self.levels[price_e4].queue.values()

    def ahead_e2(self, order: LiveOrder) -> int:
        """Return the contracts that trade before an order at its own price."""
        ahead = 0
        for other in self.levels[order.own_e4].queue.values():
            if other is order:
                break
            ahead += other.remaining_e2
        return ahead

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Return ``(price_e4, size_e2)`` of each level, ascending."""
        return tuple((price, self.levels[price].size_e2) for price in self.prices_e4)
