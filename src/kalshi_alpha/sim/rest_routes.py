"""Which handler serves which request, what it costs, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.sim import rest_groups, rest_orders, rest_portfolio, rest_public
from kalshi_alpha.sim.faults import Site
from kalshi_alpha.sim.rates import CANCEL_COST, DEFAULT_COST, Bucket
from kalshi_alpha.sim.rest_call import Handler

REST_PREFIX = "/trade-api/v2"
STREAM_PATH = "/trade-api/ws/v2"

Cost = Callable[[WireRequest], int]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Attributes
    ----------
    method
        Upper case.
    parts
        Segments below the prefix; one in braces takes any value under that name.
    handler
        What answers.
    endpoint
        What the venue calls it in messages.
    bucket, cost
        What it draws on, and how much.
    scope
        What a key must cover; empty for public endpoints.
    sites
        What may go wrong here besides what may go wrong everywhere.
    """

    method: str
    parts: tuple[str, ...]
    handler: Handler
    endpoint: str
    bucket: Bucket
    cost: Cost
    scope: str
    sites: frozenset[Site]


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """Return the route of a request and the values of its path, or None.

    A segment that is spelled out beats one that takes any value, so ``orders/queue_positions``
    is no order.
    """
    if not path.startswith(f"{REST_PREFIX}/"):
        return None
    parts = tuple(path[len(REST_PREFIX) + 1 :].split("/"))
    for route in _BY_SHAPE.get((method, len(parts)), ()):
        values = _match(route.parts, parts)
        if values is not None:
            return route, values
    return None


