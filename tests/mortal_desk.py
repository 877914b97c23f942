"""Parts of a desk that may die at any moment, and one that never knows what it wants for long."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders.events import Intended, OrderEvent
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.quoting.quotes import Quote
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from kalshi_alpha.exec.quoting.desk import Solution
from kalshi_alpha.sim.in_process import InProcessWire
from sim_exchange import ORDERS, TICKERS


@dataclass
class Journal:
    """What is durable: it outlives the desk that writes it, and a desk that died writes no more."""

    events: list[OrderEvent] = field(default_factory=list)
    intended: set[str] = field(default_factory=set)

    def opened(self) -> MortalJournal:
        return MortalJournal(self)


@dataclass
class MortalJournal:
    """A desk's hold on the journal."""

    durable: Journal
    dead: bool = False

    def append(self, events: Iterable[OrderEvent]) -> int:
        if self.dead:
            raise TornFile("the desk is dead")
        batch = list(events)
        self.durable.events += batch
        self.durable.intended |= {e.client_order_id for e in batch if isinstance(e, Intended)}
        return len(self.durable.events)

    def replay(self) -> list[OrderEvent]:
        return list(self.durable.events)


@dataclass
class MortalWire:
    """A desk's connection: it notes when orders were sent, and a dead desk sends nothing.

    Something between may meddle: it passes a write on, or does not, and answers with a page of its
    own, which is no answer of the venue's whatever its status says.
    """

    inner: InProcessWire
    clock: Clock
    orders_sent_at: list[datetime]
    meddler: Meddler
    dead: bool = False

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        if self.dead:
            raise WireFailed(WireFault.CLOSED, "the desk is dead", may_have_arrived=False)
        if request.method == "POST" and request.path in {ORDERS, f"{ORDERS}/batched"}:
            self.orders_sent_at.append(self.clock.now())
        page = self.meddler.page(request, self.clock.now())
        if page is None:
            return await self.inner.send(request, headers, timeout_s)
        if self.meddler.passes_on():
            await self.inner.send(request, headers, timeout_s)
        return page

    async def close(self) -> None:
        self.dead = True


@dataclass
class Meddler:
    """A proxy that answers some writes itself, until an instant."""

    rng: random.Random
    rate: float
    until: datetime
    pages: int = 0

    def page(self, request: WireRequest, at: datetime) -> WireReply | None:
        meddles = request.method != "GET" and at < self.until and self.rng.random() < self.rate
        if not meddles:
            return None
        self.pages += 1
        status = self.rng.choice([400, 403, 404, 409, 410, 413, 502, 503])
        headers = {"date": format_datetime(at, usegmt=True), "content-type": "text/html"}
        return WireReply(status, headers, b"<html><h1>Blocked</h1></html>")

    def passes_on(self) -> bool:
        return self.rng.random() < 0.5


class Wanderer:
    """Wants something new every few seconds: on either side, at any size, near the value."""

    def __init__(self, rng: random.Random, clock: Clock) -> None:
        self._rng, self._clock = rng, clock
        self._wish: dict[str, Quote | None] = {}
        self._until = clock.now()
        self._prob = 0.5

    @property
    def tickers(self) -> tuple[str, ...]:
        return TICKERS

    def prob_yes(self) -> Mapping[str, float]:
        if self._clock.now() >= self._until:
            rng = self._rng
            self._until = self._clock.now() + timedelta(seconds=rng.uniform(0.3, 2.5))
            self._prob = rng.uniform(0.2, 0.8)
            self._wish = {ticker: self._wished(ticker) for ticker in TICKERS}
        return dict.fromkeys(TICKERS, self._prob)

    def solve(
        self, books: Mapping[str, OrderBook], held_e2: Mapping[str, int], at: datetime
    ) -> Solution:
        del held_e2, at
        wishes = ((ticker, self._wish.get(ticker)) for ticker in books)
        quotes = (_priced(wish, books[ticker]) for ticker, wish in wishes if wish is not None)
        return Solution(tuple(q for q in quotes if q is not None), self.prob_yes())

    def _wished(self, ticker: str) -> Quote | None:
        rng = self._rng
        if rng.random() < 0.2:
            return None
        side = rng.choice(list(Side))
        size = Contracts(rng.choice([100, 200, 300, 550, 900]))
        # What is wished first is a distance: mostly close to the ask, where others trade.
        below = Price(100 * rng.choice([1, 1, 1, 2, 2, 3, 6]))
        return Quote(ticker, side, below, size, rng.random())


def _priced(wish: Quote, book: OrderBook) -> Quote | None:
    ask = book.best_ask(wish.side)
    price_e4 = 4000 if ask is None else ask.e4 - wish.price.e4
    return replace(wish, price=Price(price_e4)) if 100 <= price_e4 <= 9900 else None
