"""What goes wrong with a request or its reply, and what the caller therefore sees.

`RequestFaults.deliver` is the one way into the exchange for both transports. It answers with a
`Delivery`: the reply, if one comes, and how it comes. A transport only has to carry that out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.auth import KEY_HEADER
from kalshi_alpha.sim.faults import Fault, FaultPlan, Site
from kalshi_alpha.sim.faults_market import Counterparty
from kalshi_alpha.sim.rest_errors import Refusal, error_object, nested, too_many
from kalshi_alpha.sim.rest_orders import first_create
from kalshi_alpha.sim.rest_routes import REST_PREFIX, find
from kalshi_alpha.sim.rest_rows import acknowledgement

if TYPE_CHECKING:
    from kalshi_alpha.sim.auth import KeyRing
    from kalshi_alpha.sim.engine import Engine
    from kalshi_alpha.sim.orders import SimOrder

LATE_S = (0.5, 20.0)
DRIP_S = (0.5, 15.0)
FILL_LEADS_S = (0.1, 2.0)
_CREATED, _GATEWAY = 201, 502
_STATUS_PATH = f"{REST_PREFIX}/exchange/status"
_HTML = (("content-type", "text/html"),)
_SERVER_ERRORS = {
    500: b'{"error":{"code":"internal_error","message":"internal error"}}',
    502: b"<html>Bad Gateway</html>",
    503: b"<html>Service Unavailable</html>",
    504: b"<html>Gateway Timeout</html>",
}


class Fate(StrEnum):
    """What becomes of the connection that carried the request."""

    WHOLE = "whole"
    """The reply comes whole, and the connection lives."""
    RESET = "reset"
    """The connection ends, and no byte of a reply comes."""
    SILENCE = "silence"
    """Nothing comes at all; the caller gives up in the end."""
    TORN = "torn"
    """The connection ends inside the reply's body."""
    NOT_CONNECTED = "not_connected"
    """There was no connection to begin with."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply, and how it comes.

    Attributes
    ----------
    fate
        Whether it comes.
    reply
        None where no byte of one comes.
    delay_s
        How long the exchange keeps it.
    drip_s
        How long its body takes.
    copies
        How often it is sent.
    """

    fate: Fate
    reply: WireReply | None = None
    delay_s: float = 0.0
    drip_s: float = 0.0
    copies: int = 1


@dataclass(frozen=True, slots=True)
class _Request:
    request: WireRequest
    headers: Mapping[str, str]
    at: datetime

    @property
    def target(self) -> str:
        return f"{self.request.method} {self.request.path}"


class FaultyExchange(Protocol):
    """What the faults of requests need of the exchange that they befall."""

    engine: Engine
    keys: KeyRing
    faults: FaultPlan

    def handle(
        self,
        request: WireRequest,
        headers: Mapping[str, str],
        at: datetime,
        *,
        repeats_a_row: bool = False,
        fails_half: bool = False,
    ) -> WireReply:
        """Carry out a request and return the reply, without any fault of the way."""
        ...

    def refuse(self, refusal: Refusal, at: datetime) -> WireReply:
        """Return a refusal as a whole reply."""
        ...

    def flush(self, at: datetime) -> None:
        """Tell streams and replica what the engine has done since the last time."""
        ...

    def repeat_order_messages(self, order_ids: list[str], at: datetime) -> None:
        """Tell the streams once more how some orders stand."""
        ...

    def known_orders(self, order_ids: list[str]) -> list[SimOrder]:
        """Return those of some orders that exist."""
        ...

    def end_streams(self) -> None:
        """End every stream without a closing handshake."""
        ...


