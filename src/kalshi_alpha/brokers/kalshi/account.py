"""One account at the venue, as the live gateway sees it: the client's words put into ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from kalshi_alpha.brokers.kalshi.account_payloads import FillPayload, OrderPayload
from kalshi_alpha.brokers.kalshi.calls import WriteReply
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.order_payloads import (
    BatchItem,
    BatchReply,
    CancelTarget,
    Decrease,
    NewOrder,
    OrderAck,
)
from kalshi_alpha.brokers.kalshi.order_writes import BATCH
from kalshi_alpha.brokers.kalshi.stream_frames import FillMsg, UserOrderMsg
from kalshi_alpha.brokers.kalshi.venue_errors import VenueRefusal, item_refusal
from kalshi_alpha.brokers.kalshi.wire_text import count_text
from kalshi_alpha.brokers.venue_port import (
    Ack,
    BatchAnswer,
    ChangeAnswer,
    CreateAnswer,
    ItemAnswer,
    LastCheck,
)
from kalshi_alpha.core.errors import (
    DomainError,
    ParseRefused,
    VenueRefused,
    VenueUnavailable,
)
from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.request import OrderRequest
from kalshi_alpha.core.orders.venue_view import (
    VenueFill,
    VenueOrder,
    VenuePosition,
    VenueSettlement,
)
from kalshi_alpha.core.types import Contracts, Money, Price, Side

T = TypeVar("T")
_UNKNOWN = 404
# An item carries no status of its own; that of the whole batch says only that it was read.
_ITEM_STATUS = 201


class KalshiAccount:
    """Speaks for one account; every write is sent once, and answered as it was.

    Parameters
    ----------
    client
        Of the account's environment.
    """

    def __init__(self, client: VenueClient) -> None:
        self._client = client

    def batch_max(self) -> int:
        """Return how many new orders the write bucket pays in one request within a second.

        A full bucket pays all it holds at once; from an emptier one a larger batch would wait
        until its orders are too old to be sent.
        """
        limits, path = self._client.limits, self._client.host.rest_prefix + BATCH
        soon = limits.write.available() + limits.write.rate
        paid = int(soon // max(1, limits.costs.of("POST", path)))
        return max(1, min(limits.batch_max("POST", path), paid))

    # --- writes ---------------------------------------------------------------------------------

    async def create(self, request: OrderRequest, last_check: LastCheck) -> CreateAnswer:
        """Send an order once."""
        reply = await self._client.create_order(_new_order(request), last_check=last_check)
        code, detail = _words(reply.error)
        return CreateAnswer(reply.status, _ack(reply.decoded), code, detail)

    async def create_batch(
        self, requests: Sequence[OrderRequest], last_check: LastCheck
    ) -> BatchAnswer:
        """Send orders in one request, once."""
        orders = [_new_order(request) for request in requests]
        return _batch(await self._client.create_orders(orders, last_check=last_check))

    async def cancel(self, order_id: str, ticker: str) -> ChangeAnswer:
        """Cancel an order."""
        reply = await self._client.cancel_order(order_id, ticker)
        return _change(reply, None if reply.decoded is None else reply.decoded.cancelled)

    async def cancel_batch(self, targets: Sequence[tuple[str, str]]) -> BatchAnswer:
        """Cancel orders in one request."""
        wanted = [CancelTarget(order_id, ticker) for order_id, ticker in targets]
        return _batch(await self._client.cancel_orders(wanted))

    async def cancel_everything(self) -> ChangeAnswer:
        """Cancel every order of the account."""
        return _change(await self._client.cancel_all(), None)

    async def decrease(self, order_id: str, ticker: str, to: Contracts) -> ChangeAnswer:
        """Make an order smaller in place."""
        change = Decrease(reduce_to=count_text(to), market_ticker=ticker)
        reply = await self._client.decrease_order(order_id, change)
        return _change(reply, None if reply.decoded is None else reply.decoded.remaining)

    async def create_group(self, limit: Contracts) -> str:
        """Make an order group and return its id.

        Raises
        ------
        VenueRefused
            If the venue refuses.
        VenueUnavailable
            If its answer names no group.
        """
        reply = await self._client.create_group(limit)
        if reply.error is not None:
            raise reply.error.error("create an order group")
        if reply.decoded is None:
            raise VenueUnavailable("create an order group: the answer names none")
        return reply.decoded.order_group_id

    async def reset_group(self, group_id: str) -> ChangeAnswer:
        """Let a group that cancelled its orders take new ones."""
        return _change(await self._client.reset_group(group_id), None)

    async def trigger_group(self, group_id: str) -> ChangeAnswer:
        """Cancel a group's orders and refuse those that are still on their way to it."""
        return _change(await self._client.trigger_group(group_id), None)

    # --- questions ------------------------------------------------------------------------------

    async def orders(
        self,
        *,
        ticker: str | None = None,
        status: VenueStatus | None = None,
        since: datetime | None = None,
    ) -> tuple[VenueOrder, ...]:
        """Return orders of the account."""
        word = None if status is None else status.value
        found = await _usable(lambda: self._client.orders(ticker=ticker, status=word, min_ts=since))
        return tuple(_read(found, venue_order))

    async def order(self, order_id: str) -> VenueOrder | None:
        """Return an order, or None if the venue does not know it (yet)."""
        try:
            found = await _usable(lambda: self._client.order(order_id))
        except VenueRefused as error:
            if error.status == _UNKNOWN:
                return None
            raise
        return _read([found], venue_order)[0]

    async def fills(
        self, *, ticker: str | None = None, since: datetime | None = None
    ) -> tuple[VenueFill, ...]:
        """Return fills of the account."""
        found = await _usable(lambda: self._client.fills(ticker=ticker, min_ts=since))
        return tuple(_read(found, venue_fill))

    async def positions(self) -> tuple[VenuePosition, ...]:
        """Return what is held; markets in which nothing is held are left out."""
        found = await _usable(self._client.positions)
        return tuple(
            VenuePosition(
                ticker=each.ticker,
                net_e2=each.net_e2,
                at_risk=Money.parse(each.market_exposure_dollars),
            )
            for each in found
            if each.net_e2
        )

    async def settlements(self, *, since: datetime | None = None) -> tuple[VenueSettlement, ...]:
        """Return what settled."""
        found = await _usable(lambda: self._client.settlements(min_ts=since))
        return tuple(
            VenueSettlement(ticker=each.ticker, revenue=each.paid, settled_at=each.settled_time)
            for each in found
        )

    async def cash(self) -> Money:
        """Return the free cash."""
        return (await _usable(self._client.balance)).cash

    async def data_as_of(self) -> datetime | None:
        """Return as of when the account's answers stand."""
        return await _usable(self._client.data_timestamp)


