"""One call to the venue: pay for it, sign it, send it, check the clock, read the answer.

Questions are asked again a few times with growing, random pauses. What changes something is sent
once, whatever happens, and comes back as it was answered; what became of it is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from kalshi_alpha.brokers.kalshi.call_records import (
    CallPolicy,
    CallSeen,
    ConnectsAhead,
    WriteReply,
)
from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard, loop_seconds
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool
from kalshi_alpha.brokers.kalshi.query import Query, encoded_query
from kalshi_alpha.brokers.kalshi.rate_limits import READ_FLOOR, UNSIGNED_FLOOR, RateLimits
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.kalshi.strict import StrictDecoder
from kalshi_alpha.brokers.kalshi.venue_errors import parse_refusal
from kalshi_alpha.core.errors import ParseRefused, VenueKeyError, VenueUnavailable
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import Wire, WireFailed, WireFault, WireReply, WireRequest

__all__ = ["CallPolicy", "CallSeen", "VenueCalls", "WriteReply"]

T = TypeVar("T")
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_JSON = {"content-type": "application/json", "accept": "application/json"}


class _Busy(Exception):
    """An answer that is worth asking for again: its status and code."""


class VenueCalls:
    """Sends requests of one account to one host.

    Parameters
    ----------
    wire
        Carries writes, and reads too unless ``read_wire`` does.
    signer
        Signs; None asks public questions only.
    clock
        What timestamps are taken from.
    host
        Whose paths are called; its environment must be the signer's.
    guard
        Compares every reply's date.
    limits
        Buckets that calls are paid from.
    read_wire
        Another wire for questions.
    policy
        Timeouts and repeats.
    rng
        Where the pauses' random factors come from.
    presigned
        Signatures made ahead for writes, or None; whoever runs the session keeps it filled.
    on_call
        Told of every request once it ended, for logs and telemetry; it must not raise.

    Raises
    ------
    VenueKeyError
        If the key belongs to another environment than the host.
    """

    def __init__(
        self,
        wire: Wire,
        signer: Signer | None,
        clock: Clock,
        host: VenueHost,
        *,
        guard: ClockGuard | None = None,
        limits: RateLimits | None = None,
        read_wire: Wire | None = None,
        policy: CallPolicy | None = None,
        rng: random.Random | None = None,
        presigned: PresignedPool | None = None,
        on_call: Callable[[CallSeen], None] | None = None,
    ) -> None:
        if signer is not None and signer.env is not host.env:
            raise VenueKeyError(f"a key of {signer.env} must not be used at a host of {host.env}")
        self._write_wire, self._read_wire = wire, read_wire or wire
        self._ahead = wire if isinstance(wire, ConnectsAhead) else None
        self._signer, self._clock, self.host = signer, clock, host
        self.guard = guard or ClockGuard(clock)
        self.limits = limits or RateLimits(reads=UNSIGNED_FLOOR if signer is None else READ_FLOOR)
        self.policy = policy or CallPolicy()
        self._rng = rng or random.Random()  # noqa: S311 - pauses, not secrets
        self.presigned, self.on_call = presigned, on_call
        self._decoder = StrictDecoder()

    async def close(self) -> None:
        """Close the connections and forget signatures made ahead."""
        if self.presigned is not None:
            self.presigned.clear()
        await self._write_wire.close()
        if self._read_wire is not self._write_wire:
            await self._read_wire.close()

    async def ask(
        self,
        path: str,
        kind: type[T],
        query: Query | None = None,
        *,
        signed: bool = True,
        also_with: frozenset[int] = frozenset(),
    ) -> T:
        """Ask a question and decode its answer.

        Parameters
        ----------
        path
            Below the API's prefix.
        kind
            What the answer holds.
        query
            Parameters; those that are None are left out, lists are repeated.
        signed
            False for a public question that must be answered although nothing may be signed.
        also_with
            Statuses of failure that the venue sends this answer with too.

        Raises
        ------
        KalshiClockSkewError
            If nothing may be signed.
        VenueRefused
            If the answer is a no that repeating does not change.
        VenueUnavailable
            If no usable answer came at the last attempt.
        ParseRefused
            If the answer is not what was asked for, at the last attempt still.
        """
        request = WireRequest("GET", self.host.rest_prefix + path, encoded_query(query or {}))
        attempt = 1
        while True:
            try:
                reply = await self._ask_once(request, attempt - 1, signed=signed)
                return self._answer(reply, kind, path, also_with)
            except (WireFailed, _Busy) as error:
                why = str(error.fault) if isinstance(error, WireFailed) else str(error)
                if attempt >= self.policy.attempts:
                    tries = "1 try" if attempt == 1 else f"{attempt} tries"
                    raise VenueUnavailable(f"GET {path}: {why} ({tries})") from error
            except ParseRefused:
                # A torn answer may be whole the next time; one that lacks a field will not be.
                if attempt >= self.policy.attempts:
                    raise
            await asyncio.sleep(self._pause_s(attempt))
            attempt += 1

    def _answer(self, reply: WireReply, kind: type[T], path: str, also_with: frozenset[int]) -> T:
        if 200 <= reply.status < 300:
            return self._decoder.decode(reply.body, kind)
        refusal = parse_refusal(reply.status, reply.body)
        if reply.status in also_with:
            try:
                return self._decoder.decode(reply.body, kind)
            except ParseRefused as error:
                raise _Busy(f"{reply.status} {refusal.code}") from error
        if reply.status == 429:
            self.limits.read.drain()
        if reply.status in RETRIED:
            raise _Busy(f"{reply.status} {refusal.code}")
        raise refusal.error(f"GET {path}")

    async def tell(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: object = None,
        query: Query | None = None,
        items: int = 1,
        urgent: bool = False,
        last_check: Callable[[], None] | None = None,
        answers: Callable[[T], bool] = lambda _: True,
    ) -> WriteReply[T]:
        """Send a write once and return what was answered.

        Parameters
        ----------
        method, path, query, body
            What is sent; the path is below the API's prefix, the body becomes JSON.
        kind
            What an acknowledgement holds.
        items
            How many orders a batch holds.
        urgent
            Goes ahead of writes that wait for tokens.
        last_check
            Called when nothing is waited for any more, just before the first byte; what it raises
            stops the write.
        answers
            Says whether an acknowledgement is one of this write; any other is not decoded.

        Raises
        ------
        KalshiClockSkewError
            If the clock is not known to be right; nothing was sent.
        WireFailed
            If no whole reply came; it says whether the request may have arrived.
        VenueKeyError
            If there is no key.
        """
        whole = self.host.rest_prefix + path
        payload = b"" if body is None else msgspec.json.encode(body)
        request = WireRequest(method, whole, encoded_query(query) if query else "", payload)
        bucket = self.limits.write
        self.guard.require_checked()
        cost = self.limits.costs.of(method, whole, items)
        if not bucket.took(cost, urgent=urgent):
            await bucket.take(cost, urgent=urgent)
        if self._ahead is not None:
            await self._ahead.connect(self.policy.write_timeout_s)
        # From here to the first byte nothing is awaited: what is checked now holds then.
        self.guard.require_checked()
        if last_check is not None:
            last_check()
        headers = self._write_headers(method, whole) | _JSON
        reply, sent_at = await self._carried(
            self._write_wire, request, headers, self.policy.write_timeout_s
        )
        self.guard.noted(reply.headers, sent_at, self._clock.now())
        if reply.status == 429:
            bucket.drain()
        return self._read_write(reply, kind, answers)

    def _read_write(
        self, reply: WireReply, kind: type[T], answers: Callable[[T], bool]
    ) -> WriteReply[T]:
        if not 200 <= reply.status < 300:
            refusal = parse_refusal(reply.status, reply.body)
            return WriteReply(reply.status, reply.body, None, refusal)
        try:
            decoded: T | None = self._decoder.decode(reply.body or b"{}", kind)
        except ParseRefused:
            decoded = None
        if decoded is not None and not answers(decoded):
            decoded = None
        return WriteReply(reply.status, reply.body, decoded, None)

    async def _ask_once(self, request: WireRequest, retries: int, *, signed: bool) -> WireReply:
        if signed and self._signer is not None:
            self.guard.require_sound()
        await self.limits.read.take(self.limits.costs.of(request.method, request.path))
        headers = dict(_JSON)
        if signed and self._signer is not None:
            headers |= self._signed_now(request.method, request.path)
        reply, sent_at = await self._carried(
            self._read_wire, request, headers, self.policy.read_timeout_s, retries
        )
        self.guard.checked(reply.headers, sent_at, self._clock.now())
        return reply

    async def _carried(
        self,
        wire: Wire,
        request: WireRequest,
        headers: Mapping[str, str],
        timeout_s: float,
        retries: int = 0,
    ) -> tuple[WireReply, datetime]:
        """Send a request, tell whoever watches how it ended, and say when it began to leave."""
        sent_at, begun = self._clock.now(), loop_seconds()
        try:
            reply = await wire.send(request, headers, timeout_s)
        except WireFailed as error:
            self._tell_of(request, None, retries, begun, error.fault)
            raise
        self._tell_of(request, reply.status, retries, begun)
        return reply, sent_at

    def _tell_of(
        self,
        request: WireRequest,
        status: int | None,
        retries: int,
        begun: float,
        fault: WireFault | None = None,
    ) -> None:
        if self.on_call is not None:
            took_ms = (loop_seconds() - begun) * 1000
            self.on_call(CallSeen(request.method, request.path, status, retries, took_ms, fault))

    def _write_headers(self, method: str, path: str) -> dict[str, str]:
        ahead = None if self.presigned is None else self.presigned.take(method, path)
        return self._signed_now(method, path) if ahead is None else ahead

    def _signed_now(self, method: str, path: str) -> dict[str, str]:
        if self._signer is None:
            raise VenueKeyError(f"{method} {path} needs an API key of {self.host.env}")
        self.guard.require_sound()
        at_ms = int(self._clock.now().timestamp() * 1000)
        return self._signer.headers(method, path, at_ms)

    def _pause_s(self, attempt: int) -> float:
        longest = min(self.policy.pause_max_s, 2.0 * self.policy.pause_s * 2.0 ** (attempt - 1))
        return longest * self._rng.random()