def _match(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for expected, part in zip(pattern, parts, strict=True):
        if expected.startswith("{") and part:
            values[expected[1:-1]] = part
        elif expected != part:
            return None
    return values


def _flat(tokens: int) -> Cost:
    return lambda _: tokens


def _per_item(tokens: int) -> Cost:
    return lambda request: tokens * rest_orders.batch_size(request.body)


def _route(
    method: str,
    template: str,
    handler: Handler,
    endpoint: str,
    *,
    cost: Cost | int = DEFAULT_COST,
    scope: str = "",
    bucket: Bucket | None = None,
    sites: frozenset[Site] = frozenset(),
) -> Route:
    writes = method != "GET"
    return Route(
        method=method,
        parts=tuple(template.split("/")),
        handler=handler,
        endpoint=endpoint,
        bucket=bucket or (Bucket.WRITE if writes else Bucket.READ),
        cost=_flat(cost) if isinstance(cost, int) else cost,
        scope=scope,
        sites=sites | ({Site.REQUEST, Site.WRITE} if writes else {Site.REQUEST}),
    )


def _public(template: str, handler: Handler, endpoint: str) -> Route:
    return _route("GET", template, handler, endpoint)


def _read(template: str, handler: Handler, endpoint: str, cost: int = DEFAULT_COST) -> Route:
    return _route("GET", template, handler, endpoint, scope="read", cost=cost)


def _write(
    method: str,
    template: str,
    handler: Handler,
    endpoint: str,
    cost: Cost | int = DEFAULT_COST,
    sites: frozenset[Site] = frozenset(),
) -> Route:
    return _route(method, template, handler, endpoint, cost=cost, scope="write::trade", sites=sites)


_CREATE = frozenset({Site.CREATE})
_CANCEL = frozenset({Site.CANCEL})
_BATCH = frozenset({Site.BATCH})
_ORDERS = "portfolio/events/orders"
_ORDER = f"{_ORDERS}/{{order_id}}"
_GROUPS = "portfolio/order_groups"
_GROUP = f"{_GROUPS}/{{order_group_id}}"
_CANDLES = "series/{series_ticker}/markets/{ticker}/candlesticks"

_PUBLIC = (
    _public("exchange/status", rest_public.exchange_status, "GetExchangeStatus"),
    _public("exchange/schedule", rest_public.exchange_schedule, "GetExchangeSchedule"),
    _public("historical/cutoff", rest_public.historical_cutoff, "GetHistoricalCutoff"),
    _public("series", rest_public.series_list, "GetSeriesList"),
    _public("series/fee_changes", rest_public.fee_changes, "GetSeriesFeeChanges"),
    _public("series/{series_ticker}", rest_public.series, "GetSeries"),
    _public(_CANDLES, rest_public.candles, "GetMarketCandlesticks"),
    _public("events", rest_public.events, "GetEvents"),
    _public("events/fee_changes", rest_public.event_fee_changes, "GetEventFeeChanges"),
    _public("events/{event_ticker}", rest_public.event, "GetEvent"),
    _public("markets", rest_public.markets, "GetMarkets"),
    _public("markets/trades", rest_public.trades, "GetTrades"),
    _public("markets/orderbooks", rest_public.order_books, "GetMarketOrderbooks"),
    _public("markets/candlesticks", rest_public.candles_of_markets, "GetMarketsCandlesticks"),
    _public("markets/{ticker}", rest_public.market, "GetMarket"),
    _public("markets/{ticker}/orderbook", rest_public.order_book, "GetMarketOrderbook"),
    _public("incentive_programs", rest_public.incentive_programs, "GetIncentivePrograms"),
    _public("account/endpoint_costs", rest_portfolio.endpoint_costs, "GetEndpointCosts"),
)
_READS = (
    _read("exchange/user_data_timestamp", rest_public.user_data_timestamp, "GetDataTimestamp"),
    _read("account/limits", rest_portfolio.account_limits, "GetAccountLimits"),
    _read("portfolio/orders", rest_portfolio.orders, "GetOrders"),
    _read("portfolio/orders/queue_positions", rest_portfolio.queue_positions, "GetQueuePositions"),
    _read("portfolio/orders/{order_id}", rest_portfolio.order, "GetOrder", cost=2),
    _read(
        "portfolio/orders/{order_id}/queue_position",
        rest_portfolio.queue_position,
        "GetQueuePosition",
    ),
    _read("portfolio/fills", rest_portfolio.fills, "GetFills"),
    _read("portfolio/positions", rest_portfolio.positions, "GetPositions"),
    _read("portfolio/settlements", rest_portfolio.settlements, "GetSettlements"),
    _read(_GROUPS, rest_groups.groups, "GetOrderGroups"),
    _read(_GROUP, rest_groups.group, "GetOrderGroup"),
    _route(
        "GET",
        "portfolio/balance",
        rest_portfolio.balance,
        "GetBalance",
        scope="read::portfolio_balance",
        bucket=Bucket.BALANCE,
    ),
)
_WRITES = (
    _write("POST", _ORDERS, rest_orders.create, "CreateOrder", sites=_CREATE),
    _write(
        "POST",
        f"{_ORDERS}/batched",
        rest_orders.create_batch,
        "BatchCreateOrders",
        _per_item(DEFAULT_COST),
        _CREATE | _BATCH,
    ),
    _write("DELETE", _ORDERS, rest_orders.cancel_all, "CancelAllOrders", CANCEL_COST, _CANCEL),
    _write(
        "DELETE",
        f"{_ORDERS}/batched",
        rest_orders.cancel_batch,
        "BatchCancelOrders",
        _per_item(CANCEL_COST),
        _CANCEL | _BATCH,
    ),
    _write("DELETE", _ORDER, rest_orders.cancel, "CancelOrder", CANCEL_COST, _CANCEL),
    _write("POST", f"{_ORDER}/amend", rest_orders.amend, "AmendOrder"),
    _write("POST", f"{_ORDER}/decrease", rest_orders.decrease, "DecreaseOrder"),
    _write("POST", f"{_GROUPS}/create", rest_groups.create_group, "CreateOrderGroup"),
    _write("PUT", f"{_GROUP}/reset", rest_groups.reset_group, "ResetOrderGroup"),
    _write("PUT", f"{_GROUP}/trigger", rest_groups.trigger_group, "TriggerOrderGroup"),
    _write("PUT", f"{_GROUP}/limit", rest_groups.set_group_limit, "SetOrderGroupLimit"),
    _write("DELETE", _GROUP, rest_groups.delete_group, "DeleteOrderGroup"),
    _route(
        "POST",
        "account/api_usage_level/upgrade",
        rest_portfolio.upgrade,
        "UpgradeUsageLevel",
        cost=30,
        scope="write",
    ),
)
ROUTES = (*_PUBLIC, *_READS, *_WRITES)


def _by_shape() -> dict[tuple[str, int], tuple[Route, ...]]:
    shapes: dict[tuple[str, int], list[Route]] = {}
    for route in sorted(ROUTES, key=lambda route: sum(p.startswith("{") for p in route.parts)):
        shapes.setdefault((route.method, len(route.parts)), []).append(route)
    return {shape: tuple(routes) for shape, routes in shapes.items()}


_BY_SHAPE = _by_shape()
