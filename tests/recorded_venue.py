"""The venue's recorded bodies, given back with the ids and counts of the test that asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.core.wire import WireReply, WireRequest

RECORDED = Path(__file__).parent / "contract" / "recorded"
PREFIX = "/trade-api/v2"
ORDERS = f"{PREFIX}/portfolio/events/orders"


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_bytes())
    return body


class RecordedVenue:
    """A `Wire` whose replies are recorded bodies; it keeps just enough to fill them in.

    ``best_ask_e4`` is the YES price at which a bid would cross.
    """

    def __init__(self, clock: Clock, best_ask_e4: int) -> None:
        self._clock = clock
        self._best_ask_e4 = best_ask_e4
        self.orders: list[dict[str, Any]] = []
        self.sent: list[str] = []

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        assert timeout_s > 0
        path = request.path
        public = path == f"{PREFIX}/exchange/status"
        assert public or "KALSHI-ACCESS-SIGNATURE" in headers
        self.sent.append(f"{request.method} {path}")
        status, body = self._answer(request)
        date = format_datetime(self._clock.now(), usegmt=True)
        return WireReply(status, {"date": date}, b"" if body is None else json.dumps(body).encode())

    async def close(self) -> None:
        pass

    def _answer(self, request: WireRequest) -> tuple[int, dict[str, Any] | None]:
        match request.method, request.path.removeprefix(PREFIX):
            case "POST", "/portfolio/events/orders":
                return self._create(json.loads(request.body))
            case "POST", "/portfolio/order_groups/create":
                return 201, {"order_group_id": "group-1", "subaccount": 0, "exchange_index": 0}
            case "DELETE", "/portfolio/events/orders":
                for order in self.orders:
                    self._end(order)
                return 204, None
            case "DELETE", path:
                return self._cancel(path.rpartition("/")[2])
            case "GET", path:
                return self._shown(path)
        raise AssertionError(f"never recorded: {request.method} {request.path}")

    def _shown(self, path: str) -> tuple[int, dict[str, Any]]:
        match path.split("/")[1:]:
            case ["exchange", "status"]:
                return 200, recorded("status_200")
            case ["exchange", "user_data_timestamp"]:
                return 200, {"as_of_time": self._clock.now().isoformat()}
            case ["portfolio", "orders"]:
                return 200, {"orders": self.orders, "cursor": ""}
            case ["portfolio", "orders", order_id]:
                found = self._of(order_id)
                return (200, {"order": found}) if found else (404, recorded("error_404"))
            case ["portfolio", "balance"]:
                return 200, recorded("balance_200") | {"balance_dollars": self._free()}
            case ["portfolio", "positions"]:
                return 200, {"market_positions": [], "event_positions": [], "cursor": ""}
            case ["portfolio", ("fills" | "settlements") as name]:
                return 200, {name: [], "cursor": ""}
        raise AssertionError(f"never recorded: GET {path}")

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if any(o["client_order_id"] == body["client_order_id"] for o in self.orders):
            return 409, recorded("error_409")
        if body["side"] == "bid" and Price.parse(body["price"]).e4 >= self._best_ask_e4:
            return 400, recorded("error_400_post_only")
        order_id = f"2597b999-f887-4195-8bac-{len(self.orders):012d}"
        order = recorded("order_200")["order"] | {
            "order_id": order_id,
            "client_order_id": body["client_order_id"],
            "ticker": body["ticker"],
            "book_side": body["side"],
            "outcome_side": "yes" if body["side"] == "bid" else "no",
            "yes_price_dollars": body["price"],
            "initial_count_fp": body["count"],
            "remaining_count_fp": body["count"],
        }
        self.orders.append(order)
        return 201, recorded("create_201") | {
            "order_id": order_id,
            "client_order_id": body["client_order_id"],
            "remaining_count": body["count"],
        }

    def _cancel(self, order_id: str) -> tuple[int, dict[str, Any]]:
        order = self._of(order_id)
        if order is None or order["status"] != "resting":
            return 404, recorded("error_404")
        removed = order["remaining_count_fp"]
        self._end(order)
        return 200, recorded("cancel_200") | {
            "order_id": order_id,
            "client_order_id": order["client_order_id"],
            "reduced_by": removed,
        }

    def _end(self, order: dict[str, Any]) -> None:
        if order["status"] == "resting":
            order |= {"status": "canceled", "remaining_count_fp": "0.00"}

    def _of(self, order_id: str) -> dict[str, Any] | None:
        return next((order for order in self.orders if order["order_id"] == order_id), None)

    def _free(self) -> str:
        locked = 0
        for order in self.orders:
            price = Price.parse(order["yes_price_dollars"])
            own = price if order["outcome_side"] == "yes" else price.complement()
            locked += own.e4 * Contracts.parse(order["remaining_count_fp"]).e2
        return str(Money(1_000_000_000 - locked))[:-2]