def venue_order(payload: OrderPayload) -> VenueOrder:
    """Put an order of the account's list into our own words."""
    return VenueOrder(
        order_id=payload.order_id,
        client_order_id=payload.client_order_id or None,
        ticker=payload.ticker,
        side=payload.outcome_side,
        price=_own(payload.outcome_side, payload.yes_price),
        status=VenueStatus.read(payload.status),
        initial=payload.initial,
        filled=payload.filled,
        remaining=payload.remaining,
        group_id=payload.order_group_id,
        created_at=payload.created_time,
    )


def venue_fill(payload: FillPayload) -> VenueFill:
    """Put a fill of the account's list into our own words."""
    return VenueFill(
        trade_id=payload.trade_id,
        order_id=payload.order_id,
        ticker=payload.ticker,
        side=payload.outcome_side,
        price=_own(payload.outcome_side, payload.yes_price),
        contracts=payload.contracts,
        fee=payload.fee,
        is_taker=payload.is_taker,
        filled_at=payload.created_time,
    )


def streamed_order(message: UserOrderMsg) -> VenueOrder:
    """Put an order that the stream shows into our own words.

    Raises
    ------
    DomainError
        If a price or count of it is none.
    """
    return VenueOrder(
        order_id=message.order_id,
        client_order_id=message.client_order_id or None,
        ticker=message.ticker,
        side=message.outcome_side,
        price=_own(message.outcome_side, Price.parse(message.yes_price_dollars)),
        status=VenueStatus.read(message.status),
        initial=Contracts.parse(message.initial_count_fp),
        filled=Contracts.parse(message.fill_count_fp),
        remaining=Contracts.parse(message.remaining_count_fp),
    )


