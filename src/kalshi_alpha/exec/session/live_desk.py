"""A live gateway as the quoting loop sees it: plans in, orders out, no refusal asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Acknowledgement, Clock
from kalshi_alpha.core.quoting.plan import Step
from kalshi_alpha.core.quoting.quotes import RestingOrder
from kalshi_alpha.core.types import Market, Price, Side
from kalshi_alpha.exec.quoting.desk import DeskState
from kalshi_alpha.exec.quoting.solver import Lot

REFUSED_FOR = timedelta(seconds=5)
"""How long a place is left alone after an order for it was refused."""


@dataclass(frozen=True, slots=True)
class QuotedMarket:
    """What an order needs to know of its market."""

    series: str
    market: Market
    fees: FeeTerms


class LiveDesk:
    """Carries plans to a gateway.

    Parameters
    ----------
    gateway
        Of the account.
    markets
        Those that are quoted, by ticker.
    clock
        Dates decisions.
    ends_at
        When every order must be gone: freeze, or end of the window; a market's close comes
        first where it is earlier.
    on_refused
        Called with one line for every order that was not placed.
    belief
        Returns what the last quote of a side was made from.
    """

    def __init__(
        self,
        gateway: LiveGateway,
        markets: Mapping[str, QuotedMarket],
        clock: Clock,
        ends_at: datetime,
        on_refused: Callable[[str], None] = lambda _: None,
        belief: Callable[[str, Side], Belief | None] = lambda _ticker, _side: None,
    ) -> None:
        self._gateway, self._markets, self._clock = gateway, markets, clock
        self._ends_at, self._on_refused = ends_at, on_refused
        self._belief = belief
        self._left_alone: dict[tuple[str, Side], datetime] = {}
        self._decided_at: datetime | None = None
        self._nonce = 0

    def state(self) -> DeskState:
        """Return our orders and holdings as the journal has them now."""
        blotter, now = self._gateway.blotter, self._clock.now()
        under_way = self._gateway.under_way
        resting, busy = [], {place for place, end in self._left_alone.items() if now < end}
        rests = {order.client_order_id for order in blotter.resting()}
        for order in blotter.live():
            settled = order.client_order_id in rests and order.client_order_id not in under_way
            if settled and order.order_id is not None and order.open.e2:
                resting.append(
                    RestingOrder(
                        order.client_order_id,
                        order.order_id,
                        order.intent.ticker,
                        order.intent.side,
                        order.intent.price,
                        order.open,
                    )
                )
            else:
                busy.add((order.intent.ticker, order.intent.side))
        return DeskState(tuple(resting), frozenset(busy), blotter.locked, blotter.positions)

    async def cancel(self, steps: Sequence[Step]) -> None:
        """Cancel orders; what is not known to be gone stays in the next state."""
        wanted = [step.client_order_id for step in steps if step.client_order_id is not None]
        try:
            await self._gateway.cancel_batch(wanted)
        except OrderUnknown as error:
            self._on_refused(f"cancel: {error}")

    async def cut(self, steps: Sequence[Step]) -> None:
        """Make orders smaller in place."""
        for step in steps:
            if step.client_order_id is None:
                continue
            try:
                await self._gateway.decrease(step.client_order_id, step.contracts)
            except OrderUnknown as error:
                self._on_refused(f"{step.ticker}: {error}")

    async def place(self, steps: Sequence[Step]) -> None:
        """Rest new orders; the gateway asks the gate and the caps once more for each."""
        intents = [self._intent(step) for step in steps]
        placed = await self._gateway.place_batch(intents)
        now = self._clock.now()
        for step, said in zip(steps, placed, strict=True):
            if not isinstance(said, Acknowledgement):
                self._left_alone[step.ticker, step.side] = now + REFUSED_FOR
                self._on_refused(f"{step.ticker} {step.side.value.upper()}: {said}")

    def _intent(self, step: Step) -> OrderIntent:
        quoted, price = self._markets[step.ticker], Price(step.price_e4)
        fee = order_fee(quoted.fees, price, step.contracts, Liquidity.MAKER, DIRECT_STEP_E6)
        now = self._clock.now()
        # Orders of one instant that are alike in everything else are told apart by a number.
        self._nonce = self._nonce + 1 if now == self._decided_at else 0
        self._decided_at = now
        return OrderIntent(
            series=quoted.series,
            event_ticker=quoted.market.event_ticker,
            ticker=step.ticker,
            side=step.side,
            price=price,
            contracts=step.contracts,
            expires_at=min(self._ends_at, quoted.market.close_at),
            decided_at=now,
            nonce=self._nonce,
            fee_max=fee,
            belief=self._belief(step.ticker, step.side),
        )


def paid_lots(blotter: Blotter) -> dict[str, Lot]:
    """Return what was paid for what is held, by market: the average of its side's fills, upward."""
    bought: dict[tuple[str, Side], tuple[int, int]] = {}
    for order in blotter.orders.values():
        for fill in order.fills.values():
            place = (order.intent.ticker, fill.side)
            cost, count = bought.get(place, (0, 0))
            bought[place] = (
                cost + fill.price.e4 * fill.contracts.e2,
                count + fill.contracts.e2,
            )
    lots: dict[str, Lot] = {}
    for ticker, net in blotter.positions.items():
        side = Side.YES if net > 0 else Side.NO
        cost, count = bought.get((ticker, side), (0, 0))
        if count:
            lots[ticker] = Lot(side, Price(-(-cost // count)))
    return lots
