"""Endpoints that need no key: exchange, series, events, markets, books, prints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from kalshi_alpha.sim.candles import MINUTES
from kalshi_alpha.sim.engine_events import BookSnapshot
from kalshi_alpha.sim.market import ListingView
from kalshi_alpha.sim.rest_call import Answer, Call
from kalshi_alpha.sim.rest_catalogue import STATUS_FILTERS, Json, market_row
from kalshi_alpha.sim.rest_errors import bare, not_found
from kalshi_alpha.sim.rest_query import TICKERS_MAX, page
from kalshi_alpha.sim.rest_rows import trade_row
from kalshi_alpha.sim.rest_values import count_text, instant_text, price_text

EVENTS_LIMIT_MAX = 200
DEPTH_MAX = 100
# Quotes inside markets may be this old at the venue; nothing here is cached, but clients are told.
_CACHED = (("cache-control", "public, max-age=15"),)
# How long what is settled stays on the live endpoints, and orders that ended.
_SETTLED_KEPT = timedelta(days=60)
_ORDERS_KEPT = timedelta(days=14)
_STATUSES = frozenset(STATUS_FILTERS)


def exchange_status(call: Call) -> Answer:
    """``GET /exchange/status``."""
    engine = call.desk.engine
    shard = {
        "exchange_active": engine.exchange_active,
        "trading_active": engine.trading_active,
        "intra_exchange_transfers_active": engine.exchange_active,
    }
    default = {"exchange_index": 0, "description": "default"} | shard
    return Answer(shard | {"exchange_index_statuses": [default]})


def exchange_schedule(call: Call) -> Answer:
    """``GET /exchange/schedule``."""
    return Answer({"schedule": call.desk.catalogue.schedule})


def user_data_timestamp(call: Call) -> Answer:
    """``GET /exchange/user_data_timestamp``: up to when private reads show everything."""
    return Answer({"as_of_time": instant_text(call.desk.replica.as_of(call.at))})


def historical_cutoff(call: Call) -> Answer:
    """``GET /historical/cutoff``."""
    settled = instant_text(_midnight(call.at) - _SETTLED_KEPT)
    return Answer(
        {
            "market_settled_ts": settled,
            "trades_created_ts": settled,
            "orders_updated_ts": instant_text(_midnight(call.at) - _ORDERS_KEPT),
            "market_positions_last_updated_ts": settled,
        }
    )


def series(call: Call) -> Answer:
    """``GET /series/{series_ticker}``."""
    found = call.desk.catalogue.series.get(call.path["series_ticker"])
    if found is None:
        raise not_found()
    return Answer({"series": found}, headers=_CACHED)


def series_list(call: Call) -> Answer:
    """``GET /series``; it has no pages."""
    category = call.query.text("category")
    rows = [
        row
        for row in call.desk.catalogue.series.values()
        if category is None or row.get("category") == category
    ]
    return Answer({"series": rows}, headers=_CACHED)


def fee_changes(call: Call) -> Answer:
    """``GET /series/fee_changes``."""
    return Answer({"series_fee_change_arr": list(call.desk.catalogue.fee_changes)})


def event_fee_changes(_: Call) -> Answer:
    """``GET /events/fee_changes``; this exchange plans none."""
    return Answer({"event_fee_changes": [], "cursor": ""})


def incentive_programs(_: Call) -> Answer:
    """``GET /incentive_programs``, whose cursor has a name of its own."""
    return Answer({"incentive_programs": [], "next_cursor": ""})


def event(call: Call) -> Answer:
    """``GET /events/{event_ticker}``."""
    ticker = call.path["event_ticker"]
    found = call.desk.catalogue.events.get(ticker)
    if found is None:
        raise not_found()
    rows = [_row(call, view) for view in _of_event(call, ticker)]
    if call.query.flag("with_nested_markets"):
        return Answer({"event": {**found, "markets": rows}}, headers=_CACHED)
    return Answer({"event": found, "markets": rows}, headers=_CACHED)


def events(call: Call) -> Answer:
    """``GET /events``; a status matches an event if any of its markets has it."""
    query = call.query
    limit = query.limit(EVENTS_LIMIT_MAX, EVENTS_LIMIT_MAX)
    statuses = _statuses(call)
    series_ticker, tickers = query.text("series_ticker"), query.commas("tickers")
    nested = query.flag("with_nested_markets")
    rows: list[Json] = []
    for ticker, found in call.desk.catalogue.events.items():
        views = _of_event(call, ticker)
        if series_ticker not in {None, found["series_ticker"]}:
            continue
        if tickers is not None and ticker not in tickers:
            continue
        if statuses is not None and not any(view.status in statuses for view in views):
            continue
        rows.append({**found, "markets": [_row(call, v) for v in views]} if nested else found)
    shown, cursor = _paged(call, rows, "event_ticker", limit)
    return Answer({"events": shown, "cursor": cursor}, headers=_CACHED)


def market(call: Call) -> Answer:
    """``GET /markets/{ticker}``."""
    return Answer({"market": _row(call, _view(call, call.path["ticker"]))}, headers=_CACHED)


def markets(call: Call) -> Answer:
    """``GET /markets``."""
    query = call.query
    limit, statuses = query.limit(), _statuses(call)
    query.choice("mve_filter", frozenset({"only", "exclude"}))
    event_ticker, series_ticker = query.text("event_ticker"), query.text("series_ticker")
    tickers = query.commas("tickers")
    closes_from, closes_to = query.instant("min_close_ts"), query.instant("max_close_ts")
    rows = []
    for view in call.desk.engine.markets():
        listed = view.listed.market
        if tickers is not None and listed.ticker not in tickers:
            continue
        if event_ticker not in {None, listed.event_ticker}:
            continue
        if series_ticker not in {None, listed.ticker.partition("-")[0]}:
            continue
        if statuses is not None and view.status not in statuses:
            continue
        if (closes_from and view.close_at < closes_from) or (
            closes_to and view.close_at > closes_to
        ):
            continue
        rows.append(_row(call, view))
    if query.text("mve_filter") == "only":
        rows = []
    shown, cursor = _paged(call, rows, "ticker", limit)
    return Answer({"markets": shown, "cursor": cursor}, headers=_CACHED)


def order_book(call: Call) -> Answer:
    """``GET /markets/{ticker}/orderbook``."""
    depth = call.query.whole("depth", 0, DEPTH_MAX) or 0
    ticker = call.path["ticker"]
    _view(call, ticker)
    return Answer({"orderbook_fp": _book_row(call.desk.book(ticker, call.at), depth)})


def order_books(call: Call) -> Answer:
    """``GET /markets/orderbooks``; the parameter is repeated, a comma in it is part of a name."""
    tickers = call.query.repeated("tickers")
    if not 1 <= len(tickers) <= TICKERS_MAX:
        raise bare(
            "Parameter validation failed for GetMarketOrderbooks: Field validation for "
            "'Tickers' failed on the 'max' tag"
        )
    # A comma-joined value names one market only: the venue reads it up to the first comma.
    names = dict.fromkeys(ticker.partition(",")[0] for ticker in tickers)
    listed = {view.listed.market.ticker for view in call.desk.engine.markets()}
    rows = [
        {"ticker": name, "orderbook_fp": _book_row(call.desk.book(name, call.at), 0)}
        for name in names
        if name in listed
    ]
    return Answer({"orderbooks": rows})


def trades(call: Call) -> Answer:
    """``GET /markets/trades``, newest first; a market that is gone has none, and is no error."""
    query, catalogue = call.query, call.desk.catalogue
    limit, wanted = query.limit(), query.text("ticker")
    since, until = query.instant("min_ts"), query.instant("max_ts")
    only_blocks = query.text("is_block_trade") == "true"
    rows: list[tuple[datetime, Json]] = []
    for view in call.desk.engine.markets():
        ticker = view.listed.market.ticker
        if wanted in {None, ticker} and not only_blocks:
            rows += [(print_.at, print_.row) for print_ in catalogue.tape.get(ticker, ())]
            rows += [(trade.at, trade_row(trade)) for trade in call.desk.engine.trades(ticker)]
    rows = [
        each
        for each in rows
        if (since is None or each[0] >= since)
        and (until is None or each[0] <= until)
        and each[0] <= call.at
    ]
    shown, cursor = page(
        rows,
        lambda each: f"{each[0].isoformat(timespec='microseconds')} {each[1]['trade_id']}",
        query.text("cursor"),
        limit,
        descending=True,
        repeat=call.repeats_a_row,
    )
    return Answer({"trades": [row for _, row in shown], "cursor": cursor})


def candles(call: Call) -> Answer:
    """``GET /series/{series}/markets/{ticker}/candlesticks``."""
    ticker = call.path["ticker"]
    rows = _candle_rows(call, (_view(call, ticker).listed.market.ticker,))
    return Answer({"ticker": ticker, "candlesticks": rows[ticker]})


def candles_of_markets(call: Call) -> Answer:
    """``GET /markets/candlesticks``; a market that is not listed is left out."""
    listed = {view.listed.market.ticker for view in call.desk.engine.markets()}
    names = sorted((call.query.commas("market_tickers") or frozenset()) & listed)
    rows = _candle_rows(call, names).items()
    return Answer({"markets": [{"market_ticker": n, "candlesticks": each} for n, each in rows]})


def _candle_rows(call: Call, tickers: Iterable[str]) -> dict[str, list[dict[str, object]]]:
    period = call.query.choice("period_interval", frozenset(str(each) for each in MINUTES))
    since, until = call.query.instant("start_ts"), call.query.instant("end_ts")
    minutes = int(period or MINUTES[0])
    return {each: call.desk.candles.rows(each, minutes, since, until) for each in tickers}


def _statuses(call: Call) -> frozenset[object] | None:
    name = call.query.choice("status", _STATUSES)
    return None if name is None else frozenset(STATUS_FILTERS[name])


def _view(call: Call, ticker: str) -> ListingView:
    return call.desk.engine.market(ticker)


def _of_event(call: Call, event_ticker: str) -> list[ListingView]:
    views = call.desk.engine.markets()
    return [view for view in views if view.listed.market.event_ticker == event_ticker]


def _row(call: Call, view: ListingView) -> Json:
    listed = view.listed.market
    own = {"ticker": listed.ticker, "event_ticker": listed.event_ticker}
    return market_row(call.desk.catalogue.markets.get(listed.ticker, own), view)


def _paged(call: Call, rows: list[Json], name: str, limit: int) -> tuple[list[Json], str]:
    cursor = call.query.text("cursor")
    return page(rows, lambda row: str(row[name]), cursor, limit, repeat=call.repeats_a_row)


def _book_row(book: BookSnapshot, depth: int) -> Json:
    return {
        "yes_dollars": _levels(book.yes[-depth:]),
        "no_dollars": _levels(book.no[-depth:]),
    }


def _levels(levels: tuple[tuple[int, int], ...]) -> list[list[str]]:
    return [[price_text(price_e4), count_text(size_e2)] for price_e4, size_e2 in levels]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
