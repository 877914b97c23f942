"""Every market of a scan as plain data: what proposals' documents and explanations hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kalshi_alpha.core.book.order_book import Level, OrderBook
from kalshi_alpha.core.proposals.explained import explained_markets
from kalshi_alpha.core.proposals.explained_market import ExplainedMarket
from kalshi_alpha.core.proposals.proposal import Passed
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.exec.plain import plain
from kalshi_alpha.exec.scanning import Scanned

_LEVELS = 5  # what a picture of the book's depth can show


def market_documents(scanned: Scanned) -> list[dict[str, Any]]:
    """Return every market of a scan once, each with its order or the first thing that stopped it.

    Probabilities are those of YES outside of ``quote``, and those of the side to buy within.
    """
    passed = {each.market_ticker: each for each in scanned.passed}
    snapshots = {each.ladder.event_ticker: each for each in scanned.snapshots}
    told = [] if scanned.trace is None else explained_markets(scanned.trace)
    listed = {each.market.ticker for each in told}
    looked_at = [
        _looked_at(each, snapshots[each.market.event_ticker], passed.get(each.market.ticker))
        for each in told
    ]
    return looked_at + [
        _unreadable(each, snapshots.get(each.event_ticker))
        for ticker, each in passed.items()
        if ticker not in listed
    ]


def _looked_at(
    told: ExplainedMarket, snapshot: LadderSnapshot, passed: Passed | None
) -> dict[str, Any]:
    market, grid = told.market, snapshot.ladder.grid
    low, high = told.interval.lo, told.interval.hi
    return {
        "market_ticker": market.ticker,
        **_ladder(snapshot),
        "strike": str(market.strike),
        "pays_from": None if low is None else str(grid.value(low)),
        "pays_to": None if high is None else str(grid.value(high)),
        "status": plain(market.status),
        "closes_at": plain(market.close_at),
        **_touch(told.book),
        "prob_model": plain(told.prob_model),
        "prob_market": plain(told.prob_market),
        "prob_heard": plain(told.prob_heard),
        "prob_pooled": plain(told.prob_pooled),
        "pool_weight": plain(told.pool_weight),
        "quote": plain(told.quote),
        "size": plain(told.size),
        "caps": plain(told.caps),
        "order": plain(told.order),
        "stopped": None if passed is None else passed.reason.value,
        "why": _sentence(told, passed),
    }


def _sentence(told: ExplainedMarket, passed: Passed | None) -> str:
    if passed is not None:
        return passed.detail
    order, quote = told.order, told.quote
    assert order is not None and quote is not None  # noqa: S101, PT018 - what is not passed rests
    resting = f"{order.contracts} {quote.side.value.upper()} rest at {quote.price}"
    return f"{resting}, {order.max_loss.dollars:.2f} dollars at risk"


def _unreadable(passed: Passed, snapshot: LadderSnapshot | None) -> dict[str, Any]:
    ladder: Mapping[str, Any] = (
        dict.fromkeys(("series_ticker", "quantity", "unit", "risk_unit", "period"))
        | {"event_ticker": passed.event_ticker}
        if snapshot is None
        else _ladder(snapshot)
    )
    unknown = ("pays_from", "pays_to", "status", "closes_at")
    probabilities = ("prob_model", "prob_market", "prob_heard", "prob_pooled", "pool_weight")
    return {
        "market_ticker": passed.market_ticker,
        **ladder,
        "strike": passed.strike,
        **dict.fromkeys(unknown),
        **_touch(None),
        **dict.fromkeys(probabilities),
        "quote": None,
        "size": None,
        "caps": [],
        "order": None,
        "stopped": passed.reason.value,
        "why": passed.detail,
    }


def _ladder(snapshot: LadderSnapshot) -> dict[str, Any]:
    ladder = snapshot.ladder
    return {
        "event_ticker": ladder.event_ticker,
        "series_ticker": ladder.series_ticker,
        "quantity": ladder.quantity,
        "unit": ladder.grid.unit,
        "risk_unit": ladder.risk_unit,
        "period": snapshot.period.isoformat(),
    }


def _touch(book: OrderBook | None) -> dict[str, Any]:
    if book is None:
        return dict.fromkeys(("yes_bid", "yes_ask", "bid_size", "ask_size", "book"))
    return {
        "yes_bid": plain(book.best_yes_bid),
        "yes_ask": plain(book.best_yes_ask),
        "bid_size": plain(book.bid_size(Side.YES)),
        "ask_size": plain(book.ask_size(Side.YES)),
        "book": {
            "as_of": plain(book.as_of),
            "yes": [_level(each) for each in book.yes_bids[:_LEVELS]],
            "no": [_level(each) for each in book.no_bids[:_LEVELS]],
        },
    }


def _level(level: Level) -> list[str]:
    return [str(Price(level.price_e4)), str(Contracts(level.size_e2))]
