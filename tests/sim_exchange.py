"""A small exchange for tests: three markets, two accounts, and requests that are really signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kalshi_alpha.core import ports
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.types import Market, MarketStatus, Money, Strike, StrikeType, TickGrid
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.market import SimMarket
from kalshi_alpha.sim.rest_catalogue import Catalogue
from kalshi_alpha.sim.stream import SimStream

START = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
CLOSE = START + timedelta(hours=2)
SERIES, EVENT = "KXCPI", "KXCPI-25MAY"
LOW, MID, HIGH = f"{EVENT}-T0.1", f"{EVENT}-T0.2", f"{EVENT}-T0.3"
TICKERS = (LOW, MID, HIGH)
PREFIX = "/trade-api/v2"
STREAM_PATH = "/trade-api/ws/v2"
ORDERS = f"{PREFIX}/portfolio/events/orders"
MAKER, TAKER = "maker", "taker"
CASH = Money(1_000_000_000)


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def step(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


def markets(**changes: Any) -> list[SimMarket]:
    terms = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
    listed = []
    for ticker in TICKERS:
        strike = Strike(StrikeType.GREATER, floor=Decimal(ticker.rpartition("T")[2]))
        grid, status = TickGrid.linear_cent(), MarketStatus.ACTIVE
        market = Market(ticker, EVENT, strike, grid, status, CLOSE, "Above")
        listed.append(SimMarket(market=market, fees=terms, **changes))
    return listed


def catalogue() -> Catalogue:
    series = {"ticker": SERIES, "title": "CPI", "category": "Economics"}
    event = {"event_ticker": EVENT, "series_ticker": SERIES, "title": "CPI in May 2025"}
    terms = {
        ticker: {"ticker": ticker, "event_ticker": EVENT, "yes_sub_title": "Above"}
        for ticker in TICKERS
    }
    return Catalogue({SERIES: series}, {EVENT: event}, terms, schedule={"standard_hours": []})


@dataclass
class Exchange:
    """An app with two accounts whose keys the test holds."""

    app: SimApp
    clock: Clock
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    def headers(self, method: str, path: str, account: str = MAKER) -> dict[str, str]:
        stamp = str(int(self.app.now().timestamp() * 1000))
        signature = self.keys[account].sign(f"{stamp}{method}{path}".encode())
        return {
            "KALSHI-ACCESS-KEY": f"key-{account}",
            "KALSHI-ACCESS-TIMESTAMP": stamp,
            "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
        }

    def lowered(self, method: str, path: str, account: str = MAKER) -> dict[str, str]:
        return {k.lower(): v for k, v in self.headers(method, path, account).items()}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: str = "",
        account: str = MAKER,
        signed: bool = True,
    ) -> WireReply:
        whole = path if path.startswith("/") else f"{PREFIX}/{path}"
        headers = self.lowered(method, whole, account) if signed else {}
        return self.app.handle(request(method, whole, body, query), headers, self.app.now())

    def json(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        reply = self.call(method, path, body, **more)
        assert reply.status < 300, reply
        return json.loads(reply.body)

    def rest(self, ticker: str = MID, *, account: str = MAKER, **fields: Any) -> str:
        """Rest an order and return its id."""
        made = self.json("POST", ORDERS, order(ticker, **fields), account=account)
        return str(made["order_id"])

    def stream(self, account: str = MAKER) -> SimStream:
        headers = self.lowered("GET", STREAM_PATH, account)
        return self.app.open_stream(STREAM_PATH, headers, self.app.now())


def exchange(
    faults: FaultPlan | None = None,
    options: AppOptions | None = None,
    listed: list[SimMarket] | None = None,
    clock: ports.Clock | None = None,
) -> Exchange:
    engine = Engine(markets() if listed is None else listed, options=EngineOptions(seed=7))
    own = Clock()
    app = SimApp(
        engine,
        KeyRing(),
        clock=own if clock is None else clock,
        options=options or AppOptions(limits_rates=False),
        catalogue=catalogue(),
        faults=faults,
    )
    keys = {}
    for account in (MAKER, TAKER):
        keys[account] = Ed25519PrivateKey.generate()
        app.open_account(
            account, CASH, ApiKey(f"key-{account}", account, keys[account].public_key())
        )
    return Exchange(app, own, keys)


def request(method: str, path: str, body: object = None, query: str = "") -> WireRequest:
    encoded = b"" if body is None else json.dumps(body).encode()
    return WireRequest(method, path, query, encoded)


def order(ticker: str = MID, **fields: Any) -> Mapping[str, object]:
    return {
        "ticker": ticker,
        "side": "bid",
        "count": "10.00",
        "price": "0.3400",
        "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "taker_at_cross",
    } | fields


def frames(stream: SimStream) -> list[Any]:
    """Take and decode what a stream has to send."""
    return [json.loads(each.payload) for each in stream.take() if each.payload]


def command(ex: Exchange, stream: SimStream, **fields: object) -> list[Any]:
    """Send a command and return the frames that come of it."""
    ex.app.command(stream, json.dumps(fields).encode(), ex.app.now())
    return frames(stream)
