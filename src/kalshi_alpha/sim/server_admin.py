"""Admin calls below ``/sim/``: for whoever practises, and for tests, never for a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from kalshi_alpha.core.errors import BadParameter, DomainError, KalshiAlphaError
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.rest_call import refusal_of, settlement_price
from kalshi_alpha.sim.rest_errors import Refusal, flat, not_found
from kalshi_alpha.sim.rest_values import instant_text
from kalshi_alpha.sim.server_clock import ServerClock

ROOT = "/sim/"
_JSON = {"content-type": "application/json"}
_TERMINAL_CODES = frozenset({10, 25})


class _FaultBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fault: Fault
    count: int = 1


class _ActiveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    active: bool


class _SettleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    result: str


class _ClockBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advance_s: float = 0.0
    skew_s: float | None = None


class _FillBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_id: str
    count: str | None = None


class _CodeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: int = 10


class Admin:
    """Carries out admin calls on one exchange.

    Parameters
    ----------
    app
        The exchange.
    clock
        The clock it runs by, if that can be set.
    """

    def __init__(self, app: SimApp, clock: ServerClock | None = None) -> None:
        self._app = app
        self._clock = clock
        self._calls: Mapping[tuple[str, str], Callable[[bytes], object]] = {
            ("GET", "state"): self._state,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._inject,
            ("PUT", "faults/rates"): self._set_rates,
            ("DELETE", "faults"): self._stop_faults,
            ("GET", "audit"): self._audit,
            ("POST", "clock"): self._set_clock,
            ("POST", "trading"): self._set_trading,
            ("POST", "exchange"): self._set_exchange,
            ("POST", "fill"): self._fill,
            ("POST", "streams/break"): self._break_streams,
            ("POST", "streams/end"): self._end_streams,
        }

    def __call__(self, request: WireRequest) -> WireReply | None:
        """Answer a request below ``/sim/``; None for any other."""
        if not request.path.startswith(ROOT):
            return None
        name = request.path.removeprefix(ROOT)
        try:
            answer = self._carry_out(request.method, name, request.body)
        except Rejected as rejected:
            refusal = refusal_of(rejected)
        except Refusal as error:
            refusal = error
        except (KalshiAlphaError, msgspec.MsgspecError) as error:
            refusal = flat(str(error))
        else:
            self._app.flush(self._app.now())
            return WireReply(200, _JSON, msgspec.json.encode(answer))
        return WireReply(refusal.status, _JSON, refusal.body)

    def _carry_out(self, method: str, name: str, body: bytes) -> object:
        call = self._calls.get((method, name))
        if call is not None:
            return call(body)
        kind, _, rest = name.partition("/")
        ticker, _, verb = rest.partition("/")
        if method == "POST" and kind == "markets" and verb in {"settle", "pause", "resume"}:
            return self._market(ticker, verb, body)
        raise not_found(f"no admin call {method} {ROOT}{name}")

    def _state(self, _: bytes) -> object:
        engine, now = self._app.engine, self._app.now()
        return {
            "now": instant_text(now),
            "skew_s": self._app.skew.total_seconds(),
            "trading_active": engine.trading_active,
            "exchange_active": engine.exchange_active,
            "markets": {v.listed.market.ticker: str(v.status) for v in engine.markets()},
        }

    def _faults(self, _: bytes) -> object:
        strikes = [
            {"at": instant_text(s.at), "fault": str(s.fault), "target": s.target}
            for s in self._app.faults.strikes
        ]
        return {"known": [str(fault) for fault in Fault], "strikes": strikes}

    def _inject(self, body: bytes) -> object:
        asked = msgspec.json.decode(body, type=_FaultBody)
        self._app.faults.inject(asked.fault, asked.count)
        return {}

    def _set_rates(self, body: bytes) -> object:
        self._app.faults.set_rates(msgspec.json.decode(body, type=dict[Fault, float]))
        return {}

    def _stop_faults(self, _: bytes) -> object:
        self._app.faults.stop()
        return {}

    def _audit(self, _: bytes) -> object:
        audit = self._app.engine.audit()
        return {
            "orders": len(audit.accepted),
            "repeated_client_ids": [
                {"account": account, "client_order_id": client_order_id, "orders": count}
                for (account, client_order_id), count in audit.orders_by_client_id.items()
                if count > 1
            ],
            "taker_fills": dict(audit.taker_fills),
            "exposure_e6": {f"{a} {t}": e6 for (a, t), e6 in audit.exposure_e6.items()},
            "unaccounted_e6": audit.unaccounted_e6,
        }

    def _set_clock(self, body: bytes) -> object:
        asked = msgspec.json.decode(body, type=_ClockBody)
        if asked.skew_s is not None:
            if not abs(asked.skew_s) < 1e6:
                raise BadParameter(f"impossible skew {asked.skew_s}")
            self._app.skew = timedelta(seconds=asked.skew_s)
        if asked.advance_s:
            if self._clock is None:
                raise BadParameter("this exchange's clock cannot be set")
            self._clock.advance(asked.advance_s)
        self._app.advance(self._app.now())
        return {"now": instant_text(self._app.now())}

    def _set_trading(self, body: bytes) -> object:
        asked = msgspec.json.decode(body, type=_ActiveBody)
        self._app.engine.set_trading(self._app.now(), active=asked.active)
        return {}

    def _set_exchange(self, body: bytes) -> object:
        asked = msgspec.json.decode(body, type=_ActiveBody)
        self._app.engine.set_exchange(self._app.now(), active=asked.active)
        return {}

    def _market(self, ticker: str, verb: str, body: bytes) -> object:
        engine, now = self._app.engine, self._app.now()
        match verb:
            case "settle":
                result = msgspec.json.decode(body, type=_SettleBody).result
                self._settle(ticker, settlement_price(result), now)
            case "pause":
                engine.deactivate(ticker, now)
            case _:
                engine.reactivate(ticker, now)
        return {}

    def _settle(self, ticker: str, value: Price, now: datetime) -> None:
        """Publish an outcome; where only one market of an event can be YES, the others lose."""
        engine = self._app.engine
        engine.determine(ticker, value, now)
        listed = engine.market(ticker).listed
        if not listed.mutually_exclusive or value.e4 < E4_PER_DOLLAR:
            return
        for view in engine.markets():
            other = view.listed.market
            if other.event_ticker == listed.market.event_ticker and view.determined_at is None:
                engine.determine(other.ticker, Price(0), now)

    def _fill(self, body: bytes) -> object:
        asked = msgspec.json.decode(body, type=_FillBody)
        try:
            count = None if asked.count is None else Contracts.parse(asked.count)
        except DomainError as error:
            raise flat(str(error)) from error
        return {"filled": self._app.fill(asked.order_id, count)}

    def _break_streams(self, body: bytes) -> object:
        code = msgspec.json.decode(body or b"{}", type=_CodeBody).code
        if code not in _TERMINAL_CODES:
            raise BadParameter(f"channels end with one of {sorted(_TERMINAL_CODES)}, not {code}")
        self._app.break_channels(code, self._app.now())
        return {}

    def _end_streams(self, _: bytes) -> object:
        self._app.end_streams()
        return {}
