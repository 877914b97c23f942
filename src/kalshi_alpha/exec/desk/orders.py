"""Orders that may still trade and the newest fills, from the journal and the papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kalshi_alpha.brokers.journal import read_journal, read_journal_state
from kalshi_alpha.core.errors import DomainError, TornFile
from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.exec.desk.desk import FillSeen, OrderSeen
from kalshi_alpha.exec.desk.profit import FILLS_SHOWN


@dataclass(frozen=True, slots=True)
class Journalled:
    """What a journal amounts to.

    Attributes
    ----------
    account
        Whose it is, such as ``demo``; empty if it does not say.
    events
        How many it holds.
    blotter
        Their fold; it goes on changing as the journal grows.
    orders, fills
        Orders that may still trade, and the newest fills.
    """

    account: str
    events: int
    blotter: Blotter
    orders: tuple[OrderSeen, ...]
    fills: tuple[FillSeen, ...]


class JournalTail:
    """A journal that grows: each look folds only what is new.

    Parameters
    ----------
    path
        The journal.

    Raises
    ------
    MissingData
        If there is none.
    TornFile, NewerSchema
        If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._account = read_journal_state(path).account or ""
        self._blotter, self._events = Blotter(), 0

    def read(self) -> Journalled:
        """Return what the journal amounts to now.

        Raises
        ------
        MissingData, TornFile, NewerSchema
            If it cannot be read any more, or its events contradict each other.
        """
        for event in read_journal(self._path, self._events):
            try:
                self._blotter.apply(event)
            except DomainError as error:
                raise TornFile(f"{self._path}: {error}") from error
            self._events += 1
        orders = tuple(map(_order, self._blotter.live()))
        fills = _fills(self._blotter.orders.values())
        return Journalled(self._account, self._events, self._blotter, orders, fills)


def journal_files(path: Path) -> tuple[Path, Path]:
    """Return the files that change when an event is appended: the database and its log."""
    return path, path.with_name(f"{path.name}-wal")


def _order(order: OrderRecord) -> OrderSeen:
    intent = order.intent
    return OrderSeen(
        source="journal",
        order_id=order.client_order_id,
        series=intent.series,
        event=intent.event_ticker,
        ticker=intent.ticker,
        side=intent.side,
        price_e4=intent.price.e4,
        open=order.open,
        filled=order.filled,
        state=order.state.value,
        placed_at=order.intended_at,
        expires_at=intent.expires_at,
        at_risk=order.open_at_risk,
    )


def _fills(orders: Iterable[OrderRecord]) -> tuple[FillSeen, ...]:
    found = [
        FillSeen(
            source="journal",
            at=fill.at,
            ticker=order.intent.ticker,
            side=fill.side,
            price_e4=fill.price.e4,
            contracts=fill.contracts,
            fee=fill.fee,
        )
        for order in orders
        for fill in order.fills.values()
    ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:FILLS_SHOWN])


def paper_orders_seen(orders: Iterable[OpenPaperOrder], at: datetime) -> tuple[OrderSeen, ...]:
    """Return paper orders: what fills them is known only once their end was judged.

    One whose end has come is shown as ``due``: the next run judges it.
    """
    return tuple(
        OrderSeen(
            source="paper",
            order_id=order.intent.client_order_id,
            series=order.intent.series,
            event=order.intent.event_ticker,
            ticker=order.intent.ticker,
            side=order.intent.side,
            price_e4=order.intent.price.e4,
            open=order.intent.contracts,
            filled=Contracts(0),
            state="resting" if at < order.intent.expires_at else "due",
            placed_at=order.intent.decided_at,
            expires_at=order.intent.expires_at,
            at_risk=order.intent.at_risk,
        )
        for order in orders
    )
