"""One request on its way through the exchange, and what its handler answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.candles import CandleTapes
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import BookSnapshot
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.rest_catalogue import Catalogue
from kalshi_alpha.sim.rest_errors import Refusal, error_object, nested
from kalshi_alpha.sim.rest_query import Query
from kalshi_alpha.sim.rest_replica import ReadReplica

if TYPE_CHECKING:
    from kalshi_alpha.sim.rates import RateLimiter

BookView = Callable[[str, datetime], BookSnapshot]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every handler works on.

    Attributes
    ----------
    engine
        The exchange itself.
    catalogue
        Its texts.
    replica
        What private reads show.
    limiter
        Levels and budgets.
    book
        A market's book as it is shown now.
    candles
        What quotes and prints were, minute by minute.
    """

    engine: Engine
    catalogue: Catalogue
    replica: ReadReplica
    limiter: RateLimiter
    book: BookView
    candles: CandleTapes


@dataclass(frozen=True, slots=True)
class Call:
    """One request, after its signature was checked.

    Attributes
    ----------
    desk
        What it is asked of.
    account_id
        Who asks; empty on public endpoints without a signature.
    path
        Values of the path's variable parts.
    query, body
        As sent.
    at
        The exchange's time.
    repeats_a_row
        Whether this page of a list begins with the last row of the page before it.
    fails_half
        Whether every second item of this batch fails for a reason of the exchange's own.
    """

    desk: Desk
    account_id: str
    path: Mapping[str, str]
    query: Query
    body: bytes
    at: datetime
    repeats_a_row: bool = False
    fails_half: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: its status and its JSON, None for no body."""

    json: object
    status: int = 200
    headers: tuple[tuple[str, str], ...] = field(default=())


Handler = Callable[[Call], Answer]


def refusal_of(rejected: Rejected) -> Refusal:
    """Return the reply that carries the engine's refusal."""
    return nested(rejected.status, rejected.code, rejected.message, rejected.details)


def item_error(rejected: Rejected) -> dict[str, str]:
    """Return the error that an item of a batch carries."""
    return error_object(rejected.code, rejected.message, rejected.details)


def settlement_price(text: str) -> Price:
    """Read what a YES is worth: ``yes``, ``no`` or dollars."""
    return Price.parse({"yes": "1.0000", "no": "0.0000"}.get(text, text))
