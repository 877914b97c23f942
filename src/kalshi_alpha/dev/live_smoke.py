"""Two questions to a venue, and what their answers say: never an order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from kalshi_alpha.brokers.kalshi.calls import CallPolicy
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.core.ports import Clock

ONCE = CallPolicy(attempts=1)
"""Exactly two requests leave: neither is repeated."""


class Answered(msgspec.Struct, frozen=True):
    """What one question brought.

    Attributes
    ----------
    asked
        Method and path.
    ok
        Whether the answer was whole and strictly as documented.
    detail
        What it said, or what was wrong.
    took_ms
        From asking to the whole answer.
    exit_code
        What a command returns for it; 0 if it is ok.
    """

    asked: str
    ok: bool
    detail: str
    took_ms: int
    exit_code: int = 0


class Smoke(msgspec.Struct, frozen=True):
    """The health of a venue's connection; ``skew_s`` is our clock less the venue's."""

    env: str
    host: str
    generated_at: datetime
    answers: tuple[Answered, ...]
    skew_s: float | None
    schema: int = 1

    @property
    def exit_code(self) -> int:
        """The worst of the answers' codes."""
        return max(answer.exit_code for answer in self.answers)

    def to_text(self) -> str:
        """Return a line an answer and one of the clock."""
        lines = [f"{self.env} at {self.host}"]
        lines += [
            f"{'ok  ' if each.ok else 'FAIL'} {each.asked} ({each.took_ms} ms): {each.detail}"
            for each in self.answers
        ]
        skew = "not compared" if self.skew_s is None else f"{self.skew_s:+.1f} s"
        return "\n".join([*lines, f"our clock less the venue's: {skew}"])


async def live_smoke(client: VenueClient, clock: Clock) -> Smoke:
    """Ask for the balance and for one market, once each, and close the client."""
    generated_at = clock.now()
    try:
        answers = (
            await _answered("GET /portfolio/balance", lambda: _balance(client), clock),
            await _answered("GET /markets", lambda: _markets(client), clock),
        )
    finally:
        await client.close()
    return Smoke(
        env=str(client.host.env),
        host=client.host.rest,
        generated_at=generated_at,
        answers=answers,
        skew_s=client.guard.skew_s,
    )


async def _balance(client: VenueClient) -> str:
    return f"cash {(await client.balance()).cash} dollars"


async def _markets(client: VenueClient) -> str:
    markets = await client.markets(limit=1)
    return f"{len(markets)} market"


async def _answered(asked: str, ask: Callable[[], Awaitable[str]], clock: Clock) -> Answered:
    begun = clock.now()
    try:
        ok, detail, code = True, await ask(), 0
    except KalshiAlphaError as error:
        ok, detail, code = False, str(error), error.exit_code
    took_ms = round((clock.now() - begun).total_seconds() * 1000)
    return Answered(asked, ok, detail, took_ms, code)
