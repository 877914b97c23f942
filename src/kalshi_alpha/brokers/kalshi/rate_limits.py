"""Ask the venue no faster than it allows: token buckets by cost, one for reads, one for writes.

A request costs tokens, buckets refill continuously, and a request that the bucket cannot pay
waits here instead of being refused there. Waiting uses the running loop's timers only.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter

DEFAULT_COST = 10
CANCEL_COST = 2
READ_FLOOR, WRITE_FLOOR = 200, 100
"""Tokens a second of the lowest usage tier: what is assumed until the account was asked."""
UNSIGNED_FLOOR = 4 * DEFAULT_COST
"""Tokens a second of everybody at one address who asks without a key: four questions."""
BALANCE_PER_S = 1
JITTER_S = 0.1
_ORDERS = "/trade-api/v2/portfolio/events/orders"


class TokenBucket:
    """Tokens that refill continuously; takers wait in line, urgent ones ahead of the others.

    Parameters
    ----------
    rate
        Tokens per second.
    capacity
        Most tokens held; the bucket begins full.
    jitter_s
        By how much the way to the venue may differ from request to request: a full bucket there
        begins to refill only when the first request arrives, and the next may be faster.

    Raises
    ------
    BadParameter
        If the rate or the capacity is not positive, or the jitter is negative.
    """

    def __init__(self, rate: float, capacity: float, *, jitter_s: float = 0.0) -> None:
        if not jitter_s >= 0.0:
            raise BadParameter(f"jitter is not negative, was {jitter_s}")
        self._jitter_s = jitter_s
        self.resize(rate, capacity)
        self._level = self.capacity
        self._at: float | None = None
        self._lines: tuple[_Line, _Line] = (deque(), deque())
        self._timer: asyncio.TimerHandle | None = None

    def resize(self, rate: float, capacity: float) -> None:
        """Change what the bucket refills and holds; what it holds already stays, up to that."""
        if not (rate > 0.0 and capacity > 0.0):
            raise BadParameter(f"a bucket needs a rate and a capacity, were {rate}, {capacity}")
        self.rate, self.capacity = float(rate), float(capacity)

    async def take(self, cost: float, *, urgent: bool = False) -> None:
        """Wait until the tokens are there and take them.

        Raises
        ------
        BadParameter
            If the bucket never holds so many.
        """
        if self.took(cost, urgent=urgent):
            return
        turn = asyncio.get_running_loop().create_future()
        self._lines[0 if urgent else 1].append((cost, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._level += cost
            self._serve()
            raise

    def took(self, cost: float, *, urgent: bool = False) -> bool:
        """Take tokens if nothing must be waited for, and say so; else `take` waits for them.

        Raises
        ------
        BadParameter
            If the bucket never holds so many.
        """
        if not 0.0 <= cost <= self.capacity:
            raise BadParameter(
                f"a request of {cost:g} tokens, and the bucket holds {self.capacity:g}: split it"
            )
        now = asyncio.get_running_loop().time()
        self._refill(now)
        if self._lines[0] or (self._lines[1] and not urgent) or self._level < cost:
            return False
        self._pay(cost, now)
        return True

    def drain(self) -> None:
        """Count the bucket as empty: the venue said that it is."""
        self._refill(asyncio.get_running_loop().time())
        self._level = min(self._level, 0.0)

    def available(self) -> float:
        """Return how many tokens a request could take now."""
        self._refill(asyncio.get_running_loop().time())
        return self._level

    def _pay(self, cost: float, now: float) -> None:
        # What overflows there while this request is on its way is not refilled here either.
        overflow_s = self._jitter_s - (self.capacity - self._level) / self.rate
        since = now if self._at is None else self._at
        self._at = max(since, now + max(0.0, overflow_s))
        self._level -= cost

    def _refill(self, now: float) -> None:
        if self._at is None:
            self._at = now
        passed = max(0.0, now - self._at)
        # Time that lies ahead is the jitter of a bucket that was full: it refills nothing.
        self._at = max(self._at, now)
        self._level = min(self.capacity, self._level + passed * self.rate)

    def _serve(self) -> None:
        """Let those in line go whose tokens are there, and come back for the next of them."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._refill(loop.time())
        for line in self._lines:
            while line:
                cost, turn = line[0]
                if turn.done():
                    line.popleft()
                    continue
                # Below a millionth of a token the clock's own grain decides.
                if self._level + 1e-6 < cost:
                    ahead_s = 0.0 if self._at is None else self._at - loop.time()
                    wait_s = ahead_s + (cost - self._level) / self.rate
                    self._timer = loop.call_later(wait_s, self._serve)
                    return
                self._pay(cost, loop.time())
                line.popleft()
                turn.set_result(None)


_Line = deque[tuple[float, asyncio.Future[None]]]


@dataclass(frozen=True, slots=True)
class CostRule:
    """What one kind of request costs; parts of the path that begin with a colon are free."""

    method: str
    path: str
    cost: int


KNOWN_COSTS = (
    CostRule("DELETE", f"{_ORDERS}/:order_id", CANCEL_COST),
    CostRule("DELETE", f"{_ORDERS}/batched", CANCEL_COST),
    CostRule("DELETE", _ORDERS, CANCEL_COST),
    CostRule("GET", "/trade-api/v2/portfolio/orders/:order_id", 2),
)


class EndpointCosts:
    """Tokens by method and path.

    Parameters
    ----------
    default
        Cost of what no rule names.
    rules
        As published; a rule without free parts goes before one with them.
    """

    def __init__(
        self, default: int = DEFAULT_COST, rules: Iterable[CostRule] = KNOWN_COSTS
    ) -> None:
        self._default = default
        self._exact: dict[tuple[str, str], int] = {}
        self._patterns: list[tuple[str, re.Pattern[str], int]] = []
        for rule in rules:
            if ":" in rule.path or "{" in rule.path:
                free = re.sub(r"(:\w+|\\\{\w+\\\})", "[^/]+", re.escape(rule.path))
                self._patterns.append((rule.method, re.compile(free), rule.cost))
            else:
                self._exact[rule.method, rule.path] = rule.cost

    def of(self, method: str, path: str, items: int = 1) -> int:
        """Return the cost of a request; a batch costs as much as its items one by one."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact * items
        for of_method, pattern, cost in self._patterns:
            if of_method == method and pattern.fullmatch(path):
                return cost * items
        return self._default * items


class Budget(StrEnum):
    """Which bucket pays."""

    READ = "read"
    WRITE = "write"


class RateLimits:
    """The account's buckets and the price list.

    Parameters
    ----------
    costs
        The price list; replaced once the venue's was read.
    reads
        Tokens a second for reads: `UNSIGNED_FLOOR` for whoever has no key.
    """

    def __init__(self, costs: EndpointCosts | None = None, reads: int = READ_FLOOR) -> None:
        self.costs = costs or EndpointCosts()
        self.read = TokenBucket(reads, reads, jitter_s=JITTER_S)
        self.write = TokenBucket(WRITE_FLOOR, WRITE_FLOOR, jitter_s=JITTER_S)
        self.balance = TokenBucket(BALANCE_PER_S, 1.0, jitter_s=JITTER_S)

    def bucket(self, budget: Budget) -> TokenBucket:
        """Return the bucket of a budget."""
        return self.read if budget is Budget.READ else self.write

    def batch_max(self, method: str, path: str) -> int:
        """Return how many items one batch may hold, so that a full bucket can pay it."""
        return max(1, int(self.write.capacity // max(1, self.costs.of(method, path))))
