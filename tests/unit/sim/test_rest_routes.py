from __future__ import annotations

import json

import pytest

from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.sim.faults import Site
from kalshi_alpha.sim.rates import Bucket
from kalshi_alpha.sim.rest_routes import REST_PREFIX, ROUTES, find


def _found(method: str, path: str) -> str | None:
    found = find(method, f"{REST_PREFIX}/{path}")
    return None if found is None else found[0].endpoint


@pytest.mark.parametrize(
    ("method", "path", "endpoint"),
    [
        ("GET", "portfolio/orders", "GetOrders"),
        ("GET", "portfolio/orders/queue_positions", "GetQueuePositions"),
        ("GET", "portfolio/orders/0001", "GetOrder"),
        ("POST", "portfolio/events/orders", "CreateOrder"),
        ("POST", "portfolio/events/orders/batched", "BatchCreateOrders"),
        ("DELETE", "portfolio/events/orders/batched", "BatchCancelOrders"),
        ("DELETE", "portfolio/events/orders/0001", "CancelOrder"),
        ("DELETE", "portfolio/events/orders", "CancelAllOrders"),
        ("GET", "markets/trades", "GetTrades"),
        ("GET", "markets/KXCPI-25MAY-T0.2", "GetMarket"),
        ("GET", "series/fee_changes", "GetSeriesFeeChanges"),
        ("PUT", "portfolio/order_groups/7/trigger", "TriggerOrderGroup"),
    ],
)
def test_what_is_spelled_out_beats_what_takes_any_value(
    method: str, path: str, endpoint: str
) -> None:
    assert _found(method, path) == endpoint


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("POST", "portfolio/orders", id="the old place of orders is gone"),
        pytest.param("DELETE", "portfolio/orders/1", id="and of cancels"),
        pytest.param("GET", "exchange/announcements", id="removed in July 2026"),
        pytest.param("GET", "markets/", id="an empty value is none"),
    ],
)
def test_what_is_gone_is_not_served(method: str, path: str) -> None:
    assert _found(method, path) is None


def test_a_path_without_the_prefix_is_not_the_venues() -> None:
    assert find("GET", "/portfolio/orders") is None
    assert find("GET", REST_PREFIX) is None


def test_names_of_a_path_are_handed_on() -> None:
    found = find("GET", f"{REST_PREFIX}/series/KXCPI/markets/KXCPI-1-T2/candlesticks")
    assert found is not None
    assert dict(found[1]) == {"series_ticker": "KXCPI", "ticker": "KXCPI-1-T2"}


@pytest.mark.parametrize(
    ("method", "path", "body", "cost"),
    [
        ("GET", "portfolio/orders", b"", 10),
        ("GET", "portfolio/orders/1", b"", 2),
        ("POST", "portfolio/events/orders", b"{}", 10),
        ("DELETE", "portfolio/events/orders/1", b"", 2),
        ("DELETE", "portfolio/events/orders", b"", 2),
        ("POST", "portfolio/events/orders/batched", json.dumps({"orders": [{}] * 7}).encode(), 70),
        (
            "DELETE",
            "portfolio/events/orders/batched",
            json.dumps({"orders": [{}] * 7}).encode(),
            14,
        ),
        ("POST", "portfolio/events/orders/batched", b"garbage", 10),
        ("POST", "account/api_usage_level/upgrade", b"", 30),
    ],
)
def test_a_batch_costs_what_its_items_cost_one_by_one(
    method: str, path: str, body: bytes, cost: int
) -> None:
    found = find(method, f"{REST_PREFIX}/{path}")
    assert found is not None
    assert found[0].cost(WireRequest(method, f"{REST_PREFIX}/{path}", "", body)) == cost


def test_reads_writes_and_the_balance_draw_on_their_own_buckets() -> None:
    buckets = {route.endpoint: route.bucket for route in ROUTES}
    assert buckets["GetBalance"] is Bucket.BALANCE
    assert buckets["GetOrders"] is Bucket.READ
    assert buckets["CreateOrder"] is Bucket.WRITE


def test_everything_of_an_account_needs_a_key_and_market_data_does_not() -> None:
    open_ = {route.endpoint for route in ROUTES if not route.scope}
    private = {route.endpoint for route in ROUTES if route.parts[0] == "portfolio"}
    assert not open_ & private
    assert {"GetMarketOrderbook", "GetMarketOrderbooks", "GetEndpointCosts"} <= open_
    assert "GetAccountLimits" not in open_


def test_orders_cancels_and_batches_have_faults_of_their_own() -> None:
    sites = {route.endpoint: route.sites for route in ROUTES}
    assert sites["CreateOrder"] == {Site.REQUEST, Site.WRITE, Site.CREATE}
    assert sites["BatchCancelOrders"] == {Site.REQUEST, Site.WRITE, Site.CANCEL, Site.BATCH}
    assert sites["GetOrders"] == {Site.REQUEST}
