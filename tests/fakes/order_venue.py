"""A venue in memory that takes orders, lags, and fails as it is told to."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from kalshi_alpha.brokers.venue_port import (
    Ack,
    BatchAnswer,
    ChangeAnswer,
    CreateAnswer,
    ItemAnswer,
    LastCheck,
)
from kalshi_alpha.core.errors import VenueRefused, VenueUnavailable
from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.request import OrderRequest
from kalshi_alpha.core.orders.venue_view import (
    VenueFill,
    VenueOrder,
    VenuePosition,
    VenueSettlement,
)
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.core.wire import WireFailed, WireFault

OPENING = 1_000_000_000


@dataclass
class Held:
    """An order as the venue holds it."""

    order_id: str
    client_order_id: str
    ticker: str
    side: Side
    price: Price
    size: int
    created_at: datetime
    expires_s: int
    filled: int = 0
    removed: int = 0
    group_id: str | None = None

    @property
    def remaining(self) -> int:
        return self.size - self.filled - self.removed

    def shown(self) -> VenueOrder:
        status = VenueStatus.RESTING
        if not self.remaining:
            whole = self.filled == self.size
            status = VenueStatus.EXECUTED if whole else VenueStatus.CANCELED
        return VenueOrder(
            order_id=self.order_id,
            client_order_id=self.client_order_id,
            ticker=self.ticker,
            side=self.side,
            price=self.price,
            status=status,
            initial=Contracts(self.size),
            filled=Contracts(self.filled),
            remaining=Contracts(self.remaining),
            created_at=self.created_at,
        )


@dataclass
class State:
    """All the venue knows."""

    orders: dict[str, Held] = field(default_factory=dict)
    fills: list[VenueFill] = field(default_factory=list)
    settlements: list[VenueSettlement] = field(default_factory=list)
    cash: int = OPENING
    bought: dict[str, Counter[Side]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)


class FakeVenue:
    """A `VenuePort` in memory.

    ``script`` says what becomes of the next requests that change something, each a word:

    * ``ok``; ``lost`` (it never arrives, and nobody answers); ``unsent`` (no connection);
    * ``ack lost`` (it arrives, and nobody answers); ``no order`` (it arrives, and the answer is
      empty); ``late`` (it arrives after the sender gave up);
    * a status such as ``429`` or ``400 invalid_order`` (refused); ``done 500`` (it arrives, and
      the answer is that status).

    ``reads`` says the same of the next questions: ``ok``, ``fail``, ``401``.
    """

    def __init__(self, clock: Clock, *, lag_s: float = 0.0, latency_s: float = 0.01) -> None:
        self.clock = clock
        self.lag_s = lag_s
        self.latency_s = latency_s
        self.script: deque[str] = deque()
        self.reads: deque[str] = deque()
        self.requests: list[str] = []
        self.state = State()
        self.says_as_of = True
        self.batch_size = 10
        self.groups: list[Contracts] = []
        self.triggered, self.twins = set[str](), set[str]()
        self._past: list[tuple[datetime, State]] = [(clock.now() - timedelta(hours=1), State())]

    # --- what tests look at and do ---------------------------------------------------------------

    def by_client_id(self) -> Counter[str]:
        return Counter(held.client_order_id for held in self._firsts())

    def _firsts(self) -> list[Held]:
        return [held for each, held in self.state.orders.items() if each not in self.twins]

    def resting(self) -> list[str]:
        return [o.client_order_id for o in self.state.orders.values() if o.remaining]

    def of(self, client_order_id: str) -> Held:
        (held,) = (o for o in self._firsts() if o.client_order_id == client_order_id)
        return held

    def twin(self, client_order_id: str, *, older: bool = False) -> Held:
        """Rest a second order under one client order id, as no venue should."""
        first, order_id = self.of(client_order_id), f"venue-{len(self.state.orders) + 1}"
        since = first.created_at + timedelta(seconds=-1 if older else 1)
        self.state.orders[order_id] = replace(first, order_id=order_id, created_at=since)
        self.twins.add(order_id)
        self._changed()
        return self.state.orders[order_id]

    def fill(self, client_order_id: str, count: int, fee: int = 0) -> VenueFill:
        return self.fill_held(self.of(client_order_id), count, fee)

    def fill_held(self, held: Held, count: int, fee: int = 0) -> VenueFill:
        """Let somebody trade against an order."""
        count = min(count, held.remaining)
        held.filled += count
        state = self.state
        bought = state.bought.setdefault(held.ticker, Counter())
        pairs = min(bought[Side.YES], bought[Side.NO])
        bought[held.side] += count
        state.cash += (min(bought[Side.YES], bought[Side.NO]) - pairs) * 10_000
        state.cash -= held.price.e4 * count + fee
        fill = VenueFill(
            trade_id=f"trade-{len(state.fills) + 1}",
            order_id=held.order_id,
            ticker=held.ticker,
            side=held.side,
            price=held.price,
            contracts=Contracts(count),
            fee=Money(fee),
            is_taker=False,
            filled_at=self.clock.now(),
        )
        state.fills.append(fill)
        self._changed()
        return fill

    def foreign_order(self, ticker: str) -> str:
        """Rest an order that nobody here sent."""
        order_id = f"venue-{len(self.state.orders) + 1}"
        self.state.orders[order_id] = Held(
            order_id, "", ticker, Side.YES, Price(100), 100, self.clock.now(), 2**40
        )
        self._changed()
        return order_id

    def settle(self, ticker: str, *, yes: bool) -> None:
        bought = self.state.bought.get(ticker, Counter())
        net = bought[Side.YES] - bought[Side.NO]
        paid = max(0, net if yes else -net) * 10_000
        self.state.cash += paid
        self.state.settled.add(ticker)
        self.state.settlements.append(
            VenueSettlement(ticker=ticker, revenue=Money(paid), settled_at=self.clock.now())
        )
        self._changed()

    # --- writes ----------------------------------------------------------------------------------

    def batch_max(self) -> int:
        return self.batch_size

    async def create(self, request: OrderRequest, last_check: LastCheck) -> CreateAnswer:
        last_check()
        word = await self._sent(f"create {request.ticker}")
        if word == "ok":
            return self._create(request)
        if word in {"ack lost", "no order", "late"} or word.startswith("done"):
            self._create(request)
        return CreateAnswer(*self._failed(word))

    async def create_batch(
        self, requests: Sequence[OrderRequest], last_check: LastCheck
    ) -> BatchAnswer:
        last_check()
        word = await self._sent(f"create batch {len(requests)}")
        if word == "half":
            answers = [
                self._create(request) if n % 2 == 0 else CreateAnswer(400, None, "invalid_price")
                for n, request in enumerate(requests)
            ]
        elif word == "ok":
            answers = [self._create(request) for request in requests]
        else:
            if word in {"ack lost", "no order"} or word.startswith("done"):
                for request in requests:
                    self._create(request)
            status, _, code = self._failed(word)
            return BatchAnswer(status, None, code)
        items = tuple(
            ItemAnswer(ack=a.ack) if a.ack else ItemAnswer(code=a.code, detail=a.detail)
            for a in answers
        )
        return BatchAnswer(201, items)

    async def cancel(self, order_id: str, ticker: str) -> ChangeAnswer:  # noqa: ARG002
        word = await self._sent(f"cancel {order_id}")
        if word == "ok":
            return self._cancel(order_id)
        if word in {"ack lost", "no order"} or word.startswith("done"):
            self._cancel(order_id)
        return ChangeAnswer(*self._failed(word))

    async def cancel_batch(self, targets: Sequence[tuple[str, str]]) -> BatchAnswer:
        word = await self._sent(f"cancel batch {len(targets)}")
        if word != "ok":
            status, _, code = self._failed(word)
            return BatchAnswer(status, None, code)
        answers = [self._cancel(order_id) for order_id, _ in targets]
        items = (
            ItemAnswer(count=a.count) if a.count is not None else ItemAnswer(code=a.code)
            for a in answers
        )
        return BatchAnswer(200, tuple(items))

    async def cancel_everything(self) -> ChangeAnswer:
        word = await self._sent("cancel all")
        if word == "ok" or word in {"ack lost", "no order"}:
            for held in self.state.orders.values():
                held.removed += held.remaining
            self._changed()
        if word == "ok":
            return ChangeAnswer(204)
        return ChangeAnswer(*self._failed(word))

    async def decrease(
        self,
        order_id: str,
        ticker: str,  # noqa: ARG002
        to: Contracts,
    ) -> ChangeAnswer:
        word = await self._sent(f"decrease {order_id}")
        held = self.state.orders.get(order_id)
        if held is None or not held.remaining:
            return ChangeAnswer(404, None, "not_found")
        if word in {"ok", "ack lost"}:
            held.removed += max(0, held.remaining - to.e2)
            self._changed()
        if word == "ok":
            return ChangeAnswer(200, Contracts(held.remaining))
        return ChangeAnswer(*self._failed(word))

    async def create_group(self, limit: Contracts) -> str:
        await self._sent("create group")
        self.groups.append(limit)
        return f"group-{len(self.groups)}"

    async def reset_group(self, group_id: str) -> ChangeAnswer:
        await self._sent(f"reset {group_id}")
        self.triggered.discard(group_id)
        return ChangeAnswer(200)

    async def trigger_group(self, group_id: str) -> ChangeAnswer:
        word = await self._sent(f"trigger {group_id}")
        if word in {"ok", "ack lost", "no order"}:
            self.triggered.add(group_id)
            for held in self.state.orders.values():
                if held.group_id == group_id:
                    held.removed += held.remaining
            self._changed()
        return ChangeAnswer(200) if word == "ok" else ChangeAnswer(*self._failed(word))

    # --- questions -------------------------------------------------------------------------------

    async def orders(
        self,
        *,
        ticker: str | None = None,
        status: VenueStatus | None = None,
        since: datetime | None = None,
    ) -> tuple[VenueOrder, ...]:
        state = await self._asked("orders")
        return tuple(
            shown
            for held in state.orders.values()
            if ticker in {None, held.ticker}
            and (since is None or held.created_at >= since)
            and (shown := held.shown()).status in {status or shown.status}
        )

    async def order(self, order_id: str) -> VenueOrder | None:
        held = (await self._asked(f"order {order_id}")).orders.get(order_id)
        return None if held is None else held.shown()

    async def fills(
        self, *, ticker: str | None = None, since: datetime | None = None
    ) -> tuple[VenueFill, ...]:
        state = await self._asked("fills")
        return tuple(
            fill
            for fill in state.fills
            if ticker in {None, fill.ticker} and (since is None or fill.filled_at >= since)
        )

    async def positions(self) -> tuple[VenuePosition, ...]:
        state = await self._asked("positions")
        return tuple(
            VenuePosition(
                ticker=ticker, net_e2=bought[Side.YES] - bought[Side.NO], at_risk=Money(0)
            )
            for ticker, bought in state.bought.items()
            if ticker not in state.settled
        )

    async def settlements(
        self,
        *,
        since: datetime | None = None,  # noqa: ARG002
    ) -> tuple[VenueSettlement, ...]:
        return tuple((await self._asked("settlements")).settlements)

    async def cash(self) -> Money:
        state = await self._asked("cash")
        locked = 0
        for side in Side:
            for ticker in {held.ticker for held in state.orders.values()}:
                resting = [o for o in state.orders.values() if (o.ticker, o.side) == (ticker, side)]
                bought = state.bought.get(ticker, Counter())
                closable = max(0, bought[side.other] - bought[side])
                cost = sum(o.price.e4 * o.remaining for o in resting)
                locked += max(0, cost - 10_000 * min(closable, sum(o.remaining for o in resting)))
        return Money(state.cash - locked)

    async def data_as_of(self) -> datetime | None:
        await self._asked("as of")
        return self.clock.now() - timedelta(seconds=self.lag_s) if self.says_as_of else None

    # --- inside ----------------------------------------------------------------------------------

    async def _sent(self, request: str) -> str:
        self.requests.append(request)
        word = self.script.popleft() if self.script else "ok"
        if word == "unsent":
            raise WireFailed(WireFault.NOT_CONNECTED, "no connection", may_have_arrived=False)
        await asyncio.sleep(self.latency_s)
        return word

    def _failed(self, word: str) -> tuple[int, None, str]:
        if word == "no order":
            return 201, None, ""
        if word in {"lost", "ack lost", "late"}:
            raise WireFailed(WireFault.TIMEOUT, "no answer")
        status, _, code = word.removeprefix("done ").partition(" ")
        return int(status), None, code

    def _create(self, request: OrderRequest) -> CreateAnswer:
        assert request.post_only
        assert request.cancel_order_on_pause
        if self.by_client_id()[request.client_order_id]:
            return CreateAnswer(409, None, "order_already_exists")
        if request.order_group_id in self.triggered:
            return CreateAnswer(400, None, "order_group_triggered")
        side = Side.YES if request.side == "bid" else Side.NO
        price = Price.parse(request.price)
        held = Held(
            f"venue-{len(self.state.orders) + 1}",
            request.client_order_id,
            request.ticker,
            side,
            price if side is Side.YES else price.complement(),
            Contracts.parse(request.count).e2,
            self.clock.now(),
            request.expiration_time,
            group_id=request.order_group_id,
        )
        self.state.orders[held.order_id] = held
        self._changed()
        return CreateAnswer(201, Ack(held.order_id, Contracts(0), Contracts(held.remaining)))

    def _cancel(self, order_id: str) -> ChangeAnswer:
        held = self.state.orders.get(order_id)
        if held is None or not held.remaining:
            return ChangeAnswer(404, None, "not_found")
        removed = held.remaining
        held.removed += removed
        self._changed()
        return ChangeAnswer(200, Contracts(removed))

    async def _asked(self, question: str) -> State:
        await asyncio.sleep(self.latency_s)
        word = self.reads.popleft() if self.reads else "ok"
        if word == "fail":
            raise VenueUnavailable(f"GET {question}: timeout (4 tries)")
        if word == "401":
            raise VenueRefused(401, "authentication_error", f"GET {question}: 401")
        self._expire()
        if not self.lag_s:
            return self.state
        seen_at = self.clock.now() - timedelta(seconds=self.lag_s)
        return next(state for at, state in reversed(self._past) if at <= seen_at)

    def _expire(self) -> None:
        now_s = self.clock.now().timestamp()
        due = [o for o in self.state.orders.values() if o.remaining and now_s >= o.expires_s]
        for held in due:
            held.removed += held.remaining
        if due:
            self._changed()

    def _changed(self) -> None:
        if self.lag_s:
            self._past.append((self.clock.now(), copy.deepcopy(self.state)))


class DurableVenue(FakeVenue):
    """The same, on disk: it outlives the process that talks to it."""

    def __init__(self, clock: Clock, path: Path) -> None:
        super().__init__(clock, latency_s=0.0)
        self._path = path
        if path.exists():
            self.state = pickle.loads(path.read_bytes())  # noqa: S301 - our own test's file

    def _changed(self) -> None:
        super()._changed()
        beside = self._path.with_suffix(".new")
        beside.write_bytes(pickle.dumps(self.state))
        beside.replace(self._path)