def streamed_fill(message: FillMsg) -> VenueFill:
    """Put a fill that the stream shows into our own words.

    Raises
    ------
    DomainError
        If a price, count or fee of it is none.
    """
    return VenueFill(
        trade_id=message.trade_id,
        order_id=message.order_id,
        ticker=message.market_ticker,
        side=message.outcome_side,
        price=_own(message.outcome_side, Price.parse(message.yes_price_dollars)),
        contracts=Contracts.parse(message.count_fp),
        fee=Money.parse(message.fee_cost),
        is_taker=message.is_taker,
        filled_at=datetime.fromtimestamp(message.ts_ms / 1000, UTC),
        client_order_id=message.client_order_id or None,
    )


def _own(side: Side, yes_price: Price) -> Price:
    return yes_price if side is Side.YES else yes_price.complement()


def _new_order(request: OrderRequest) -> NewOrder:
    # Every field as it was requested: nothing is said of an order in two places.
    return msgspec.convert(request, NewOrder, from_attributes=True)


def _ack(ack: OrderAck | None) -> Ack | None:
    if ack is None or ack.error is not None:
        return None
    return Ack(ack.order_id, ack.filled, ack.remaining)


def _words(refusal: VenueRefusal | None) -> tuple[str, str]:
    if refusal is None:
        return "", ""
    return refusal.code, " ".join(each for each in (refusal.message, refusal.details) if each)


def _change(reply: WriteReply[Any], count: Contracts | None) -> ChangeAnswer:
    code, detail = _words(reply.error)
    return ChangeAnswer(reply.status, count, code, detail)


def _batch(reply: WriteReply[BatchReply]) -> BatchAnswer:
    code, detail = _words(reply.error)
    if reply.decoded is None:
        return BatchAnswer(reply.status, None, code, detail)
    return BatchAnswer(reply.status, tuple(_item(each) for each in reply.decoded.orders))


def _item(item: BatchItem) -> ItemAnswer:
    """Read an item whole: one with an order and an error contradicts itself, and must show it."""
    count = None if item.reduced_by is None else Contracts.parse(item.reduced_by)
    ack = None
    if item.order_id and item.fill_count is not None and item.remaining_count is not None:
        filled, remaining = Contracts.parse(item.fill_count), Contracts.parse(item.remaining_count)
        ack = Ack(item.order_id, filled, remaining)
    if item.error is None:
        return ItemAnswer(ack=ack, count=count, order_id=item.order_id)
    refusal = item_refusal(_ITEM_STATUS, item.error)
    code, detail = _words(refusal)
    return ItemAnswer(ack, count, code, detail, item.order_id)


async def _usable(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask, and say of an answer that cannot be read that there was none.

    Raises
    ------
    VenueUnavailable
        If the answer cannot be read.
    """
    try:
        return await ask()
    except ParseRefused as error:
        raise VenueUnavailable(str(error)) from error


def _read(payloads: Sequence[Any], put: Callable[[Any], T]) -> list[T]:
    try:
        return [put(payload) for payload in payloads]
    except DomainError as error:
        raise VenueUnavailable(f"an answer cannot be read: {error}") from error