class RequestFaults:
    """Carries requests to the exchange under its plan of faults.

    Parameters
    ----------
    app
        The exchange.
    """

    def __init__(self, app: FaultyExchange) -> None:
        self._app = app
        self._plan: FaultPlan = app.faults
        self.counterparty = Counterparty(app.engine)
        self._carry_out: Mapping[Fault, Callable[[_Request], Delivery]] = {
            Fault.REQUEST_LOST: self._request_lost,
            Fault.ACK_LOST_AFTER_ACCEPT: self._ack_lost,
            Fault.ACK_LOST_AFTER_REJECT: self._refusal_lost,
            Fault.ACK_TWICE: self._ack_twice,
            Fault.ACK_LATE: self._ack_late,
            Fault.SUCCESS_WITH_ERROR_BODY: self._success_with_error_body,
            Fault.CREATED_ALREADY_FILLED: self._created_already_filled,
            Fault.CONFLICT_ON_OWN_ID: self._conflict_on_own_id,
            Fault.POST_ONLY_CROSS: self._post_only_cross,
            Fault.CANCEL_RACES_FILL: self._cancel_races_fill,
            Fault.BATCH_HALF_FAILS: self._batch_half_fails,
            Fault.CANCEL_ACK_LOST: self._ack_lost,
            Fault.RATE_LIMIT_STORM: self._rate_limit_storm,
            Fault.SERVER_ERROR_STORM: self._server_error_storm,
            Fault.REQUEST_TIMEOUT: self._request_timeout,
            Fault.UNAUTHORISED_STREAK: self._unauthorised_streak,
            Fault.SCOPE_REFUSED: self._scope_refused,
            Fault.RESET_MID_BODY: self._reset_mid_body,
            Fault.NAME_LOOKUP_BURST: self._name_lookup_burst,
            Fault.DRIP_FED_BODY: self._drip_fed_body,
            Fault.FILL_BEFORE_ACK: self._fill_before_ack,
            Fault.PAGE_CHANGES_WHILE_PAGING: self._page_changes,
        }

    def deliver(self, request: WireRequest, headers: Mapping[str, str], at: datetime) -> Delivery:
        """Carry out a request, or not, and say how the reply comes.

        Parameters
        ----------
        request
            What was sent.
        headers
            Names in lower case.
        at
            The exchange's time.
        """
        asked = _Request(request, headers, at)
        lasting = self._lasting(asked)
        if lasting is not None:
            return lasting
        found = find(request.method, request.path)
        if found is None:
            return self._whole(asked)
        sites = found[0].sites
        if "cursor=" in request.query:
            sites |= {Site.PAGE}
        fault = self._plan.draw(sites, at, asked.target)
        return self._whole(asked) if fault is None else self._carry_out[fault](asked)

    def reaches(self, at: datetime) -> bool:
        """Say whether a connection can be made now."""
        return not self._plan.lasts(Fault.NAME_LOOKUP_BURST, at)

    def _lasting(self, asked: _Request) -> Delivery | None:
        plan, at = self._plan, asked.at
        if not self.reaches(at):
            return Delivery(Fate.NOT_CONNECTED)
        if plan.lasts(Fault.RATE_LIMIT_STORM, at):
            return self._refused(too_many(signed=True), at)
        if plan.lasts(Fault.SERVER_ERROR_STORM, at):
            return self._server_error(asked)
        if plan.lasts(Fault.UNAUTHORISED_STREAK, at):
            return self._refused(_unauthorised(), at)
        return None

    def _whole(self, asked: _Request) -> Delivery:
        return Delivery(Fate.WHOLE, self._handled(asked))

    def _handled(self, asked: _Request) -> WireReply:
        return self._app.handle(asked.request, asked.headers, asked.at)

    def _refused(self, refusal: Refusal, at: datetime) -> Delivery:
        return Delivery(Fate.WHOLE, self._app.refuse(refusal, at))

    def _no_reply(self) -> Delivery:
        return Delivery(Fate.RESET if self._plan.flips() else Fate.SILENCE)

    # The request's way in.

    def _request_lost(self, _: _Request) -> Delivery:
        return self._no_reply()

    def _name_lookup_burst(self, asked: _Request) -> Delivery:
        self._plan.begin(Fault.NAME_LOOKUP_BURST, asked.at)
        self._app.end_streams()
        return Delivery(Fate.NOT_CONNECTED)

    def _rate_limit_storm(self, asked: _Request) -> Delivery:
        self._plan.begin(Fault.RATE_LIMIT_STORM, asked.at)
        return self._refused(too_many(signed=True), asked.at)

    def _server_error_storm(self, asked: _Request) -> Delivery:
        self._plan.begin(Fault.SERVER_ERROR_STORM, asked.at)
        return self._server_error(asked)

    def _server_error(self, asked: _Request) -> Delivery:
        status = list(_SERVER_ERRORS)[self._plan.below(len(_SERVER_ERRORS))]
        if asked.request.path == _STATUS_PATH and status != _GATEWAY:
            # The venue may answer this one with an error's status and its ordinary body.
            reply = self._handled(asked)
            return Delivery(Fate.WHOLE, WireReply(status, reply.headers, reply.body))
        self._perhaps(asked)
        return self._refused(Refusal(status, _SERVER_ERRORS[status], _HTML), asked.at)

    def _request_timeout(self, asked: _Request) -> Delivery:
        self._perhaps(asked)
        return self._refused(nested(408, "request_timeout"), asked.at)

    def _unauthorised_streak(self, asked: _Request) -> Delivery:
        self._plan.begin(Fault.UNAUTHORISED_STREAK, asked.at)
        return self._refused(_unauthorised(), asked.at)

    def _scope_refused(self, asked: _Request) -> Delivery:
        refusal = nested(403, "forbidden", "API key scope is insufficient", "write::trade")
        return self._refused(refusal, asked.at)

    def _perhaps(self, asked: _Request) -> None:
        """Carry the request out or not: whoever sees the error cannot know."""
        if self._plan.flips():
            self._handled(asked)

    # The reply's way out.

    def _ack_lost(self, asked: _Request) -> Delivery:
        self._handled(asked)
        return self._no_reply()

    def _refusal_lost(self, _: _Request) -> Delivery:
        # The exchange refuses for a reason that does not last, so nothing of it is left.
        return self._no_reply()

    def _ack_twice(self, asked: _Request) -> Delivery:
        reply = self._handled(asked)
        self._app.repeat_order_messages(_order_ids(reply), asked.at)
        return Delivery(Fate.WHOLE, reply, copies=2)

    def _ack_late(self, asked: _Request) -> Delivery:
        return Delivery(Fate.WHOLE, self._handled(asked), delay_s=self._plan.uniform(*LATE_S))

    def _success_with_error_body(self, asked: _Request) -> Delivery:
        self._perhaps(asked)
        body = msgspec.json.encode({"error": error_object("internal_error")})
        return self._refused(Refusal(_CREATED, body), asked.at)

    def _conflict_on_own_id(self, asked: _Request) -> Delivery:
        self._handled(asked)
        return self._whole(asked)

    def _reset_mid_body(self, asked: _Request) -> Delivery:
        return Delivery(Fate.TORN, self._handled(asked))

    def _drip_fed_body(self, asked: _Request) -> Delivery:
        return Delivery(Fate.WHOLE, self._handled(asked), drip_s=self._plan.uniform(*DRIP_S))

    def _page_changes(self, asked: _Request) -> Delivery:
        reply = self._app.handle(asked.request, asked.headers, asked.at, repeats_a_row=True)
        return Delivery(Fate.WHOLE, reply)

    def _batch_half_fails(self, asked: _Request) -> Delivery:
        reply = self._app.handle(asked.request, asked.headers, asked.at, fails_half=True)
        return Delivery(Fate.WHOLE, reply)

    # What the market does meanwhile.

    def _created_already_filled(self, asked: _Request) -> Delivery:
        reply = self._handled(asked)
        for order_id in _order_ids(reply):
            self._fill(order_id, asked.at)
        self._app.flush(asked.at)
        return Delivery(Fate.WHOLE, self._retold(reply, asked.at))

    def _fill_before_ack(self, asked: _Request) -> Delivery:
        reply = self._handled(asked)
        for order_id in _order_ids(reply):
            self._fill(order_id, asked.at)
        self._app.flush(asked.at)
        return Delivery(Fate.WHOLE, reply, delay_s=self._plan.uniform(*FILL_LEADS_S))

    def _post_only_cross(self, asked: _Request) -> Delivery:
        body = first_create(asked.request.body)
        if body is not None:
            try:
                price = Price.parse(body.price)
            except DomainError:
                return self._whole(asked)
            self.counterparty.cross(body.ticker, body.side, price, asked.at)
        return self._whole(asked)

    def _cancel_races_fill(self, asked: _Request) -> Delivery:
        for order_id in self._targets(asked):
            self._fill(order_id, asked.at)
        return self._whole(asked)

    def _targets(self, asked: _Request) -> list[str]:
        """Return the orders that a cancel is meant for; one without names is for all."""
        found = find(asked.request.method, asked.request.path)
        named = found[1].get("order_id") if found else None
        if named:
            return [named]
        if asked.request.body:
            return _order_ids_of(asked.request.body)
        account_id = self._app.keys.account_of(asked.headers.get(KEY_HEADER, ""))
        resting = () if account_id is None else self._app.engine.resting(account_id)
        return [order.order_id for order in resting]

    def _fill(self, order_id: str, at: datetime) -> None:
        """Fill an order, in part every other time."""
        order = next(iter(self._app.known_orders([order_id])), None)
        if order is None:
            return
        part = Contracts(max(1, order.remaining.e2 // 2)) if self._plan.flips() else None
        self.counterparty.fill(order_id, at, part)

    def _retold(self, reply: WireReply, at: datetime) -> WireReply:
        """Write a create's reply again, as its orders stand now."""
        if reply.status != _CREATED:
            return reply
        body = msgspec.json.decode(reply.body)
        orders = {order.order_id: order for order in self._app.known_orders(_order_ids(reply))}
        told = [
            acknowledgement(orders[row["order_id"]], at) if "order_id" in row else row
            for row in body.get("orders", [body])
        ]
        whole = {"orders": told} if "orders" in body else told[0]
        return WireReply(reply.status, reply.headers, msgspec.json.encode(whole))


def _unauthorised() -> Refusal:
    return nested(
        401, "authentication_error", "authentication_error", "INCORRECT_API_KEY_SIGNATURE"
    )


def _order_ids(reply: WireReply) -> list[str]:
    return _order_ids_of(reply.body) if reply.status == _CREATED else []


def _order_ids_of(body: bytes) -> list[str]:
    """Return the order ids that a JSON object carries, by itself or in its list of orders."""
    try:
        decoded = msgspec.json.decode(body) if body else {}
    except msgspec.MsgspecError:
        return []
    rows = decoded.get("orders", [decoded]) if isinstance(decoded, dict) else []
    rows = rows if isinstance(rows, list) else []
    return [row["order_id"] for row in rows if isinstance(row, dict) and "order_id" in row]
