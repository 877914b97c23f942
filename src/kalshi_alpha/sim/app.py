"""The exchange behind its protocol: requests and frames in, replies and frames out.

It is synchronous and reads no clock but the one it is given. The exchange inside a process and
the one behind sockets both drive this one object, so they answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import msgspec

from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.auth import HEADERS, ApiKey, KeyRing
from kalshi_alpha.sim.candles import CandleTapes
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import BookDelta, EngineEvent, OwnOrder
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.faults_books import BookLies
from kalshi_alpha.sim.faults_requests import Delivery, RequestFaults
from kalshi_alpha.sim.orders import SimOrder
from kalshi_alpha.sim.rates import BASIC, RateLimiter, UsageTier
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.rest_call import Answer, Call, Desk, refusal_of
from kalshi_alpha.sim.rest_catalogue import Catalogue
from kalshi_alpha.sim.rest_errors import Refusal, nested, not_found, too_many
from kalshi_alpha.sim.rest_query import Query
from kalshi_alpha.sim.rest_replica import ReadReplica
from kalshi_alpha.sim.rest_routes import STREAM_PATH, Route, find
from kalshi_alpha.sim.stream import SimStream
from kalshi_alpha.sim.stream_feed import StreamWorld

_JSON = {"content-type": "application/json"}
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """How the exchange behaves where the venue's own behaviour differs by account or is unknown.

    Attributes
    ----------
    seed
        Of whatever is drawn here: delays of reads, lies of books.
    read_lag_max_s
        How far reads of an account may trail the engine, in seconds.
    tier
        The usage level of accounts.
    limits_rates
        Whether haste is refused at all.
    clock_skew
        How far the exchange's clock is ahead of the one that it is given.
    stream_frames_max
        Frames that may wait for a slow reader before its subscription ends with code 25.
    """

    seed: int = 0
    read_lag_max_s: float = 0.0
    tier: UsageTier = BASIC
    limits_rates: bool = True
    clock_skew: timedelta = timedelta(0)
    stream_frames_max: int = 50_000


class Flow(Protocol):
    """Others who trade by themselves."""

    def next_at(self) -> datetime | None:
        """Return when the next of them comes, or None."""
        ...

    def advance(self, at: datetime) -> int:
        """Let everybody trade who comes by an instant."""
        ...


class SimApp:
    """One exchange, with its accounts, keys, texts and faults.

    Parameters
    ----------
    engine
        The matching engine.
    keys
        Who may sign.
    clock
        The time; the exchange's own is ahead of it by the option's skew.
    options
        As above.
    catalogue
        Texts of series, events and markets.
    faults
        What goes wrong, and when.

    Attributes
    ----------
    flow
        Others who trade by themselves, or None for nobody.
    on_events
        Called with what the engine told, and when: for whoever records or checks it.
    """

    def __init__(
        self,
        engine: Engine,
        keys: KeyRing,
        *,
        clock: Clock,
        options: AppOptions | None = None,
        catalogue: Catalogue | None = None,
        faults: FaultPlan | None = None,
    ) -> None:
        self.engine = engine
        self.keys = keys
        self.options = options or AppOptions()
        self.faults = faults or FaultPlan(self.options.seed)
        self.skew = self.options.clock_skew
        self._clock = clock
        self.lies = BookLies(engine, self.faults)
        self._replica = ReadReplica(engine, self.options.read_lag_max_s, self.options.seed)
        self._limiter = RateLimiter(self.options.tier)
        self._candles = CandleTapes(engine)
        self.desk = Desk(
            engine,
            catalogue or Catalogue(),
            self._replica,
            self._limiter,
            self.lies.shown,
            self._candles,
        )
        self._streams: list[SimStream] = []
        self._world = StreamWorld(engine, self.lies, self.faults)
        self._requests = RequestFaults(self)
        self.flow: Flow | None = None
        self.on_events: list[Callable[[list[EngineEvent], datetime], None]] = []

    def now(self) -> datetime:
        """Return the exchange's own time."""
        return self._clock.now() + self.skew

    def open_account(self, account_id: str, cash: Money, *keys: ApiKey) -> None:
        """Open an account with some cash, under some keys."""
        self.engine.add_account(account_id, cash)
        self._replica.open_account(account_id)
        for key in keys:
            self.keys.add(replace(key, account_id=account_id))

    def handle(
        self,
        request: WireRequest,
        headers: Mapping[str, str],
        at: datetime,
        *,
        repeats_a_row: bool = False,
        fails_half: bool = False,
    ) -> WireReply:
        """Carry out a request and return the reply, without any fault of the way.

        Parameters
        ----------
        request
            What was sent.
        headers
            Names in lower case.
        at
            The exchange's time.
        repeats_a_row, fails_half
            As :class:`~kalshi_alpha.sim.rest_call.Call` has them.
        """
        self.advance(at)
        try:
            answer = self._answer(request, headers, at, repeats_a_row, fails_half)
        except Rejected as rejected:
            reply = self._refused(refusal_of(rejected), at)
        except Refusal as refusal:
            reply = self._refused(refusal, at)
        else:
            reply = self._replied(answer, at)
        self.flush(at)
        return reply

    def refuse(self, refusal: Refusal, at: datetime) -> WireReply:
        """Return a refusal as a whole reply, with the headers every reply has."""
        return self._refused(refusal, at)

    def open_stream(self, path: str, headers: Mapping[str, str], at: datetime) -> SimStream:
        """Open a stream for whoever signed the handshake.

        Raises
        ------
        Refusal
            401 without a good signature, 404 elsewhere than at the stream's path, 502 while a
            storm of reconnects lasts.
        """
        if path != STREAM_PATH:
            raise not_found()
        if self.faults.lasts(Fault.RECONNECT_STORM, at):
            raise Refusal(502, b"Bad Gateway", (("content-type", "text/plain"),))
        key = self.keys.verify("GET", path, headers, at)
        self.advance(at)
        stream = SimStream(self._world, key.account_id, self.options.stream_frames_max)
        self._streams = [each for each in self._streams if not each.ended]
        self._streams.append(stream)
        return stream

    def advance(self, at: datetime) -> None:
        """Let everything happen that is due: others trade, the engine's time goes on."""
        if self.flow is not None:
            self.flow.advance(at)
        self.engine.advance(at)
        self.flush(at)

    def flush(self, at: datetime) -> None:
        """Tell streams and replica what the engine has done since the last time."""
        events = self.engine.drain_events()
        if events:
            self._replica.note(events, at)
            self._candles.note(events)
            for told in self.on_events:
                told(events, at)
            # Changes that happen together share one tick of the exchange's clock.
            self._world.clock += any(isinstance(event, BookDelta) for event in events)
        for stream in self._streams:
            stream.publish(events, at)

    def repeat_order_messages(self, order_ids: list[str], at: datetime) -> None:
        """Tell the streams once more how some orders stand."""
        orders = self.known_orders(order_ids)
        events: list[EngineEvent] = [OwnOrder(order.account_id, order) for order in orders]
        for stream in self._streams:
            stream.publish(events, at)

    def known_orders(self, order_ids: list[str]) -> list[SimOrder]:
        """Return those of some orders that exist."""
        known = []
        for order_id in order_ids:
            try:
                known.append(self.engine.order(order_id))
            except Rejected:
                continue
        return known

    def fill(self, order_id: str, contracts: Contracts | None = None) -> bool:
        """Let somebody fill a resting order now, in full or by a count; say whether it was."""
        at = self.now()
        self.advance(at)
        filled = self._requests.counterparty.fill(order_id, at, contracts)
        self.flush(at)
        return filled

    def command(self, stream: SimStream, frame: bytes, at: datetime) -> None:
        """Let a client say something on its stream, after all that happened before it."""
        self.advance(at)
        stream.command(frame, at)

    def deliver(self, request: WireRequest, headers: Mapping[str, str], at: datetime) -> Delivery:
        """Carry out a request under the plan of faults and say how its reply comes."""
        return self._requests.deliver(request, headers, at)

    def reaches(self, at: datetime) -> bool:
        """Say whether a connection can be made now."""
        return self._requests.reaches(at)

    def end_streams(self) -> None:
        """End every stream without a closing handshake."""
        for stream in self._streams:
            stream.end()
        self._streams.clear()

    def break_channels(self, code: int, at: datetime) -> None:
        """End every subscription with an error, as the venue does with codes 10 and 25."""
        for stream in self._streams:
            stream.break_channels(code, at)

    def _answer(
        self,
        request: WireRequest,
        headers: Mapping[str, str],
        at: datetime,
        repeats_a_row: bool,  # noqa: FBT001 - private, passed on as received
        fails_half: bool,  # noqa: FBT001
    ) -> Answer:
        found = find(request.method, request.path)
        key = self._key(found[0] if found else None, request, headers, at)
        if found is None:
            raise not_found("no such endpoint")
        route, path = found
        account_id = key.account_id if key else None
        self._charge(account_id, route, request, at)
        if key is not None and route.scope and not key.may(route.scope):
            raise nested(403, "forbidden", "API key scope is insufficient", route.scope)
        return route.handler(
            Call(
                self.desk,
                account_id or "",
                path,
                Query(request.query, route.endpoint),
                request.body,
                at,
                repeats_a_row,
                fails_half,
            )
        )

    def _key(
        self,
        route: Route | None,
        request: WireRequest,
        headers: Mapping[str, str],
        at: datetime,
    ) -> ApiKey | None:
        signed = any(name in headers for name in HEADERS)
        if signed or (route is not None and route.scope):
            return self.keys.verify(request.method, request.path, headers, at)
        return None

    def _charge(
        self, account_id: str | None, route: Route, request: WireRequest, at: datetime
    ) -> None:
        if not self.options.limits_rates:
            return
        if not self._limiter.allows(account_id, route.bucket, route.cost(request), at):
            raise too_many(signed=account_id is not None)

    def _replied(self, answer: Answer, at: datetime) -> WireReply:
        if answer.json is None:
            return WireReply(answer.status, self._headers(at, _NOTHING))
        headers = self._headers(at, _JSON | dict(answer.headers))
        return WireReply(answer.status, headers, msgspec.json.encode(answer.json))

    def _refused(self, refusal: Refusal, at: datetime) -> WireReply:
        return WireReply(refusal.status, self._headers(at, dict(refusal.headers)), refusal.body)

    def _headers(self, at: datetime, own: Mapping[str, str]) -> dict[str, str]:
        return {"date": format_datetime(at, usegmt=True), **own}
